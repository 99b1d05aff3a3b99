// `loop:hold`: as long as the label is on the issue, what is under way comes to its end and nothing new begins.
import type { Effect } from "./effect.ts";
import { type Decision, isLive, statusLabels, stay } from "./end.ts";
import type { LoopEvent } from "./event.ts";
import { isJudgedHere } from "./judge.ts";
import { paused } from "./pause-all.ts";
import { held } from "./rest-held.ts";
import type { LoopState } from "./state.ts";
import { standingOf } from "./still.ts";

/** The label is on the issue; whether anything is to rest for it, `underHold` says. */
export function onHoldSet(state: LoopState, { by }: Extract<LoopEvent, { type: "hold_set" }>, now: number): Decision {
  if (state.hold !== undefined) return stay(state, "held already");
  const next = { ...state, hold: { by, at: now } };
  if (!isLive(state) || state.rules === null) return stay(next, "held: what begins later waits");
  return { state: next, effects: [{ type: "write_status" }], note: "held" };
}

/**
 * The decision, where the label holds the loop: agents, reviewers and checks that would start do not, and once nothing of it is
 * under way it rests in front of what comes next. A gate is not passed meanwhile. Attempts are held where they begin.
 */
export function underHold(decision: Decision, now: number): Decision {
  const { state } = decision;
  if (state?.hold === undefined || !isLive(state) || state.rules === null || state.mergedBy !== null) return decision;
  if (state.phase === "preparing") return hasStarted(state) ? decision : atRest(decision, state, now);
  if (state.phase === "awaiting_gate") return atRest(decision, state, now);
  if (state.phase !== "verifying") return decision;
  const kept = withoutStarts(decision, state);
  if (isJudgedHere(kept.state)) return kept;
  const left = runningOf(kept.state);
  if (left.length === 0) return held(kept.state, "verifying", now, kept.effects);
  return left.some(({ isolation }) => isolation !== null) ? kept : atRest(kept, kept.state, now);
}

function hasStarted(state: LoopState): boolean {
  return runningOf(state).some(({ isolation }) => isolation !== null);
}

function runningOf({ attempts }: LoopState) {
  return (attempts.at(-1)?.runs ?? []).filter(({ status }) => status === "running");
}

function atRest({ effects }: Decision, state: LoopState, now: number): Decision {
  const next = paused(state, { of: "hold_label", by: state.hold?.by ?? null }, now, effects);
  return { ...next, note: "held" };
}

/** Without the runs that would begin with it: they leave no trace and count for nothing. */
function withoutStarts({ effects, note }: Decision, state: LoopState): Decision & { readonly state: LoopState } {
  const starts = effects.flatMap((effect) => (effect.type === "start_run" ? [effect] : []));
  if (starts.length === 0) return { state, effects, note };
  const begun = new Set(starts.map(({ run }) => run));
  const checks = starts.filter(({ role }) => role === "check").length;
  const attempts = state.attempts.map((attempt) => ({
    ...attempt,
    runs: attempt.runs.filter(({ id }) => !begun.has(id)),
  }));
  const { checksStarted } = state;
  const next: LoopState = {
    ...state,
    attempts,
    runsStarted: state.runsStarted - starts.length,
    ...(checksStarted === undefined ? {} : { checksStarted: checksStarted - checks }),
  };
  return { state: next, effects: effects.filter(({ type }) => type !== "start_run"), note };
}

/** So many changes of one loop's status labels by people are put right; whoever goes on has them as they like. */
const mostMended = 10;

/** People read status labels and never set them: one that says what is not so is taken off, one that is missing comes back. */
export function onStatusLabelChanged(
  state: LoopState,
  { label, set }: Extract<LoopEvent, { type: "status_label_changed" }>,
): Decision {
  const standing = standingOf(state);
  const mended = state.labelsMended ?? 0;
  if (standing === null || state.rules === null) return stay(state, "no status is shown");
  const shown = statusLabels[standing];
  if (set === (label.toLowerCase() === shown)) return stay(state, "the labels say how the loop stands");
  if (!isLive(state) && !set) return stay(state, "it is over: whoever tidies up may");
  if (mended >= mostMended) return stay(state, "a status label was changed again and again; it is left");
  const others = [...new Set<string>(Object.values(statusLabels))].filter((one) => one !== shown);
  const effects: Effect[] = [{ type: "set_labels", add: [shown], remove: others }]; // the trigger is people's
  return { state: { ...state, labelsMended: mended + 1 }, effects, note: "a status label is put right" };
}
