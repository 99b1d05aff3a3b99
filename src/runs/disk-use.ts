// How much of the disk runs and their repositories take, measured file by file so that nothing else waits for it.
import { lstat, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { entriesOf } from "../base/entries.ts";
import type { DiskUse } from "../engine/ports.ts";
import type { FileParts } from "./files.ts";
import { repositoriesOfRuns } from "./files.ts";
import { rooms } from "./rooms.ts";

type Parts = Pick<FileParts, "dataDir">;

/** Bytes as the file system counts them, by what they are for. What goes away meanwhile counts nothing. */
export async function diskUse(parts: Parts): Promise<DiskUse> {
  const { quarantines, runs, provenance, objects } = rooms(parts);
  return {
    quarantines: await bytesIn(quarantines),
    folders: await bytesIn(runs),
    records: await bytesIn(provenance("")),
    objects: await bytesIn(objects),
  };
}

/** `stat` counts in blocks of 512 bytes, whatever the file system's own are (POSIX, sys/stat.h). */
const blockBytes = 512;

/** One file after the other: each is a call of its own, between which everything else goes on. Links are not followed. */
async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  const waiting: Buffer[] = [Buffer.from(folder)];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    try {
      for await (const { entry, child } of entriesOf(next)) {
        if (entry.isDirectory()) waiting.push(child);
        bytes += (await lstat(child)).blocks * blockBytes;
      }
    } catch {
      // It went away, or a run keeps it to itself: what was counted so far stands.
    }
  }
  return bytes;
}

/** A store that was used so lately may be about to be used. */
const idleMs = 3_600_000;

/** Removes the object stores of repositories that no loop and no quarantine is of: they are fetched again when they are needed. */
export async function forgetObjects(parts: Parts, used: ReadonlySet<number>, now: number): Promise<void> {
  const { objects } = rooms(parts);
  const borrowed = new Set((await repositoriesOfRuns(parts)).values());
  for (const name of await readdir(objects).catch(() => [])) {
    const id = Number(/^(\d+)\.git$/.exec(name)?.[1]);
    if (!Number.isSafeInteger(id) || used.has(id) || borrowed.has(id)) continue;
    const facts = await stat(join(objects, name)).catch(() => null);
    if (facts !== null && now - facts.mtimeMs >= idleMs)
      await rm(join(objects, name), { recursive: true, force: true });
  }
}
