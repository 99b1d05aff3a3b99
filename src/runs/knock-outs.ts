// Runs that judge a commit with a part of its change taken back at a time: one run to the loop, many containers one after the other.
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { removeTree } from "../base/remove-tree.ts";
import type { Running } from "../container/run.ts";
import type { RunOrder } from "../engine/ports.ts";
import { readChangedTexts } from "../gateway/git/changed-texts.ts";
import { treeOf } from "../gateway/git/kept.ts";
import { changeBase, type Quarantine } from "../gateway/git/quarantine.ts";
import { currentAttempt, rulesOf } from "../loop/begin.ts";
import type { Isolation, KnockOutSeen, OwnCheck } from "../loop/state.ts";
import { isOneOf } from "../policy/paths.ts";
import type { CheckRun } from "../verify/checked.ts";
import { seenOfKnockOut } from "../verify/knock-out/knock-out.ts";
import { unremembered } from "../verify/knock-out/witness.ts";
import { endOf, keptEnd, type StartedCheck } from "./check-end.ts";
import { readCheckRun } from "./check-files.ts";
import { asOnBaseFor, type CheckParts, checkRequest, filled, fillRoom, makeRoom, startHeard } from "./check-room.ts";
import { type KeptCheck, KeptKnockOut, keptResults, keyOfKnockOut } from "./checks-kept.ts";
import type { End } from "./end.ts";
import { isolationOf, unseenIsolation } from "./isolation.ts";
import { over } from "./request.ts";
import { rooms } from "./rooms.ts";
import type { ReadySetUp, SetUps } from "./set-up.ts";
import { type Trial, type TrialCall, tryHunks } from "./try-hunks.ts";

/** What is known of a check at the head, and by which key. */
export type HeadOf = (
  order: RunOrder,
  check: OwnCheck,
  quarantine: Quarantine,
) => Promise<{ readonly key: string; readonly kept: KeptCheck | null }>;

export interface KnockOuts {
  /** Throws Fault where its first container cannot be started. */
  start(order: RunOrder): Promise<StartedCheck>;
  isRunning(container: string): boolean;
}

export function createKnockOuts(parts: CheckParts, setUps: SetUps, headOf: HeadOf): KnockOuts {
  const kept = keptResults(rooms(parts).checks, KeptKnockOut);
  const containers = new Set<string>();
  return {
    isRunning: (container) => containers.has(container),
    async start(order) {
      const quarantine = await filled(parts, order);
      const witnesses = await witnessesOf(order, quarantine, headOf);
      const fork = await changeBase(quarantine, order.startFrom);
      const key = keyOfKnockOut({
        heads: witnesses.map(({ key: one }) => one),
        base: await treeOf(quarantine.gitDir, fork),
        hunks: rulesOf(order.loop).knockOut?.hunks ?? 0,
      });
      const known = await kept.find(key);
      const isolationAtHead = witnesses[0]?.isolation ?? unseenIsolation(parts.runtime);
      const atOnce = (ended: Ended): StartedCheck => ({
        isolation: isolationAtHead,
        running: null,
        done: Promise.resolve(endFor(parts, order, isolationAtHead, ended)),
      });
      if (known !== null) return atOnce({ seen: known.seen, log: "", note: null, status: "finished" });
      const setUp = await setUps.make(order, quarantine);
      if (setUp !== null && "failed" in setUp) {
        const { note } = await setUp.failed.done;
        return atOnce({ seen: null, log: "", note, status: "failed" });
      }
      const job = begin(parts, order, { quarantine, base: fork, setUp, containers, witnesses });
      await job.begun; // what cannot be begun has no end to be kept: it is tried again
      const isolation = () => job.isolation() ?? isolationAtHead;
      const done = job.done.then(async (ended) => {
        const { seen } = ended;
        if (seen !== null && seen.unknown.length === 0)
          await kept.keep(key, { seen }).catch((error) => {
            parts.log.warn({ run: order.id, err: error }, "what holds a change could not be kept; it is tried again");
          });
        return keptEnd(parts, order, endFor(parts, order, isolation(), ended));
      });
      return { isolation: isolation(), running: { stop: job.stop }, done };
    },
  };
}

function endFor(parts: CheckParts, order: RunOrder, isolation: Isolation, { seen, log, note, status }: Ended): End {
  const outcome = { status, exitCode: null, note, limit: null, readyMs: null } as const;
  const told = seen === null ? {} : { knockOut: seen };
  return endOf(parts, order, { seen: null, isolation, log, outcome, ...told });
}

type KnownWitness = Trial<OwnCheck>["witnesses"][number] & {
  readonly key: string;
  readonly isolation: Isolation | null;
};

/** The checks that were green at the head, with what is remembered of that run. */
async function witnessesOf(order: RunOrder, quarantine: Quarantine, headOf: HeadOf): Promise<readonly KnownWitness[]> {
  const green = (currentAttempt(order.loop).checks ?? []).filter(({ head }) => head?.state === "green");
  const rules = rulesOf(order.loop).ownChecks ?? [];
  const checks = rules.filter(({ name }) => green.some((one) => one.name === name));
  return Promise.all(
    checks.map(async (check) => {
      const { key, kept } = await headOf(order, check, quarantine);
      const { canTell, passed } = kept?.remembered ?? unremembered;
      return { check, canTell, passed, key, isolation: kept?.isolation ?? null };
    }),
  );
}

interface Job {
  readonly quarantine: Quarantine;
  /** The commit that the change is measured against. */
  readonly base: string;
  readonly setUp: ReadySetUp | null;
  readonly containers: Set<string>;
  readonly witnesses: readonly KnownWitness[];
}

interface Ended {
  readonly seen: KnockOutSeen | null; // null: it came to nothing
  readonly log: string;
  readonly note: string | null;
  readonly status: "finished" | "failed" | "lost" | "stopped";
}

function begin(parts: CheckParts, order: RunOrder, job: Job) {
  const { quarantine, base } = job;
  const first = Promise.withResolvers<void>();
  const lines: string[] = [];
  let isolation: Isolation | null = null;
  let stopped: string | null = null;
  let now: Running | null = null;
  const until = performance.now() + order.deadlineMs;

  async function run(check: OwnCheck, { name, replaced, watch }: TrialCall): Promise<CheckRun> {
    if (stopped !== null) throw new Fault(stopped, { kind: "engine", retry: "never" });
    const id = `${order.id}-without-${name}`;
    const dir = join(rooms(parts).without(order.id), name);
    const room = { dir, check, quarantine, fill: job.setUp?.fill ?? null, replaced };
    job.containers.add(id);
    try {
      await makeRoom(dir);
      const beneath = await fillRoom(parts, order, room);
      const deadlineMs = Math.max(1_000, Math.min(check.ms, until - performance.now()));
      const request = over(checkRequest(parts, order, room, { id, deadlineMs }), beneath);
      now = await startHeard(parts.runtime, request, watch);
      isolation ??= isolationOf(now.facts);
      first.resolve();
      if (stopped !== null) await now.stop(stopped);
      return await readCheckRun(await now.done, check, join(dir, "workspace"));
    } finally {
      now = null;
      await parts.runtime.forget(id).catch(() => {});
      job.containers.delete(id);
      await removeTree(dir).catch((error) =>
        parts.log.warn({ run: order.id, err: error }, "what a check left could not be removed"),
      );
    }
  }

  async function attempt(): Promise<Ended> {
    try {
      const texts = await readChangedTexts({ gitDir: quarantine.gitDir, base, head: order.startFrom });
      const isAsOnBase = isOneOf(asOnBaseFor(order));
      const files = texts.filter(({ path }) => !isAsOnBase(path));
      const { hunks, notHeld } = rulesOf(order.loop).knockOut ?? { hunks: 0, notHeld: "inform" };
      const rules = { hunks, notHeld, ms: order.deadlineMs };
      const say = (line: string) => void lines.push(line);
      const tried = await tryHunks({ files, witnesses: job.witnesses, rules, jobs: 1, run, say });
      return { seen: seenOfKnockOut(tried), log: logOf(lines), note: null, status: "finished" };
    } catch (error) {
      first.reject(error); // of no matter once something ran
      if (stopped === null) parts.log.error({ run: order.id, err: error }, "what holds a change could not be tried");
      const note = stopped ?? (error instanceof Fault ? error.message : "It could not be run.");
      const mayPass = error instanceof Fault && error.retry === "later"; // the engine was away: it is begun again
      return {
        seen: null,
        log: logOf(lines),
        note,
        status: stopped !== null ? "stopped" : mayPass ? "lost" : "failed",
      };
    } finally {
      first.resolve();
    }
  }

  const done = attempt();
  return {
    done,
    begun: first.promise,
    isolation: () => isolation,
    async stop(why: string) {
      stopped = why;
      await now?.stop(why);
      await done;
    },
  };
}

function logOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
