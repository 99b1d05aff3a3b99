// How long the disk itself takes: what no App that stores before it answers can be faster than.
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { median } from "./bench-median.ts";

const [times, pageBytes] = [20, 4_096];

/** The median of a page's way to the disk in `dir`, in milliseconds, on a file that does not grow. */
export async function flushMs(dir: string): Promise<number> {
  const path = join(dir, "flushed");
  const file = await open(path, "w");
  try {
    const page = Buffer.alloc(pageBytes, 1);
    const took: number[] = [];
    for (let n = 0; n <= times; n++) {
      await file.write(page, 0, pageBytes, 0);
      const from = performance.now();
      await file.datasync();
      if (n > 0) took.push(performance.now() - from); // the first one makes the file
    }
    return median(took);
  } finally {
    await file.close();
    await rm(path);
  }
}
