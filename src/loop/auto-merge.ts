// Somebody has GitHub merge the loop's pull request by itself: GitHub goes by its own rules, and knows nothing of the loop's gate.
import type { Effect } from "./effect.ts";
import { type Decision, isLive, stay } from "./end.ts";
import type { LoopState } from "./state.ts";

/** It was switched on by the person of this login, or off (null). */
export function onAutoMerge(state: LoopState, by: string | null): Decision {
  return withAutoMerge(state, by, (heard) => stay(heard, by === null ? "auto-merge is off" : "auto-merge is on"));
}

/** The decision, with what GitHub was just seen to say of it; once it is on, the thread says what that means. */
export function withAutoMerge(
  before: LoopState,
  by: string | null,
  decideOn: (state: LoopState) => Decision,
): Decision {
  const { autoMerge, ...off } = before;
  if ((autoMerge?.by ?? null) === by || !isLive(before)) return decideOn(before);
  const next = decideOn(by === null ? off : { ...off, autoMerge: { by } });
  const said: Effect[] = by === null ? [] : [{ type: "reply", reply: { kind: "auto_merge", by } }];
  return { ...next, effects: [...said, ...next.effects] };
}

/** Whether GitHub merged by itself: it names whoever switched that on. */
export function isAutoMerged({ autoMerge }: LoopState, by: string | null): boolean {
  return autoMerge !== undefined && autoMerge.by === by;
}
