// Measures what a run has written to the host's disk, from outside and while it lasts.
import { lstat, statfs } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { entriesOf } from "../base/entries.ts";

/** A folder of a run and how much it may hold. `name` is what the run itself calls it. */
export interface DiskBound {
  readonly path: string;
  readonly name: string;
  readonly limitBytes: number;
  readonly limitFiles: number;
}

/** What there is too much of; `hidden`: folders that cannot be read, or lie deeper than any path can say. */
export type DiskExcess = "bytes" | "files" | "hidden";

export interface Overrun {
  readonly bound: DiskBound;
  readonly excess: DiskExcess;
}

/** Measures every this often, or less when measuring itself takes long. */
const INTERVAL_MS = 2_000;

/** However long measuring took: a run must not buy itself time by making that slow. */
const LONGEST_PAUSE_MS = 10_000;

/**
 * Resolves with the first bound that is exceeded, or with null when `signal` aborts.
 * Late by design: a quota would need a file system that has them.
 */
export async function watchDisk(bounds: readonly DiskBound[], signal: AbortSignal): Promise<Overrun | null> {
  let pause = INTERVAL_MS;
  while (!signal.aborted) {
    await delay(pause, null, { signal, ref: false }).catch(() => null);
    const began = performance.now();
    for (const bound of bounds) {
      const excess = signal.aborted ? null : await measure(bound);
      if (excess && !signal.aborted) return { bound, excess };
    }
    pause = pauseAfter(performance.now() - began);
  }
  return null;
}

/** Milliseconds until the next measurement, after one that took so many. */
export function pauseAfter(tookMs: number): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(INTERVAL_MS, 20 * tookMs));
}

/**
 * Resolves with true when the disk of these folders is nearly full, or with false when `signal` aborts. It sees what no
 * measuring of folders does: files that were unlinked while they are open, and what others write. It costs one system
 * call, so that nothing in the folders can make it slow.
 */
export async function watchFreeSpace(paths: readonly string[], signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    await delay(INTERVAL_MS, null, { signal, ref: false }).catch(() => null);
    if (!signal.aborted && (await isNearlyFull(paths))) return true;
  }
  return false;
}

/** Whether there is less free on one of these folders' disks than is kept for the App. What cannot be asked is not full. */
export async function isNearlyFull(paths: readonly string[]): Promise<boolean> {
  const facts = await Promise.all(paths.map((path) => statfs(path).catch(() => null)));
  return facts.some((disk) => disk !== null && isBelowReserve(disk));
}

/** Of one disk, in its own blocks and as its file system counts files. */
export interface DiskSpace {
  readonly bsize: number;
  readonly blocks: number;
  readonly bavail: number;
}

const GiB = 1024 ** 3;

/** A fiftieth of the disk, and a gibibyte at most, is kept for the App: its store and what it must still write down. */
export function isBelowReserve({ bsize, blocks, bavail }: DiskSpace): boolean {
  return bavail * bsize < Math.min(GiB, (blocks * bsize) / 50);
}

/**
 * What the folder holds too much of, or null; links are not followed, and it stops at the first excess. Space is what
 * the disk gave, so a hole is nothing. What cannot be looked into counts as too much: a run must not hide from its
 * limit behind modes or depth. Never throws.
 */
export async function measure({ path, limitBytes, limitFiles }: Omit<DiskBound, "name">): Promise<DiskExcess | null> {
  let [bytes, files] = [0, 0];
  const waiting: Buffer[] = [Buffer.from(path)];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    try {
      for await (const { entry, child } of entriesOf(folder)) {
        bytes += await spaceOf(child);
        files += 1;
        if (entry.isDirectory()) waiting.push(child);
        if (bytes > limitBytes) return "bytes";
        if (files > limitFiles) return "files";
      }
    } catch (error) {
      if (!isGone(error)) return "hidden";
    }
  }
  return null;
}

/** In bytes; 0 for what is gone by now. */
async function spaceOf(path: Buffer): Promise<number> {
  try {
    return (await lstat(path)).blocks * 512;
  } catch (error) {
    if (isGone(error)) return 0;
    throw error;
  }
}

/** The run goes on while it is measured: what was there a moment ago may not be. */
function isGone(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
}
