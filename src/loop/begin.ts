// The start of a loop and of each attempt: label, claim, first container.
import { assert } from "../base/assert.ts";
import type { Cause } from "./cause.ts";
import { freshClock, leftMs } from "./clock.ts";
import type { Effect } from "./effect.ts";
import { type Decision, hasLabel, holdLabel, isLive, planLabel, settle, showStatus, stay, untoldRuns } from "./end.ts";
import { estimated } from "./estimate.ts";
import type { BaseRefusal, ClaimFacts, LoopEvent, Permission } from "./event.ts";
import { loopMsOf, withoutExpired, withoutRaises } from "./grants.ts";
import { spentOf } from "./money.ts";
import { planAfterReading } from "./plan-wanted.ts";
import { priorityIn, withPriority } from "./priority.ts";
import { profiled } from "./profile.ts";
import { held } from "./rest-held.ts";
import {
  type Attempt,
  type Finding,
  type LoopState,
  noTokens,
  type Rules,
  type RunFacts,
  saidBounds,
} from "./state.ts";

const writers: readonly Permission[] = ["write", "maintain", "admin"];

/** May this permission start, steer and approve? design.md §8. */
export function mayWrite(permission: Permission): boolean {
  return writers.includes(permission);
}

/** A label was set: a new loop, unless one lives. */
export function onLabelled(
  state: LoopState | null,
  event: Extract<LoopEvent, { type: "labelled" }>,
  now: number,
): Decision {
  if (state !== null && isLive(state)) {
    const answered = { ...state, labelSetAt: newest(state.labelSetAt, event.setAt) };
    return stay(answered, "a loop already lives on this issue");
  }
  if (state !== null && isLateNews(state, event))
    return stay(state, "late news of the label that began the loop before");
  if (state !== null && untoldRuns(state).length > 0) {
    const { type, threadSeen, ...labelledAgain } = event;
    return stay({ ...state, labelledAgain }, "labelled again; what the last run came to is heard first");
  }
  return begun(state, event, now);
}

function begun(before: LoopState | null, event: Extract<LoopEvent, { type: "labelled" }>, now: number): Decision {
  const isKnown = event.threadSeen === true || (before !== null && before.threadUnread !== true);
  const next: LoopState = {
    ...newLoop(event, now),
    earlier: earlierWith(before),
    ...(isKnown ? {} : { threadUnread: true }),
  };
  return { state: next, effects: [{ type: "read_claim" }], note: "labelled: reading the claim" };
}

/** A loop that has come to nothing yet, on an issue whose thread may hold the record of another: it gives way to that. */
export function isUnread(state: LoopState | null): boolean {
  return state?.phase === "queued" && state.threadUnread === true;
}

/** GitHub writes a label's time to the second, and twice: in the timeline, and as the issue's last change. */
const secondMs = 1_000;

/** This label was answered already, by the loop that has ended: a delivery of it comes late. GitHub's times alone are compared. */
function isLateNews({ labelSetAt }: LoopState, { setAt }: Extract<LoopEvent, { type: "labelled" }>): boolean {
  return isAnswered(labelSetAt, setAt);
}

/** Whether a label set at `setAt` is no later than one that was answered; both by GitHub's clock. */
export function isAnswered(labelSetAt: number | null, setAt: number | undefined): boolean {
  return setAt !== undefined && labelSetAt !== null && setAt <= labelSetAt + secondMs;
}

function newest(known: number | null, setAt: number | undefined): number | null {
  return setAt === undefined ? known : Math.max(known ?? 0, setAt);
}

/** What all loops of the issue came to, the one that just ended included. */
function earlierWith(ended: LoopState | null): LoopState["earlier"] {
  if (ended === null) return { loops: 0, runs: 0, spentNano: 0 };
  const { loops, runs, spentNano } = ended.earlier;
  const wasClaimed = ended.rules === null ? 0 : 1;
  return {
    loops: loops + wasClaimed,
    runs: runs + countedRuns(ended),
    spentNano: spentNano + spentOf(ended),
  };
}

/** A loop as it is when its label is seen. */
export function newLoop(event: Extract<LoopEvent, { type: "labelled" }>, now: number): LoopState {
  return {
    version: 1,
    id: event.loop,
    revision: 0,
    phase: "queued",
    issue: event.issue,
    title: event.title,
    requester: event.actor,
    label: event.label,
    ...(event.schedule === undefined ? {} : { schedule: event.schedule }),
    startedAt: now,
    earlier: earlierWith(null),
    labelSetAt: event.setAt ?? null,
    grantedAt: now,
    worked: freshClock,
    queued: null,
    rules: null,
    ...(event.base === undefined ? {} : { wantedBase: event.base }),
    snapshot: null,
    base: null,
    behind: null,
    mergesTried: 0,
    updatesTried: 0,
    updateRefused: null,
    branch: null,
    head: null,
    pull: null,
    comments: { status: null, attempts: {} },
    attempts: [],
    granted: 0,
    grantedNano: 0,
    outOfBudget: false,
    runsStarted: 0,
    ciSeen: false,
    ciSince: null,
    ciOverdue: false,
    ciLooked: false,
    reviewSeen: false,
    changesRequested: [],
    requestsHeard: [],
    permits: [],
    resumeAt: null,
    gateSince: null,
    gateLooks: 0,
    gateReminded: false,
    approvals: [],
    othersPushed: false,
    awaitsCi: false,
    mergedBy: null,
    refusalsSaid: [],
    ending: null,
  };
}

/** The claim was read: refuse it, stop on a broken policy, or say so in the thread and start. */
export function onClaimRead(state: LoopState, facts: ClaimFacts, now: number): Decision {
  const { threadUnread: _, ...read } = state;
  const seen = { ...read, title: facts.title };
  if (facts.isPull === true) return refusePull(seen);
  if (facts.newerRecord === true) return refuse(seen, [], "a newer version wrote the record in the thread");
  if (!facts.open) return refuseClosed(seen, facts);
  if (!hasLabel(facts.labels, state.label)) return refuse(seen, [], "the label was gone before the issue was claimed");
  if (facts.unscheduled === true) {
    const effects: Effect[] = [
      { type: "reply", reply: { kind: "unscheduled", schedule: state.schedule?.name ?? "" } },
      { type: "set_labels", add: [], remove: [state.label] },
    ];
    return refuse(seen, effects, "the policy does not name its schedule any more");
  }
  if (!mayWrite(facts.permission)) {
    const { login } = state.requester;
    return refuse(
      seen,
      [
        { type: "reply", reply: { kind: "not_permitted", login, permission: facts.permission } },
        { type: "set_labels", add: [], remove: [state.label] },
      ],
      "the label was set by someone without write permission",
    );
  }
  if (facts.allPaused !== undefined) {
    const effects: Effect[] = [
      { type: "reply", reply: { kind: "all_paused", ...facts.allPaused } },
      { type: "set_labels", add: [], remove: [state.label] },
    ];
    return refuse(seen, effects, "every loop of the repository is paused");
  }
  if (facts.baseRefused !== undefined) {
    const effects: Effect[] = [
      baseReply(seen, facts.baseRefused, facts),
      { type: "set_labels", add: [], remove: [state.label] },
    ];
    return refuse(seen, effects, `no loop begins from that branch: ${facts.baseRefused}`);
  }
  // However long the claim could not be read, the loop's time begins now.
  const claimed = withEstimate({ ...withClaim(seen, facts), worked: freshClock }, facts);
  if (!facts.policy.ok) return policyInvalid(claimed, facts.policy.message, now);
  if (lacksCriteria(claimed)) return askForCriteria(claimed, now);
  const full = fullOf(claimed, facts);
  if (full !== null) return settle(claimed, now, { ...full, resume: "execute" });
  return beginAttempt(claimed, now, [{ type: "write_status" }, showStatus(claimed, "running")]);
}

/** Said once, before anything is paid for. */
function withEstimate(state: LoopState, { past }: ClaimFacts): LoopState {
  return past === undefined || state.rules === null ? state : { ...state, estimate: estimated(past, state) };
}

function baseReply({ wantedBase: base = "" }: LoopState, reason: BaseRefusal, { policy }: ClaimFacts): Effect {
  const named = policy.ok ? (policy.rules.base ?? null) : null;
  return { type: "reply", reply: { kind: "base_refused", base, reason, named } };
}

/** Whether policy wants the issue to say what done means before anything is paid for, and it does not. */
export function lacksCriteria({ rules, snapshot, attempts, unjudged }: LoopState): boolean {
  const { criteriaRequired } = rules ?? {};
  const isAsked = criteriaRequired === true || (criteriaRequired === "unjudged" && unjudged === true);
  return isAsked && snapshot?.criteria === undefined && attempts.length === 0;
}

/** Nothing is started before the issue says it, or a person does without. */
export function askForCriteria(state: LoopState, now: number): Decision {
  const alone = state.rules?.criteriaRequired === "unjudged" ? { unjudged: true as const } : {};
  return settle(state, now, { reason: "uncertainty_too_high", of: "no_criteria", ...alone, resume: "execute" });
}

/** Why the repository takes no further branch or pull request of a loop; null where it does, or the loop has its own already. */
function fullOf({ rules, pull, head }: LoopState, { openPulls: is = 0, inTheWay }: ClaimFacts): Cause | null {
  if (inTheWay !== undefined && head === null)
    return { reason: "external_dependency_blocked", of: "branch_in_the_way", branch: inTheWay };
  const may = rules?.openPulls;
  return pull !== null || may === undefined || is < may
    ? null
    : { reason: "external_dependency_blocked", of: "open_pulls", is, may };
}

/** The issue was read again for `/loop retry`: new text, new policy, new grants, same branch. */
export function onRetryRead(state: LoopState, facts: ClaimFacts, now: number): LoopState | Decision {
  const read = withClaim({ ...state, title: facts.title }, facts);
  const claimed: LoopState = {
    ...read,
    grantedAt: now,
    worked: freshClock,
    ...withoutRaises(read),
    mergesTried: 0,
    updatesTried: 0,
    updateRefused: null,
  };
  if (!facts.open) {
    const effects: Effect[] = [{ type: "reply", reply: { kind: "retry_on_closed" } }];
    return { state, effects, note: "the issue is closed" };
  }
  if (facts.baseRefused !== undefined)
    return {
      state,
      effects: [baseReply(state, facts.baseRefused, facts)],
      note: "its base cannot be begun from any more",
    };
  if (!facts.policy.ok) return policyInvalid({ ...claimed, ending: null }, facts.policy.message, now);
  const full = fullOf(claimed, facts);
  if (full !== null) return settle({ ...claimed, ending: null }, now, { ...full, resume: "execute" });
  return claimed;
}

function withClaim(before: LoopState, facts: ClaimFacts): LoopState {
  const { redOnBase: _, signed: __, writesAlone: ___, unjudged: ____, notes: _____, hold, ...rest } = before;
  const state = withPriority(rest as LoopState, priorityIn(facts.labels));
  const granted = facts.policy.ok ? profiled(facts.policy.rules, facts.labels) : null;
  const wantsPlan = granted?.planFirst === true || hasLabel(facts.labels, planLabel);
  const rules = granted ?? state.rules;
  return {
    ...state,
    rules,
    snapshot: facts.snapshot,
    plan: planAfterReading(state, facts.snapshot.sha256, wantsPlan),
    ...(hasLabel(facts.labels, holdLabel) ? { hold: hold ?? { by: null, at: facts.snapshot.at } } : {}),
    ...baseNow(state, facts),
    ...(facts.signed === true ? { signed: true } : {}),
    ...(facts.writesAlone === true ? { writesAlone: true } : {}),
    ...(facts.unjudged === undefined ? {} : { unjudged: facts.unjudged }),
    ...(granted?.memory === true && facts.notes !== undefined ? { notes: facts.notes } : {}),
    ...(facts.redOnBase === undefined ? {} : { redOnBase: [...facts.redOnBase] }),
    branch: state.branch ?? `loop/${state.issue.number}-${state.id}`,
    granted: state.granted + (granted?.attempts ?? 0),
    grantedNano: granted === null ? state.grantedNano : grantedMoney(state, granted),
    outOfBudget: granted === null ? state.outOfBudget : false,
  };
}

/**
 * Today's base. A branch that exists is to merge it where it is another commit than before; a pull request that goes to
 * another branch keeps that, as long as there is such a branch: GitHub takes pull requests along when one is renamed.
 */
function baseNow(
  { head, pull, base, behind }: LoopState,
  { base: today, baseGone }: ClaimFacts,
): Pick<LoopState, "base" | "behind"> {
  if (head === null || base === null) return { base: today, behind: null };
  if (pull !== null && base.branch !== today.branch && baseGone !== true) return { base, behind };
  const isBehind = behind !== null || base.sha !== today.sha;
  return { base: today, behind: isBehind ? { ...today, conflict: behind?.conflict ?? false } : null };
}

/** A grant never takes the issue over what all its loops may cost, and never takes back what was spent. */
function grantedMoney(state: LoopState, { budgetNano, issueNano }: Rules): number {
  const most = Math.max(issueNano - state.earlier.spentNano, spentOf(state));
  return Math.min(state.grantedNano + budgetNano, most);
}

function policyInvalid(state: LoopState, message: string, now: number): Decision {
  return settle(state, now, {
    reason: "policy_invalid",
    of: "policy_file",
    quote: message,
    resume: "execute",
  });
}

/** A loop is about an issue; its own pull request comes of it. */
function refusePull(state: LoopState): Decision {
  const effects: Effect[] = [
    { type: "reply", reply: { kind: "label_on_pull" } },
    { type: "set_labels", add: [], remove: [state.label] },
  ];
  return refuse(state, effects, "the label is on a pull request");
}

/** Answered as long as the label is there: otherwise nothing is left to be told, or nobody who could start a loop. */
function refuseClosed(state: LoopState, { labels, permission }: ClaimFacts): Decision {
  const isAsked = hasLabel(labels, state.label) && mayWrite(permission);
  const effects: Effect[] = [
    { type: "reply", reply: { kind: "label_on_closed" } },
    { type: "set_labels", add: [], remove: [state.label] },
  ];
  return refuse(state, isAsked ? effects : [], "the issue is closed");
}

function refuse(state: LoopState, effects: Effect[], note: string): Decision {
  return { state: { ...state, phase: "refused" }, effects, note };
}

/** Starts the next attempt, or stops where a limit says so. `before` is said in the thread first. */
export function beginAttempt(found: LoopState, now: number, before: readonly Effect[] = []): Decision {
  const state = withoutExpired(found, now);
  const rules = rulesOf(state);
  const used = state.attempts.filter((attempt) => attempt.counted).length;
  const { behind } = state;
  const tries = state.mergesTried;
  if (behind?.conflict && tries >= mergesAtMost) {
    const conflict = {
      reason: "external_dependency_blocked",
      of: "base_conflict",
      branch: behind.branch,
      tries,
    } as const;
    const said = before.filter((effect) => effect.type === "post_attempt");
    return settle(state, now, { ...conflict, resume: "execute" }, said);
  }
  if (!behind?.conflict && used >= state.granted) {
    return settle(
      state,
      now,
      {
        reason: "retry_limit",
        of: "attempts",
        is: used,
        resume: "execute",
      },
      before.filter((effect) => effect.type === "post_attempt"),
    );
  }
  const over = overBudget(state, rules, now) ?? overMoney(state);
  if (over !== null) return settle(state, now, { ...over, resume: "execute" }, before);
  if (state.hold !== undefined) return held(state, "queued", now, before);
  const number = state.attempts.length + 1;
  const plans = state.plan?.stage === "wanted" && !behind?.conflict;
  const [run, started] = newRun(state, "executor", now);
  const attempt: Attempt = {
    number,
    startedAt: now,
    endedAt: null,
    base: state.head ?? baseOf(state),
    head: null,
    runs: [run],
    claim: null,
    change: null,
    review: null,
    verdict: null,
    counted: !plans && !behind?.conflict,
    ...(plans ? { plans } : {}),
    ...(behind === null || plans ? {} : { merges: behind.conflict ? ("conflict" as const) : ("outdated" as const) }),
  };
  const effects: Effect[] = [...before, { type: "start_run", run: run.id, role: "executor", attempt: number }];
  const next: LoopState = {
    ...started,
    base: behind === null || plans ? started.base : { branch: behind.branch, sha: behind.sha },
    mergesTried: tries + (behind?.conflict ? 1 : 0),
    phase: "preparing",
    attempts: [...state.attempts, attempt],
    ending: null,
    partial: undefined,
    permits: permitsLeft(state),
    gateSince: null,
    resumeAt: null,
  };
  return { state: next, effects, note: plans ? `attempt ${number} begins, to plan` : `attempt ${number} begins` };
}

/** What a person allowed is for one attempt: one that counted has used it up, one that came to nothing has not. */
function permitsLeft({ attempts, permits }: LoopState): string[] {
  return attempts.at(-1)?.counted === true ? [] : permits;
}

/** So many attempts to merge the base are made before a person is asked; a grant begins them anew. */
const mergesAtMost = 3;

/** The name of a loop's run, by its number among them. */
export function runIdOf({ id, issue }: Pick<LoopState, "id" | "issue">, count: number): string {
  return `${issue.number}-${id}-${count}`;
}

/** A run's facts at its start, and the state with the lifetime counter moved. */
export function newRun(found: LoopState, role: RunFacts["role"], now: number): [RunFacts, LoopState] {
  const state = withoutExpired(found, now);
  const count = state.runsStarted + 1;
  const run: RunFacts = {
    id: runIdOf(state, count),
    role,
    startedAt: now,
    endedAt: null,
    status: "running",
    exitCode: null,
    isolation: null,
    spentNano: 0,
    tokens: noTokens,
    tools: [],
    logSha256: null,
    briefSha256: null,
  };
  return [run, { ...state, runsStarted: count }];
}

/** Why the loop may start no further container, or null where it may. */
export function overBudget(state: LoopState, rules: Rules, now: number): Cause | null {
  const started = countedRuns(state);
  if (started >= rules.lifetimeRuns) {
    return { reason: "budget_limit", of: "runs", is: started, may: rules.lifetimeRuns };
  }
  const { loops, runs } = state.earlier;
  const ofIssue = runs + started;
  if (ofIssue >= rules.issueRuns) {
    return { reason: "budget_limit", of: "issue_runs", loops: loops + 1, is: ofIssue, may: rules.issueRuns };
  }
  return overTime(state, now);
}

/** Why the loop's time is up, or null where it is not. */
export function overTime(state: LoopState, now: number): Cause | null {
  return leftMs(state, now) === 0 ? outOfTime(state) : null;
}

/** The containers that count against what policy allows: own checks call no models, and there are so many for each attempt. */
export function countedRuns({ runsStarted, checksStarted = 0 }: LoopState): number {
  return runsStarted - checksStarted;
}

/** The loop's time is used up. */
export function outOfTime(state: LoopState): Cause {
  return { reason: "budget_limit", of: "loop_time", may: state.rules === null ? 0 : loopMsOf(state) };
}

/** Why the money for model calls does not pay for more work, or null where it does. */
export function overMoney(state: LoopState): Cause | null {
  const spent = spentOf(state);
  const { loops, spentNano } = state.earlier;
  const { issueNano } = rulesOf(state);
  const isOfIssue = spentNano + state.grantedNano >= issueNano; // more cannot be granted, whoever asks
  const isSpent = spent + (isOfIssue ? spentNano : 0) > 0 && spent >= state.grantedNano * workShare;
  if (!state.outOfBudget && !isSpent) return null;
  if (isOfIssue)
    return { reason: "budget_limit", of: "issue_money", loops: loops + 1, is: spentNano + spent, may: issueNano };
  return { reason: "budget_limit", of: "money", is: spent, may: state.grantedNano };
}

/** The gateway keeps the last tenth of a budget for handing over; work is over before it. */
const workShare = 0.9;

/** What no further try of this run can mend, or null: a command that is not there, a key that is not taken. */
export function setUpCause(state: LoopState, { run, trouble, exitCode, note, newPackages }: RunEnded): Cause | null {
  const attempt = currentAttempt(state).number;
  if (trouble === "key_refused") return { reason: "external_dependency_blocked", of: "key_refused", attempt };
  if (trouble === "set_up" && packagesToAsk(state, newPackages).length > 0)
    return { reason: "permission_required", of: "packages_asked", attempt };
  if (trouble === "set_up" || trouble === "service" || trouble === "image") {
    const part = trouble === "set_up" ? {} : { [trouble]: true as const };
    return { reason: "external_dependency_blocked", of: "set_up_failed", attempt, note, ...part };
  }
  if (trouble !== "command_missing" && trouble !== "command_unusable") return null;
  const role = currentAttempt(state).runs.find(({ id }) => id === run)?.role ?? "executor";
  if (role === "check") return null; // such exit codes are its word on the commit
  return { reason: "infrastructure_error", of: "command_not_run", attempt, role, exitCode: exitCode ?? 127 };
}

/**
 * Of the packages that a run was refused until a person is asked, those that none has decided on: no more than the thread shows and a
 * refusal remembers whole, so that a person's yes is to what they saw. The rest is asked about the next time.
 */
export function packagesToAsk({ packagesAllowed = [], said = [] }: LoopState, names: readonly string[] = []): string[] {
  const denied = said.flatMap(({ of, about = "" }) => (of === "denied" ? about.split("\n") : []));
  let left: number = saidBounds.text;
  return names.filter((name) => {
    if (packagesAllowed.includes(name) || denied.includes(name) || name.length >= left) return false;
    left -= name.length + 1;
    return true;
  });
}

/** What a person is shown and asked about: untrusted names, one a line. */
export function quoteOf(state: LoopState, cause: Cause, { said, newPackages }: RunEnded): string | null {
  if (cause.of === "packages_asked") return packagesToAsk(state, newPackages).join("\n");
  return said ?? null;
}

/** The run's facts at its end, which was booked. */
export function closeRun(state: LoopState, { run, status, endedAt, exitCode, trouble, said }: RunEnded): LoopState {
  const failed = { ...(trouble === undefined ? {} : { trouble }), ...(said === undefined ? {} : { said }) };
  return withRun(state, run, { status, endedAt, exitCode, ...failed });
}

/**
 * The state with what a run's end tells of its cost and its making, in whatever phase that comes. Booked twice is booked
 * once, and a figure never goes down: of two reports on one run the dearer one holds. A run the state does not know
 * changes nothing.
 */
export function book(state: LoopState, event: RunEnded): LoopState {
  const known = state.attempts.flatMap((attempt) => attempt.runs).find((one) => one.id === event.run);
  if (known === undefined) return state;
  const isDearer = event.spentNano >= known.spentNano;
  const cost = isDearer ? { spentNano: event.spentNano, tokens: event.tokens } : {};
  const logSha256 = event.logSha256 ?? known.logSha256;
  const handover = event.handover === undefined ? {} : { handover: event.handover };
  const refused = event.refusals === undefined ? {} : { refusals: [...event.refusals] };
  const lost = event.lostServices === undefined ? {} : { lostServices: [...event.lostServices] };
  const called = event.toolCalls === undefined ? {} : { toolCalls: [...event.toolCalls] };
  const told = { ...handover, ...called, ...refused, ...lost, ...provenanceAtEnd(known, event) };
  const facts = { ...cost, ...told, logSha256, tools: [...event.tools] };
  const isOfThisGrant = known.startedAt >= state.grantedAt; // money that was granted since is not what it lacked
  const outOfBudget = state.outOfBudget || (event.outOfBudget && isOfThisGrant);
  const { permitsUsed = [] } = event;
  // Of a run that told its end before, what was used may have been allowed anew since.
  const isNews = known.status === "running" || known.untold === true;
  const permits = isNews ? state.permits.filter((one) => !permitsUsed.includes(one)) : state.permits;
  return { ...withRun(withToldRun(state, event.run), event.run, facts), permits, outOfBudget };
}

function withToldRun(state: LoopState, id: string): LoopState {
  const attempts = state.attempts.map((attempt) => ({
    ...attempt,
    runs: attempt.runs.map((run) => {
      const { untold, ...told } = run;
      return run.id === id ? told : run;
    }),
  }));
  return { ...state, attempts };
}

type RunEnded = Extract<LoopEvent, { type: "run_ended" }>;

function provenanceAtEnd(
  { provenance }: RunFacts,
  { readyMs = null, agentVersion = null }: RunEnded,
): Pick<RunFacts, "provenance"> {
  return provenance === undefined ? {} : { provenance: { ...provenance, readyMs, agentVersion } };
}

/** The rules, which every claimed loop has. Throws Bug before the claim. */
export function rulesOf(state: LoopState): Rules {
  assert(state.rules !== null, `loop ${state.id} has no rules in phase ${state.phase}`);
  return state.rules;
}

/** The commit the loop was claimed at. Throws Bug before the claim. */
function baseOf(state: LoopState): string {
  assert(state.base !== null, `loop ${state.id} has no base in phase ${state.phase}`);
  return state.base.sha;
}

/** The loop's branch, which every claimed loop has. */
export function branchOf(loop: LoopState): string {
  assert(loop.branch !== null, `loop ${loop.id} has no branch`);
  return loop.branch;
}

/** The attempt under way. Throws Bug when there is none. */
export function currentAttempt(state: LoopState): Attempt {
  const attempt = state.attempts.at(-1);
  assert(attempt !== undefined, `loop ${state.id} has no attempt in phase ${state.phase}`);
  return attempt;
}

/** The state with its last attempt changed. */
export function withAttempt(state: LoopState, change: Partial<Attempt>): LoopState {
  return { ...state, attempts: [...state.attempts.slice(0, -1), { ...currentAttempt(state), ...change }] };
}

/** The state with one run's facts changed, wherever it is. */
export function withRun(state: LoopState, id: string, change: Partial<RunFacts>): LoopState {
  const attempts = state.attempts.map((attempt) => ({
    ...attempt,
    runs: attempt.runs.map((run) => (run.id === id ? { ...run, ...change } : run)),
  }));
  return { ...state, attempts };
}

/** A finding of ours about a run or a person's act. */
export function finding(source: Finding["source"], title: string, detail = ""): Finding {
  return { source, title, detail, path: null, line: null, url: null };
}
