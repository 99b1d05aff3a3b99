// The reports that a command left, read beside everything else that the App does: whoever wrote them can make reading take long.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { atMost } from "../base/at-most.ts";
import { startThread } from "../base/thread.ts";
import { tooCostly } from "../verify/reports/read.ts";
import type { Report } from "../verify/reports/report.ts";
import { type Left, readEach } from "./left-reports.ts";

export interface ReadingBounds {
  readonly ms: number;
  readonly megabytes: number; // of the thread's heap
}

/** Five hundred reports take some seconds, and one of fifty thousand tests some hundred megabytes. */
const bounds: ReadingBounds = { ms: 60_000, megabytes: 768 };

/** So little takes some milliseconds however it is shaped, and a thread takes more. */
const fewBytes = 8 * 1024;

/** Whoever shapes reports so that reading them takes as long as it may holds up one more at most. */
const twoAtATime = atMost(2);

/** All of them in their order. Those that the thread did not come to within its time and memory have that as their problem. */
export async function readReports(left: Left, { ms, megabytes } = bounds): Promise<readonly Report[]> {
  const sizes = await Promise.all(left.paths.map((path) => sizeOf(join(left.dir, path))));
  if (sizes.reduce((sum, size) => sum + size, 0) > fewBytes) return twoAtATime(() => inThread(left, { ms, megabytes }));
  const read: Report[] = [];
  for await (const report of readEach(left)) read.push(report);
  return read;
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

function inThread(left: Left, { ms, megabytes }: ReadingBounds): Promise<readonly Report[]> {
  const worker = startThread(
    new URL("./reports-thread.ts", import.meta.url),
    { oldMegabytes: megabytes, youngMegabytes: 32 },
    left,
  );
  const read: Report[] = [];
  return new Promise((resolve) => {
    const late = setTimeout(() => void worker.terminate(), ms);
    worker.on("message", (report: Report) => {
      read.push(report);
    });
    worker.on("error", () => {}); // said by what "exit" tells
    worker.once("exit", () => {
      clearTimeout(late);
      const others = left.paths.slice(read.length);
      resolve([...read, ...others.map((path) => tooCostly(path, ms / 1_000, megabytes))]);
    });
  });
}
