// How a loop ends: one reason, once, with what is kept and what a person may do next.
import type { Cause, Gone, StopReason } from "./cause.ts";
import type { Effect } from "./effect.ts";
import { outOfQueue } from "./merge-queue.ts";
import type { Ending, LoopState, RunFacts } from "./state.ts";

/** What a decision comes to: the next state, what to do about it, and why, in words for the log. */
export interface Decision {
  readonly state: LoopState | null;
  readonly effects: readonly Effect[];
  readonly note: string;
}

/** Ended well, waits for a person, or ended without success: design.md §4. */
export type ReasonClass = "well" | "person" | "without";

const classes: Record<StopReason, ReasonClass> = {
  task_complete: "well",
  verifier_passed: "well",
  nothing_to_do: "well",
  budget_limit: "person",
  retry_limit: "person",
  no_progress: "person",
  uncertainty_too_high: "person",
  permission_required: "person",
  risky_action_detected: "person",
  external_dependency_blocked: "person",
  stalled: "person",
  state_tampered: "person",
  policy_invalid: "person",
  cancelled: "without",
  unanswered: "without",
  infrastructure_error: "without",
};

/** The class of a stop reason. */
export function classOf(reason: StopReason): ReasonClass {
  return classes[reason];
}

/** The App's own status labels; at most one is on an issue at a time. */
export const statusLabels = {
  running: "loop:running",
  gate: "loop:needs-human",
  well: "loop:done",
  person: "loop:needs-human",
  without: "loop:stopped",
} as const;

/** Set by people: while it is on the issue, nothing new begins. */
export const holdLabel = "loop:hold";

/** Set by people before the loop begins: an agent plans first, and a person says yes. */
export const planLabel = "loop:plan-first";

/**
 * Makes the issue show this status: one label of ours comes, our others go, and the trigger goes with the loop's end. What
 * others set is neither known nor touched. A loop that goes on after its end (`reopened`) gets its trigger back.
 */
export function showStatus(state: LoopState, status: keyof typeof statusLabels, reopened = false): Effect {
  const shown = statusLabels[status];
  const others = [...new Set<string>(Object.values(statusLabels))].filter((label) => label !== shown);
  const isOver = status !== "running" && status !== "gate";
  return {
    type: "set_labels",
    add: reopened ? [state.label, shown] : [shown],
    remove: isOver ? [...others, state.label] : others,
  };
}

/** GitHub keeps label names unique without regard to case. */
export function hasLabel(labels: readonly string[], wanted: string): boolean {
  return labels.some((label) => label.toLowerCase() === wanted.toLowerCase());
}

/** True while something may still happen without a person: not settled, not refused. */
export function isLive(state: LoopState): boolean {
  return state.phase !== "settled" && state.phase !== "refused";
}

/** Why, and what is not as it mostly is: nothing to quote, nobody who did it, nothing to go on with. */
export type EndingDraft = Cause & Partial<Pick<Ending, "quote" | "by" | "resume" | "pendingHead">>;

/** Ends the loop: running containers stop first, then the thread says why, then labels and leftovers go. */
export function settle(state: LoopState, now: number, draft: EndingDraft, before: readonly Effect[] = []): Decision {
  const ending: Ending = {
    quote: null,
    resume: "none",
    pendingHead: null,
    ...draft,
    by: draft.by || null, // a person without a login is one whom GitHub does not name
    at: now,
    during: phaseOf(state),
  };
  const leaves = state.queuedHead !== undefined && ending.reason !== "task_complete";
  const next: LoopState = closeOpenAttempt(
    { ...outOfQueue(state), phase: "settled", ending, resumeAt: null, gateSince: null },
    now,
  );
  const effects: Effect[] = [
    ...stopRuns(state, ending.reason),
    ...(leaves ? [{ type: "leave_queue" } as const] : []),
    ...before,
    { type: "write_status" },
    { type: "post_stop" },
    showStatus(state, classOf(ending.reason)),
  ];
  effects.push(...releaseIfOver(next));
  return { state: next, effects, note: `ended: ${ending.reason}` };
}

/**
 * A person called the loop off, and may have it go on from where it stood: what it had done is kept for that. `by`: null where
 * nobody was there to see who it was.
 */
export function calledOff(
  state: LoopState,
  of: "stop_command" | "label_removed" | "issue_closed",
  by: string | null,
): EndingDraft {
  const draft = { reason: "cancelled", of, by } as const;
  if (state.rules === null) return draft; // nothing of it was begun
  const at = phaseOf(state);
  const isDone = at === "verifying" || at === "awaiting_gate";
  return { ...draft, resume: isDone && (state.attempts.at(-1)?.head ?? null) !== null ? "verify" : "execute" };
}

/** What the loop is doing, or was at when it was paused: what was under way then waits for whoever goes on. */
function phaseOf({ phase, resumeAt }: LoopState): LoopState["phase"] {
  return phase === "paused" ? (resumeAt?.phase ?? phase) : phase;
}

/** Ends the loop without a word, where there is no thread left to say it in. */
export function settleSilently(state: LoopState, now: number, gone: Gone): Decision {
  const { state: next } = settle(state, now, { reason: "cancelled", of: "out_of_reach", gone });
  const ending = next?.ending ?? null;
  const silent = next === null || ending === null ? next : { ...next, ending: { ...ending, unsaid: true } };
  const effects = [...stopRuns(state, gone), ...(silent === null ? [] : releaseIfOver(silent))];
  return { state: silent, effects, note: `out of reach: ${gone}` };
}

/** The thread is within reach again: what it could not be told then is said now. The loop stays ended. */
export function sayUnsaid(state: LoopState, installationId: number): Decision {
  const { ending } = state;
  if (ending?.unsaid !== true) return stay(state, "nothing was left unsaid");
  const { unsaid, ...said } = ending;
  const effects: Effect[] = [
    { type: "write_status" },
    { type: "post_stop" },
    showStatus(state, classOf(ending.reason)),
  ];
  const issue = { ...state.issue, installationId };
  return { state: { ...state, issue, ending: said }, effects, note: "within reach again: saying how it ended" };
}

/** Stops for every container that is still running. */
export function stopRuns(state: LoopState, why: string): Effect[] {
  return runningRuns(state).map((run) => ({ type: "stop_run", run: run.id, why }));
}

/** The runs that the loop believes to be running. */
export function runningRuns(state: LoopState): readonly RunFacts[] {
  return state.attempts.flatMap((attempt) => attempt.runs).filter((run) => run.status === "running");
}

/** The runs whose end is still to be told: those that run, and those that were called off and may have spent since. */
export function untoldRuns(state: LoopState): readonly RunFacts[] {
  return state.attempts.flatMap((attempt) => attempt.runs).filter((run) => run.status === "running" || run.untold);
}

/** What a loop left goes once it has ended for good and every run of it has told its end. */
export function releaseIfOver(state: LoopState): readonly Effect[] {
  return isOverForGood(state) && untoldRuns(state).length === 0 ? [{ type: "release" }] : [];
}

/** A label was set again since the loop ended, and nothing is to be heard of the loop any more: the next one may begin. */
export function isAnswerable(state: LoopState): boolean {
  return state.labelledAgain !== undefined && !isLive(state) && untoldRuns(state).length === 0;
}

/** Of the labels that were to be removed, those that still are: not the trigger, once a person has set it again. */
export function removable(labels: readonly string[], { label, labelledAgain }: LoopState): readonly string[] {
  return labelledAgain === undefined ? labels : labels.filter((one) => !hasLabel([one], label));
}

/** Whether what its runs left here is still needed: by a loop that can go on, and by one that has not heard of their end. */
export function keepsFiles(state: LoopState): boolean {
  return untoldRuns(state).length > 0 || (state.phase !== "refused" && !isOverForGood(state));
}

/** Whether nobody can go on with it. */
export function isOverForGood({ phase, ending }: LoopState): boolean {
  return phase === "settled" && ending?.resume === "none";
}

function closeOpenAttempt(state: LoopState, now: number): LoopState {
  const closed = closeRuns(state, now);
  return { ...closed, attempts: closed.attempts.map((attempt) => ({ ...attempt, endedAt: attempt.endedAt ?? now })) };
}

/** The state with every run that still ran marked as stopped; what each came to is still to be told. */
export function closeRuns(state: LoopState, now: number): LoopState {
  const attempts = state.attempts.map((attempt) => ({
    ...attempt,
    runs: attempt.runs.map((run) =>
      run.status === "running" ? { ...run, status: "stopped" as const, endedAt: now, untold: true } : run,
    ),
  }));
  return { ...state, attempts };
}

/** A decision that changes nothing, and says why. */
export function stay(state: LoopState | null, note: string): Decision {
  return { state, effects: [], note };
}
