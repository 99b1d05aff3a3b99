// Whether an agent is to plan before it works.
import type { LoopState } from "./state.ts";

/**
 * The plan after the issue was read: one that was approved stands as long as the text it was made for; any other is made anew
 * where the label or the policy wants one now, or a person asked for it by `/loop plan`, be it that nobody answered the one they got.
 */
export function planAfterReading(
  { plan, snapshot }: Pick<LoopState, "plan" | "snapshot">,
  text: string,
  isWanted: boolean,
): LoopState["plan"] {
  if (plan?.stage === "approved" && snapshot?.sha256 === text) return plan;
  return isWanted || plan?.asked === true ? { ...plan, stage: "wanted" } : undefined;
}
