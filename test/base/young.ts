// A program that says how large the space of a thread's young objects grew, in MiB: its own memory is as the options of Node's say.
import { getHeapSpaceStatistics } from "node:v8";
import { isMainThread, parentPort } from "node:worker_threads";
import { startThread } from "../../src/base/thread.ts";

/** Keeps many small objects for a moment, again and again. */
function churn(): number {
  let most = 0;
  for (let round = 0; round < 12; round++) {
    const kept = Array.from({ length: 200_000 }, (_, n) => ({ n, text: `x${n}` }));
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    most = Math.max(most, young?.space_size ?? 0, kept.length);
  }
  return Math.round(most / 1024 ** 2);
}

if (isMainThread) {
  const thread = startThread(new URL(import.meta.url), { oldMegabytes: 300, youngMegabytes: 8 });
  thread.once("message", (megabytes: number) => console.log(megabytes));
} else parentPort?.postMessage(churn());
