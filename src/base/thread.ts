// Starts a thread that has no more memory than it was given.
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";

export interface ThreadBounds {
  /** What it may keep, in MiB; beyond it the thread ends with an error, and the process goes on. */
  readonly oldMegabytes: number;
  /** What it may have of objects just made, in MiB. */
  readonly youngMegabytes: number;
}

/**
 * A thread that runs the file on `workerData`. `--max-semi-space-size`, with which the App is started, would be every thread's own limit
 * as well and come before `youngMegabytes` (https://github.com/nodejs/node/issues/43991): the process has its heap by now, so
 * the option is taken back.
 */
export function startThread(file: URL, { oldMegabytes, youngMegabytes }: ThreadBounds, workerData?: unknown): Worker {
  setFlagsFromString("--max-semi-space-size=0");
  const resourceLimits = { maxOldGenerationSizeMb: oldMegabytes, maxYoungGenerationSizeMb: youngMegabytes };
  return new Worker(file, { workerData, resourceLimits });
}
