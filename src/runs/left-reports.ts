// Files that a command left, read as they are: the folder was written by it, so no link is followed.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { readReport } from "../verify/reports/read.ts";
import type { Report } from "../verify/reports/report.ts";
import { LARGEST_REPORT } from "../verify/reports/text.ts";

export interface Left {
  readonly dir: string;
  /** Relative to the folder. */
  readonly paths: readonly string[];
  /** Absolute folders that a tool may have called the repository. */
  readonly roots: readonly string[];
}

/** One after the other, so that one of them at a time is in memory. */
export async function* readEach({ dir, paths, roots }: Left): AsyncGenerator<Report> {
  for (const path of paths) yield readReport(path, await contents(join(dir, path), LARGEST_REPORT), { roots });
}

/** At most one byte more than it may have; empty where it cannot be read. */
export async function contents(path: string, most: number): Promise<Uint8Array> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.min(size, most + 1));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return new Uint8Array();
  }
}
