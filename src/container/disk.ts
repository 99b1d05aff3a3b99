// Measures what a run has written to the host's disk, from outside and while it lasts.
import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

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

/**
 * Resolves with the first bound that is exceeded, or with null when `signal` aborts.
 * Late by design: a quota would need a file system that has them.
 */
export async function watchDisk(bounds: readonly DiskBound[], signal: AbortSignal): Promise<Overrun | null> {
  let pause = INTERVAL_MS;
  while (!signal.aborted) {
    await delay(pause, null, { signal, ref: false }).catch(() => null);
    const began = Date.now();
    for (const bound of bounds) {
      const excess = signal.aborted ? null : await measure(bound);
      if (excess && !signal.aborted) return { bound, excess };
    }
    pause = Math.max(INTERVAL_MS, 20 * (Date.now() - began));
  }
  return null;
}

/**
 * What the folder holds too much of, or null; links are not followed, and it stops at the first excess. Space is what
 * the disk gave, so a hole is nothing. What cannot be looked into counts as too much: a run must not hide from its
 * limit behind modes or depth. Never throws.
 */
export async function measure({ path, limitBytes, limitFiles }: Omit<DiskBound, "name">): Promise<DiskExcess | null> {
  let [bytes, files] = [0, 0];
  const waiting = [path];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    try {
      for await (const entry of await opendir(folder)) {
        const child = join(folder, entry.name);
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
async function spaceOf(path: string): Promise<number> {
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
