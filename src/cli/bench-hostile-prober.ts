// Whoever sends deliveries in `bench hostile`, as a process: a signed one every 25 ms, until it is asked what they took.
import { load } from "./bench-load.ts";

const { BENCH_DOOR: url = "", BENCH_SECRET: secret = "" } = process.env;
const stopped = new AbortController();
const tookMs: number[] = [];

async function probe(): Promise<void> {
  while (!stopped.signal.aborted) {
    const { tookMs: took } = await load({
      url,
      secret,
      connections: 1,
      forMs: 500,
      pauseMs: 25,
      signal: new AbortController().signal,
    });
    tookMs.push(...took);
  }
}

const probing = probe();
process.once("message", async () => {
  stopped.abort();
  await probing;
  process.send?.({ tookMs });
});
process.once("disconnect", () => process.exit(0));
process.send?.({ url });
