// Measures what a run has written to the host's disk, from outside and while it lasts.
import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A folder of a run and how much it may hold. `name` is what the run itself calls it. */
export interface DiskBound {
  readonly path: string;
  readonly name: string;
  readonly limitBytes: number;
}

/** Measures every this often, or less when measuring itself takes long. */
const INTERVAL_MS = 2_000;

/**
 * Resolves with the first bound that is exceeded, or with null when `signal` aborts.
 * Late by design: a quota would need a file system that has them.
 */
export async function watchDisk(bounds: readonly DiskBound[], signal: AbortSignal): Promise<DiskBound | null> {
  let pause = INTERVAL_MS;
  while (!signal.aborted) {
    await delay(pause, null, { signal, ref: false }).catch(() => null);
    const began = Date.now();
    for (const bound of bounds) {
      if (!signal.aborted && (await folderBytes(bound.path, bound.limitBytes)) > bound.limitBytes) return bound;
    }
    pause = Math.max(INTERVAL_MS, 20 * (Date.now() - began));
  }
  return null;
}

/** The disk space a folder takes, links not followed; stops counting once it is over `enough`. Never throws. */
export async function folderBytes(path: string, enough: number): Promise<number> {
  let total = 0;
  try {
    for await (const entry of await opendir(path)) {
      const child = join(path, entry.name);
      const found = await lstat(child).catch(() => null); // may be gone already
      total += (found?.blocks ?? 0) * 512;
      if (entry.isDirectory() && total <= enough) total += await folderBytes(child, enough - total);
      if (total > enough) break;
    }
  } catch {
    // a folder that vanished or cannot be read holds nothing that can be counted
  }
  return total;
}
