// Runs of the policy's own checks: a clean checkout in a fresh container with no way out, and the reading of what it left there.
import { assert } from "../base/assert.ts";
import { ImageFault, type Running, ServiceFault } from "../container/run.ts";
import type { RunOrder, StartedRun } from "../engine/ports.ts";
import type { Quarantine } from "../gateway/git/quarantine.ts";
import { newLeaseToken } from "../gateway/lease.ts";
import { rulesOf } from "../loop/begin.ts";
import type { CheckOf, LoopState, OwnCheck } from "../loop/state.ts";
import type { CheckRun } from "../verify/checked.ts";
import { witnessOf } from "../verify/knock-out/witness.ts";
import type { KeptPicture } from "../verify/pictures/left.ts";
import { lackingService } from "./beside.ts";
import { type Attended, endOf, keptEnd, type StartedCheck } from "./check-end.ts";
import { asOnBaseFor, type CheckParts, checkRequest, filled, fillRoom } from "./check-room.ts";
import { noImageSeen, nothingRan, notSetUpSeen, readSeen } from "./check-seen.ts";
import { KeptCheck, type KeptResults, keptResults, keyOfCheck } from "./checks-kept.ts";
import type { End } from "./end.ts";
import { keepLease, makeFolders, readKept } from "./files.ts";
import { isolationOf, unseenIsolation } from "./isolation.ts";
import { createKnockOuts } from "./knock-outs.ts";
import { over, requestOf } from "./request.ts";
import { rooms } from "./rooms.ts";
import type { SetUps } from "./set-up.ts";

export interface Checks {
  /** Throws Fault where it cannot be started. */
  start(order: RunOrder): Promise<StartedCheck>;
  /** A check that an earlier process began; null where it is not known what it is of. */
  takeUp(loop: LoopState, run: string, found: Running): Promise<StartedCheck | null>;
  /** Whether a check is being run in a container of this name, as a part of a run of another name. */
  isRunning(container: string): boolean;
}

export function createChecks(parts: CheckParts, setUps: SetUps): Checks {
  const kept = keptResults(rooms(parts).checks, KeptCheck);
  const headOf = async (order: RunOrder, check: OwnCheck, quarantine: Quarantine) => {
    const key = await keyFor(parts, order, check, quarantine);
    return { key, kept: await kept.find(key) };
  };
  const knockOuts = createKnockOuts(parts, setUps, headOf);
  return {
    isRunning: knockOuts.isRunning,
    async start(order) {
      const check = order.check?.at === "without" ? null : checkOf(order.loop, order.check);
      try {
        if (order.check?.at === "without") return await knockOuts.start(order);
        assert(check !== null, `run ${order.id} is of a check of the policy`);
        return await begin(order, check);
      } catch (error) {
        if (error instanceof ImageFault) return withoutImage(parts, order, check, error);
        throw error;
      }
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

  async function begin(order: RunOrder, check: OwnCheck): Promise<StartedCheck> {
    const found = await parts.runtime.find(order.id);
    const made = found === null ? null : await readKept(parts, order.id);
    const quarantine = await filled(parts, order);
    const key = await keyFor(parts, order, check, quarantine);
    const known = found === null ? await kept.find(key) : null;
    if (known !== null) return toldAgain(parts, order, known);
    const setUp = made === null ? await setUps.make(order, quarantine) : null;
    if (setUp !== null && "failed" in setUp) return notSetUp(parts, order, check, setUp.failed);
    const dir = rooms(parts).run(order.id);
    const room = { dir, check, quarantine, fill: setUp?.fill ?? null };
    let beneath = made?.beneath ?? null;
    if (made === null) {
      await makeFolders(parts, order.id);
      beneath = await fillRoom(parts, order, room);
      const { startFrom, check: of } = order;
      const lease = { token: newLeaseToken(), startFrom, role: "check", ...(of && { check: of }) } as const;
      await keepLease(parts, order.id, { ...lease, ...(beneath && { beneath }) });
    }
    try {
      const running = await parts.runtime.start(over(checkRequest(parts, order, room, order), beneath));
      return attend(parts, order, { check, running, kept, key });
    } catch (error) {
      if (error instanceof ServiceFault) return notSetUp(parts, order, check, lackingService(parts, error));
      throw error;
    }
  }
}

/** The policy's words on a check; null where it has none of this name. */
function checkOf(loop: LoopState, of: CheckOf | undefined): OwnCheck | null {
  return rulesOf(loop).ownChecks?.find(({ name }) => name === of?.name) ?? null;
}

async function keyFor(parts: CheckParts, order: RunOrder, check: OwnCheck, { gitDir, base }: Quarantine) {
  const rules = rulesOf(order.loop);
  const image = requestOf(parts, order, { objectsDir: "" }, "").image;
  return keyOfCheck(gitDir, {
    repositoryId: order.loop.issue.repositoryId,
    commit: order.startFrom,
    base: base.sha,
    asOnBase: asOnBaseFor(order),
    check,
    image: (await parts.runtime.imageId?.(image)) ?? "none",
    environment: rules.environment ?? null,
    packages: rules.packages ?? null,
  });
}

interface Attending {
  readonly check: OwnCheck;
  readonly running: Running;
  readonly kept: KeptResults<KeptCheck>;
  readonly key: string | null; // null: it is not known any more what was judged
}

function attend(parts: CheckParts, order: Attended, { check, running, kept, key }: Attending): StartedCheck {
  const isolation = isolationOf(running.facts);
  const ending = async (): Promise<End> => {
    const outcome = await running.done;
    const { run, seen } = await readSeen(check, outcome, rooms(parts).run(order.id)).catch((error) => {
      parts.log.error({ run: order.id, err: error }, "what a check left could not be read");
      return { run: nothingRan(""), seen: null };
    });
    const isWhole = outcome.limit === null && (outcome.status === "finished" || outcome.status === "failed");
    const pictures = keptOf(run);
    if (key !== null && isWhole && seen !== null && seen.state !== "no_evidence") {
      const remembered = seen.state === "green" ? { remembered: witnessOf(run) } : {};
      await kept
        .keep(key, { seen, isolation, exitCode: outcome.exitCode, ...remembered, ...pictures })
        .catch((error) => {
          parts.log.warn({ run: order.id, err: error }, "what a check showed could not be kept; it is run again");
        });
    }
    return keptEnd(parts, order, endOf(parts, order, { seen, isolation, log: run.log, outcome, ...pictures }));
  };
  return { isolation, running, done: ending() };
}

/** The pictures that a run left, as they are kept with its end. */
function keptOf({ pictures: left }: CheckRun): { readonly pictures?: KeptPicture[] } {
  if (left === undefined || left.pictures.length === 0) return {};
  return { pictures: left.pictures.map(({ id, base64 }) => ({ id, base64 })) };
}

/** The same files were judged before: that is told, and nothing runs. */
async function toldAgain(parts: CheckParts, order: RunOrder, known: KeptCheck): Promise<StartedCheck> {
  const { isolation, exitCode, pictures } = known;
  const status = known.seen.state === "green" ? "finished" : "failed";
  const outcome = { status, exitCode, note: null, limit: null, readyMs: null } as const;
  const seen = { ...known.seen, kept: true };
  const end = endOf(parts, order, { seen, isolation, log: "", outcome, ...(pictures && { pictures }) });
  return { isolation, running: null, done: Promise.resolve(end) };
}

/** The image that it needs could not be had, which shows nothing of the commit. Without a check, parts of the change were to be taken back. */
function withoutImage(parts: CheckParts, order: RunOrder, check: OwnCheck | null, fault: ImageFault): StartedCheck {
  const { message: note, log } = fault;
  const isolation = unseenIsolation(parts.runtime);
  const outcome = { status: "failed", exitCode: null, note, limit: null, readyMs: null } as const;
  const seen = check === null ? null : noImageSeen(check, { log, note });
  const end = endOf(parts, order, { seen, isolation, log, outcome });
  return { isolation, running: null, done: Promise.resolve(end) };
}

/** Its set-up failed: where the base's does not, that is the change's doing, and told as what the check showed. */
async function notSetUp(
  parts: CheckParts,
  order: RunOrder,
  check: OwnCheck,
  { isolation, done }: StartedRun,
): Promise<StartedCheck> {
  const { exitCode, log, note, newPackages = [] } = await done;
  const seen = notSetUpSeen(check, { log, note });
  const outcome = { status: "failed", exitCode, note, limit: null, readyMs: null } as const;
  return {
    isolation,
    running: null,
    done: Promise.resolve(endOf(parts, order, { seen, isolation, log, outcome, newPackages })),
  };
}
