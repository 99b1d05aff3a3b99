// The App as a process of its own, for the bench: its real door, engine and store, with the GitHub it is told of, or with none.
import { makeTicket } from "../cockpit/ticket.ts";
import { processRuntime } from "../container/process/process.ts";
import type { Log } from "../engine/ports.ts";
import { pinoLogger } from "../log.ts";
import type { Settings } from "../settings.ts";
import { type RunningApp, startApp } from "../wire.ts";
import { type BenchClock, benchClock, moveMachine } from "./bench-clock.ts";
import type { Said } from "./bench-process.ts";
import { localSettings } from "./local-settings.ts";

if (import.meta.main) await run(process.env);

async function run({
  BENCH_SECRET: webhookSecret = "",
  BENCH_PRIVATE_KEY: privateKey = "",
  BENCH_DATA: dataDir = "",
  BENCH_APP_ID: appId = "1",
  BENCH_APP_SLUG: slug = "bench",
  BENCH_GITHUB: githubUrl = "http://127.0.0.1:1",
  BENCH_AGENT: command = "true",
  BENCH_RUNS: concurrentRuns = "1",
  BENCH_MODELS: models = "{}",
  BENCH_STORE: store = "",
  BENCH_PAGES: pages = "",
  BENCH_MOVED: moved = "0",
}: NodeJS.ProcessEnv) {
  const agent = { command, image: "toolchain" };
  const app = { id: Number(appId), slug, privateKey };
  const settings: Settings = {
    ...localSettings({ app, githubUrl, dataDir, webhookSecret, agent, reviewer: agent }),
    concurrentRuns: Number(concurrentRuns),
    ...modelsAt(JSON.parse(models)),
    ...(store === "" ? {} : { store }),
    ...(pages === "" ? {} : { operatorDoor: { host: "127.0.0.1", port: 0 } }),
  };
  if (moved !== "0") moveMachine(Number(moved));
  const clock = benchClock();
  const runtime = processRuntime({ scratchDir: dataDir, relaysApart: true });
  const began = performance.now();
  const running = await startApp({
    settings,
    log: tellingOfTurns(pinoLogger({ level: "info" })),
    runtime,
    image: () => ({ kind: "toolchain" }),
    clock,
  });
  const ticket = makeTicket(settings.sealSecret, Date.now());
  const begin = running.operatorUrl === null ? null : `${running.operatorUrl}/begin?ticket=${ticket}`;
  say({ url: running.webhookUrl, startMs: performance.now() - began, pid: process.pid, begin });
  process.on("message", (word) => void answer(running, clock, word).then(say));
  process.once("disconnect", async () => {
    await running.close();
    await runtime.close(); // a run that is under way is nobody's any more
    process.exit(0);
  });
}

/** Providers that speak Anthropic's wire format, by name; their models cost nothing, so that no budget ends a run. */
function modelsAt(urls: Readonly<Record<string, string>>): Pick<Settings, "models" | "prices"> {
  const names = Object.keys(urls);
  const common = { family: "anthropic", key: null, priceId: null } as const;
  return {
    models: names.map((name) => ({ ...common, name, baseUrl: urls[name] ?? "" })),
    prices: Object.fromEntries(names.map((name) => [`${name}/*`, { input: 0, output: 0 }])),
  };
}

/** Whoever measures may be gone already: what a last turn says then is nobody's to hear. */
function say(said: Said): void {
  if (process.connected) process.send?.(said, undefined, undefined, () => {});
}

/**
 * `peak`: the most memory it has had. `resident`: what is left after a collection. `worked`: its own processor time, the collections that
 * were asked for left out. `idle`: it has nothing to do any more. `look`: one regular look is over. `minute`: a minute has passed, for its
 * connection with GitHub as well. `memory`: what is left after a collection once it has nothing to do any more.
 */
async function answer({ engine }: RunningApp, clock: BenchClock, word: unknown): Promise<Said> {
  if (word === "peak") return { peakBytes: process.resourceUsage().maxRSS * 1024 };
  if (word === "resident") return { residentBytes: residentBytes() };
  if (word === "worked") return { workedMs: processorMs() - collectedMs };
  const from = performance.now();
  if (word === "look") clock.advance(lookEveryMs);
  if (word === "minute") {
    moveMachine(minuteMs);
    clock.advance(0);
  }
  await engine.idle();
  if (word !== "memory") return { [`${word}Ms`]: performance.now() - from };
  return { memoryBytes: residentBytes() };
}

let collectedMs = 0;

function residentBytes(): number {
  const before = processorMs();
  globalThis.gc?.();
  collectedMs += processorMs() - before;
  return process.memoryUsage.rss();
}

/** Of this process alone: its runs and every `git` are processes of their own. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const lookEveryMs = 600_000;
const minuteMs = 60_000;

/** Says when a loop has decided on an event, by a time that another process of this machine can compare with its own. */
function tellingOfTurns(log: Log): Log {
  return {
    info(fields, text) {
      log.info(fields, text);
      if (text === "decided")
        say({
          decided: fields.issue,
          after: fields.after,
          note: fields.note,
          at: performance.timeOrigin + performance.now(),
        });
    },
    warn: (fields, text) => log.warn(fields, text),
    error: (fields, text) => log.error(fields, text),
  };
}
