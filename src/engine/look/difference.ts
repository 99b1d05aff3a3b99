// What GitHub says now against what a loop believes: the differences, as the events that a webhook would have brought. Pure.
import { hasLabel, holdLabel } from "../../loop/end.ts";
import type { LoopEvent } from "../../loop/event.ts";
import { refusalKey } from "../../loop/gate.ts";
import { isQueued } from "../../loop/merge-queue.ts";
import { priorityIn } from "../../loop/priority.ts";
import type { LoopState } from "../../loop/state.ts";
import { mayUpdate } from "../../loop/update.ts";
import type { LoopLook } from "../ports.ts";

/** A claim this young may be looked at through a replica that has not heard of it: nothing ends by such a look. */
const youngMs = 60_000;

/** Empty where nothing differs. `newReviews` is false when the same reviews were seen by an earlier look. */
export function differences(state: LoopState, look: LoopLook, newReviews: boolean, now: number): readonly LoopEvent[] {
  if (look.gone) return isYoung(state, now) ? [] : [{ type: "issue_gone", why: "issue_missing" }];
  const ending = isYoung(state, now) ? null : endOf(state, look);
  if (ending !== null) return [ending];
  const hold = holdOf(state, look, now);
  if (hold !== null) return [hold];
  const priority = priorityIn(look.labels);
  const isOther = priority !== (state.priority ?? null) && !isYoung(state, now);
  // It changes nothing of what else there is to hear, and new reviews are told by this look alone.
  return [...(isOther ? [{ type: "priority_set", priority } as const] : []), ...ofWork(state, look, newReviews)];
}

/** What became of the branch and the pull request. */
function ofWork(state: LoopState, { branch, pull, closedBy }: LoopLook, newReviews: boolean): readonly LoopEvent[] {
  if (branch !== null && state.head !== null && branch.head !== state.head && judges(state)) {
    // At the gate the loop's own push is long over: what a replica shows there is not what was before it.
    const looked = state.phase === "awaiting_gate" ? ({ looked: true } as const) : {};
    return [{ type: "branch_moved", head: branch.head, actor: closedBy, ...looked }];
  }
  if (pull === null || pull.head !== state.attempts.at(-1)?.head) return [];
  const isInQueue = state.phase === "awaiting_gate" && isQueued(state, pull.head);
  if (isInQueue && !pull.queued) return [{ type: "queue_left", head: pull.head }];
  // GitHub merges what is in its queue whoever may approve by then, and of a person's permissions it tells nothing: so each look asks.
  const isNews = (pull.reviews !== "" && newReviews) || waitsForAccess(state) || isInQueue;
  if (state.phase === "awaiting_gate" && isNews) {
    return [{ type: "review_submitted", actor: closedBy, head: pull.head }];
  }
  if ((pull.conflicts && judges(state)) || isOutdated(state, pull)) return [{ type: "conflict_seen", head: pull.head }];
  const waitsForCi = state.phase === "verifying" && !state.ciSeen;
  const approvedEarly = state.phase === "awaiting_gate" && state.awaitsCi;
  if (!pull.checksDone || !(waitsForCi || approvedEarly)) return [];
  return [{ type: "ci_changed", head: pull.head, name: null, looked: true }];
}

/** The label that holds a loop, as it is on the issue; one that was set just now may be unknown to the replica. */
function holdOf(state: LoopState, { labels }: LoopLook, now: number): LoopEvent | null {
  const isSet = hasLabel(labels, holdLabel);
  if (isSet === (state.hold !== undefined) || isYoung(state, now)) return null;
  if (isSet) return { type: "hold_set", by: null };
  return Math.abs(now - (state.hold?.at ?? 0)) < youngMs ? null : { type: "hold_taken_off" };
}

/** At the gate only: what is judged is read when it is green. */
function isOutdated(state: LoopState, { behind, baseHead }: NonNullable<LoopLook["pull"]>): boolean {
  const { phase, upToDate, base } = state;
  const isNewer = upToDate === true && base !== null && baseHead !== null && baseHead !== base.sha;
  return phase === "awaiting_gate" && (behind ?? isNewer) && mayUpdate(state);
}

/** An approval by comment was refused since its author lost write access: no list shows when it comes back. */
function waitsForAccess({ approvals, attempts, refusalsSaid }: LoopState): boolean {
  const head = attempts.at(-1)?.head;
  return approvals.some(
    (one) => one.head === head && refusalsSaid.includes(refusalKey(one.person.id, head, "no_permission")),
  );
}

function isYoung(state: LoopState, now: number): boolean {
  return Math.abs(now - state.grantedAt) < youngMs;
}

function judges({ phase }: LoopState): boolean {
  return phase === "verifying" || phase === "awaiting_gate";
}

/** A merge that closes the issue is looked at first: it is what ended the loop. */
function endOf(state: LoopState, look: LoopLook): LoopEvent | null {
  const { closedBy, unlabelledBy, labels, branch, pull } = look;
  if (pull !== null && !pull.open && pull.number === state.pull?.number) {
    return { type: "pull_closed", merged: pull.merged, actor: pull.closedBy };
  }
  if (!look.open) return { type: "issue_closed", actor: closedBy, pullSeen: true };
  if (!hasLabel(labels, state.label)) return { type: "unlabelled", actor: unlabelledBy };
  const wasPublished = state.head !== null && state.pull !== null;
  if (!wasPublished || branch !== null) return null;
  return { type: "branch_deleted", actor: pull?.branchDeletedBy ?? unknown, pullSeen: true };
}

/** Where GitHub does not say who it was. */
const unknown = { id: 0, login: "", bot: false };
