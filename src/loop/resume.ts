// A loop at rest goes on from where it stood: by `/loop resume`, with its whole repository, or once nothing holds it.
import { reaction, refuse } from "./answer.ts";
import { goOn, publishPending } from "./attempt.ts";
import { beginAttempt, currentAttempt, withAttempt } from "./begin.ts";
import type { Effect } from "./effect.ts";
import { type Decision, isLive, showStatus, stay } from "./end.ts";
import type { Command } from "./event.ts";
import { readGate } from "./gate.ts";
import { askReviewers, beginVerifying, leaveDraft, unseen } from "./judge.ts";
import type { LoopState } from "./state.ts";

/** `/loop resume`. While the label holds the loop, a word does not: whoever looks at the issue would see it held. */
export function onResume(state: LoopState, command: Command, now: number): Decision {
  if (state.phase !== "paused" || state.resumeAt === null) return refuse(state, command, { of: "not_paused" });
  if (state.hold !== undefined) return refuse(state, command, { of: "hold_label" });
  return resumed(state, state.resumeAt, now, [reaction(command, "+1"), { type: "write_status" }]);
}

/** The loops of the repository go on; one that a person paused by itself stays so. */
export function onAllResumed(state: LoopState, now: number): Decision {
  if (state.phase !== "paused" || state.resumeAt?.why.of !== "pause_all")
    return stay(state, "not paused with all others");
  return resumed(state, state.resumeAt, now, [{ type: "write_status" }]);
}

/** The label that held it is gone: a loop that rests for nothing else goes on. */
export function onHoldTakenOff(held: LoopState, now: number): Decision {
  const { hold, ...state } = held;
  if (hold === undefined) return stay(held, "nothing held it");
  if (state.phase === "paused" && state.resumeAt?.why.of === "hold_label")
    return resumed(state, state.resumeAt, now, [{ type: "write_status" }]);
  return isLive(state) && state.rules !== null
    ? { state, effects: [{ type: "write_status" }], note: "held no more" }
    : stay(state, "held no more");
}

/** On with what was in front of it; `before` is said first. */
export function resumed(
  state: LoopState,
  { phase }: NonNullable<LoopState["resumeAt"]>,
  now: number,
  before: readonly Effect[],
): Decision {
  const awake = { ...state, resumeAt: null };
  if (phase === "queued") return beginAttempt(awake, now, before); // it was held between two attempts
  if (phase === "awaiting_gate") {
    // It was held back: whoever is asked gets the whole time to answer.
    const gate: LoopState = { ...awake, phase, gateSince: now, gateReminded: false };
    const shown: Effect[] = [showStatus(gate, "gate"), ...leaveDraft(gate), ...askReviewers(gate)];
    const read = readGate(gate);
    return { ...read, effects: [...before, ...shown, ...read.effects] };
  }
  if (phase === "awaiting_plan") {
    const plan: LoopState = { ...awake, phase, gateSince: now, gateReminded: false };
    return { state: plan, effects: [...before, showStatus(plan, "gate")], note: "the plan waits for a yes again" };
  }
  const attempt = currentAttempt(state);
  if (phase === "verifying") return beginVerifying({ ...awake, ...unseen }, now, before);
  if (phase === "publishing" && attempt.head !== null) return publishPending(awake, attempt.head, before);
  return goOn(withAttempt(awake, { counted: false, endedAt: now }), now, before);
}
