// The gate: a decision that only an authorised person can make, on exactly the commit that was judged.
import { beginAttempt, currentAttempt, rulesOf, withAttempt } from "./begin.ts";
import type { Effect } from "./effect.ts";
import { closeRuns, type Decision, settle, stay, stopRuns } from "./end.ts";
import type { GateFacts, LoopEvent } from "./event.ts";
import { beginVerifying, gateLook, leaveGate, onRed, unheard } from "./judge.ts";
import type { LoopState } from "./state.ts";

/** Something moved at the gate: read everything again, remember nothing. */
export function readGate(state: LoopState): Decision {
  return { state, effects: [gateLook(state)], note: "reading the gate" };
}

/** The gate as GitHub states it now. */
export function onGateRead(state: LoopState, facts: GateFacts, now: number): Decision {
  if (facts.merged || !facts.open) return stay(state, "the pull request is closed; its own event decides");
  if (facts.head !== currentAttempt(state).head) return onBranchMoved(state, facts.head, now);
  if (facts.changes.length > 0) return onChangesRequested(state, facts, now);
  const approvers = eligible(state, facts);
  if (approvers.length >= rulesOf(state).approvals) {
    if (facts.verdict.colour === "green") return pass(state, facts.head, approvers, now);
    if (facts.verdict.colour === "red") return onRed(state, facts.verdict, now);
    return answerRefusals(state, facts, "approved, but the checks of this commit are not green");
  }
  return answerRefusals(state, facts, "not enough approvals on this commit");
}

/** Who approves this exact commit: reviews that count, and `/loop approve` by people who are no authors. */
function eligible(state: LoopState, facts: GateFacts): readonly string[] {
  const byReview = facts.approvals.filter((approval) => approval.head === facts.head);
  const byCommand = state.approvals.filter(
    (approval) => approval.head === facts.head && !facts.authors.includes(approval.login),
  );
  return [...new Set([...byReview, ...byCommand].map((approval) => approval.login))];
}

function pass(state: LoopState, head: string, approvers: readonly string[], now: number): Decision {
  const approved = { ...state, approvedBy: approvers.join(", ") };
  if (rulesOf(state).merge) return { state: approved, effects: [{ type: "merge", head }], note: "approved; merging" };
  return complete(approved, now, "approved");
}

/** The approved change is merged, as the policy asked. */
export function onMerged(state: LoopState, now: number): Decision {
  return complete(state, now, "approved_and_merged");
}

/** GitHub would not merge: the approval stands, a person merges. */
export function onMergeRefused(state: LoopState, message: string, now: number): Decision {
  return settle(state, now, {
    reason: "permission_required",
    of: "merge_declined",
    quote: message,
    resume: "gate",
  });
}

type Completion = "approved" | "approved_and_merged" | "merged_by_hand";

function complete(state: LoopState, now: number, of: Completion): Decision {
  return settle(state, now, { reason: "task_complete", of, by: state.approvedBy });
}

function onChangesRequested(state: LoopState, facts: GateFacts, now: number): Decision {
  const asked: LoopState = {
    ...withAttempt(state, { endedAt: now }),
    changesRequested: [...facts.changes],
    approvals: [],
  };
  const next = beginAttempt(asked, now, [{ type: "write_status" }, ...leaveGate(state)]);
  return { ...next, note: `changes requested; ${next.note}` };
}

function answerRefusals(state: LoopState, facts: GateFacts, note: string): Decision {
  const fresh = facts.refusals.filter((one) => !state.refusalsSaid.includes(said(one, facts.head)));
  const effects: Effect[] = fresh.map((one) => ({ type: "reply", reply: { kind: "approval_does_not_count", ...one } }));
  const refusalsSaid = [...state.refusalsSaid, ...fresh.map((one) => said(one, facts.head))];
  return { state: { ...state, refusalsSaid }, effects, note };
}

function said(refusal: GateFacts["refusals"][number], head: string): string {
  return `${refusal.login} ${head} ${refusal.why.of}`;
}

/** Someone else's commit is on the branch: it is judged like ours, and never overwritten. */
export function onBranchMoved(state: LoopState, head: string, now: number): Decision {
  if (head === state.head) return stay(state, "the branch is where we left it");
  if (state.phase !== "verifying" && state.phase !== "awaiting_gate") {
    return stay(state, "the branch moved; publishing will find out");
  }
  const moved: LoopState = { ...withAttempt(state, { head }), head, ...unheard, approvals: [] };
  const stopped = closeRuns(moved, now);
  const before: Effect[] = [...stopRuns(state, "the branch moved"), { type: "write_status" }, ...leaveGate(state)];
  const next = beginVerifying(stopped, now, before);
  return { ...next, note: `the branch moved; ${next.note}` };
}

/** A person closed or merged the pull request. */
export function onPullClosed(
  state: LoopState,
  event: Extract<LoopEvent, { type: "pull_closed" }>,
  now: number,
): Decision {
  const { login } = event.actor;
  if (!event.merged) {
    return settle(state, now, { reason: "cancelled", of: "pull_closed", by: login });
  }
  const independent = event.actor.id !== state.requester.id && !event.actor.bot;
  const gated = state.phase === "awaiting_gate" && (independent || state.approvedBy !== null);
  if (gated) return complete({ ...state, approvedBy: state.approvedBy ?? login }, now, "merged_by_hand");
  return settle(state, now, { reason: "cancelled", of: "merged_too_early", by: login });
}
