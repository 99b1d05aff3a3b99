// What is shown of an attempt's verdict at its commit.
import { currentAttempt, withAttempt } from "./begin.ts";
import type { Effect } from "./effect.ts";
import type { LoopState } from "./state.ts";

/** The current attempt's verdict as a check run on its commit; nothing where nothing was pushed. */
export function showVerdict(state: LoopState): readonly [LoopState, readonly Effect[]] {
  const { number, head, verdict, shownOn } = currentAttempt(state);
  if (head === null || verdict?.head !== head) return [state, []];
  const again = shownOn === head ? ({ again: true } as const) : {};
  return [withAttempt(state, { shownOn: head }), [{ type: "publish_verdict", head, attempt: number, ...again }]];
}

/** The reviewer's answer by itself: branch rules ask for it, or no verdict comes of it. */
export function showReview(state: LoopState): readonly Effect[] {
  const { head, number, review } = currentAttempt(state);
  return head === null || review === null ? [] : [{ type: "publish_review", head, attempt: number, review }];
}
