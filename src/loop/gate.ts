// The gate: a decision that only an authorised person can make, on exactly the commit that was judged.
import { isAutoMerged } from "./auto-merge.ts";
import { beginAttempt, currentAttempt, rulesOf, withAttempt } from "./begin.ts";
import { goingIn, withGoing } from "./ci-going.ts";
import type { Effect } from "./effect.ts";
import { closeRuns, type Decision, isLive, settle, stay, stopRuns } from "./end.ts";
import type { GateFacts, LoopEvent, MergeOutcome } from "./event.ts";
import {
  alsoRequired,
  beginVerifying,
  gateLook,
  isCutShort,
  leaveGate,
  onRed,
  readVerdict,
  rerun,
  unheard,
  withConflict,
} from "./judge.ts";
import { isMergedByQueue, isQueued, outOfQueue } from "./merge-queue.ts";
import { notesOfChanges } from "./notes.ts";
import type { ApprovalRefusal, GateRefusal } from "./refusal.ts";
import type { Attempt, BaseTip, CheckAgain, LoopState, Person } from "./state.ts";
import { mayUpdate, updateBranch, withRule } from "./update.ts";

/** Something moved at the gate: read everything again, remember nothing. */
export function readGate(state: LoopState): Decision {
  return { state, effects: [gateLook()], note: "reading the gate" };
}

/** A check of the commit moved at the gate, and nothing else did: who approved and who pushed is read once it is green. */
export function readChecksAtGate(state: LoopState): Decision {
  return { state, effects: [{ type: "pass_gate", news: "checks" }], note: "reading the checks at the gate" };
}

/** Whether, as long as the checks are pending, this reading of them changes nothing of what the one before it came to. */
export function isStillPending(state: LoopState, facts: GateFacts): boolean {
  if (!facts.open || facts.verdict.colour !== "pending" || isCutShort(facts.verdict)) return false;
  if (state.phase !== "awaiting_gate" || state.mergedBy !== null) return false;
  if (facts.queued === true || isQueued(state, facts.head)) return false;
  const standing = standingOf(state, facts);
  return standing === "short" || (standing === "pending" && state.awaitsCi);
}

/** How the gate stands by what was just read of it; whoever merges does so only on `passed`. */
export type Standing =
  | "closed"
  | "moved"
  | "retargeted"
  | "changes"
  | "conflict"
  | "outdated"
  | "unread"
  | "short"
  | "red"
  | "pending"
  | "passed";

/** Where several hold, the first of them. A merged pull request stands as it would if it were open. */
export function standingOf(state: LoopState, facts: GateFacts): Standing {
  if (!facts.open && facts.merged === null) return "closed";
  if (facts.head !== currentAttempt(state).head) return "moved";
  if (facts.open && facts.retargeted !== undefined) return "retargeted"; // nothing was said of a merge into that base
  if (facts.changes.length > 0) return "changes";
  if (facts.open && facts.conflict !== undefined) return "conflict";
  if (facts.verdict.colour === "red") return "red"; // whoever approved it: a merge of it would not be one of what was judged
  if (facts.open && facts.outdated !== undefined) return "outdated"; // whoever approves it: GitHub would not merge it
  if (facts.unread !== null) return "unread";
  if (facts.approvals.length < approvalsNeeded(state, facts)) return "short";
  return facts.verdict.colour === "green" ? "passed" : "pending";
}

/** One of the approvers may be whoever pushed unnamed, so there has to be another one for each such push. */
function approvalsNeeded(state: LoopState, { unknownPushes }: GateFacts): number {
  return rulesOf(state).approvals + unknownPushes;
}

/** The gate as GitHub states it now, and what came of merging it where that was allowed. */
export function onGateRead(state: LoopState, event: GateRead, now: number): Decision {
  const { facts, merge } = event;
  if (merge?.ok === true || facts.merged?.ours === true || isMergedByQueue(state, facts)) {
    return complete(asMerged(state, facts.head), facts, "approved_and_merged", now);
  }
  // The loop was ended or paused while it was put in: what is called off is not merged.
  const isLeftIn = state.phase !== "awaiting_gate" && (merge?.ok === "queued" || facts.queued === true);
  if (isLeftIn && facts.open && state.ending?.reason !== "task_complete")
    return {
      state: outOfQueue(state),
      effects: [{ type: "leave_queue" }],
      note: "called off while it was put into the merge queue",
    };
  if (!isLive(state)) return stay(state, `${state.phase}: nothing more to do`);
  if (facts.merged !== null && isAtGateOrMerged(state)) return onMergedByHand(asMerged(state, facts.head), facts, now);
  if (state.phase !== "awaiting_gate") return stay(state, `${state.phase}: the gate is not awaited now`);
  if (merge?.ok === "queued") return onQueued(state, facts.head);
  if (merge?.ok === false) return onMergeDeclined(state, merge, now);
  if (mustLeaveQueue(state, facts)) {
    const next = onGateRead(outOfQueue(state), event, now);
    return { ...next, effects: [{ type: "leave_queue" }, { type: "write_status" }, ...next.effects] };
  }
  const read = withRule(state, facts);
  return onStanding({ ...read, awaitsCi: false, ...alsoRequired(state, facts.verdict) }, event, now);
}

function onQueued(state: LoopState, head: string): Decision {
  if (isQueued(state, head)) return stay(state, "in the merge queue");
  return {
    state: { ...state, queuedHead: head },
    effects: [{ type: "write_status" }],
    note: "put into the merge queue",
  };
}

/** The gate is passed no more. */
function mustLeaveQueue(state: LoopState, facts: GateFacts): boolean {
  const leaves: readonly Standing[] = ["retargeted", "changes", "short", "unread", "red"];
  return isQueued(state, facts.head) && leaves.includes(standingOf(state, facts));
}

function isAtGateOrMerged({ phase, mergedBy }: LoopState): boolean {
  return phase === "awaiting_gate" || mergedBy !== null;
}

/** Somebody pushed between the merge and the news of it: the attempt is again what stood at the gate, and was merged. */
export function asMerged(state: LoopState, merged: string): LoopState {
  const { leftGate } = state;
  if (leftGate?.head !== merged || state.attempts.at(-1)?.head === merged) return state;
  const { attempt: number, approvals, ...stood } = leftGate;
  return {
    ...state,
    head: merged,
    approvals,
    attempts: state.attempts.map((one) => (one.number === number ? { ...one, ...stood } : one)),
  };
}

type GateRead = Extract<LoopEvent, { type: "gate_read" }>;

function onStanding(state: LoopState, { facts, again = [] }: GateRead, now: number): Decision {
  const standing = standingOf(state, facts);
  switch (standing) {
    case "closed":
      return stay(state, "the pull request is closed; its own event decides");
    case "moved":
      return onBranchMoved(state, facts.head, now);
    case "retargeted":
      return facts.retargeted === undefined
        ? stay(state, "the pull request goes where it went")
        : onRetargeted(state, facts.head, facts.retargeted, now);
    case "changes":
      return onChangesRequested(state, facts, now);
    case "conflict":
      return onConflict(withConflict(state, facts.conflict), now);
    case "outdated":
      return facts.outdated !== undefined && mayUpdate(state)
        ? updateBranch(state, facts.outdated)
        : answer(state, facts, "rules want the base in the branch, and it is left to people");
    case "unread":
      return answer(state, facts, "what GitHub lists could not be read to its end");
    case "short":
      return answer(state, facts, "not enough approvals on this commit");
    case "red":
      return mayRerunAtGate(state, again) ? rerunAtGate(state, again, now) : onRed(state, facts.verdict, now);
    case "pending":
      if (mayRerunAtGate(state, again)) return rerunAtGate(state, again, now, { rerunFor: "runner" });
      return answer(awaitingCi(state, facts.verdict), facts, "approved, but the checks of this commit are not green");
    case "passed":
      return complete(state, facts, "approved", now);
  }
}

function awaitingCi(state: LoopState, verdict: GateFacts["verdict"]): LoopState {
  return withGoing({ ...state, awaitsCi: true }, goingIn(verdict));
}

/** Whether what turned red at the gate runs once more: it was green on this very commit, so that it is no doing of the change's alone. */
export function mayRerunAtGate(state: LoopState, again: readonly CheckAgain[]): boolean {
  const isLeft = currentAttempt(state).rerunAtGate === undefined && state.rules?.runAgain !== "deny";
  return again.length > 0 && isLeft;
}

/** Whether the gate lacks nothing but what was ended from outside and can run again. */
export function isCutShortAtGate(standing: Standing, { open, verdict }: GateFacts): boolean {
  return standing === "pending" && open && isCutShort(verdict);
}

/** Back to judging the same commit; whoever approved it meanwhile is read when it is green again. */
function rerunAtGate(
  state: LoopState,
  again: readonly CheckAgain[],
  now: number,
  of: Pick<Attempt, "rerunFor"> = {},
): Decision {
  const judging: LoopState = {
    ...withAttempt(state, { ...of, rerunAtGate: true, endedAt: null }),
    phase: "verifying",
    reviewSeen: true,
  };
  return rerun(judging, again, now, leaveGate(state));
}

/** GitHub would not merge: a person does, or has the gate read again. */
function onMergeDeclined(state: LoopState, { message, queue }: Declined, now: number): Decision {
  return settle(outOfQueue(state), now, {
    reason: "permission_required",
    of: "merge_declined",
    quote: message,
    resume: "gate",
    ...(queue === true ? { queue } : {}),
  });
}

type Declined = Extract<MergeOutcome, { ok: false }>;

function complete(
  state: LoopState,
  { approvals }: GateFacts,
  of: "approved" | "approved_and_merged",
  now: number,
): Decision {
  const by = approvals.map(({ login }) => login).join(", ") || null;
  return settle(state, now, { reason: "task_complete", of, by });
}

function onMergedByHand(state: LoopState, facts: GateFacts, now: number): Decision {
  const by = state.mergedBy?.login ?? facts.merged?.by.login ?? null;
  const gate = standingOf(state, facts) === "passed" ? "passed" : "not_passed";
  return settle(state, now, { ...mergedByHand(state, by), commit: facts.head, gate, by });
}

function mergedByHand(state: LoopState, by: string | null) {
  const auto = isAutoMerged(state, by) ? ({ auto: true } as const) : {};
  return { reason: "task_complete", of: "merged_by_hand", ...auto } as const;
}

function onChangesRequested(state: LoopState, facts: GateFacts, now: number): Decision {
  const asked: LoopState = {
    ...withAttempt(state, { endedAt: now }),
    changesRequested: [...facts.changes],
    requestsHeard: [...(state.requestsHeard ?? []), ...facts.requests],
    approvals: [],
  };
  const notes = notesOfChanges(state, facts.changes, facts.requests);
  const next = beginAttempt(asked, now, [{ type: "write_status" }, ...leaveGate(state), ...notes]);
  return { ...next, note: `changes requested; ${next.note}` };
}

/** The base moved so that the two conflict: what was approved cannot be merged, and what is merged with it is judged anew. */
function onConflict(state: LoopState, now: number): Decision {
  const again: LoopState = { ...withAttempt(state, { endedAt: now }), approvals: [] };
  const next = beginAttempt(again, now, [{ type: "write_status" }, ...leaveGate(state)]);
  return { ...next, note: `the branch conflicts with its base; ${next.note}` };
}

/** Says once of each approval that does not count why it does not, and why those that do are not enough. */
function answer(state: LoopState, facts: GateFacts, note: string): Decision {
  const refused: Effect[] = facts.refusals
    .filter((one) => !state.refusalsSaid.includes(said(one, facts.head)))
    .map(({ login, why }) => ({ type: "reply", reply: { kind: "approval_does_not_count", login, why } }));
  const why = whyNotPassed(state, facts);
  const isNews = why !== null && !state.refusalsSaid.includes(saidOfGate(why, facts.head));
  const effects: Effect[] = isNews ? [...refused, { type: "reply", reply: { kind: "gate_not_passed", why } }] : refused;
  const now = [
    ...facts.refusals.map((one) => said(one, facts.head)),
    ...(why === null ? [] : [saidOfGate(why, facts.head)]),
  ];
  const refusalsSaid = [...new Set([...state.refusalsSaid, ...now])];
  return { state: { ...state, refusalsSaid }, effects, note };
}

/** Where the gate is not passed for another reason than that nobody approved. */
function whyNotPassed(state: LoopState, facts: GateFacts): GateRefusal | null {
  if (facts.outdated !== undefined) {
    const { updatesTried: tried, updateRefused } = state;
    const message = updateRefused?.head === facts.head ? updateRefused.message : null;
    return { of: "outdated", branch: facts.outdated.branch, tried, message };
  }
  const approvals = facts.approvals.length;
  if (approvals === 0 || approvals < rulesOf(state).approvals) return null;
  if (facts.unread !== null) return { of: "unread", ...facts.unread };
  const needed = approvalsNeeded(state, facts);
  return approvals < needed ? { of: "unknown_pushes", pushes: facts.unknownPushes, approvals, needed } : null;
}

function said({ id, why }: GateFacts["refusals"][number], head: string): string {
  return refusalKey(id, head, why.of);
}

/** How `refusalsSaid` keeps that this person's approval of this commit does not count. */
export function refusalKey(id: number, head: string, why: ApprovalRefusal["of"]): string {
  return `${id} ${head} ${why}`;
}

function saidOfGate(why: GateRefusal, head: string): string {
  return `gate ${head} ${why.of}`;
}

/** Someone else's commit is on the branch: it is judged like ours, and never overwritten. */
export function onBranchMoved(state: LoopState, head: string, now: number): Decision {
  if (head === state.head) return stay(state, "the branch is where we left it");
  if (state.phase !== "verifying" && state.phase !== "awaiting_gate") {
    return stay(state, "the branch moved; publishing will find out");
  }
  return judgeAnew({ ...state, othersPushed: true }, head, "the branch moved", now);
}

/** Another commit is on the branch: whatever was said of the one before it, it is judged from the start. */
function judgeAnew(state: LoopState, head: string, why: string, now: number): Decision {
  const moved: LoopState = {
    ...withAttempt(state, { head }),
    ...left(state),
    head,
    behind: null,
    ...unheard,
    approvals: [],
  };
  const stopped = closeRuns(moved, now);
  const before: Effect[] = [...stopRuns(state, why), { type: "write_status" }, ...leaveGate(state)];
  const next = beginVerifying(stopped, now, before);
  return { ...next, note: `${why}; ${next.note}` };
}

/** CI may have nothing more to say of the same commit, and the reviews of it stand: both are read once the reviewer is done. */
function onRetargeted(state: LoopState, head: string, base: BaseTip, now: number): Decision {
  const next = judgeAnew({ ...state, base }, head, `the pull request goes to ${base.branch} now`, now);
  return { ...next, state: next.state && { ...next.state, ciSeen: true, reviewSeen: true } };
}

/** The base was to be merged into the branch, for a rule: what came of it is no person's push, and is judged from the start. */
export function onBranchUpdated(
  before: LoopState,
  { head, base, outcome }: Extract<LoopEvent, { type: "branch_updated" }>,
  now: number,
): Decision {
  if (before.head !== head || currentAttempt(before).head !== head) return stay(before, "an update of another commit");
  const state: LoopState = { ...before, updatesTried: before.updatesTried + 1 };
  switch (outcome.status) {
    case "updated":
      return judgeAnew({ ...state, base }, outcome.head, `${base.branch} was merged into the branch`, now);
    case "moved":
      return onBranchMoved(state, outcome.head, now);
    case "conflict":
      return onConflict(withConflict(state, base), now);
    case "current":
      return readAgain({ ...state, base }, "the branch contains its base");
    case "refused":
      return readAgain({ ...state, updateRefused: { head, message: outcome.message } }, "GitHub would not update it");
  }
}

function readAgain(state: LoopState, note: string): Decision {
  if (state.phase === "awaiting_gate") return { state, effects: [gateLook()], note: `${note}; reading the gate` };
  return { state, effects: [readVerdict(state)], note: `${note}; reading the verdict` };
}

/** What was at the gate may have been merged before the push; GitHub tells of the two in any order. */
function left(state: LoopState): Pick<LoopState, "leftGate"> {
  if (state.phase !== "awaiting_gate") return {};
  const { number: attempt, head, review, verdict } = currentAttempt(state);
  return head === null ? {} : { leftGate: { attempt, head, review, verdict, approvals: state.approvals } };
}

/**
 * Somebody closed or merged the pull request. A merge that may be of what was at the gate, or the App's own with its answer
 * lost, is read once more: only that says whose it was and whether the gate had been passed. From then on nothing else ends
 * the loop.
 */
export function onPullClosed(
  state: LoopState,
  event: Extract<LoopEvent, { type: "pull_closed" }>,
  now: number,
): Decision {
  const { actor, merged } = event;
  if (!merged) return settle(state, now, { reason: "cancelled", of: "pull_closed", by: actor.login });
  const isAtGate = state.phase === "awaiting_gate" || state.resumeAt?.phase === "awaiting_gate";
  if (!isAtGate && state.leftGate === undefined && !actor.bot) return endMerged(state, actor, "not_reached", now);
  const phase = isAtGate ? "awaiting_gate" : isPaused(state) ? state.resumeAt.phase : state.phase;
  const next: LoopState = { ...closeRuns(state, now), phase, resumeAt: null, mergedBy: state.mergedBy ?? actor };
  const effects = [...stopRuns(state, "merged"), gateLook()];
  return { state: next, effects, note: "merged; reading by whom, and whether the gate had been passed" };
}

function isPaused(state: LoopState): state is LoopState & { resumeAt: NonNullable<LoopState["resumeAt"]> } {
  return state.phase === "paused" && state.resumeAt !== null;
}

/** The gate of a person's merge could not be read. A bot's may be the App's own: of that nothing is said that was not read. */
export function onMergeUnread(state: LoopState, by: Person, message: string, now: number): Decision {
  if (!by.bot) return endMerged(state, by, "unread", now);
  const failed = { of: "effect_failed", effect: "pass_gate", quote: message, resume: "verify" } as const;
  return settle({ ...state, mergedBy: null }, now, { reason: "infrastructure_error", ...failed });
}

function endMerged(state: LoopState, { login: by }: Person, gate: "not_reached" | "unread", now: number): Decision {
  const commit = gate === "unread" ? state.head : null;
  return settle(state, now, { ...mergedByHand(state, by), commit, gate, by });
}
