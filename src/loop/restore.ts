// A loop whose local state was lost goes on from its record: what GitHub and the host say now decides where.
import { onOvertaken, onPublished } from "./attempt.ts";
import { beginAttempt, newLoop, withAttempt, withRun } from "./begin.ts";
import type { Effect } from "./effect.ts";
import {
  classOf,
  closeRuns,
  type Decision,
  hasLabel,
  isLive,
  runningRuns,
  settle,
  showStatus,
  statusLabels,
} from "./end.ts";
import type { LoopEvent, RestoredFacts } from "./event.ts";
import { onBranchMoved, onPullClosed, readGate } from "./gate.ts";
import { askReviewers, beginVerifying, leaveDraft, unseen } from "./judge.ts";
import type { LoopState, RunFacts } from "./state.ts";

/**
 * Takes the record's state up again. The record is as old as the last edit of the status comment: a run that was started
 * since is adopted where it still exists, a commit that was published since is judged, and what left no trace is spent
 * and begun anew. Runs that were started stay counted; design.md §2 rule 4.
 */
export function onRestored(event: Extract<LoopEvent, { type: "restored" }>, now: number): Decision {
  const { facts } = event;
  const state = asFound(event.record, facts);
  if (!isLive(state)) return onEnded(state, facts);
  const stop = endedMeanwhile(state, facts, now);
  const next = stop ?? goOn(state, facts, now);
  return { ...next, note: `restored from the thread; ${next.note}` };
}

/** The record's state, with what the thread and the pull request are known to be. */
function asFound(record: LoopState, { comments, pull }: RestoredFacts): LoopState {
  const found =
    pull === null
      ? record.pull
      : { ...record.pull, number: pull.number, nodeId: pull.nodeId, url: pull.url, draft: pull.draft };
  return {
    ...record,
    pull: found,
    comments: { status: comments.status, attempts: { ...record.comments.attempts, ...comments.attempts } },
  };
}

/** An ended loop only finishes what it had to say. A commit that waited for a yes was in the quarantine that is lost. */
function onEnded(state: LoopState, facts: RestoredFacts): Decision {
  const { ending } = state;
  if (ending === null) return { state, effects: [], note: "restored from the thread; it had come to nothing" };
  const lost = ending.pendingHead !== null && ending.pendingHead !== facts.branch?.head;
  const kept: LoopState = lost ? { ...state, ending: { ...ending, resume: "execute", pendingHead: null } } : state;
  const effects: Effect[] = [];
  if (!facts.comments.stop) effects.push({ type: "post_stop" });
  if (hasLabel(facts.labels, state.label)) effects.push(showStatus(kept, classOf(ending.reason)));
  return { state: kept, effects, note: `restored from the thread; it had ended: ${ending.reason}` };
}

/** What a person did while nobody listened ends the loop as it would have. */
function endedMeanwhile(state: LoopState, facts: RestoredFacts, now: number): Decision | null {
  if (facts.pull !== null && !facts.pull.open) {
    return onPullClosed(state, { type: "pull_closed", merged: facts.pull.merged, actor: facts.pull.closedBy }, now);
  }
  if (!facts.open) return settle(state, now, { reason: "cancelled", of: "issue_closed" });
  if (!hasLabel(facts.labels, state.label)) return settle(state, now, { reason: "cancelled", of: "label_removed" });
  if (state.head !== null && facts.branch === null) {
    return settle(state, now, { reason: "cancelled", of: "branch_deleted" });
  }
  return null;
}

function goOn(state: LoopState, facts: RestoredFacts, now: number): Decision {
  switch (state.phase) {
    case "paused":
      return { state: closeRuns(state, now), effects: [], note: "it stays paused" };
    case "verifying":
      return judgeAgain(state, facts, now);
    case "awaiting_gate":
      return waitAgain(state, facts, now);
    default:
      return workAgain(state, facts, now);
  }
}

/** Up to the push: adopted, published already, overtaken by a person, or lost. */
function workAgain(state: LoopState, facts: RestoredFacts, now: number): Decision {
  const attempt = state.attempts.at(-1);
  if (attempt === undefined) return beginAttempt(state, now, [{ type: "write_status" }]);
  const run = attempt.runs.find((one) => isStillThere(one, facts));
  if (run !== undefined) {
    return { state: { ...state, phase: "executing" }, effects: [], note: "its container still runs" };
  }
  const ended = lose(state, now);
  const { branch } = facts;
  if (branch === null || branch.head === state.head) {
    const uncounted = withAttempt(ended, { counted: false, endedAt: now });
    return beginAttempt(uncounted, now, [...stopLost(state), { type: "write_status" }]);
  }
  if (!branch.ours) return onOvertaken(ended, branch.head, now);
  // The record does not know this push, and a committer's name proves nothing: who pushed is read at the gate.
  const seen = { ...withAttempt(ended, { head: branch.head }), othersPushed: true };
  const published: LoopState = { ...seen, phase: "publishing", ...unseen };
  const next = onPublished(published, branch.head, now);
  return { ...next, note: "its commit was published already" };
}

/** The commit is judged again: what the reviewer was about to say is lost, what CI said is read. */
function judgeAgain(state: LoopState, facts: RestoredFacts, now: number): Decision {
  const { branch } = facts;
  if (branch !== null && branch.head !== state.head) {
    return onBranchMoved(lose(state, now), branch.head, now);
  }
  const waitsFor = runningRuns(state);
  const there = waitsFor.filter((run) => isStillThere(run, facts));
  if (there.length > 0 && there.length === waitsFor.length) {
    const note = there.some(({ role }) => role === "reviewer") ? "its reviewer still runs" : "its checks still run";
    return { state: { ...state, ...unseen, ciSince: now }, effects: [], note };
  }
  const next = beginVerifying({ ...lose(state, now), ...unseen }, now, [...stopLost(state), { type: "write_status" }]);
  return { ...next, note: `judging again; ${next.note}` };
}

function waitAgain(state: LoopState, facts: RestoredFacts, now: number): Decision {
  if (facts.branch !== null && facts.branch.head !== state.head) return onBranchMoved(state, facts.branch.head, now);
  const isShown = hasLabel(facts.labels, statusLabels.gate) && !hasLabel(facts.labels, statusLabels.running);
  const unsaid: Effect[] = isShown ? [] : [showStatus(state, "gate")];
  const draft = [...leaveDraft(state), ...askReviewers(state)];
  const next = readGate({ ...state, gateSince: state.gateSince ?? now });
  return { ...next, effects: [...unsaid, ...draft, ...next.effects], note: "reading the gate again" };
}

/** It runs, or its end is known and is told now. One that was called off is ended, and nothing else follows from it. */
function isStillThere({ id, status }: RunFacts, { running }: RestoredFacts): boolean {
  return status === "running" && running.includes(id);
}

/** Nothing new begins beside a container that was given up, though nobody found it when the loop came back. */
function stopLost(state: LoopState): readonly Effect[] {
  return runningRuns(state).map(({ id }) => ({ type: "stop_run", run: id, why: "its loop came back without it" }));
}

/** Runs that the record believes to be running and that are not there any more. What each had spent is still to be told. */
function lose(state: LoopState, now: number): LoopState {
  const lost = { status: "lost", endedAt: now, untold: true } as const;
  return runningRuns(state).reduce((seen, run) => withRun(seen, run.id, lost), state);
}

/** There is a record, and it cannot be relied on: the loop ends, and the comment is left as it was found. */
export function onRecordTampered(event: Extract<LoopEvent, { type: "record_tampered" }>, now: number): Decision {
  const { issue, loop, title, label, requester, by, why, setAt } = event;
  const set = setAt === undefined ? {} : { setAt };
  const state = newLoop({ type: "labelled", issue, loop, title, label, actor: requester, ...set }, now);
  return settle(state, now, { reason: "state_tampered", of: "record_unreliable", why, by: by?.login ?? null });
}

/** What is said where the record was written by a newer version; nothing of the loop is touched. */
export function endingOfNewer(
  event: Extract<LoopEvent, { type: "labelled" }>,
  version: number,
  now: number,
): LoopState {
  const ending = { reason: "infrastructure_error", of: "newer_record", version } as const;
  const { state } = settle(newLoop(event, now), now, ending);
  return state ?? newLoop(event, now);
}
