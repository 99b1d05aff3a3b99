// Verifying: one commit, judged by CI and the reviewer; red briefs the next attempt, green goes to the gate.
import { assert } from "../base/assert.ts";
import {
  beginAttempt,
  closeRun,
  currentAttempt,
  finding,
  newRun,
  overBudget,
  overMoney,
  quoteOf,
  rulesOf,
  setUpCause,
  withAttempt,
} from "./begin.ts";
import { asksCanary, canarySeen, isCanary, startCanary } from "./canary.ts";
import type { Cause } from "./cause.ts";
import { afterNews, goingIn, withGoing } from "./ci-going.ts";
import type { Effect } from "./effect.ts";
import { closeRuns, type Decision, settle, showStatus, stay, stopRuns } from "./end.ts";
import type { LoopEvent } from "./event.ts";
import {
  beginChecks,
  checksPending,
  checksRefuse,
  onNoEvidence,
  onUnheld,
  outlivesTheEnd,
  withBriefChecks,
} from "./own-checks.ts";
import { joined, nextReviewer, outcomeOf, reviewersOf, told, votesFor } from "./reviewers.ts";
import { showReview, showVerdict } from "./show.ts";
import type { BaseTip, CheckAgain, LoopState, Review, Verdict } from "./state.ts";
import { mayUpdate, updateBranch, withRule } from "./update.ts";

type RunEnded = Extract<LoopEvent, { type: "run_ended" }>;

/** How often a reviewer that gives no readable answer is asked about one commit. */
const reviewTries = 2;

/** How many of its containers may be lost, to restarts of ours or of the engine, before that is our own error. */
const lostReviewers = 4;

/** What is known of a commit that nobody outside has judged yet. */
export const unheard = {
  ciSeen: false,
  ciOverdue: false,
  ciLooked: false,
  ciQuiet: undefined,
  ciAwaits: undefined,
  ciGoing: undefined,
  ciOwed: undefined,
} as const;

/** Whatever CI and reviewers said of it while nobody listened is looked at. */
export const unseen = {
  ciSeen: true,
  ciOverdue: false,
  ciLooked: false,
  ciQuiet: undefined,
  ciGoing: undefined,
  ciOwed: undefined,
  reviewSeen: true,
} as const;

/** Nothing is known of the policy's own checks. */
const notChecked = { checks: undefined, knockOut: undefined, reviews: undefined, canary: undefined } as const;

/** Starts judging the current attempt's commit; `before` is said in the thread first. */
export function beginVerifying(state: LoopState, now: number, before: readonly Effect[] = []): Decision {
  const rules = rulesOf(state);
  const judged: LoopState = {
    ...withAttempt(state, { review: null, verdict: null, endedAt: null, counted: mayCount(state), ...notChecked }),
    phase: "verifying",
    ciSince: now,
  };
  if (rules.ownChecks !== undefined && currentAttempt(judged).head !== null) return beginChecks(judged, now, before);
  if (rules.reviewer === null) {
    const effects = judged.ciSeen ? [...before, readVerdict(judged)] : before;
    return { state: judged, effects, note: "waiting for CI" };
  }
  return startReviewer(judged, now, before);
}

/** An attempt that merges the base because of a conflict, or that the day cut short, uses up none, whatever comes of it. */
export function mayCount(state: LoopState): boolean {
  const { merges, plans, cutByDay } = currentAttempt(state);
  return merges !== "conflict" && plans !== true && cutByDay !== true;
}

export function startReviewer(state: LoopState, now: number, before: readonly Effect[]): Decision {
  const over = overBudget(state, rulesOf(state), now);
  if (over !== null) return settle(state, now, { ...over, resume: "verify" }, before.filter(outlivesTheEnd));
  const [run, next] = newRun(state, "reviewer", now);
  const attempt = currentAttempt(next);
  const reviewer = nextReviewer(attempt);
  const begun = reviewer === 0 ? run : { ...run, reviewer };
  const effects: Effect[] = [...before, { type: "start_run", run: run.id, role: "reviewer", attempt: attempt.number }];
  const note = reviewer === 0 ? "the reviewer and CI judge" : `reviewer ${reviewer + 1} and CI judge`;
  return { state: withAttempt(next, { runs: [...attempt.runs, begun] }), effects, note };
}

/** The reviewer answered, or did not. */
export function onReviewerEnded(state: LoopState, event: RunEnded, now: number): Decision {
  const ended = closeRun(state, event);
  if (isCanary(ended, event.run)) return onCanaryEnded(ended, event, now);
  const { review } = event;
  if (review === null || review.verdict === "unreadable") return onNoAnswer(ended, event, now);
  const rules = rulesOf(state);
  const reviews = [...(currentAttempt(ended).reviews ?? []), review];
  const outcome = outcomeOf(reviews, rules);
  if (outcome === null) return startReviewer(withAttempt(ended, { reviews }), now, []);
  if (outcome === "disagree") return onDisagreement(withAttempt(ended, { reviews }), reviews, now);
  const several = reviewersOf(rules).length;
  return onReviewed(ended, several === 1 ? review : joined(reviews, outcome, several), now);
}

/** Neither side has as many reviewers as the policy wants to say the same: a person decides. */
function onDisagreement(state: LoopState, reviews: readonly Review[], now: number): Decision {
  return settle(state, now, {
    reason: "uncertainty_too_high",
    of: "reviewers_disagree",
    approve: votesFor("approve", reviews),
    reject: votesFor("reject", reviews),
    quote: told(reviews),
    resume: "verify",
  });
}

function onReviewed(state: LoopState, review: Review, now: number): Decision {
  const reviewed = withAttempt(state, { review, reviews: undefined });
  const attempt = currentAttempt(reviewed);
  if (attempt.head === null) return onNothingToDo(reviewed, review, now);
  const { confidence } = rulesOf(state);
  if (review.verdict === "approve" && review.confidence < confidence) {
    const doubt = { of: "review_confidence", is: review.confidence, least: confidence } as const;
    return settle(
      reviewed,
      now,
      { reason: "uncertainty_too_high", ...doubt, quote: review.summary, resume: "verify" },
      showReview(reviewed),
    );
  }
  if (review.verdict === "approve" && asksCanary(reviewed) && overBudget(reviewed, rulesOf(state), now) === null) {
    const [next, effect] = startCanary(reviewed, now);
    return { state: next, effects: [effect], note: "the reviewer approves; it is tried on a change planted as bad" };
  }
  const known = review.verdict === "reject" ? withoutKnockOut(reviewed, now) : { state: reviewed, effects: [] };
  const isReady = isJudgedHere(known.state) && (state.ciSeen || state.ciOverdue);
  const effects = [...known.effects, ...(isReady ? [readVerdict(known.state)] : [])];
  return { state: known.state, effects, note: `the reviewer says ${review.verdict}` };
}

/** A reviewer judged a change that was planted as bad: where it approves that too, its approval of the true one is none. */
function onCanaryEnded(state: LoopState, event: RunEnded, now: number): Decision {
  const seen = canarySeen(state, event);
  const known = withAttempt(state, { canary: seen });
  if (seen.said === "approved") {
    const { kind, path } = seen.planted ?? {};
    const what = { ...(kind && { planted: kind }), ...(path && { path }) };
    const quote = event.review?.summary ?? null;
    const cause = { reason: "uncertainty_too_high", of: "canary_approved", ...what, quote, resume: "verify" } as const;
    return settle(known, now, cause, stopRuns(known, "the reviewer's word is not taken"));
  }
  const isReady = isJudgedHere(known) && (state.ciSeen || state.ciOverdue);
  return { state: known, effects: isReady ? [readVerdict(known)] : [], note: `of a planted change: ${seen.said}` };
}

/** A change that is rejected is made anew: whether a test holds it need not be known. */
function withoutKnockOut(
  state: LoopState,
  now: number,
): { readonly state: LoopState; readonly effects: readonly Effect[] } {
  if (currentAttempt(state).knockOut !== null) return { state, effects: [] };
  const effects = stopRuns(state, "the reviewer rejects the change");
  return { state: withAttempt(closeRuns(state, now), { knockOut: undefined }), effects };
}

function onNoAnswer(state: LoopState, event: RunEnded, now: number): Decision {
  const unpaid = event.outOfBudget ? overMoney(state) : null;
  if (unpaid !== null) return settle(state, now, { ...unpaid, resume: "verify" });
  if (event.outOfDay === true) return startReviewer(state, now, []); // once the day has turned
  const misfit = setUpCause(state, event);
  if (misfit !== null) return settle(state, now, { ...misfit, quote: quoteOf(state, misfit, event), resume: "verify" });
  const attempt = currentAttempt(state);
  const place = nextReviewer(attempt);
  const runs = attempt.runs.filter(
    ({ role, reviewer = 0, canary }) => role === "reviewer" && reviewer === place && canary === undefined,
  );
  const tries = runs.filter((run) => run.status !== "lost").length;
  const mayAgain = event.status === "lost" ? runs.length - tries < lostReviewers : tries < reviewTries;
  if (mayAgain) return startReviewer(state, now, []);
  if (event.status === "lost" || event.status === "refused") {
    const { note } = event;
    return settle(state, now, { reason: "infrastructure_error", of: "reviewer_not_run", note, resume: "verify" });
  }
  if (event.modelDown) {
    const down = { of: "provider_down_review", tries } as const;
    return settle(state, now, { reason: "external_dependency_blocked", ...down, resume: "verify" });
  }
  return settle(state, now, {
    reason: "uncertainty_too_high",
    of: "review_unreadable",
    tries,
    note: event.note,
    quote: [event.review?.summary, event.said].filter(Boolean).join("\n\n") || null,
    resume: "verify",
  });
}

function onNothingToDo(state: LoopState, review: Review, now: number): Decision {
  const attempt = currentAttempt(state);
  const said: Effect[] = [{ type: "post_attempt", attempt: attempt.number }];
  if (review.verdict === "approve") {
    const quote = attempt.claim?.nothingToDo ?? null;
    return settle(state, now, { reason: "nothing_to_do", of: "nothing_needed", quote }, said);
  }
  const disagreed = finding("review", "the reviewer does not agree that no change is needed", review.summary);
  return onRed(
    state,
    { ...emptyVerdict, findings: [disagreed, ...review.findings], fingerprint: review.summary.slice(0, 200) },
    now,
  );
}

const emptyVerdict: Verdict = {
  head: null,
  colour: "red",
  parts: [{ source: "review", name: "reviewer", colour: "red", note: "a change is needed", url: null }],
  findings: [],
  fingerprint: "",
};

/** CI said that something completed. It is a hint: what counts is read from GitHub. */
export function onCiChanged(
  state: LoopState,
  event: Extract<LoopEvent, { type: "ci_changed" }>,
  now: number,
): Decision {
  if (!counts(state, event))
    return stay(state, "CI reports on another commit, or a check that the policy does not require");
  const seen = { ...state, ciSeen: true };
  if (state.phase !== "verifying" || !isJudgedHere(state))
    return stay(seen, "noted that CI reports; the verdict waits");
  const news = afterNews(seen, event, now);
  if (!news.reads) return stay({ ...news.state, ciSeen: state.ciSeen }, "a check passed, and others are going");
  return { state: news.state, effects: [readVerdict(seen)], note: "CI reports; reading the verdict" };
}

/** Whether what completed can change the verdict on the current commit. */
export function counts(state: LoopState, { head, name }: Extract<LoopEvent, { type: "ci_changed" }>): boolean {
  const { requiredChecks } = rulesOf(state);
  const required = [...requiredChecks, ...(state.alsoRequired ?? [])];
  const isRequired = requiredChecks.length === 0 || name === null || required.includes(name);
  return currentAttempt(state).head === head && isRequired;
}

/** The checks that decide beside those that policy names: branch rules require them, which only GitHub knows. */
export function alsoRequired(state: LoopState, { parts }: Verdict): Pick<LoopState, "alsoRequired"> {
  const { requiredChecks } = rulesOf(state);
  if (requiredChecks.length === 0) return {}; // every check is heard of
  const deciding = parts.filter(({ source, colour }) => source === "ci" && colour !== "absent");
  const names = deciding.map(({ name }) => name).filter((name) => !requiredChecks.includes(name));
  const known = new Set([...(state.alsoRequired ?? []), ...names]);
  return known.size === 0 ? {} : { alsoRequired: [...known] };
}

/** Whether own checks and the reviewer have said what they will say; a reviewer is not asked of what an own check stands against. */
export function isJudgedHere(state: LoopState): boolean {
  const { knockOut, canary } = currentAttempt(state);
  if (checksPending(state) || knockOut === null || canary === null) return false;
  if (checksRefuse(state)) return true;
  return rulesOf(state).reviewer === null || currentAttempt(state).review !== null;
}

/** There are own checks, and CI had its time to say that it began. */
export function onCiQuiet(state: LoopState): Decision {
  const looked = { ...state, ciQuiet: true };
  if (!isJudgedHere(state)) return stay({ ...looked, ciSeen: true }, "CI is looked at when the judges here are done");
  return { state: looked, effects: [readVerdict(looked)], note: "looking whether there is any CI" };
}

/** A draft on which nothing may ever run: is there anything of CI at all? */
export function onCiLook(state: LoopState): Decision {
  const looked = { ...state, ciLooked: true };
  if (!isJudgedHere(state)) return stay({ ...looked, ciSeen: true }, "CI is looked at when the reviewer is done");
  return { state: looked, effects: [readVerdict(looked)], note: "looking whether CI runs on the draft" };
}

/** The time to wait for CI is up: one last look, then the loop stops waiting. */
export function onCiOverdue(state: LoopState): Decision {
  const overdue = { ...state, ciOverdue: true };
  if (!isJudgedHere(state)) return stay(overdue, "CI is overdue; the verdict waits for the reviewer");
  return { state: overdue, effects: [readVerdict(overdue)], note: "CI is overdue; looking once more" };
}

export function readVerdict(state: LoopState): Effect {
  const { head } = currentAttempt(state);
  assert(head !== null, "a verdict is about a commit");
  return { type: "read_verdict", head };
}

/** The verdict on the current commit, and whether its branch conflicts with the base. */
export function onVerdict(
  before: LoopState,
  {
    verdict,
    conflict,
    upToDate,
    outdated,
    again = [],
    bodyEdited = false,
    wantsReview,
  }: Extract<LoopEvent, { type: "verdict_read" }>,
  now: number,
): Decision {
  if (verdict.head !== currentAttempt(before).head) return stay(before, "a verdict on another commit");
  const seen = bodyEdited ? withBodyEdited(before) : before;
  const state = { ...withRule(withConflict(seen, conflict), { upToDate }), ...alsoRequired(seen, verdict) };
  const also = wantsReview === true ? showReview(state) : [];
  if (conflict !== undefined && verdict.colour !== "red") return onConflict(state, verdict, conflict, now);
  if (verdict.colour === "green" && outdated !== undefined) return onOutdated(state, verdict, outdated, now, also);
  if (verdict.colour === "green") return onGreen(state, verdict, now, also);
  if (verdict.colour === "red" && conflict === undefined && again.length > 0 && mayRerun(state, verdict))
    return rerun(state, again, now);
  if (verdict.colour === "red") return onRed(state, verdict, now, also);
  const unshown = verdict.parts.filter(({ source, colour }) => source === "check" && colour === "pending");
  if (unshown.length > 0) return onNoEvidence(state, verdict, now);
  if (verdict.parts.some(({ source, colour }) => source === "knock_out" && colour === "pending"))
    return onUnheld(state, verdict, now, also);
  if (waitsForReady(state, verdict)) return readyForCi(state, now);
  const ended = hasEnded(verdict);
  if (again.length > 0 && mayRerunCutShort(state, verdict)) return rerunCutShort(state, again, now);
  if (!ended && !state.ciOverdue) return waitForCi(state, verdict);
  const silent = verdict.parts.filter((part) => part.colour === "pending" || part.colour === "absent");
  const lacks = lacking(verdict);
  const why =
    ended && !saidAtOnce.includes(lacks)
      ? ({ of: "ci_without_result" } as const)
      : ({ of: "ci_silent", waited: rulesOf(state).ciWaitMs, lacks } as const);
  const [shown, effects] = showVerdict(withAttempt(state, { verdict, counted: false }));
  const quote = silent.map((part) => `${part.name}: ${part.note}`).join("\n") || null;
  return settle(shown, now, { reason: "external_dependency_blocked", ...why, quote, resume: "verify" }, [
    ...effects,
    ...also,
  ]);
}

/** So many checks that wait for a person are named while the rest of CI is waited for. */
const namedAtMost = 5;

/** What a person can settle meanwhile is said once, and not when the time is up. */
function waitForCi(before: LoopState, verdict: Verdict): Decision {
  const { parts } = verdict;
  const state = withGoing({ ...before, ciSeen: false }, goingIn(verdict));
  const ciAwaits = parts
    .filter(
      ({ source, colour, lacks }) =>
        source === "ci" && colour === "pending" && (lacks === "approval" || lacks === "person"),
    )
    .slice(0, namedAtMost)
    .map(({ name, note }) => ({ name, note }));
  const isKnown = JSON.stringify(ciAwaits) === JSON.stringify(before.ciAwaits ?? []);
  if (isKnown) return stay(state, "the verdict is still pending");
  const note = "the verdict is pending, and part of it waits for a person";
  return { state: { ...state, ciAwaits }, effects: [{ type: "write_status" }], note };
}

/** What is missing in these cases is told as that, also where it was no matter of waiting. */
const saidAtOnce: readonly Lacking[] = ["approval", "person", "start", "runner"];

/** Once in an attempt, too: nothing else is open, and GitHub takes up what failed in a workflow only once all of it has ended. */
function mayRerunCutShort(state: LoopState, verdict: Verdict): boolean {
  return isCutShort(verdict) && currentAttempt(state).rerun === undefined && state.rules?.runAgain !== "deny";
}

/** Whether all that is open has ended, and some of it from outside. */
export function isCutShort(verdict: Verdict): boolean {
  return hasEnded(verdict) && verdict.parts.some(({ colour, lacks }) => colour === "pending" && lacks === "runner");
}

function rerunCutShort(state: LoopState, checks: readonly CheckAgain[], now: number): Decision {
  const next = rerun(withAttempt(state, { rerunFor: "runner" }), checks, now);
  return { ...next, note: "what was to judge was ended from outside; CI is to run it once more" };
}

/** Once in an attempt, and where nothing that failed is surely the change's doing. */
function mayRerun(state: LoopState, { doubtful }: Verdict): boolean {
  return doubtful === true && currentAttempt(state).rerun === undefined && state.rules?.runAgain !== "deny";
}

/** What failed runs once more on the same commit, and the wait for CI begins anew. */
export function rerun(
  state: LoopState,
  checks: readonly CheckAgain[],
  now: number,
  before: readonly Effect[] = [],
): Decision {
  const { head } = currentAttempt(state);
  assert(head !== null, "a verdict is about a commit");
  const next: LoopState = { ...withAttempt(state, { rerun: "asked" }), ...unheard, ciSince: now };
  const effects: Effect[] = [{ type: "write_status" }, ...before, { type: "rerun_checks", head, checks }];
  return { state: next, effects, note: "what failed may not be the change's doing; CI is to run it once more" };
}

/** CI runs again, or GitHub would not have it: then what it said stands. */
export function onRerun(state: LoopState, head: string, outcome: "asked" | "refused"): Decision {
  const attempt = currentAttempt(state);
  if (attempt.head !== head || attempt.rerun !== "asked") return stay(state, "a run again of another commit");
  if (outcome === "asked") return stay(state, "CI runs what failed once more");
  const refused = { ...withAttempt(state, { rerun: outcome }), ciSeen: true };
  return { state: refused, effects: [readVerdict(refused)], note: "CI was not asked to run it again; its word stands" };
}

type Lacking = NonNullable<Extract<Cause, { of: "ci_silent" }>["lacks"]>;

/** What a silent CI did not say. */
function lacking({ parts }: Verdict): Lacking {
  const ofCi = parts.filter(({ source }) => source === "ci");
  const named = (["approval", "person", "start", "runner"] as const).find((one) =>
    ofCi.some(({ lacks }) => lacks === one),
  );
  if (named !== undefined) return named;
  if (!ofCi.some(({ lacks }) => lacks === "report")) return "end";
  return ofCi.every(({ lacks }) => lacks === "report") ? "everything" : "required";
}

/**
 * Whether all that is missing is what CI may show once the pull request is no draft: many workflows leave drafts out, by
 * skipping their jobs or by waiting for `ready_for_review`.
 */
function waitsForReady({ pull, ciLooked, ciOverdue }: LoopState, { parts }: Verdict): boolean {
  const pending = parts.filter(({ colour }) => colour === "pending");
  const isPatient = ciLooked || ciOverdue;
  return pull?.draft === true && pending.every(({ lacks }) => lacks === "run" || (lacks === "report" && isPatient));
}

/** The pull request leaves its draft early, and the wait for CI begins anew. */
function readyForCi(state: LoopState, now: number): Decision {
  const { head } = currentAttempt(state);
  assert(state.pull !== null && head !== null, "a verdict is about a commit of a pull request");
  const next: LoopState = { ...state, ...unheard, pull: { ...state.pull, readyForCi: true }, ciSince: now };
  const effects: Effect[] = [
    { type: "reply", reply: { kind: "ready_for_ci" } },
    { type: "mark_ready", head },
  ];
  return { state: next, effects, note: "CI does not run on the draft; making it ready for review" };
}

/** The state with what was just read of a conflict with the base. */
export function withConflict(state: LoopState, conflict: BaseTip | undefined): LoopState {
  if (conflict !== undefined) return { ...state, behind: { ...conflict, conflict: true } };
  return state.behind?.conflict ? { ...state, behind: null } : state;
}

/** It cannot be merged, and GitHub starts no workflow on it: whatever else the judges would say comes after the merge. */
function onConflict(state: LoopState, verdict: Verdict, { branch }: BaseTip, now: number): Decision {
  const note = `the branch conflicts with ${branch}`;
  const part = { source: "ci", name: "merge", colour: "red", note, url: null } as const;
  const red: Verdict = { ...verdict, colour: "red", parts: [part, ...verdict.parts], fingerprint: "" };
  const [told, shown] = showVerdict(withAttempt(state, { verdict: red, endedAt: now }));
  const { number } = currentAttempt(told);
  const before: Effect[] = [
    ...stopRuns(state, note),
    { type: "post_attempt", attempt: number },
    { type: "write_status" },
    ...shown,
  ];
  const next = beginAttempt(closeRuns(told, now), now, before);
  return { ...next, note: `${note}; ${next.note}` };
}

/** Green, and it could not be merged: nobody is asked to approve it before the base is in it, or GitHub would not have that. */
function onOutdated(state: LoopState, verdict: Verdict, base: BaseTip, now: number, also: readonly Effect[]): Decision {
  if (mayUpdate(state)) return updateBranch(state, base);
  return onGreen({ ...state, reviewSeen: true }, verdict, now, also); // the gate is read at once, and says why it stays closed
}

/** A look found a conflict: it is read once more together with what CI says. */
export function onConflictSeen(state: LoopState, head: string): Decision {
  if (currentAttempt(state).head !== head) return stay(state, "a conflict of another commit");
  const seen = { ...state, ciSeen: true };
  if (!isJudgedHere(state)) return stay(seen, "the branch conflicts with its base; read when the reviewer is done");
  return { state: seen, effects: [readVerdict(seen)], note: "the branch conflicts with its base; reading the verdict" };
}

/** Whether all that is pending stays so, however long it is waited for. */
function hasEnded({ parts }: Verdict): boolean {
  const pending = parts.filter(({ colour }) => colour === "pending");
  return pending.length > 0 && pending.every(({ final }) => final === true);
}

/** So many attempts of a loop are not counted for checks that the base fails too, or that are flaky: they may be what the loop is there to mend. */
const mostExcused = 3;

/** An attempt that failed in nothing that is surely its doing, so that it was not held against it. */
export function isExcused({ counted, verdict }: Tried): boolean {
  return !counted && isDoubtful(verdict);
}

/** Nothing that is red is surely the change's doing; an earlier version told only of what the base fails too. */
function isDoubtful(verdict: Verdict | null): boolean {
  return (verdict?.doubtful ?? verdict?.onBase) === true;
}

/** Red: the findings brief the next attempt, unless an attempt before it failed in the same way, be it not the last one. */
export function onRed(state: LoopState, verdict: Verdict, now: number, also: readonly Effect[] = []): Decision {
  const excused = isDoubtful(verdict) && state.attempts.filter(isExcused).length < mostExcused;
  const judged = { verdict, endedAt: now, ...(excused ? { counted: false } : {}) };
  const [red, shown] = showVerdict(withAttempt(withBriefChecks(state), judged));
  const attempt = currentAttempt(red);
  const said: Effect[] = [{ type: "post_attempt", attempt: attempt.number }];
  const checks = [...shown, ...also];
  const before = red.attempts.slice(0, -1).findLast((one) => isNoProgress(one, attempt));
  if (before !== undefined) {
    const trouble = attempt.head === null ? attempt.runs[0]?.trouble : undefined;
    const both = { attempt: attempt.number, before: before.number };
    const same = {
      of: "same_failure",
      ...both,
      ...(trouble === undefined ? {} : { trouble }),
      ...(verdict.onBase === true ? { onBase: true } : {}),
    } as const;
    const quote = verdict.findings.map((one) => one.title).join("\n") || null;
    return settle(red, now, { reason: "no_progress", ...same, quote, resume: "execute" }, [...said, ...checks]);
  }
  const next = beginAttempt(red, now, [...said, { type: "write_status" }, ...checks, ...leaveGate(state)]);
  return { ...next, note: `red; ${next.note}` };
}

/** What is undone when the loop goes back to work from the gate; nothing when it was not there. */
export function leaveGate(state: LoopState): readonly Effect[] {
  return state.phase === "awaiting_gate" ? [showStatus(state, "running")] : [];
}

type Tried = LoopState["attempts"][number];

/** The same change, or the same failure; two failures of which nothing is known are not the same. */
function isNoProgress(before: Tried, after: Tried): boolean {
  if (before.verdict?.colour !== "red" || !(before.counted || isExcused(before))) return false;
  const isMerge = before.merges !== undefined || after.merges !== undefined; // the base's changes are in it
  const samePatch = !isMerge && after.change !== null && before.change?.patchId === after.change.patchId;
  const { fingerprint } = before.verdict;
  return samePatch || (fingerprint !== "" && fingerprint === after.verdict?.fingerprint);
}

function onGreen(state: LoopState, verdict: Verdict, now: number, also: readonly Effect[]): Decision {
  const [green, shown] = showVerdict(withAttempt(withBriefChecks(state), { verdict, endedAt: now }));
  const rules = rulesOf(state);
  const said: Effect[] = [{ type: "post_attempt", attempt: currentAttempt(green).number }];
  const ready = [...shown, ...also, ...leaveDraft(green)];
  if (rules.approvals === 0) {
    return settle(green, now, { reason: "verifier_passed", of: "no_gate" }, [...said, ...ready]);
  }
  const asked = {
    phase: "awaiting_gate",
    gateSince: now,
    gateLooks: 0,
    gateReminded: false,
    reviewSeen: false,
  } as const;
  const next: LoopState = {
    ...green,
    ...asked,
    approvals: state.approvals.filter(({ head }) => head === verdict.head), // of before a run again at the gate
    refusalsSaid: [],
    awaitsCi: false,
    ciGoing: undefined,
    ciOwed: undefined,
    changesRequested: [],
  };
  const effects: Effect[] = [
    ...said,
    { type: "write_status" },
    showStatus(green, "gate"),
    ...ready,
    ...answerThreads(green),
    ...askReviewers(green),
    ...(state.reviewSeen ? [gateLook()] : []),
  ];
  return { state: next, effects, note: "green; a person's approval is asked for" };
}

/** So many threads are answered at one green; each answer is a write that GitHub counts. */
const mostAnswers = 20;

/** What people asked for on lines was in the briefs since, and is answered where they asked it, once for each thread. */
function answerThreads(state: LoopState): readonly Effect[] {
  const { head } = currentAttempt(state);
  const asked = new Map(state.changesRequested.flatMap(({ thread, path }) => (thread && path ? [[thread, path]] : [])));
  if (head === null) return [];
  return [...asked].slice(0, mostAnswers).map(([thread, path]) => ({ type: "answer_thread", head, thread, path }));
}

/** Takes a green pull request out of its draft and explains it anew; nothing where it is no draft and a person wrote its description. */
export function leaveDraft(state: LoopState): readonly Effect[] {
  const { head } = currentAttempt(state);
  const { pull } = state;
  return pull !== null && head !== null && (pull.draft || !pull.bodyEdited) ? [{ type: "mark_ready", head }] : [];
}

/** A person wrote in the description, and it is theirs from now on. */
function withBodyEdited(state: LoopState): LoopState {
  return state.pull === null ? state : { ...state, pull: { ...state.pull, bodyEdited: true } };
}

/** It is ready. Of a description that a person wrote in since the verdict was read, the status comment says so now. */
export function onPullReady(state: LoopState, body: "ours" | "edited" | undefined): Decision {
  if (state.pull === null) return stay(state, "there is no pull request to be ready");
  const isNews = body === "edited" && !state.pull.bodyEdited;
  const ready = { ...state, pull: { ...state.pull, draft: false } };
  const effects: Effect[] = isNews ? [{ type: "write_status" }] : [];
  return { state: isNews ? withBodyEdited(ready) : ready, effects, note: "the pull request is ready for review" };
}

/** Asks the policy's reviewers, once: with the draft it ends, or at the first gate where there are no drafts. */
export function askReviewers(state: LoopState): readonly Effect[] {
  const { reviewers } = rulesOf(state);
  const { pull } = state;
  const isDue = pull !== null && !pull.reviewersAsked && (pull.draft || pull.draftless || pull.readyForCi);
  return isDue && reviewers.length > 0 ? [{ type: "request_reviewers", logins: reviewers }] : [];
}

/** They were asked; those whom GitHub would not ask are named in the thread. */
export function onReviewersAsked(state: LoopState, missed: readonly string[]): Decision {
  if (state.pull === null) return stay(state, "there is no pull request to review");
  const asked = { ...state, pull: { ...state.pull, reviewersAsked: true } };
  const effects: Effect[] = missed.length === 0 ? [] : [{ type: "reply", reply: { kind: "reviewers_missed", missed } }];
  return { state: asked, effects, note: missed.length === 0 ? "the reviewers are asked" : "not all could be asked" };
}

/** Reads the gate, whatever opened it. */
export function gateLook(): Effect {
  return { type: "pass_gate" };
}
