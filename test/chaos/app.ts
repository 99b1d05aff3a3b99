// The App as `serve` runs it, in a process of its own that can be killed; only its runs use this machine's own programs as their image.
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { dockerRuntime } from "../../src/container/docker/docker.ts";
import { openEngine } from "../../src/container/docker/engine.ts";
import { chooseRunUser } from "../../src/container/docker/user.ts";
import { processRuntime } from "../../src/container/process/process.ts";
import type { Runtime } from "../../src/container/run.ts";
import { usualUids } from "../../src/environment.ts";
import { pinoLogger } from "../../src/log.ts";
import { readSettings } from "../../src/settings.ts";
import { serveApp } from "../../src/standby.ts";

/** The label value by which an engine's containers are known as this App's. */
export const instance = "chaos";

/** With this it ends where another process has taken its store. */
export const lostCode = 3;

async function runtimeFor(dataDir: string): Promise<Runtime> {
  if (process.env.CHAOS_RUNTIME === "process") {
    const scratchDir = join(dataDir, "scratch");
    await mkdir(scratchDir, { recursive: true });
    return processRuntime({ scratchDir });
  }
  const engine = await openEngine({ env: process.env, mayStart: false });
  if (engine === null) throw new Error("No container engine answered at DOCKER_HOST.");
  const user = chooseRunUser(process.getuid?.() ?? 1, process.getgid?.() ?? 1);
  const relay = { kind: "toolchain" } as const;
  return dockerRuntime({ docker: engine.docker, user, uids: usualUids, relay, roots: [dataDir], instance });
}

async function main(): Promise<void> {
  const read = readSettings(process.env);
  if (!read.ok) throw new Error(read.message);
  const { settings } = read;
  const dataDir = resolve(settings.dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const log = pinoLogger({ level: settings.logLevel });
  const runtime = await runtimeFor(dataDir);
  const app = await serveApp({ settings, log, runtime, image: () => ({ kind: "toolchain" }) });
  void app.leading.then(() => log.info({ webhooks: app.webhookUrl, operator: app.operatorUrl }, "Loopgate serves"));
  const lost = await Promise.race([app.lost, new Promise<null>((done) => process.once("SIGTERM", () => done(null)))]);
  if (lost !== null) {
    log.error({ err: lost }, "lost");
    process.exit(lostCode);
  }
  await app.close();
  process.exit(0);
}

if (import.meta.main) await main();
