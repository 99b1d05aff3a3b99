// Starting a run and watching it: brief in, container up, and its end comes back as an event.
import { assert } from "../base/assert.ts";
import { Fault } from "../base/fault.ts";
import { executorBrief } from "../brief/executor.ts";
import { freezeIssue } from "../brief/freeze.ts";
import { reviewerBrief } from "../brief/reviewer.ts";
import { branchOf, rulesOf } from "../loop/begin.ts";
import { leftMs } from "../loop/clock.ts";
import type { Effect } from "../loop/effect.ts";
import type { ChangeFacts, LoopEvent } from "../loop/event.ts";
import { type Attempt, type LoopState, noTokens, type Rules, type Snapshot } from "../loop/state.ts";
import { risksOf } from "../policy/risk.ts";
import { sizeOf } from "../policy/size.ts";
import { parseClaim } from "../verify/claim.ts";
import { parseReview } from "../verify/review.ts";
import type { PushedChange, RunOrder, RunReport, StartedRun } from "./ports.ts";
import { spoken } from "./read.ts";
import { textOf, type World } from "./world.ts";

type StartRun = Extract<Effect, { type: "start_run" }>;

/** Starts the run and returns at once; `no_slot` when as many containers run as the operator allows. Throws Fault. */
export async function startRun(
  world: World,
  state: LoopState,
  effect: StartRun,
  { issueKey, retrying }: { readonly issueKey: string; readonly retrying: boolean },
): Promise<LoopEvent[] | "no_slot"> {
  if (!world.slots.take(effect.run, issueKey)) return "no_slot";
  let mayRun = retrying;
  try {
    const order = await orderOf(world, state, effect);
    const briefSha256 = await world.store.putArtifact(order.brief, textOf(world, state));
    mayRun = true;
    const started = await world.runs.start(order);
    watch(world, state, effect, issueKey, started);
    const { startedAt, isolation, provenance } = started;
    return [{ type: "run_started", run: effect.run, startedAt, isolation, briefSha256, provenance }];
  } catch (error) {
    const refused = error instanceof Fault && error.kind === "refused";
    // A start whose outcome is unknown may have left a container: it keeps its place until it is tried again or stopped.
    if (refused || !mayRun) world.slots.release(effect.run);
    if (!refused) throw error;
    return [await ended(world, state, effect.run, effect.role, noRun("refused", error.message, world.clock.now()))];
  }
}

/**
 * After a restart: a run that still exists is watched again; one that is gone ends as lost, unless it may not have been
 * started yet. One whose start was never recorded is looked for too: we may have died between the two.
 */
export async function adoptRun(
  world: World,
  state: LoopState,
  run: string,
  { issueKey, isStarting }: { readonly issueKey: string; readonly isStarting: boolean },
): Promise<void> {
  const start = startOf(state, run);
  if (start === null) return;
  const started = await world.runs.adopt(state, run);
  if (started === null && isStarting) return;
  if (started === null) {
    const gone = noRun("lost", "Its container was gone when Loopgate started again.", world.clock.now());
    const report = { ...gone, ...(await world.runs.spentBy?.(state, run)) };
    await world.submit(issueKey, await ended(world, state, run, start.role, report), `${run}/ended`);
    return;
  }
  watchAdopted(world, state, run, issueKey, started);
}

/** Watches a run that was found running. */
export function watchAdopted(world: World, state: LoopState, run: string, issueKey: string, started: StartedRun): void {
  const start = startOf(state, run);
  if (start === null) return;
  world.slots.hold(run);
  watch(world, state, start, issueKey, started);
}

function noRun(status: RunReport["status"], note: string, endedAt: number): RunReport {
  return { status, note, endedAt, exitCode: null, log: "", result: null, pushed: null };
}

/** What started this run; null where the loop knows of no such run. */
function startOf(state: LoopState, run: string): StartRun | null {
  const attempt = state.attempts.find(({ runs }) => runs.some(({ id }) => id === run));
  const role = attempt?.runs.find(({ id }) => id === run)?.role;
  return attempt === undefined || role === undefined ? null : { type: "start_run", run, role, attempt: attempt.number };
}

function watch(world: World, state: LoopState, effect: StartRun, issueKey: string, started: StartedRun): void {
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

async function ended(
  world: World,
  state: LoopState,
  run: string,
  role: "executor" | "reviewer",
  report: RunReport,
): Promise<LoopEvent> {
  const logSha256 = report.log === "" ? null : await world.store.putArtifact(report.log, textOf(world, state));
  const {
    status,
    exitCode,
    endedAt,
    note,
    spentNano = 0,
    tokens = noTokens,
    outOfBudget = false,
    modelDown = false,
    tools = [],
    readyMs = null,
    agentVersion = null,
  } = report;
  const facts = {
    type: "run_ended",
    run,
    status,
    exitCode,
    endedAt,
    note,
    logSha256,
    spentNano,
    tokens,
    outOfBudget,
    modelDown,
    tools,
    readyMs,
    agentVersion,
  } as const;
  if (role === "reviewer") {
    return {
      ...facts,
      claim: null,
      change: null,
      review: status === "lost" || status === "refused" ? null : parseReview(report.result),
    };
  }
  const change = report.pushed === null ? null : changeFacts(report.pushed, rulesOf(state));
  return { ...facts, claim: parseClaim(report.result), change, review: null };
}

/** What policy says of pushed commits. */
function changeFacts(pushed: PushedChange, rules: Rules): ChangeFacts {
  const { risks, grantable } = risksOf(pushed, rules);
  return { head: pushed.head, size: sizeOf(pushed), risks, grantable };
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
  const snapshotText = await snapshotOf(world, state);
  if (effect.role === "reviewer") {
    const head = attempt.head ?? attempt.base;
    const change = await world.runs.readChange(state, effect.run, head);
    return { ...shared, startFrom: head, brief: reviewBrief(state, snapshotText, change) };
  }
  return { ...shared, startFrom: attempt.base, brief: workBrief(state, attempt, snapshotText, shared.deadlineMs) };
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

function workBrief(state: LoopState, attempt: Attempt, snapshotText: string, deadlineMs: number): string {
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
    findings: last?.verdict?.colour === "red" ? last.verdict.findings : [],
    asked: state.changesRequested,
    permits: state.permits,
    rules: rulesOf(state),
  });
}

function reviewBrief(state: LoopState, snapshotText: string, change: PushedChange): string {
  return reviewerBrief({
    repository: `${state.issue.owner}/${state.issue.name}`,
    issue: state.issue.number,
    snapshotText,
    base: change.base,
    head: change.head,
    files: change.files,
    patch: change.patch,
  });
}

function attemptOf(state: LoopState, number: number): Attempt {
  const attempt = state.attempts.find((one) => one.number === number);
  assert(attempt !== undefined, `attempt ${number} is not in the state`);
  return attempt;
}
