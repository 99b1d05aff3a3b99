// Whether an agent is to plan before it works.
import type { LoopState } from "./state.ts";

/**
 * The plan after the issue was read: one that was approved stands as long as the text it was made for; any other is made anew
 * where the label or the policy wants one, or a person asked for it.
 */
export function planAfterReading(
  { plan, snapshot }: Pick<LoopState, "plan" | "snapshot">,
  text: string,
  isWanted: boolean,
): LoopState["plan"] {
  if (plan?.stage === "approved" && snapshot?.sha256 === text) return plan;
  return isWanted || plan?.stage === "wanted" ? { ...plan, stage: "wanted" } : undefined;
}
