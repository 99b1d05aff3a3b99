// The program that a fault kills: the real App on plain processes, against a forge in another process.
import { processRuntime } from "../../src/container/process/process.ts";
import { generousBounds } from "../../src/policy/clamp.ts";
import { startApp } from "../../src/wire.ts";

const { app, url, dir, secret, executor, reviewer, collector } = JSON.parse(process.argv[2] ?? "{}");
const ignore = () => {};

/** Asked to, it takes memory until there is none: what ends it is the engine of JavaScript, at no moment of its own choosing. */
process.on("SIGUSR2", () => {
  for (const hoard: unknown[] = []; ; ) hoard.push(new Array(100_000).fill({}));
});

const running = await startApp({
  settings: {
    app,
    webhookSecrets: [secret],
    sealSecret: "a seal secret of the faults, long enough",
    github: { apiUrl: url, gitUrl: url, throttle: false },
    dataDir: `${dir}/app`,
    listen: { host: "127.0.0.1", port: 0 },
    label: "loop",
    concurrentRuns: 4,
    reconcileMs: 600_000,
    introductions: 0,
    relayImage: null,
    logLevel: "info",
    operator: {
      bounds: generousBounds,
      defaults: {
        agent: { command: executor, image: "toolchain" },
        reviewer: { command: reviewer, image: "toolchain" },
      },
    },
  },
  log: { info: ignore, warn: ignore, error: ignore },
  runtime: processRuntime({ scratchDir: `${dir}/scratch` }),
  image: () => ({ kind: "toolchain" }),
  collector: collector === undefined ? null : { endpoint: collector, headers: {} },
});
console.log(running.webhookUrl);
