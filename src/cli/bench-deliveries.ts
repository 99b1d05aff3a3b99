// `loopgate bench deliveries`: how fast deliveries are stored and answered, beside a bare Probot that stores nothing.
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteStore } from "../store/sqlite/sqlite.ts";
import { flushMs } from "./bench-flush.ts";
import { type Answered, load } from "./bench-load.ts";
import { median } from "./bench-median.ts";
import { served, serveOptions } from "./bench-process.ts";
import { promises, verdict } from "./bench-promises.ts";
import { type Cleanup, withCleanup } from "./cleanup.ts";
import { interruptible } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

export interface DeliveriesBench {
  readonly rounds: number;
  readonly secondsEach: number;
  /** How many deliveries are remembered when a measurement begins. */
  readonly remembered: readonly number[];
  readonly connections: number;
  readonly json: boolean;
}

interface Level {
  readonly remembered: number;
  readonly probot: Omit<Answered, "tookMs">;
  readonly app: Omit<Answered, "tookMs">;
  readonly rateRatio: number;
  readonly p99Ratio: number;
  /** Of the disk, between the rounds. */
  readonly flushMs: number;
}

/** Prints both sides for each number of remembered deliveries. Resolves to 0, whatever the ratios, and to 130 after Ctrl-C. */
export async function benchDeliveries(options: DeliveriesBench, terminal: Terminal): Promise<number> {
  return interruptible((signal) =>
    withCleanup(terminal, async (cleanup) => {
      const bench = await prepare(cleanup, options, { terminal, signal });
      const levels: Level[] = [];
      for (const remembered of options.remembered) {
        const level = await measure(bench, remembered);
        levels.push(level);
        if (!options.json) terminal.out(line(level));
      }
      const slope = (levels.at(-1)?.app.perSecond ?? 0) / (levels[0]?.app.perSecond ?? 0);
      if (options.json)
        terminal.out(
          `${JSON.stringify({ wanted: { rate: promises.rate.wanted, p99: promises.p99.wanted }, levels, slope }, null, 2)}\n`,
        );
      else terminal.out(`our rate with the most remembered, against with the fewest: ${slope.toFixed(2)} x\n`);
      return 0;
    }),
  );
}

interface Bench extends DeliveriesBench {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cleanup: Cleanup;
  readonly probot: string; // its address
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

async function prepare(
  cleanup: Cleanup,
  options: DeliveriesBench,
  { terminal, signal }: Pick<Bench, "terminal" | "signal">,
): Promise<Bench> {
  const dataDir = await mkdtemp(join(tmpdir(), "lg-bench-"));
  cleanup.add(dataDir, () => rm(dataDir, { recursive: true, force: true }));
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const env = {
    BENCH_SECRET: randomBytes(20).toString("hex"),
    BENCH_PRIVATE_KEY: privateKey,
    BENCH_DATA: dataDir,
    NODE_ENV: "production",
  };
  const { ready } = await served(cleanup, { file: new URL("../github/bare.ts", import.meta.url), env });
  return { ...options, dataDir, env, cleanup, probot: ready.url, terminal, signal };
}

/** Both sides in turns, so that whatever else the machine does befalls both; the first round of each warms up. */
async function measure(bench: Bench, remembered: number): Promise<Level> {
  await remember(bench, remembered);
  const file = new URL("./bench-app.ts", import.meta.url);
  const app = await served(bench.cleanup, { file, env: bench.env, execArgv: serveOptions });
  const rounds: { probot: Answered; app: Answered; flush: number }[] = [];
  for (let round = 0; round <= bench.rounds; round++) {
    bench.terminal.err(`${remembered} remembered, round ${round} of ${bench.rounds}\n`);
    const sides = { probot: await ask(bench, bench.probot), app: await ask(bench, app.ready.url) };
    if (round > 0) rounds.push({ ...sides, flush: await flushMs(bench.dataDir) });
  }
  await app.end();
  const of = (side: "probot" | "app"): Omit<Answered, "tookMs"> => ({
    count: rounds.reduce((sum, round) => sum + round[side].count, 0),
    perSecond: median(rounds.map((round) => round[side].perSecond)),
    p50Ms: median(rounds.map((round) => round[side].p50Ms)),
    p99Ms: median(rounds.map((round) => round[side].p99Ms)),
  });
  return {
    remembered,
    probot: of("probot"),
    app: of("app"),
    rateRatio: median(rounds.map(({ probot, app }) => app.perSecond / probot.perSecond)),
    p99Ratio: median(rounds.map(({ probot, app }) => app.p99Ms / probot.p99Ms)),
    flushMs: median(rounds.map(({ flush }) => flush)),
  };
}

function ask({ env, connections, secondsEach, signal }: Bench, url: string): Promise<Answered> {
  return load({ url, secret: env.BENCH_SECRET ?? "", connections, forMs: secondsEach * 1000, signal });
}

/** Fills the store through its own door, as deliveries that came within the last week, up to `wanted` in all. */
async function remember({ dataDir, terminal, signal }: Bench, wanted: number): Promise<void> {
  const store = sqliteStore(dataDir);
  try {
    for (let done = filled; done < wanted; done += 256) {
      signal.throwIfAborted();
      if (done % 102_400 === 0) terminal.err(`filling the store: ${done} of ${wanted}\n`);
      await Promise.all(
        Array.from({ length: Math.min(256, wanted - done) }, (_, index) =>
          store.acceptDelivery(anOldOne(done + index)),
        ),
      );
    }
    filled = Math.max(filled, wanted);
  } finally {
    await store.close();
  }
}

let filled = 0;

function anOldOne(n: number): Parameters<ReturnType<typeof sqliteStore>["acceptDelivery"]>[0] {
  return {
    guid: `filled-${n}`,
    bodySha256: createHash("sha256").update(String(n)).digest("hex"),
    receivedAt: Date.now(),
    translated: { kind: "ignored", reason: "of no loop" },
    origin: { installationId: null, repositoryId: null, thread: null },
  };
}

function line({ remembered, probot, app, rateRatio, p99Ratio, flushMs }: Level): string {
  const side = ({ perSecond, p99Ms }: Level["app"]) => `${perSecond.toFixed(0)}/s, p99 ${p99Ms.toFixed(1)} ms`;
  const rate = `rate ${rateRatio.toFixed(2)} x (${verdict(promises.rate, rateRatio)})`;
  const p99 = `p99 ${p99Ratio.toFixed(2)} x (${verdict(promises.p99, p99Ratio)})`;
  return `${remembered} remembered: ours ${side(app)}; ${promises.rate.beside} ${side(probot)}; ${rate}, ${p99}; the disk alone took ${flushMs.toFixed(1)} ms for a flush\n`;
}
