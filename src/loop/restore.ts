// A loop whose local state was lost goes on from its record: what GitHub and the host say now decides where.
import { notPushed, onOvertaken, onPublished } from "./attempt.ts";
import { beginAttempt, currentAttempt, newLoop, newRun, rulesOf, runIdOf, withAttempt, withRun } from "./begin.ts";
import type { Effect } from "./effect.ts";
import {
  calledOff,
  classOf,
  closeRuns,
  type Decision,
  hasLabel,
  holdLabel,
  isLive,
  isOverForGood,
  runningRuns,
  settle,
  showStatus,
  statusLabels,
  stopRuns,
  untoldRuns,
} from "./end.ts";
import type { BegunSince, LoopEvent, RestoredFacts } from "./event.ts";
import { onBranchMoved, onPullClosed, readGate } from "./gate.ts";
import { askReviewers, beginVerifying, leaveDraft, unseen } from "./judge.ts";
import { priorityIn, withPriority } from "./priority.ts";
import { resumed } from "./resume.ts";
import { reviewersOf } from "./reviewers.ts";
import type { Ending, LoopState, RunFacts } from "./state.ts";

/**
 * Takes the record's state up again. The record is as old as the last edit of the status comment: a run that was started
 * since is adopted where it still exists, a commit that was published since is judged, and what left no trace is spent
 * and begun anew. Runs that were started stay counted; design.md §2 rule 4.
 */
export function onRestored(event: Extract<LoopEvent, { type: "restored" }>, now: number): Decision {
  const { facts } = event;
  if (event.record.phase === "queued") {
    return claimAgain(asFound(event.record, facts), "restored from the thread before it was claimed");
  }
  const state = asFound(withRunsSince(event.record, facts.since ?? []), facts);
  const next = isLive(state)
    ? (endedMeanwhile(state, facts, now) ?? goOn(state, facts, now))
    : onEnded(state, facts, now);
  const effects = [...next.effects, ...forgetTold(next.state ?? state, facts)];
  return { ...next, effects, note: `restored from the thread; ${next.note}` };
}

/** A loop of which a person's words were written down before its claim was read: it is claimed now. */
export function claimAgain({ threadUnread: _, ...state }: LoopState, why: string): Decision {
  return { state, effects: [{ type: "read_claim" }], note: `${why}; reading the claim` };
}

/**
 * The record with the runs that began after it was last written, as running: an attempt's reviewers and checks begin without a
 * word in the thread. They count, what they spent is still to be told, and no run that begins from here on has their names.
 */
export function withRunsSince(record: LoopState, since: readonly BegunSince[]): LoopState {
  return since.reduce(withRunSince, record);
}

function withRunSince(state: LoopState, { count, role, attempt, check }: BegunSince): LoopState {
  const of = state.attempts.find(({ number }) => number === attempt) ?? state.attempts.at(-1);
  // Of those in between nothing is left: where there are checks, they are taken for some.
  const unknown = count - state.runsStarted - (role === null ? 0 : 1);
  const checks = (state.rules?.ownChecks === undefined ? 0 : unknown) + (role === "check" ? 1 : 0);
  const counted: LoopState = checks === 0 ? state : { ...state, checksStarted: (state.checksStarted ?? 0) + checks };
  if (of === undefined || role === null) return { ...counted, runsStarted: count };
  const [run, next] = newRun({ ...counted, runsStarted: count - 1 }, role, of.startedAt);
  const named = check === undefined ? run : { ...run, check };
  const attempts = next.attempts.map((one) => (one === of ? { ...one, runs: [...one.runs, named] } : one));
  return { ...next, attempts };
}

/**
 * What is left of runs whose end the record knows: to clear it away may have been asked for, and was lost with the store. What an
 * executor pushed stays as long as its loop, as it would have at the run's end.
 */
function forgetTold(state: LoopState, { left = [] }: RestoredFacts): readonly Effect[] {
  const untold = new Set(untoldRuns(state).map(({ id }) => id));
  const changing = state.attempts.filter(({ change }) => change !== null).flatMap(({ runs }) => runs);
  const kept = new Set(isOverForGood(state) ? [] : changing.flatMap(({ id, role }) => (role === "executor" ? id : [])));
  return left.filter((run) => !untold.has(run)).map((run) => ({ type: "forget_run", run, commits: !kept.has(run) }));
}

/** The record's state, with what the thread and the pull request are known to be. */
function asFound(record: LoopState, { comments, pull, labels }: RestoredFacts): LoopState {
  const found =
    pull === null
      ? record.pull
      : { ...record.pull, number: pull.number, nodeId: pull.nodeId, url: pull.url, draft: pull.draft };
  const { hold = { by: null, at: record.grantedAt }, ...rest } = record;
  return {
    ...withPriority(rest, priorityIn(labels)),
    ...(hasLabel(labels, holdLabel) ? { hold } : {}),
    pull: found,
    comments: { status: comments.status, attempts: { ...record.comments.attempts, ...comments.attempts } },
  };
}

/** An ended loop only finishes what it had to say. A commit that waited, for a yes or for its push, was in the quarantine that is lost. */
function onEnded(found: LoopState, facts: RestoredFacts, now: number): Decision {
  const [state, stops] = giveUp(found, now);
  const { ending } = state;
  if (ending === null) return { state, effects: stops, note: "it had come to nothing" };
  const isUnpushed = (head: string | null) => head !== null && head !== facts.branch?.head;
  const lost = isUnpushed(ending.pendingHead);
  const waited: Ending = lost ? { ...ending, resume: "execute", pendingHead: null } : ending;
  const isCutOff = ending.during === "publishing" && isUnpushed(state.attempts.at(-1)?.head ?? null);
  const kept: LoopState = isCutOff
    ? { ...state, ending: { ...waited, during: "executing" }, afterPush: undefined }
    : { ...state, ending: waited };
  const effects = [...stops];
  if (!facts.comments.stop) effects.push({ type: "post_stop" });
  if (hasLabel(facts.labels, state.label)) effects.push(showStatus(kept, classOf(ending.reason)));
  return { state: kept, effects, note: `it had ended: ${ending.reason}` };
}

/** What a person did while nobody listened ends the loop as it would have. */
function endedMeanwhile(state: LoopState, facts: RestoredFacts, now: number): Decision | null {
  if (facts.pull !== null && !facts.pull.open) {
    return onPullClosed(state, { type: "pull_closed", merged: facts.pull.merged, actor: facts.pull.closedBy }, now);
  }
  if (!facts.open) return settle(state, now, calledOff(state, "issue_closed", null));
  if (!hasLabel(facts.labels, state.label)) return settle(state, now, calledOff(state, "label_removed", null));
  if (state.head !== null && facts.branch === null) {
    return settle(state, now, { reason: "cancelled", of: "branch_deleted" });
  }
  return null;
}

function goOn(state: LoopState, facts: RestoredFacts, now: number): Decision {
  switch (state.phase) {
    case "paused":
      if (state.resumeAt?.why.of === "hold_label" && state.hold === undefined)
        return resumed(closeRuns(state, now), state.resumeAt, now, [
          ...stopRuns(state, cameBackWithout),
          { type: "write_status" },
        ]);
      return { state: closeRuns(state, now), effects: stopRuns(state, cameBackWithout), note: "it stays paused" };
    case "awaiting_plan":
      return {
        state,
        effects: isGateShown(facts) ? [] : [showStatus(state, "gate")],
        note: "its plan waits for a yes",
      };
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
  const { branch } = facts;
  const reviewer = branch?.ours === true && state.pull !== null ? reviewerOf(branch.head, state, facts) : undefined;
  if (branch !== null && reviewer !== undefined) return reviewGoesOn(pushed(state, branch.head), reviewer, now);
  const executor = attempt.runs.find((run) => run.role === "executor" && isStillThere(run, facts));
  if (executor !== undefined) {
    const [left, stops] = giveUp({ ...state, phase: "executing" }, now, executor.id);
    return { state: left, effects: stops, note: "its container still runs" };
  }
  const [ended, stops] = giveUp(state, now);
  if (branch === null || branch.head === state.head) {
    if (ended.afterPush !== undefined) {
      const next = notPushed(ended, now); // it may be on this host still
      return { ...next, effects: [...stops, ...next.effects] };
    }
    const uncounted = withAttempt(ended, { counted: false, endedAt: now });
    return beginAttempt(uncounted, now, [...stops, { type: "write_status" }]);
  }
  const next = branch.ours
    ? onPublished({ ...pushed(ended, branch.head), phase: "publishing" }, branch.head, now)
    : onOvertaken(ended, branch.head, now);
  const note = branch.ours ? "its commit was published already" : next.note;
  return { ...next, effects: [...stops, ...next.effects], note };
}

/** The record does not know this push, and a committer's name proves nothing: who pushed is read at the gate. */
function pushed(state: LoopState, head: string): LoopState {
  return { ...withAttempt(state, { head }), head, behind: null, othersPushed: true, ...unseen };
}

/** The commit is judged again: what the reviewer was about to say is lost, what CI said is read. */
function judgeAgain(state: LoopState, facts: RestoredFacts, now: number): Decision {
  const { branch } = facts;
  if (branch !== null && branch.head !== state.head) {
    const [ended, stops] = giveUp(state, now);
    const next = onBranchMoved(ended, branch.head, now);
    return { ...next, effects: [...stops, ...next.effects] };
  }
  const { head, base } = currentAttempt(state);
  const reviewer = reviewerOf(head ?? base, state, facts);
  if (reviewer !== undefined) return reviewGoesOn(state, reviewer, now);
  const waitsFor = runningRuns(state);
  const isWhole = waitsFor.every((run) => isStillThere(run, facts) && sinceOf(state, run, facts) === undefined);
  if (waitsFor.length > 0 && isWhole) {
    const note = waitsFor.some(({ role }) => role === "reviewer") ? "its reviewer still runs" : "its checks still run";
    return { state: { ...state, ...unseen, ciSince: now }, effects: [], note };
  }
  const [ended, stops] = giveUp(state, now);
  const next = beginVerifying({ ...ended, ...unseen }, now, [...stops, { type: "write_status" }]);
  return { ...next, note: `judging again; ${next.note}` };
}

function waitAgain(found: LoopState, facts: RestoredFacts, now: number): Decision {
  const [state, stops] = giveUp(found, now);
  const moved = facts.branch !== null && facts.branch.head !== state.head ? facts.branch.head : null;
  const next = moved === null ? atGateAgain(state, facts, now) : onBranchMoved(state, moved, now);
  return { ...next, effects: [...stops, ...next.effects] };
}

function atGateAgain(state: LoopState, facts: RestoredFacts, now: number): Decision {
  const unsaid: Effect[] = isGateShown(facts) ? [] : [showStatus(state, "gate")];
  const draft = [...leaveDraft(state), ...askReviewers(state)];
  const next = readGate({ ...state, gateSince: state.gateSince ?? now });
  return { ...next, effects: [...unsaid, ...draft, ...next.effects], note: "reading the gate again" };
}

function isGateShown({ labels }: RestoredFacts): boolean {
  return hasLabel(labels, statusLabels.gate) && !hasLabel(labels, statusLabels.running);
}

/** It runs, or its end is known and is told now. One that was called off is ended, and nothing else follows from it. */
function isStillThere({ id, status }: RunFacts, { running }: RestoredFacts): boolean {
  return status === "running" && running.includes(id);
}

/** The newest reviewer of this commit, where it is still there and nothing but reviewers judges here; else a lost check would be waited for. */
function reviewerOf(head: string, state: LoopState, facts: RestoredFacts): RunFacts | undefined {
  const { number, runs } = currentAttempt(state);
  const reviewer = runs.findLast(({ role }) => role === "reviewer");
  if (reviewer === undefined || rulesOf(state).ownChecks !== undefined || !isStillThere(reviewer, facts))
    return undefined;
  const since = sinceOf(state, reviewer, facts);
  if (since === undefined) return state.phase === "verifying" ? reviewer : undefined;
  // Of several, nobody knows any more whose answer it would be: one must not speak for two.
  const isOnly = reviewersOf(rulesOf(state)).length === 1;
  return isOnly && since.attempt === number && since.startFrom === head ? reviewer : undefined;
}

/** What the host says of a run that the record does not name. */
function sinceOf(state: LoopState, { id }: RunFacts, { since = [] }: RestoredFacts): BegunSince | undefined {
  return since.find(({ count }) => runIdOf(state, count) === id);
}

function reviewGoesOn(state: LoopState, { id }: RunFacts, now: number): Decision {
  const [left, stops] = giveUp(state, now, id);
  const next: LoopState = { ...left, ...unseen, phase: "verifying", ciSince: now };
  return { state: next, effects: stops, note: "its reviewer still runs" };
}

/**
 * The state without the runs that the loop does not go on with, all but `kept`: what each had spent is still to be told. Nothing
 * new begins beside a container that was given up, though nobody found it when the loop came back.
 */
function giveUp(state: LoopState, now: number, kept?: string): [LoopState, readonly Effect[]] {
  const lost = { status: "lost", endedAt: now, untold: true } as const;
  const runs = runningRuns(state).filter(({ id }) => id !== kept);
  const left = runs.reduce((seen, run) => withRun(seen, run.id, lost), state);
  return [left, runs.map(({ id }) => ({ type: "stop_run", run: id, why: cameBackWithout }))];
}

const cameBackWithout = "its loop came back without it";

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
