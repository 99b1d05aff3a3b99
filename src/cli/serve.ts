// `loopgate serve`: the App against GitHub, until a signal asks it to end.
import { resolve } from "node:path";
import { assert } from "../base/assert.ts";
import { proxyProblem } from "../base/proxy.ts";
import { collectorIn } from "../cockpit/traces/collector.ts";
import { type DockerRuntimeOptions, dockerRuntime } from "../container/docker/docker.ts";
import { type Engine, openEngine } from "../container/docker/engine.ts";
import { dockerLogins } from "../container/docker/fetch/logins.ts";
import { chooseRunUser } from "../container/docker/user.ts";
import type { Log } from "../engine/ports.ts";
import { neededToServe } from "../environment.ts";
import type { Registries } from "../gateway/registry/server.ts";
import { pinoLogger } from "../log.ts";
import { readSettings, type Settings } from "../settings.ts";
import { serveApp } from "../standby.ts";
import { registriesIn } from "../wire.ts";
import { buildsOf } from "./builds.ts";
import { withEnvFile } from "./env-file.ts";
import { INTERRUPTED } from "./interrupt.ts";
import { examine, noEngine, serveRelay, startFindings } from "./start-checks.ts";
import type { Terminal } from "./terminal.ts";

/** Leads or stands by until SIGTERM or SIGINT; resolves to 0 after an orderly end, 1 when it could not start. */
export async function serve({ env: given, err }: Terminal): Promise<number> {
  const file = withEnvFile(given);
  if (!file.ok) {
    err(`${file.message}\n`);
    return 1;
  }
  const { env } = file;
  const read = readSettings(env, neededToServe);
  if (!read.ok) {
    err(`${read.message}\n`);
    return 1;
  }
  const { settings } = read;
  const unfit = proxyProblem(env);
  if (unfit !== null) {
    err(`${unfit}\n`);
    return 1;
  }
  const collector = collectorIn(env);
  const engine = await openEngine({ env, mayStart: false });
  if (engine === null) {
    err(noEngine);
    return 1;
  }
  const log = pinoLogger({ level: settings.logLevel });
  const wrong = await problemsAtStart(engine, settings, log);
  if (wrong.length > 0) {
    const count = wrong.length === 1 ? "One thing is" : `${wrong.length} things are`;
    err(`${count} wrong; nothing was started.\n${wrong.map((problem) => `  ${problem}\n`).join("")}`);
    await engine.close();
    return 1;
  }
  const asked = firstSignal();
  const { registries, runtime } = runtimeOf(engine, settings, log);
  const app = await serveApp({
    settings,
    log,
    runtime,
    registries,
    image: (reference) => ({ kind: "named", reference }),
    examine: () => examine(engine, settings),
    versions: { Engine: engine.version },
    collector,
  });
  const { url, webhookUrl: webhooks, operatorUrl: operator } = app;
  void app.leading.then(() =>
    log.info({ url, webhooks, operator, engine: engine.version, found: engine.origin }, "Loopgate serves"),
  );
  const signal = await Promise.race([asked, app.lost]);
  if (typeof signal !== "string") {
    log.error({ err: signal }, "cannot lead here: this process ends at once and leaves everything to whoever does");
    return 1;
  }
  log.info({ signal }, "shutting down: no new work; turns in progress finish, containers keep running");
  await app.close();
  await engine.close();
  log.info({}, "ended");
  return 0;
}

/** What keeps the App from working; what is only worse is logged. */
async function problemsAtStart(engine: Engine, settings: Settings, log: Log): Promise<readonly string[]> {
  const findings = await startFindings(engine, settings);
  for (const { level, text } of findings) if (level === "warning") log.warn({ text }, "at the start");
  return findings.filter(({ level }) => level === "problem").map(({ text }) => text);
}

/** The runtime, and the registries that builds of images read as runs do. */
function runtimeOf(engine: Engine, settings: Settings, log: Log) {
  const dataDir = resolve(settings.dataDir);
  const registries = settings.registries && registriesIn(dataDir, settings, { now: Date.now });
  return { registries, runtime: dockerRuntime(runtimeOptions(engine, settings, { dataDir, log, registries })) };
}

interface BuildsWith {
  readonly dataDir: string;
  readonly log: Log;
  readonly registries: Registries | undefined;
}

function runtimeOptions(
  engine: Engine,
  settings: Settings,
  { dataDir, log, registries }: BuildsWith,
): DockerRuntimeOptions {
  assert(settings.relayImage !== null, "serve needs its relay's image");
  const user = chooseRunUser(process.getuid?.() ?? 1, process.getgid?.() ?? 1);
  const owner = process.getuid?.() === 0 ? user : null;
  const doors = { dataDir, log, owner, ...(registries === undefined ? {} : { registries }) };
  return {
    docker: engine.docker,
    user,
    ...(settings.runUids === undefined ? {} : { uids: settings.runUids }),
    relay: { kind: "image", reference: settings.relayImage, command: serveRelay },
    roots: [dataDir],
    toolsDir: settings.tools ? resolve(settings.tools) : null,
    ...buildsOf(settings, doors),
    ...(settings.pull === undefined ? {} : { pull: { ...settings.pull, logins: dockerLogins(process.env) } }),
    instance: `${new URL(settings.github.apiUrl).host}/${settings.app.id}`,
  };
}

/** Resolves at the first SIGTERM or SIGINT; the second one ends the process at once. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((done) => {
    const signals = ["SIGTERM", "SIGINT"] as const;
    const first = (signal: NodeJS.Signals) => {
      for (const name of signals) {
        process.off(name, first);
        process.once(name, () => process.exit(INTERRUPTED));
      }
      done(signal);
    };
    for (const name of signals) process.once(name, first);
  });
}
