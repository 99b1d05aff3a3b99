// Branch rules may take only a branch that contains its base: the base is merged into it at GitHub, a few times.
import { currentAttempt } from "./begin.ts";
import type { Decision } from "./end.ts";
import type { GateFacts } from "./event.ts";
import type { BaseTip, LoopState } from "./state.ts";

/** How often in a loop, since a person last gave it time, the base is merged into its branch for a rule: one that moves all the time is left to people. */
const updatesAtMost = 5;

/** Whether the base may be merged into the branch for a rule: not where GitHub declined that of this very commit. */
export function mayUpdate({ updatesTried, updateRefused, attempts }: LoopState): boolean {
  return updatesTried < updatesAtMost && (updateRefused === null || updateRefused.head !== attempts.at(-1)?.head);
}

/** Has the base merged into the branch; what comes of it is judged anew. */
export function updateBranch(state: LoopState, base: BaseTip): Decision {
  const { head } = currentAttempt(state);
  const note = `rules want ${base.branch} in the branch; merging it`;
  return head === null
    ? { state, effects: [], note: "there is no commit to update" }
    : { state, effects: [{ type: "update_branch", head, base }], note };
}

/** What was just read of the rule. */
export function withRule({ upToDate: _, ...state }: LoopState, { upToDate }: Pick<GateFacts, "upToDate">): LoopState {
  return upToDate === true ? { ...state, upToDate } : state;
}
