// Runs of the policy's own checks: a clean checkout in a fresh container with no way out, and the reading of what it left there.
import { join } from "node:path";
import { assert } from "../base/assert.ts";
import type { Running, RunOutcome, RunRequest } from "../container/run.ts";
import type { RunOrder, RunReport, StartedRun } from "../engine/ports.ts";
import { makeAsOnBase } from "../gateway/git/as-on-base.ts";
import type { Quarantine } from "../gateway/git/quarantine.ts";
import { handOver, makeCheckout } from "../gateway/git/workspace.ts";
import { newLeaseToken } from "../gateway/lease.ts";
import { rulesOf } from "../loop/begin.ts";
import type { Trouble } from "../loop/cause.ts";
import {
  type CheckOf,
  type CheckSeen,
  type Isolation,
  type LoopState,
  noTokens,
  type OwnCheck,
} from "../loop/state.ts";
import { globsMatcher } from "../policy/glob.ts";
import type { CheckRun } from "../verify/checked.ts";
import { seenOf } from "../verify/own-check.ts";
import { judgeReports } from "../verify/reports/judge.ts";
import { readCheckRun, removeMatching } from "./check-files.ts";
import { type KeptCheck, type KeptChecks, keptChecks, keyOfCheck } from "./checks-kept.ts";
import { type End, keepEnd } from "./end.ts";
import { keepLease, makeFolders, readKept } from "./files.ts";
import { isolationOf } from "./isolation.ts";
import { fetchLoopBranch, type QuarantineParts, quarantineOf } from "./quarantine.ts";
import { environmentIn, limitsIn, type RequestParts, requestOf } from "./request.ts";
import { rooms } from "./rooms.ts";
import type { SetUpParts, SetUps } from "./set-up.ts";

export interface CheckParts extends SetUpParts {
  readonly origin: RequestParts["origin"] & QuarantineParts["origin"];
}

/** A check that runs, or that was over before anything ran. */
export interface StartedCheck {
  readonly isolation: Isolation;
  readonly running: Running | null;
  /** Never rejects. */
  readonly done: Promise<End>;
}

export interface Checks {
  /** Throws Fault where it cannot be started. */
  start(order: RunOrder): Promise<StartedCheck>;
  /** A check that an earlier process began; null where it is not known what it is of. */
  takeUp(loop: LoopState, run: string, found: Running): Promise<StartedCheck | null>;
}

const logBytes = 256 * 1024;

export function createChecks(parts: CheckParts, setUps: SetUps): Checks {
  const kept = keptChecks(rooms(parts).checks);
  return {
    async start(order) {
      const check = checkOf(order.loop, order.check);
      assert(check !== null, `run ${order.id} is of a check of the policy`);
      const found = await parts.runtime.find(order.id);
      const isMade = found !== null && (await readKept(parts, order.id)) !== null;
      const quarantine = await filled(parts, order);
      const key = await keyFor(parts, order, check, quarantine);
      const known = found === null ? await kept.find(key) : null;
      if (known !== null) return toldAgain(parts, order, known);
      const setUp = isMade ? null : await setUps.make(order, quarantine);
      if (setUp !== null && "failed" in setUp) return notSetUp(parts, order, check, setUp.failed);
      if (!isMade) await prepare(parts, order, { check, quarantine, fill: setUp?.fill ?? null });
      const running = await parts.runtime.start(requestFor(parts, order, check, quarantine));
      return attend(parts, order, { check, running, kept, key });
    },
    async takeUp(loop, run, found) {
      const of = loop.attempts.flatMap(({ runs }) => runs).find(({ id }) => id === run)?.check;
      const check = checkOf(loop, of);
      const made = await readKept(parts, run);
      if (of === undefined || check === null || made === null) return null;
      const order = { id: run, loop, role: "check", startFrom: made.startFrom } as const;
      return attend(parts, order, { check, running: found, kept, key: null });
    },
  };
}

/** The policy's words on a check; null where it has none of this name. */
function checkOf(loop: LoopState, of: CheckOf | undefined): OwnCheck | null {
  return rulesOf(loop).ownChecks?.find(({ name }) => name === of?.name) ?? null;
}

async function filled(parts: CheckParts, { loop, id, check }: RunOrder): Promise<Quarantine> {
  const quarantine = await quarantineOf(parts, loop, id);
  if (check?.at === "head") await fetchLoopBranch(parts, loop, quarantine);
  return quarantine;
}

async function keyFor(parts: CheckParts, order: RunOrder, check: OwnCheck, { gitDir, base }: Quarantine) {
  const rules = rulesOf(order.loop);
  const image = requestOf(parts, order, { objectsDir: "" }, "").image;
  return keyOfCheck(gitDir, {
    repositoryId: order.loop.issue.repositoryId,
    commit: order.startFrom,
    base: base.sha,
    asOnBase: order.check?.at === "head" ? (rules.asOnBase ?? []) : [],
    check,
    image: (await parts.runtime.imageId?.(image)) ?? "none",
    environment: rules.environment ?? null,
    packages: rules.packages ?? null,
  });
}

interface Preparation {
  readonly check: OwnCheck;
  readonly quarantine: Quarantine;
  readonly fill: ((workspace: string) => Promise<void>) | null;
}

/** The commit's files, those that policy wants so as the base has them, what the set-up leaves, and no report of an earlier run. */
async function prepare(parts: CheckParts, order: RunOrder, { check, quarantine, fill }: Preparation): Promise<void> {
  const { identity, owner } = parts;
  await makeFolders(parts, order.id);
  const dir = join(rooms(parts).run(order.id), "workspace");
  await makeCheckout({ dir, quarantine, identity, owner: null, commit: order.startFrom });
  const patterns = order.check?.at === "head" ? (rulesOf(order.loop).asOnBase ?? []) : [];
  if (patterns.length > 0) await makeAsOnBase(dir, quarantine, order.startFrom, globsMatcher(patterns));
  await fill?.(dir);
  await removeMatching(dir, [...check.reports, ...check.artifacts]); // of what the set-up leaves, too
  if (owner !== null) for (const one of [dir, join(dir, "..", "loop", "out")]) await handOver(owner, one);
  await keepLease(parts, order.id, { token: newLeaseToken(), startFrom: order.startFrom, role: "check" });
}

/** As any run is asked for, but for its command, and with no way out at all. */
function requestFor(parts: CheckParts, order: RunOrder, check: OwnCheck, { objectsDir }: Quarantine): RunRequest {
  const rules = rulesOf(order.loop);
  const { image } = requestOf(parts, order, { objectsDir }, "");
  const dir = rooms(parts).run(order.id);
  return {
    id: order.id,
    loop: order.loop.id,
    attempt: order.attempt,
    role: "check",
    epoch: parts.epoch,
    image,
    command: check.command,
    workspaceDir: join(dir, "workspace"),
    objectsDir,
    loopDir: join(dir, "loop"),
    gatewaySocket: null,
    env: {},
    ...environmentIn(rules),
    limits: { ...parts.limits, ...limitsIn(rules), deadlineMs: order.deadlineMs, logBytes },
    ...(parts.ociRuntime === null ? {} : { runtime: parts.ociRuntime }),
  };
}

type Attended = Pick<RunOrder, "id" | "loop" | "startFrom">;

interface Attending {
  readonly check: OwnCheck;
  readonly running: Running;
  readonly kept: KeptChecks;
  readonly key: string | null; // null: it is not known any more what was judged
}

function attend(parts: CheckParts, order: Attended, { check, running, kept, key }: Attending): StartedCheck {
  const isolation = isolationOf(running.facts);
  const ending = async (): Promise<End> => {
    const outcome = await running.done;
    const read = await reading(parts, order, check, outcome).catch((error) => {
      parts.log.error({ run: order.id, err: error }, "what a check left could not be read");
      return { run: nothingRan(""), seen: null };
    });
    const shown = { isolation, log: read.run.log };
    const isWhole = outcome.limit === null && (outcome.status === "finished" || outcome.status === "failed");
    if (key !== null && isWhole && read.seen !== null && read.seen.state !== "no_evidence")
      await kept.keep(key, { seen: read.seen, isolation, exitCode: outcome.exitCode }).catch((error) => {
        parts.log.warn({ run: order.id, err: error }, "what a check showed could not be kept; it is run again");
      });
    return keptEnd(parts, order, endOf(parts, order, { ...read, ...shown, outcome }));
  };
  return { isolation, running, done: ending() };
}

interface Reading {
  readonly run: CheckRun;
  readonly seen: CheckSeen | null;
}

/** What it left, read as `loopgate verify` reads it. A run that was lost or called off says nothing of the commit. */
async function reading(parts: CheckParts, order: Attended, check: OwnCheck, outcome: RunOutcome): Promise<Reading> {
  const { status, limit } = outcome;
  const run = await readCheckRun(outcome, check, join(rooms(parts).run(order.id), "workspace"));
  const { state } = run;
  if (state === "lost" || status === "lost" || status === "stopped") return { run, seen: null };
  const lateMs = status === "timed_out" ? check.ms : null;
  return { run, seen: seenOf(check.name, { ...run, state }, { limit, lateMs }) };
}

function endOf(
  { clock }: CheckParts,
  order: Attended,
  ended: Reading & {
    readonly isolation: Isolation;
    readonly outcome: Pick<RunOutcome, "status" | "exitCode" | "note" | "limit" | "readyMs">;
  },
): End {
  const { status, exitCode, note, limit, readyMs } = ended.outcome;
  return {
    version: 1,
    role: "check",
    startFrom: order.startFrom,
    status,
    exitCode,
    endedAt: clock.now(),
    log: ended.run.log,
    note: note ?? "",
    readyMs,
    spentNano: 0,
    tokens: noTokens,
    outOfBudget: false,
    modelDown: false,
    trouble: limit,
    tools: [],
    refused: [],
    isolation: ended.isolation,
    check: ended.seen,
  };
}

async function keptEnd(parts: CheckParts, { id }: Attended, end: End): Promise<End> {
  await keepEnd(parts, id, end).catch((error) =>
    parts.log.error({ run: id, err: error }, "a check's end could not be kept; a restart runs it again"),
  );
  return end;
}

/** The same files were judged before: that is told, and nothing runs. */
async function toldAgain(parts: CheckParts, order: RunOrder, known: KeptCheck): Promise<StartedCheck> {
  const { seen, isolation, exitCode } = known;
  const outcome = {
    status: seen.state === "green" ? "finished" : "failed",
    exitCode,
    note: null,
    limit: null,
  } as const;
  const run = nothingRan("");
  const end = endOf(parts, order, {
    run,
    seen: { ...seen, kept: true },
    isolation,
    outcome: { ...outcome, readyMs: null },
  });
  return { isolation, running: null, done: Promise.resolve(end) };
}

/** Its set-up failed: where the base's does not, that is the change's doing, and told as what the check showed. */
async function notSetUp(
  parts: CheckParts,
  order: RunOrder,
  { name }: OwnCheck,
  { isolation, done }: StartedRun,
): Promise<StartedCheck> {
  const { exitCode, log, note } = await done;
  const run = { ...nothingRan(log), note };
  const seen = seenOf(name, { ...run, state: "red" }, { limit: "set_up", lateMs: null });
  const outcome = { status: "failed", exitCode, note, limit: null, readyMs: null } as const;
  return { isolation, running: null, done: Promise.resolve(endOf(parts, order, { run, seen, isolation, outcome })) };
}

function nothingRan(log: string): CheckRun {
  const reading = { ...judgeReports([], { exitCode: 0, exitCodeOnly: true }), state: "red", reasons: [] } as const;
  return { state: "red", reading, note: null, log, logCut: false, milliseconds: 0 };
}

/** What is told of a check that has ended. */
export function toldOf({ version, role, startFrom, refused, isolation, check, trouble, ...seen }: End): RunReport {
  const told: Trouble | null = trouble;
  return { ...seen, trouble: told, result: null, pushed: null, check: check ?? null };
}
