// Starting a run and watching it: brief in, container up, and its end comes back as an event.
import { assert } from "../base/assert.ts";
import { maskCredentials } from "../base/credentials.ts";
import { Fault } from "../base/fault.ts";
import { criteriaIn } from "../brief/criteria.ts";
import { type ExecutorWork, executorBrief } from "../brief/executor.ts";
import { freezeIssue } from "../brief/freeze.ts";
import { plannerBrief } from "../brief/planner.ts";
import { reviewerBrief } from "../brief/reviewer.ts";
import { branchOf, rulesOf } from "../loop/begin.ts";
import { leftMs } from "../loop/clock.ts";
import { type DayAsk, type DayFull, leftNano, withShare } from "../loop/day.ts";
import type { Effect } from "../loop/effect.ts";
import type { ChangeFacts, LoopEvent } from "../loop/event.ts";
import { type CheckColour, colourOfCheck } from "../loop/own-checks.ts";
import { planText } from "../loop/plan-text.ts";
import {
  type AttachedPicture,
  type Attempt,
  type Claim,
  type LoopState,
  noTokens,
  type Rules,
  type Snapshot,
  type TraceSeen,
} from "../loop/state.ts";
import { risksOf } from "../policy/risk.ts";
import { sizeOf, totalsOf } from "../policy/size.ts";
import { parseClaim } from "../verify/claim.ts";
import { lastLines } from "../verify/last-lines.ts";
import { parseReview } from "../verify/review.ts";
import { traceOf } from "../verify/trace/trace.ts";
import { daysOf } from "./days.ts";
import { endOthers } from "./others.ts";
import { keepPictures, withPictures } from "./pictures.ts";
import type { PushedChange, RunOrder, RunReport, StartedRun, StoredEffect } from "./ports.ts";
import { spoken } from "./read.ts";
import type { Asker, Place } from "./slots.ts";
import { textOf, type World } from "./world.ts";

type StartRun = Extract<Effect, { type: "start_run" }>;

/** What keeps a run from starting now: others have the containers, or the day is used up. */
export type Wait = { readonly of: "slot"; readonly place: Place } | { readonly of: "day"; readonly full: DayFull };

/**
 * Starts the run and returns at once; what it has to wait for where as many containers run as the operator allows, or the day has come to
 * its limit. Throws Fault.
 */
export async function startRun(
  world: World,
  state: LoopState,
  effect: StartRun,
  { issueKey, retrying }: { readonly issueKey: string; readonly retrying: boolean },
): Promise<LoopEvent[] | Wait> {
  const allPaused = await world.store.allPaused(state.issue.repositoryId);
  if (allPaused !== null) return [{ type: "all_paused", ...allPaused }];
  await endOthers(world, state);
  const asked = dayAskOf(world, state, effect);
  const before = await world.store.askDay(asked, false);
  if (!before.ok) return heldByDay(world, effect.run, before.full);
  const place = world.slots.take(effect.run, askerOf(state, issueKey));
  if (place !== null) return { of: "slot", place };
  const share = effect.role === "check" ? before : await world.store.askDay(asked, true);
  if (!share.ok) return heldByDay(world, effect.run, share.full); // another run was quicker
  let mayRun = retrying;
  try {
    const order = await orderOf(world, withShare(state, share.nano), effect);
    const briefSha256 = await world.store.putArtifact(order.brief, textOf(world, state));
    mayRun = true;
    const started = await world.runs.start(order);
    watch(world, state, effect, issueKey, started);
    const { startedAt, isolation, provenance } = started;
    const planted = order.planted === undefined ? {} : { planted: order.planted };
    return [{ type: "run_started", run: effect.run, startedAt, isolation, briefSha256, ...planted, provenance }];
  } catch (error) {
    const refused = error instanceof Fault && error.kind === "refused";
    // A start whose outcome is unknown may have left a container: it keeps its place until it is tried again or stopped.
    const waits = error instanceof Fault && error.kind === "preparing"; // for an image, and others may go before it
    if (refused || waits || !mayRun) world.slots.release(effect.run);
    if (!refused) throw error;
    return [await ended(world, state, effect.run, effect.role, noRun("refused", error.message, world.clock.now()))];
  }
}

/** A run that may not begin today stands in nobody's way. */
function heldByDay({ slots }: World, run: string, full: DayFull): Wait {
  slots.release(run);
  return { of: "day", full };
}

/** Own checks call no models and are counted by no day. */
function dayAskOf({ clock, operator }: World, state: LoopState, { run, role }: StartRun): DayAsk {
  const { repositoryId, installationId, owner } = state.issue;
  const at = clock.now();
  const days = role === "check" ? [] : daysOf(operator, state, at);
  return { run, repositoryId, installationId, owner, at, wantNano: leftNano(state), days };
}

/**
 * After a restart: a run that still exists, or whose end was kept, is watched again; one of which neither is left ends as
 * lost, at what it had spent, unless it may not have been started yet. One whose start was never recorded is looked for
 * too: we may have died between the two.
 */
export async function adoptRun(
  world: World,
  state: LoopState,
  run: string,
  { issueKey, isStarting }: { readonly issueKey: string; readonly isStarting: boolean },
): Promise<void> {
  if (startOf(state, run) === null) return;
  const share = await world.store.setAside(run);
  const started = await world.runs.adopt(share === null ? state : withShare(state, share.nano), run);
  if (started === null && isStarting) return;
  if (started === null) await tellLost(world, state, run, issueKey);
  else watchAdopted(world, state, run, issueKey, started);
}

/** Nothing is left of the run but what it had spent. */
async function tellLost(
  world: Pick<World, "clock" | "runs" | "store" | "submit">,
  loop: Pick<LoopState, "id" | "attempts" | "grantedNano">,
  run: string,
  issueKey: string,
): Promise<void> {
  const note = "Its container was gone when Loopgate started again.";
  const report = { ...noRun("lost", note, world.clock.now()), ...(await world.runs.spentBy?.(loop, run)) };
  const told = { claim: null, change: null, review: null };
  const settled = await settledBy(world, run, report);
  await world.submit(issueKey, { ...factsOf(run, settled), logSha256: null, ...told }, `${run}/ended`);
}

/**
 * Ends the run and has its end told, whichever process started it: what it spent is booked before anything else is begun.
 * `state` is what the issue's loop is now, which need not be the one that asked.
 */
export async function stopRun(
  world: World,
  state: LoopState | null,
  { issueKey, loop, effect }: StoredEffect & { readonly effect: Extract<Effect, { type: "stop_run" }> },
): Promise<void> {
  const { run } = effect;
  const known = state?.id === loop ? state : null;
  await world.runs.stop(run, effect.why);
  if (!world.watched.has(run)) {
    if (known !== null) await adoptRun(world, known, run, { issueKey, isStarting: false });
    else await tellLost(world, { id: loop, attempts: [], grantedNano: 0 }, run, issueKey);
  }
  await world.watched.get(run);
  world.slots.release(run);
}

function askerOf({ issue, priority, startedAt }: LoopState, key: string): Asker {
  const asker = { key, installationId: issue.installationId, since: startedAt };
  return priority === undefined ? asker : { ...asker, priority };
}

/** Watches a run that was found running. */
function watchAdopted(world: World, state: LoopState, run: string, issueKey: string, started: StartedRun): void {
  const start = startOf(state, run);
  if (start === null) return;
  world.slots.hold(run, askerOf(state, issueKey));
  watch(world, state, start, issueKey, started);
}

/** The report of a run that came to nothing. */
export function noRun(status: RunReport["status"], note: string, endedAt: number): RunReport {
  return { status, note, endedAt, exitCode: null, log: "", result: null, pushed: null };
}

/** What started this run; null where the loop knows of no such run. */
function startOf(state: LoopState, run: string): StartRun | null {
  const attempt = state.attempts.find(({ runs }) => runs.some(({ id }) => id === run));
  const role = attempt?.runs.find(({ id }) => id === run)?.role;
  return attempt === undefined || role === undefined ? null : { type: "start_run", run, role, attempt: attempt.number };
}

function watch(world: World, state: LoopState, effect: StartRun, issueKey: string, started: StartedRun): void {
  const { run } = effect;
  started.onHeard?.((heard) => {
    const event = { type: "words_heard", run, heard: [heard] } as const;
    world.track(world.untilStored(() => world.submit(issueKey, event, `${run}/heard/${heard.id}`)));
  });
  const over = started.done.then((report) =>
    world.untilStored(async () => {
      const event = await ended(world, state, effect.run, effect.role, report);
      await world.submit(issueKey, event, `${effect.run}/ended`);
    }),
  );
  const forget = () => {
    world.watched.delete(effect.run);
    world.slots.release(effect.run);
  };
  const forgotten = over.finally(forget);
  world.watched.set(
    effect.run,
    forgotten.catch(() => {}),
  );
  world.track(forgotten);
}

/** What a run cost is settled with its days; where it lacked money, it is told whose. */
async function settledBy(
  { store, clock }: Pick<World, "store" | "clock">,
  run: string,
  report: RunReport,
): Promise<Settled> {
  const isShort = await store.settleRun(run, report.spentNano ?? 0, clock.now());
  return isShort && report.outOfBudget === true ? { ...report, outOfBudget: false, outOfDay: true } : report;
}

type Settled = RunReport & { readonly outOfDay?: true };

async function ended(
  world: World,
  state: LoopState,
  run: string,
  role: StartRun["role"],
  told: RunReport,
): Promise<LoopEvent> {
  const report = await settledBy(world, run, told);
  const logSha256 = report.log === "" ? null : await world.store.putArtifact(report.log, textOf(world, state));
  await keepPictures(world, state, report);
  const facts = { ...factsOf(run, report), logSha256 };
  if (role === "check") {
    const tried = report.knockOut === undefined ? {} : { knockOut: report.knockOut };
    const check = await withPictures(world, state, run, report);
    return { ...facts, claim: null, change: null, review: null, check, ...tried };
  }
  if (role === "reviewer") {
    const isGone = report.status === "lost" || report.status === "refused";
    const review = isGone ? null : parseReview(report.result, await criteriaOf(world, state));
    const isRead = review !== null && review.verdict !== "unreadable";
    return { ...facts, ...(isRead ? {} : saidOf(report)), claim: null, change: null, review };
  }
  return executorEnded(rulesOf(state), run, report, logSha256);
}

/** How the end of an executor's run is told to its loop; `logSha256` names what it wrote, where that is kept. */
export function executorEnded(rules: Rules, run: string, report: Settled, logSha256: string | null): LoopEvent {
  const change = report.pushed === null ? null : changeFacts(report.pushed, rules);
  const isFine = report.status === "finished" && change !== null;
  const claim = parseClaim(report.result, report.told);
  const finds = traceIn(report, claim);
  return {
    ...factsOf(run, report),
    logSha256,
    ...(isFine ? {} : saidOf(report)),
    claim,
    change,
    ...(report.attached === undefined || report.attached.length === 0 ? {} : { attached: report.attached.map(masked) }),
    ...(finds.length === 0 ? {} : { trace: { head: change?.head ?? null, finds } }),
    review: null,
  };
}

/** The agent's words for what it wants people to see are its own. */
function masked({ caption, ...picture }: AttachedPicture): AttachedPicture {
  return caption === undefined ? picture : { ...picture, caption: maskCredentials(caption) };
}

/** What an executor did on its way, beside what it pushed. */
function traceIn(report: RunReport, claim: Claim | null): TraceSeen["finds"] {
  const { refusals = [], toolCalls = [], undeclared = [], did = null, pushed, told } = report;
  const { reverted = [], files = [] } = pushed ?? {};
  const words = [claim?.summary ?? "", told?.progress ?? "", ...(claim?.decisions ?? [])];
  const changed = pushed === null ? null : files.map(({ path }) => path);
  return traceOf({ refusals, toolCalls, undeclared, reverted, changed, did, words });
}

/** The last that a run wrote which came to nothing. */
function saidOf({ log }: RunReport): { readonly said?: string } {
  const said = lastLines(log);
  return said === "" ? {} : { said };
}

/** What the reviewer was told that done means; null: the frozen issue went with the store. */
async function criteriaOf(world: World, { snapshot }: LoopState): Promise<readonly string[] | null> {
  const text = snapshot === null ? null : await world.store.getArtifact(snapshot.sha256);
  return text === null ? null : criteriaIn(text);
}

/** What the end of a run tells whatever its role. */
function factsOf(run: string, report: Settled) {
  const {
    status,
    exitCode,
    endedAt,
    note,
    spentNano = 0,
    tokens = noTokens,
    outOfBudget = false,
    outOfDay,
    modelDown = false,
    handover,
    trouble = null,
    tools = [],
    toolCalls = [],
    permitsUsed = [],
    heard = [],
    refusals = [],
    newPackages = [],
    lostServices = [],
    readyMs = null,
    agentVersion = null,
  } = report;
  return {
    type: "run_ended",
    run,
    status,
    exitCode,
    endedAt,
    note,
    spentNano,
    tokens,
    outOfBudget,
    modelDown,
    ...(outOfDay === undefined ? {} : { outOfDay }),
    ...(handover === undefined ? {} : { handover }),
    ...(trouble === null ? {} : { trouble }),
    tools,
    ...(toolCalls.length === 0 ? {} : { toolCalls }),
    ...(permitsUsed.length === 0 ? {} : { permitsUsed }),
    ...(heard.length === 0 ? {} : { heard: [...heard] }),
    ...(refusals.length === 0 ? {} : { refusals }),
    ...(newPackages.length === 0 ? {} : { newPackages }),
    ...(lostServices.length === 0 ? {} : { lostServices }),
    readyMs,
    agentVersion,
  } as const;
}

/** What policy says of pushed commits. */
function changeFacts(pushed: PushedChange, rules: Rules): ChangeFacts {
  const { risks, grantable } = risksOf(pushed, rules);
  const whole = pushed.whole === undefined ? {} : { whole: totalsOf(pushed.whole) };
  const { head, gaming } = pushed;
  const asked = rules.gaming === "ask" ? (gaming?.findings ?? []) : [];
  const known = new Set(risks.map(({ path }) => path));
  const all = [...risks, ...asked.filter(({ path }) => !known.has(path))];
  const seen = gaming === undefined ? {} : { gaming: { ...gaming, head } };
  return { head, size: sizeOf(pushed, pushed.whole), ...whole, risks: all, grantable, ...seen };
}

async function orderOf(world: World, state: LoopState, effect: StartRun): Promise<RunOrder> {
  const rules = rulesOf(state);
  const attempt = attemptOf(state, effect.attempt);
  const shared = {
    id: effect.run,
    loop: state,
    role: effect.role,
    attempt: effect.attempt,
    deadlineMs: Math.max(1_000, Math.min(rules.attemptMs, leftMs(state, world.clock.now()))),
  };
  if (effect.role === "check")
    return { ...shared, ...checkOrder(state, attempt, effect.run, leftMs(state, world.clock.now())) };
  const snapshotText = await snapshotOf(world, state);
  if (effect.role === "reviewer") {
    const head = attempt.head ?? attempt.base;
    const { reviewer, canary } = attempt.runs.find(({ id }) => id === effect.run) ?? {};
    const which = reviewer === undefined ? {} : { reviewer };
    if (canary === true) return { ...shared, ...which, ...(await canaryOrder(world, state, effect.run, attempt)) };
    const change = await world.runs.readChange(state, effect.run, head);
    return { ...shared, ...which, startFrom: head, brief: reviewBrief(state, snapshotText, change, attempt) };
  }
  const brief = attempt.plans
    ? planBrief(state, snapshotText, shared.deadlineMs)
    : workBrief(state, attempt, snapshotText, shared.deadlineMs);
  return { ...shared, startFrom: attempt.base, brief, issue: snapshotText };
}

/** A reviewer's order in every word, of a commit that only the run's own quarantine has. Throws Fault where nothing can be planted. */
async function canaryOrder(world: World, state: LoopState, run: string, attempt: Attempt) {
  assert(attempt.head !== null, "a canary is made of a commit");
  const change = (await world.runs.plant?.(state, run, attempt.head)) ?? null;
  if (change === null) throw new Fault("Nothing could be planted in this change.", { kind: "refused", retry: "never" });
  const brief = reviewBrief(state, await snapshotOf(world, state), change, attempt);
  return { startFrom: change.head, brief, planted: change.planted };
}

/** A check has its own time, and reads no brief: what stands for one is its command. */
function checkOrder(state: LoopState, { runs, head }: Attempt, run: string, ms: number) {
  const check = runs.find(({ id }) => id === run)?.check;
  const { knockOut } = rulesOf(state);
  if (check?.at === "without" && knockOut !== undefined && head !== null)
    return { check, startFrom: head, brief: "", deadlineMs: Math.max(1_000, Math.min(knockOut.ms, ms)) };
  const rule = rulesOf(state).ownChecks?.find(({ name }) => name === check?.name);
  const startFrom = check?.at === "base" ? state.base?.sha : head;
  assert(check !== undefined && rule !== undefined && startFrom != null, `run ${run} is of a check of the policy`);
  return { check, startFrom, brief: `${rule.command}\n`, deadlineMs: Math.max(1_000, Math.min(rule.ms, ms)) };
}

async function snapshotOf(world: World, state: LoopState): Promise<string> {
  assert(state.snapshot !== null, "a claimed loop has a frozen issue");
  const text = await world.store.getArtifact(state.snapshot.sha256);
  return text ?? readSnapshotAgain(world, state, state.snapshot);
}

/**
 * The frozen text went with the store, so the issue is read again. An agent is told only what was frozen at the claim:
 * where the issue reads differently now, the loop stops, and a person says whether the new text is meant.
 */
async function readSnapshotAgain(world: World, state: LoopState, frozen: Snapshot): Promise<string> {
  const read = await world.github.readClaim(state.issue);
  const heard = read.comments.filter((comment) => frozen.comments.includes(comment.id));
  const again = freezeIssue({
    title: read.title,
    body: read.body,
    comments: heard.map((comment) => spoken(comment, state)),
  });
  if (again.sha256 !== frozen.sha256) {
    throw new Fault(
      "The text of the issue that was frozen at the claim was lost with Loopgate's store, and the issue reads differently now, so no agent is told to work on it.",
      { kind: "invalid", retry: "never" },
    );
  }
  await world.store.putArtifact(again.text, textOf(world, state));
  return again.text;
}

/** What an executor is told that only plans. */
function planBrief({ issue, said = [], plan }: LoopState, snapshotText: string, deadlineMs: number): string {
  const { owner, name, number } = issue;
  const before = plan?.offered ?? null;
  return plannerBrief({ repository: `${owner}/${name}`, issue: number, snapshotText, deadlineMs, said, before });
}

/** The plan that a person said yes to. */
function approvedPlan({ plan }: LoopState): Pick<ExecutorWork, "plan"> {
  if (plan?.stage !== "approved" || plan.offered === undefined) return {};
  return { plan: { offered: plan.offered, by: plan.by ?? "a person" } };
}

/** What the executor of this attempt is told; `snapshotText` is the frozen issue. */
export function workBrief(state: LoopState, attempt: Attempt, snapshotText: string, deadlineMs: number): string {
  const before = state.attempts.filter((one) => one.number < attempt.number);
  const last = before.at(-1);
  return executorBrief({
    repository: `${state.issue.owner}/${state.issue.name}`,
    issue: state.issue.number,
    branch: branchOf(state),
    snapshotText,
    attempt: attempt.number,
    of: before.filter((one) => !one.counted).length + state.granted,
    deadlineMs,
    earlier: before,
    findings: last?.verdict?.colour === "green" ? [] : (last?.verdict?.findings ?? []),
    asked: state.changesRequested,
    said: state.said ?? [],
    ...approvedPlan(state),
    ...(state.notes === undefined ? {} : { notes: state.notes.texts }),
    permits: state.permits,
    merge: attempt.merges === undefined || state.base === null ? null : { ...state.base, why: attempt.merges },
    rules: rulesOf(state),
  });
}

const shownOf: Readonly<Record<CheckColour, string>> = {
  green: "green",
  red: "red",
  on_base: "red, and as red on the base",
  no_evidence: "it shows nothing",
  pending: "not finished",
};

function reviewBrief(
  state: LoopState,
  snapshotText: string,
  change: PushedChange,
  { checks = [], gaming }: Attempt,
): string {
  const { plan } = approvedPlan(state);
  return reviewerBrief({
    repository: `${state.issue.owner}/${state.issue.name}`,
    issue: state.issue.number,
    snapshotText,
    base: change.base,
    head: change.head,
    files: change.files,
    patch: change.patch,
    criteria: criteriaIn(snapshotText),
    rubric: rulesOf(state).rubric ?? [],
    ...(plan === undefined ? {} : { plan: planText(plan.offered) }),
    ...(gaming?.head === change.head ? { gaming: gaming.findings } : {}),
    ...(checks.length === 0
      ? {}
      : { checks: checks.map((one) => ({ name: one.name, shown: shownOf[colourOfCheck(one)] })) }),
  });
}

function attemptOf(state: LoopState, number: number): Attempt {
  const attempt = state.attempts.find((one) => one.number === number);
  assert(attempt !== undefined, `attempt ${number} is not in the state`);
  return attempt;
}
