// The one place that chooses what happens next: a function of the state, an event and the time.
import { assert, unreachable } from "../base/assert.ts";
import {
  notPushed,
  onDayFull,
  onExecutorEnded,
  onOvertaken,
  onPublished,
  onPublishRefused,
  onPullOpened,
  onRunDelayed,
  onRunQueued,
  onRunStarted,
  withPartial,
} from "./attempt.ts";
import { onAutoMerge, withAutoMerge } from "./auto-merge.ts";
import { beginAttempt, book, isUnread, onClaimRead, onLabelled, outOfTime, rulesOf } from "./begin.ts";
import { onCheckEnded } from "./check.ts";
import { afterNews, notOwed, owed, withGoing } from "./ci-going.ts";
import { alarmNames, dueAt, isEarlyLook, isQuietLookDue, kept, movedBack } from "./clock.ts";
import type { Effect, EffectType, Reply } from "./effect.ts";
import {
  calledOff,
  type Decision,
  isAnswerable,
  isLive,
  isOverForGood,
  releaseIfOver,
  sayUnsaid,
  settle,
  settleSilently,
  stay,
  untoldRuns,
} from "./end.ts";
import type { AlarmName, GateFacts, LoopEvent } from "./event.ts";
import {
  onBranchMoved,
  onBranchUpdated,
  onGateRead,
  onMergeUnread,
  onPullClosed,
  readChecksAtGate,
  readGate,
} from "./gate.ts";
import { withoutExpired } from "./grants.ts";
import { onHoldSet, onStatusLabelChanged, underHold } from "./hold.ts";
import {
  counts,
  onCiChanged,
  onCiLook,
  onCiOverdue,
  onCiQuiet,
  onConflictSeen,
  onPullReady,
  onRerun,
  onReviewerEnded,
  onReviewersAsked,
  onVerdict,
} from "./judge.ts";
import { spentOf } from "./money.ts";
import { onAllPaused, readsPauseAgain } from "./pause-all.ts";
import { onCommand, onRetryFacts } from "./people.ts";
import { onPrioritySet } from "./priority.ts";
import { claimAgain, onRecordTampered, onRestored } from "./restore.ts";
import { onAllResumed, onHoldTakenOff } from "./resume.ts";
import { runWithoutLoop } from "./run-command.ts";
import type { Schedules } from "./schedule.ts";
import type { Ending, LoopState, Phase, RunFacts } from "./state.ts";
import { onWordsHeard, withUnheard } from "./steer.ts";
import { withMoneyWarning } from "./warning.ts";

/**
 * Decides. No I/O, no clock, no randomness: `now` is epoch milliseconds, the loop's rules are in its state (frozen at the
 * claim). The state is never changed in place; its revision grows by one with every decision that changes anything.
 */
export function decide(state: LoopState | null, event: LoopEvent, now: number): Decision {
  const found = state === null ? null : withoutExpired(state, now);
  const decision = unasked(underHold(choose(found, event, now), now));
  if (decision.state === null || (decision.state === found && found === state)) return decision;
  const next = answeringLabels(kept(decision.state, now));
  const before = event.type === "restored" && state?.id !== next.id ? event.record : state;
  const revision = before !== null && next.id === before.id ? before.revision + 1 : 1;
  const rung = event.type === "alarm" && event.name !== "schedules" ? event.name : null;
  const effects = [
    ...alarmsFor(state, next, rung),
    ...decision.effects,
    ...readsPauseAgain(state?.id === next.id ? state : null, next, decision.effects),
  ];
  return { ...decision, state: { ...next, revision }, effects };
}

/** Where nobody is there a schedule's loop says no more than how it stands, what came of it, and why it ended. */
function unasked(decision: Decision): Decision {
  if (decision.state?.schedule === undefined) return decision;
  const effects = decision.effects.filter((one) => one.type !== "reply" || !byItself.includes(one.reply.kind));
  return { ...decision, effects };
}

/** Replies that answer nobody. */
const byItself: readonly Reply["kind"][] = ["gate_reminder", "money_warning", "ready_for_ci", "reviewers_missed"];

/** What sets the alarms as the state now asks for them; the one that has just rung needs no clearing. */
function alarmsFor(before: LoopState | null, after: LoopState, rung: AlarmName | null): Effect[] {
  return alarmNames.flatMap((name): Effect[] => {
    const was = before?.id === after.id ? dueAt(before, name) : null;
    const at = dueAt(after, name);
    if (at === was) return [];
    if (at !== null) return [{ type: "set_alarm", name, at }];
    return name === rung ? [] : [{ type: "clear_alarm", name }];
  });
}

function choose(state: LoopState | null, event: LoopEvent, now: number): Decision {
  if (event.type === "labelled") return onLabelled(state, event, now);
  if (event.type === "restored" || event.type === "record_tampered") {
    const isOwn = event.type === "restored" && event.record.id === state?.id;
    if (state !== null && isOwn && isUnread(state)) return claimAgain(state, "its thread holds no record but its own");
    if (state !== null && (isOwn || !isUnread(state))) return stay(state, "the loop is here; its record is not needed");
    return event.type === "restored" ? onRestored(event, now) : onRecordTampered(event, now);
  }
  if (event.type === "run_ended") {
    const told = withoutEmptyChange(event);
    const decision = withUnheard(onRunEnded(state, told, now), told);
    return withMoneyWarning(state, withLeftovers(decision, state, told));
  }
  if (event.type === "policy_proposed") return onPolicyProposed(state, event);
  if (event.type === "schedules_seen") return runSchedules(state, now, event.repository);
  if (event.type === "alarm" && event.name === "schedules") return runSchedules(state, now);
  if (event.type === "repository_added") return onRepositoryAdded(state, event);
  if (state === null) return withoutLoop(event);
  switch (event.type) {
    case "clock_set_back":
      return stay(movedBack(state, event.byMs, now), "our clock was ahead; its times are moved back");
    case "renamed": {
      const { owner, name } = event;
      return stay({ ...state, issue: { ...state.issue, owner, name } }, "the repository has another name now");
    }
    case "issue_back":
      return sayUnsaid(state, event.installationId);
    case "command":
      return {
        state,
        effects: [{ type: "check_command", command: event.command }],
        note: "asking what its author may do",
      };
    case "command_checked":
      return onCommand(state, event, now);
    case "all_paused":
      return onAllPaused(state, event, now);
    case "all_resumed":
      return onAllResumed(state, now);
    case "hold_set":
      return onHoldSet(state, event, now);
    case "hold_taken_off":
      return onHoldTakenOff(state, now);
    case "priority_set":
      return onPrioritySet(state, event);
    case "status_label_changed":
      return onStatusLabelChanged(state, event);
    case "retry_read":
      return onRetryFacts(state, event.facts, now);
    case "status_posted":
      return stay({ ...state, comments: { ...state.comments, status: event.comment } }, "the status comment exists");
    case "attempt_posted": {
      const attempts = { ...state.comments.attempts, [String(event.attempt)]: event.comment };
      return stay({ ...state, comments: { ...state.comments, attempts } }, "the attempt's comment exists");
    }
    case "pull_ready":
      return onPullReady(state, event.body);
    case "reviewers_asked":
      return onReviewersAsked(state, event.missed);
    case "gate_read":
      return state.ending?.reason === "task_complete"
        ? stay(state, "the end was read before")
        : withAutoMerge(state, autoMergeNow(state, event.facts), (heard) => onGateRead(heard, event, now));
    case "words_heard":
      return onWordsHeard(state, event);
    case "record_deleted":
      return onRecordDeleted(state, event.comment);
    case "record_edited":
      return onRecordEdited(state, event, now);
    default:
      return isLive(state) ? chooseLive(state, event, now) : stay(state, `${state.phase}: nothing more to do`);
  }
}

type LiveEvent = Exclude<
  LoopEvent,
  {
    type:
      | "labelled"
      | "restored"
      | "record_tampered"
      | "policy_proposed"
      | "schedules_seen"
      | "repository_added"
      | "clock_set_back"
      | "renamed"
      | "issue_back"
      | "command"
      | "command_checked"
      | "all_paused"
      | "all_resumed"
      | "hold_set"
      | "hold_taken_off"
      | "priority_set"
      | "status_label_changed"
      | "retry_read"
      | "status_posted"
      | "attempt_posted"
      | "pull_ready"
      | "reviewers_asked"
      | "gate_read"
      | "record_deleted"
      | "record_edited"
      | "words_heard"
      | "run_ended";
  }
>;

/** Once somebody merged, the gate is read for whose merge it was and what it had been, and nothing else ends the loop but the loss of its thread. */
const afterMerge: readonly LiveEvent["type"][] = ["issue_gone", "effect_failed"];

function chooseLive(state: LoopState, event: LiveEvent, now: number): Decision {
  if (state.mergedBy !== null && !afterMerge.includes(event.type)) return stay(state, "merged: nothing else counts");
  switch (event.type) {
    case "unlabelled":
      return onUnlabelled(state, event, now);
    case "issue_closed":
    case "branch_deleted":
      return onMayBeMerge(state, event, now);
    case "issue_gone":
      return settleSilently(state, now, event.why);
    case "pull_closed":
      return onPullClosed(state, event, now);
    case "effect_failed":
      return onEffectFailed(state, event, now);
    case "alarm":
      return event.name === "schedules" ? stay(state, "an alarm of the repository") : onAlarm(state, event.name, now);
    case "branch_moved":
      if (event.looked !== true && isLeftBehind(state, event.head))
        return stay(state, "late news: the branch has moved on from that commit");
      return onBranchMoved(state, event.head, now);
    case "run_queued":
      return onRunQueued(state, event, now);
    case "day_full":
      return onDayFull(state, event, now);
    case "run_delayed":
      return onRunDelayed(state, event);
    case "run_started":
      return onRunStarted(state, event);
    case "ci_changed":
      return onCi(state, event, now);
    case "claim_read":
      return inPhase(state, ["queued"], () => onClaimRead(state, event.facts, now));
    case "published":
      return inPhase(state, ["publishing"], () => onPublished(state, event.head, now));
    case "publish_overtaken":
      return inPhase(state, ["publishing"], () => onOvertaken(state, event.head, now));
    case "publish_refused":
      return inPhase(state, ["publishing"], () => onPublishRefused(state, event, now));
    case "pull_opened":
      return inPhase(state, ["publishing"], () => onPullOpened(state, event, now));
    case "verdict_read":
      return inPhase(state, ["verifying"], () =>
        withAutoMerge(state, event.autoMergeBy ?? null, (heard) => onVerdict(heard, event, now)),
      );
    case "checks_rerun":
      return inPhase(state, ["verifying"], () => onRerun(state, event.head, event.outcome));
    case "branch_updated":
      return inPhase(state, ["verifying", "awaiting_gate"], () => onBranchUpdated(state, event, now));
    case "checks_pending":
      return inPhase(state, ["awaiting_gate"], () => onChecksPending(state, event));
    case "conflict_seen":
      return state.phase === "awaiting_gate"
        ? readGate(state)
        : inPhase(state, ["verifying"], () => onConflictSeen(state, event.head));
    case "auto_merge":
      return onAutoMerge(state, event.by);
    case "queue_left":
      return inPhase(state, ["awaiting_gate"], () => readGate(state));
    case "review_submitted":
      return onReviewSubmitted(state);
    default:
      return unreachable(event);
  }
}

/** Of a pull request that is merged, GitHub may not tell any more who had it merge by itself. */
function autoMergeNow({ autoMerge }: LoopState, { autoMergeBy, merged }: GateFacts): string | null {
  return autoMergeBy ?? (merged === null ? null : (autoMerge?.by ?? null));
}

/** It is about no loop: what is at this number, if anything, is a label that was set on the pull request. */
function onPolicyProposed(
  state: LoopState | null,
  { pull, head, base }: Extract<LoopEvent, { type: "policy_proposed" }>,
): Decision {
  return { state, effects: [{ type: "check_policy", pull, head, base }], note: "what it makes of the policy is shown" };
}

/** They are the repository's, and no loop's. */
function runSchedules(state: LoopState | null, at: number, repository?: Schedules["repository"]): Decision {
  const effects: Effect[] = [{ type: "run_schedules", ...(repository === undefined ? {} : { repository }), at }];
  return { state, effects, note: "the repository's schedules are looked at" };
}

/** The repository is greeted, and no loop is concerned. */
function onRepositoryAdded(
  state: LoopState | null,
  { type: _, ...added }: Extract<LoopEvent, { type: "repository_added" }>,
): Decision {
  return { state, effects: [{ type: "introduce", ...added }], note: "the App introduces itself to the repository" };
}

/** Whoever could start a loop and gave a command where there is none is told so. */
function withoutLoop(event: LoopEvent): Decision {
  if (event.type !== "command" || event.on === undefined) return stay(null, "no loop on this issue");
  const run = runWithoutLoop(event);
  if (run !== null) return { state: null, effects: [run], note: "a person wants a loop" };
  const { command, on } = event;
  if (command.verb === "pause-all" || command.verb === "resume-all") {
    const effect: Effect = { type: "pause_all", issue: on.issue, command };
    return { state: null, effects: [effect], note: `${command.verb}: every loop of the repository is told` };
  }
  return {
    state: null,
    effects: [{ type: "answer_without_loop", command, on }],
    note: "a command where there is no loop",
  };
}

function inPhase(state: LoopState, phases: readonly Phase[], act: () => Decision): Decision {
  return phases.includes(state.phase) ? act() : stay(state, `${state.phase}: this is not awaited now`);
}

/** A commit that an attempt began from or published, and that is not the newest: its webhook came late. */
function isLeftBehind(state: LoopState, head: string): boolean {
  return head !== state.head && state.attempts.some((attempt) => attempt.base === head || attempt.head === head);
}

function onUnlabelled(state: LoopState, event: Extract<LoopEvent, { type: "unlabelled" }>, now: number): Decision {
  const by = event.actor.login;
  return settle(state, now, calledOff(state, "label_removed", by));
}

type MayBeMerge = Extract<LoopEvent, { type: "issue_closed" | "branch_deleted" }>;

/**
 * A merge closes the issue by the words "Closes #n", and GitHub tells of the issue no later than of the pull request; many
 * repositories delete a branch once it is merged, and the news of the merge may be late or lost. Where there is a pull request,
 * it is looked at before either is taken for a person's wish.
 */
function onMayBeMerge(state: LoopState, { type: of, actor, pullSeen }: MayBeMerge, now: number): Decision {
  if (state.pull === null || pullSeen === true) {
    const { login } = actor;
    return settle(
      state,
      now,
      of === "issue_closed" ? calledOff(state, of, login) : { reason: "cancelled", of, by: login },
    );
  }
  if (of === "issue_closed")
    return { state, effects: [{ type: "read_closing", actor }], note: "asking whether a merge closed the issue" };
  const effects: Effect[] = [{ type: "read_closing", actor, of: "branch" }];
  return { state, effects, note: "asking whether the branch was merged before it was deleted" };
}

/** Commits that together change no file are as good as none: there is nothing to judge, and nothing to merge. */
function withoutEmptyChange(event: RunEnded): RunEnded {
  const { change } = event;
  if (change === null || change.risks.length > 0) return event; // of one too large to be read nothing is listed
  if ((change.whole ?? change.size).files > 0) return event;
  return { ...event, change: null, note: event.note || "Its commits change no file." };
}

/** What a run spent is booked whatever the loop is at; only then is it asked whether anything follows from its end. */
function onRunEnded(state: LoopState | null, event: RunEnded, now: number): Decision {
  if (state === null) return stay(null, "a run of no loop that is here");
  const booked = book(state, event);
  const run = booked.attempts.at(-1)?.runs.find((one) => one.id === event.run);
  const isAwaited = run?.status === "running" && awaiting[run.role].includes(state.phase);
  if (!isAwaited) return onUnawaitedEnd(state, booked, event);
  if (run.role === "check") return onCheckEnded(booked, event, now);
  return run.role === "executor" ? onExecutorEnded(booked, event, now) : onReviewerEnded(booked, event, now);
}

type RunEnded = Extract<LoopEvent, { type: "run_ended" }>;

/**
 * Its end is stored with this decision, so what the run left may go: all but the commits that the loop may still publish.
 * Where it was the last to tell its end of a loop that is over, the loop's own leftovers go too.
 */
function withLeftovers(decision: Decision, before: LoopState | null, { run, change }: RunEnded): Decision {
  const { state } = decision;
  const wasUntold = before !== null && untoldRuns(before).some(({ id }) => id === run);
  const isSettling = before !== null && isLive(before) && state !== null && !isLive(state); // `settle` has said so
  const released = state !== null && wasUntold && !isSettling ? releaseIfOver(state) : [];
  const commits = !wasUntold || change === null || (state !== null && isOverForGood(state));
  const next: Effect[] = state !== null && isAnswerable(state) ? [{ type: "answer_label" }] : [];
  return { ...decision, effects: [...decision.effects, { type: "forget_run", run, commits }, ...released, ...next] };
}

/** A loop that lives again answers every label there is. */
function answeringLabels(state: LoopState): LoopState {
  const { labelledAgain, ...answered } = state;
  return labelledAgain !== undefined && isLive(state) ? answered : state;
}

const awaiting: Readonly<Record<RunFacts["role"], readonly Phase[]>> = {
  executor: ["preparing", "executing"],
  reviewer: ["verifying"],
  check: ["verifying"],
};

/** The thread is told of money, and of work that is kept: without its store, a loop knows no more than the record says. */
function onUnawaitedEnd(state: LoopState, booked: LoopState, event: RunEnded): Decision {
  const wasUntold = untoldRuns(state).some(({ id }) => id === event.run);
  const kept = wasUntold ? withPartial(booked, event) : booked;
  if (kept !== booked)
    return { state: kept, effects: [{ type: "write_status" }], note: "called off; what it had done is kept" };
  if (spentOf(booked) === spentOf(state)) return stay(booked, "a run this loop does not wait for");
  const note = "a run this loop does not wait for; what it spent is booked";
  return { state: booked, effects: [{ type: "write_status" }], note };
}

function onCi(state: LoopState, event: CiChanged, now: number): Decision {
  if (state.phase === "publishing" || state.phase === "verifying") return onCiChanged(state, event, now);
  if (state.phase === "awaiting_gate" && counts(state, event)) {
    if (state.awaitsCi && event.looked) return readChecksAtGate(state);
    const news = afterNews(state, event, now);
    if (state.awaitsCi && !news.reads) return stay(news.state, "a check passed, and others are going");
    const isNews = state.awaitsCi || event.failed === true;
    if (isNews && state.gateLooks < (event.name === null ? looksAtSuites : looksAtChecks))
      return readChecksAtGate({ ...news.state, gateLooks: state.gateLooks + 1 });
    if (isNews) return putOff(state, event, now);
  }
  return stay(state, `${state.phase}: CI is not awaited now`);
}

/** Read often at this gate already. Where every check counts, a suite that is going has not passed: its end is told, too. */
function putOff(state: LoopState, { passed, suite }: CiChanged, now: number): Decision {
  if (passed && suite === "going" && rulesOf(state).requiredChecks.length === 0)
    return stay(state, "a check passed, and its suite is going");
  return stay(owed(state, now), "CI reports, and is read in a while");
}

/** What was heard of CI, and not read since, is read. */
function onCiOwed(state: LoopState, now: number): Decision {
  if (state.phase === "awaiting_gate") return readChecksAtGate(notOwed(state));
  const head = state.attempts.at(-1)?.head ?? null;
  assert(head !== null, "a verdict is about a commit");
  return onCiChanged(state, { type: "ci_changed", head, name: null }, now);
}

type CiChanged = Extract<LoopEvent, { type: "ci_changed" }>;

function onChecksPending(state: LoopState, event: Extract<LoopEvent, { type: "checks_pending" }>): Decision {
  if (event.head !== state.attempts.at(-1)?.head) return stay(state, "the checks of another commit");
  return stay(withGoing(state, event.names), "checks are going still");
}

/**
 * At one gate it is read at once so many times, since a check failed, or since it is approved and the last check that it waited for
 * has passed; what changes after them is read in a while, each time in a longer one.
 */
const looksAtChecks = 4;

/** The same where a whole suite ended: few of them do, and that is the end of what was waited for. */
const looksAtSuites = 5;

/** An alarm is a hint: whether it is time, the state says. One that rings too early, by another clock, is set again. */
function onAlarm(state: LoopState, name: AlarmName, now: number): Decision {
  const due = dueAt(state, name);
  if (due === null) return stay(state, "an alarm for something that is over");
  if (now < due) return { state, effects: [{ type: "set_alarm", name, at: due }], note: "it is not time yet" };
  switch (name) {
    case "loop_deadline":
      return onTimeUp(state, now);
    case "ci_wait":
      if (isQuietLookDue(state)) return onCiQuiet(state);
      return isEarlyLook(state, now) ? onCiLook(state) : onCiOverdue(state);
    case "rest":
      return beginAttempt(state, now, [{ type: "write_status" }]);
    case "gate_reminder":
      return {
        state: { ...state, gateReminded: true },
        effects: [{ type: "reply", reply: { kind: "gate_reminder" } }],
        note: "nobody answered yet; reminding once",
      };
    case "gate_expiry":
      return state.phase === "awaiting_plan"
        ? settle(state, now, { reason: "unanswered", of: "plan_expired", resume: "execute" })
        : settle(state, now, { reason: "unanswered", of: "gate_expired" });
    case "ci_owed":
      return onCiOwed(state, now);
    default:
      return unreachable(name);
  }
}

/** What is pushed already needs no agent again: with new time the same commit is judged. */
function onTimeUp(state: LoopState, now: number): Decision {
  const isPushed = state.phase === "verifying" && (state.attempts.at(-1)?.head ?? null) !== null;
  const resume = isPushed ? "verify" : "execute";
  return settle(state, now, { ...outOfTime(state), resume });
}

/** Before the gate opens a review is remembered, and looked at when it does; also one of an earlier commit, whose wish still stands. */
function onReviewSubmitted(state: LoopState): Decision {
  if (state.phase === "awaiting_gate") return readGate(state);
  if (state.pull === null) return stay(state, `${state.phase}: no review is awaited now`);
  return stay({ ...state, reviewSeen: true }, "noted that there is a review; it is read at the gate");
}

/** Effects whose failure leaves the loop's work as good as before. */
const dispensable: readonly EffectType[] = [
  "react",
  "reply",
  "set_labels",
  "request_reviewers",
  "post_attempt",
  "release",
  "stop_run",
  "tell_run",
  "forget_run",
  "answer_without_loop",
  "check_policy",
  "pause_all",
  "read_pause",
  "run_loop",
  "run_schedules",
  "introduce",
  "remember",
];

function onEffectFailed(state: LoopState, event: Extract<LoopEvent, { type: "effect_failed" }>, now: number): Decision {
  if ((dispensable as readonly string[]).includes(event.effect))
    return stay(state, `${event.effect} failed; the loop goes on`);
  const head = state.attempts.at(-1)?.head ?? null;
  const judges = state.phase === "verifying" || state.phase === "awaiting_gate";
  if (event.effect === "update_branch" && judges && head !== null && state.base !== null) {
    const outcome = { status: "refused", message: event.message } as const;
    return onBranchUpdated(state, { type: "branch_updated", head, base: state.base, outcome }, now);
  }
  if (event.effect === "publish" && state.phase === "publishing" && state.afterPush !== undefined)
    return notPushed(state, now);
  if (event.effect === "rerun_checks" && state.phase === "verifying") return onRerun(state, head ?? "", "refused");
  if (state.mergedBy !== null && event.effect === "pass_gate")
    return onMergeUnread(state, state.mergedBy, event.message, now);
  return settle(state, now, {
    reason: "infrastructure_error",
    of: "effect_failed",
    effect: event.effect,
    quote: event.message,
    ...resumeFrom(state),
  });
}

function resumeFrom(state: LoopState): Partial<Pick<Ending, "resume" | "pendingHead">> {
  if (state.rules === null) return {};
  const head = state.attempts.at(-1)?.head ?? null;
  if (state.phase === "publishing") return { resume: "publish", pendingHead: head === state.head ? null : head };
  return { resume: state.phase === "verifying" || state.phase === "awaiting_gate" ? "verify" : "execute" };
}

function onRecordDeleted(state: LoopState, comment: number): Decision {
  if (comment !== state.comments.status) return stay(state, "a comment that carries no record was deleted");
  const without = { ...state, comments: { ...state.comments, status: null } };
  return {
    state: without,
    effects: [{ type: "write_status" }],
    note: "the status comment was deleted; writing it again",
  };
}

function onRecordEdited(state: LoopState, event: Extract<LoopEvent, { type: "record_edited" }>, now: number): Decision {
  if (event.comment !== state.comments.status) return stay(state, "a comment that carries no record was edited");
  if (!isLive(state)) {
    return {
      state: { ...state },
      effects: [{ type: "write_status" }],
      note: "the record was edited; writing it again",
    };
  }
  const { login } = event.actor;
  return settle(state, now, { reason: "state_tampered", of: "record_edited", by: login });
}
