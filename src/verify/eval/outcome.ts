// What came of a task: the policy's own verdict beside that of the hidden tests.
import type { StopReason } from "../../loop/cause.ts";
import type { Verdict } from "../../loop/state.ts";
import type { Hidden } from "./proof.ts";

/** `false_green`: the policy's verdict is green, and the hidden tests are red. */
export type Outcome = "solved" | "red" | "false_green" | "not_judged";

export interface TaskFacts {
  /** Of the policy on the last commit; null: nothing was pushed, or it was not judged. */
  readonly verdict: Verdict["colour"] | null;
  /** Null: there is no commit. */
  readonly hidden: Hidden | null;
  /** Why the loop ended; null: it came to its gate. */
  readonly reason: StopReason | null;
}

/** What is not the agent's doing: it says nothing of the agent. */
const beyond: readonly (StopReason | null)[] = ["infrastructure_error", "external_dependency_blocked"];

/** Green needs both: where either of them came to nothing, nothing is said. */
export function outcomeOf({ verdict, hidden, reason }: TaskFacts): Outcome {
  if (beyond.includes(reason) || verdict === "pending") return "not_judged";
  if (verdict !== "green") return "red";
  if (hidden === null) return "not_judged";
  return hidden.colour === "green" ? "solved" : "false_green";
}

/** The policy's verdict is red, and the hidden tests are green: a right result that the policy does not take. */
export function isFalseRed({ verdict, hidden }: Pick<TaskFacts, "verdict" | "hidden">): boolean {
  return verdict === "red" && hidden?.colour === "green";
}
