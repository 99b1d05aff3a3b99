// Canaries: a reviewer that approved is now and then given a change that was planted as bad, so that one who approves everything is noticed.
import { currentAttempt, newRun, rulesOf, withAttempt } from "./begin.ts";
import type { Effect } from "./effect.ts";
import type { LoopEvent } from "./event.ts";
import { reviewersOf } from "./reviewers.ts";
import type { CanarySeen, LoopState } from "./state.ts";

/** Whether the approved commit is among those for which policy wants one: by its id, which nobody chooses. */
export function asksCanary(state: LoopState): boolean {
  const { head, canary } = currentAttempt(state);
  const { canaries = 0 } = rulesOf(state);
  return head !== null && canary === undefined && Number.parseInt(head.slice(0, 8), 16) % 100 < canaries;
}

/** Starts one: the same reviewer, the same issue, and the change with something bad in it. */
export function startCanary(state: LoopState, now: number): readonly [LoopState, Effect] {
  const [run, next] = newRun(state, "reviewer", now);
  const { number: attempt, head, runs } = currentAttempt(next);
  const reviewer = Number.parseInt((head ?? "0").slice(8, 12), 16) % reviewersOf(rulesOf(next)).length;
  const begun = { ...run, canary: true as const, ...(reviewer === 0 ? {} : { reviewer }) };
  const effect: Effect = { type: "start_run", run: run.id, role: "reviewer", attempt };
  return [withAttempt(next, { runs: [...runs, begun], canary: null }), effect];
}

/** What it came to. Whatever is no approval does not speak against the reviewer. */
export function canarySeen(
  state: LoopState,
  { run, review }: Pick<Extract<LoopEvent, { type: "run_ended" }>, "run" | "review">,
): CanarySeen {
  const { planted } = currentAttempt(state).runs.find(({ id }) => id === run) ?? {};
  const said = review?.verdict === "approve" ? "approved" : review?.verdict === "reject" ? "rejected" : "nothing";
  return { said, ...(planted === undefined ? {} : { planted }) };
}

/** Whether a run was one. */
export function isCanary(state: LoopState, run: string): boolean {
  return currentAttempt(state).runs.some(({ id, canary }) => id === run && canary === true);
}
