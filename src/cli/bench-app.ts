// The App as a process of its own, for the bench: its real door, engine and store, with a GitHub that does not answer.
import { processRuntime } from "../container/process/process.ts";
import { pinoLogger } from "../log.ts";
import { generousBounds } from "../policy/clamp.ts";
import { startApp } from "../wire.ts";

if (import.meta.main) await run(process.env);

async function run({
  BENCH_SECRET: secret = "",
  BENCH_PRIVATE_KEY: privateKey = "",
  BENCH_DATA: dataDir = "",
}: NodeJS.ProcessEnv) {
  const agent = { command: "true", image: "" };
  const app = await startApp({
    settings: {
      app: { id: 1, slug: "bench", privateKey },
      webhookSecrets: [secret],
      sealSecret: "of no use to anybody, since nothing is sealed",
      github: { apiUrl: "http://127.0.0.1:1", gitUrl: "http://127.0.0.1:1", throttle: false },
      dataDir,
      listen: { host: "127.0.0.1", port: 0 },
      label: "loop",
      concurrentRuns: 1,
      reconcileMs: 600_000,
      relayImage: null,
      logLevel: "info",
      operator: { bounds: generousBounds, defaults: { agent, reviewer: agent } },
    },
    log: pinoLogger({ level: "info" }),
    runtime: processRuntime({ scratchDir: dataDir }),
    image: () => ({ kind: "toolchain" }),
  });
  process.send?.({ url: app.webhookUrl });
  process.once("disconnect", () => void app.close().then(() => process.exit(0)));
}
