// What ended loops left here goes: after the days that the operator keeps it, and before that where the disk is bounded.
import { isLive, untoldRuns } from "../../loop/end.ts";
import type { DiskUse } from "../ports.ts";
import type { World } from "../world.ts";

export interface Forgetting {
  /** Throws Fault. What is over for longer than it is kept goes, then the oldest of the rest while more is kept than may be. */
  prune(): Promise<void>;
  /** What was taken at the last measuring, in bytes; null before the first. */
  disk(): Measured | null;
}

export interface Measured extends DiskUse {
  readonly store: number;
  readonly total: number;
  readonly most: number | null; // what may be taken; null: anything
  readonly at: number;
}

/** So many ended loops are looked up at once. */
const loopsInStep = 50;

/** What is younger may be of a loop that is just being made, whose row is not there yet. */
const graceMs = 3_600_000;

export function createForgetting(world: World): Forgetting {
  const { clock, log, store, runs, keepMs, keepBytes = null } = world;
  let last: Measured | null = null;
  let isOver = false; // more is taken than may be, and nothing more may go: said once

  async function forgetLoop(issueKey: string, withRecords: boolean): Promise<boolean> {
    const state = await store.load(issueKey);
    if (state === null || isLive(state) || untoldRuns(state).length > 0) return false;
    if ((await store.pendingEffects(issueKey)).length > 0) return false; // it may still need what would go
    await runs.release(state);
    if (withRecords) await runs.forgetRecords?.(state.attempts.flatMap((attempt) => attempt.runs.map(({ id }) => id)));
    return store.forgetLoop(issueKey, state.id);
  }

  /** Loops that ended longer ago than they are kept go, with all they left here; their threads still tell of them. */
  async function forgetOld(before: number): Promise<number> {
    let forgotten = 0;
    for (let left = true; left && !world.stopping(); ) {
      const ended = await store.endedLoops(before, loopsInStep);
      const done = await Promise.all(ended.map((issueKey) => forgetLoop(issueKey, false)));
      const gone = done.filter(Boolean).length;
      forgotten += gone;
      left = gone > 0 && ended.length === loopsInStep; // those that are busy are asked again at the next look
    }
    return forgotten;
  }

  async function measure(): Promise<Measured> {
    const { bytes, freeBytes } = await store.size();
    const use = (await runs.diskUse?.()) ?? { quarantines: 0, folders: 0, records: 0, objects: 0 };
    const ours = bytes - freeBytes;
    const total = ours + use.quarantines + use.folders + use.records + use.objects;
    last = { ...use, store: ours, total, most: keepBytes, at: clock.now() };
    return last;
  }

  /** The loops that ended first go first, one and then each time twice as many between two measurings; one that lives keeps everything. */
  async function bound(most: number): Promise<void> {
    const before = await measure();
    let now = before;
    let loops = 0;
    let gone = 1;
    for (let step = 1; now.total > most && gone > 0 && !world.stopping(); step = Math.min(2 * step, loopsInStep)) {
      gone = 0;
      for (const issueKey of await store.endedLoops(clock.now() + 1, loopsInStep)) {
        if (gone < step && (await forgetLoop(issueKey, true))) gone += 1;
      }
      loops += gone;
      await store.prune(clock.now(), clock.now() - graceMs);
      const used = (await store.loops("all")).map(({ state }) => state.issue.repositoryId);
      await runs.forgetObjects?.(new Set(used));
      now = await measure();
    }
    const fields = { loops, bytesBefore: before.total, bytes: now.total, most };
    if (loops > 0 || now.total < before.total)
      log.warn(fields, "too much was kept: the loops that ended first were forgotten");
    const wasOver = isOver;
    isOver = now.total > most;
    if (isOver && !wasOver)
      log.warn({ ...now }, "more is kept than may be, and what is left belongs to loops that go on");
  }

  return {
    disk: () => last,
    async prune() {
      const now = clock.now();
      const keptSince = keepMs === undefined ? null : now - keepMs;
      const loops = keptSince === null ? 0 : await forgetOld(keptSince);
      await store.prune(now, keptSince);
      if (loops > 0) {
        const { bytes, freeBytes } = await store.size();
        log.info({ loops, storeBytes: bytes, storeFreeBytes: freeBytes }, "forgot loops of long ago");
      }
      const forgotten = (await runs.prune?.(now)) ?? [];
      if (forgotten.length > 0) log.info({ runs: forgotten }, "forgot what runs of long ago were made of");
      if (keepBytes === null) await measure();
      else await bound(keepBytes);
    },
  };
}
