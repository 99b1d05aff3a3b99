// The composition root: puts the rooms together into one running App.
import { randomInt } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import app from "./app.ts";
import { Fault } from "./base/fault.ts";
import { chooseRunUser } from "./container/docker/user.ts";
import { DEFAULT_LIMITS, type ImageChoice, type Runtime } from "./container/run.ts";
import { steadyClock } from "./engine/clock.ts";
import { createEngine, type Engine } from "./engine/engine.ts";
import { createReconciler, type Reconciled } from "./engine/look/reconcile.ts";
import type { Clock, Log, StorePort, Translated } from "./engine/ports.ts";
import { githubClients } from "./github/client/octokit.ts";
import { createPacer } from "./github/client/pacer.ts";
import { deliveryHandler } from "./github/deliveries/deliveries.ts";
import { startProbot } from "./github/deliveries/probot.ts";
import { translate } from "./github/deliveries/webhook.ts";
import { githubPort } from "./github/port.ts";
import { pinoLogger } from "./log.ts";
import { sealKey } from "./record/seal.ts";
import { originAtGitHub } from "./runs/origin.ts";
import { createRuns } from "./runs/runs.ts";
import type { Settings } from "./settings.ts";
import { sqliteStore } from "./store/sqlite.ts";

export interface AppOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly runtime: Runtime;
  /** What a policy's image reference means to the runtime. */
  readonly image: (reference: string) => ImageChoice;
  readonly clock?: Clock;
  /** Told of every request that goes to GitHub. */
  readonly onRequest?: (kind: string, route: string) => void;
}

export interface RunningApp {
  readonly url: string;
  readonly webhookUrl: string;
  readonly engine: Engine;
  readonly store: StorePort;
  /** Takes no more deliveries, ends turns in progress, closes the store; containers are left for the next start. */
  close(): Promise<void>;
}

const webhookPath = "/api/github/webhooks";

/** The machine's own clock, which never falls behind what the store has seen. */
function machineClock(store: StorePort): Clock {
  return steadyClock({ wall: () => Date.now(), steady: () => performance.now() }, store.lastTime);
}

/** Without running anything: brings every loop that only its thread knows into the store, and says what came of it. */
export async function restoreLoops(options: Pick<AppOptions, "settings" | "log" | "clock">): Promise<Reconciled> {
  const { settings, log } = options;
  const store = sqliteStore(resolve(settings.dataDir));
  try {
    const clock = options.clock ?? machineClock(store);
    const { github } = connect(options, clock);
    const reconciler = createReconciler(
      {
        clock,
        log,
        store,
        github,
        sealKey: sealKey(settings.sealSecret),
        submit: (issueKey, event, dedupe) => store.addEvent(issueKey, event, clock.now(), dedupe),
        stopping: () => false,
        adopt: async () => null,
        watch: () => {},
      },
      { label: settings.label, newLoopId, everyMs: settings.reconcileMs },
    );
    return await reconciler.everything();
  } finally {
    await store.close();
  }
}

function connect({ settings, log, onRequest }: Pick<AppOptions, "settings" | "log" | "onRequest">, clock: Clock) {
  const { id: appId, slug, privateKey } = settings.app;
  const self = { appId, slug, triggerLabels: [settings.label], newLoopId };
  const pacer = createPacer();
  const clients = githubClients({
    appId,
    privateKey,
    baseUrl: settings.github.apiUrl,
    throttle: settings.github.throttle,
    onRequest,
    onQuota: ({ installationId, resource, limit, remaining, resetAt }) => {
      log.info({ installationId, resource, limit, remaining }, "what GitHub says is left");
      if (remaining === 0) pacer.waitUntil(installationId, resetAt);
      if (resource === "core") pacer.heard(installationId, { left: remaining, of: limit, resetAt });
    },
    onWrite: (installationId) => pacer.wrote(installationId, clock.now()),
    onWarning: (text) => log.warn({ text }, "GitHub client"),
  });
  const github = githubPort({ clients, self, now: clock.now, gitBaseUrl: settings.github.gitUrl, pacer });
  return { self, github };
}

/** Starts the App: store, engine, webhook door. Throws Fault when a part cannot start. */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  const { settings, log, runtime } = options;
  const { id: appId, slug, privateKey } = settings.app;
  const store = sqliteStore(resolve(settings.dataDir));
  try {
    const clock = options.clock ?? machineClock(store);
    const { self, github } = connect(options, clock);
    const dataDir = resolve(settings.dataDir);
    const runs = createRuns({
      dataDir,
      runtime,
      origin: originAtGitHub({ dataDir, github, log }),
      models: settings.models ?? [],
      prices: settings.prices,
      github,
      clock,
      log,
      epoch: store.epoch,
      image: options.image,
      limits: DEFAULT_LIMITS,
      ociRuntime: settings.ociRuntime ?? null,
      ...(settings.recordsMs === undefined ? {} : { recordsMs: settings.recordsMs }),
      owner: ownerOfRuns(runtime),
      identity: { name: `${slug}[bot]`, email: `${appId}+${slug}[bot]@users.noreply.github.com` },
    });
    const engine = createEngine({
      clock,
      log,
      store,
      github,
      runs,
      translate: (event, body): Translated => translate(event, JSON.parse(body), self),
      operator: settings.operator,
      sealKey: sealKey(settings.sealSecret),
      concurrentRuns: settings.concurrentRuns,
      reconcile: { label: settings.label, newLoopId, everyMs: settings.reconcileMs },
    });
    const probot = await startProbot(app, {
      appId,
      privateKey,
      secret: settings.webhookSecrets[0],
      log: pinoLogger({ level: "warn" }),
    });
    const deliveries = deliveryHandler({
      probot,
      secrets: settings.webhookSecrets,
      accept: (delivery) => engine.accept(delivery),
      now: clock.now,
      log: (entry) => log.info({ ...entry }, "delivery"),
    });
    await engine.start();
    const server = createServer((request, response) => answer(deliveries, request, response));
    const url = await listen(server, settings.listen);
    return {
      url,
      webhookUrl: `${url}${webhookPath}`,
      engine,
      store,
      async close() {
        server.closeIdleConnections();
        await new Promise((done) => server.close(done));
        await engine.stop();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Who owns a run's files: nobody special for plain processes, which are this very user. */
export function ownerOfRuns(runtime: Runtime): { uid: number; gid: number } | null {
  const uid = process.getuid?.() ?? 1;
  if (runtime.kind === "process" || uid !== 0) return null;
  return chooseRunUser(uid, process.getgid?.() ?? 1);
}

/** Six letters and digits without look-alikes: unique enough within one issue, short enough for a branch name. */
function newLoopId(): string {
  const letters = "23456789abcdefghjkmnpqrstuvwxyz";
  return Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join("");
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function answer(deliveries: Handler, request: IncomingMessage, response: ServerResponse): void {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  if (path === webhookPath) {
    void deliveries(request, response);
    return;
  }
  const [status, body] =
    path === "/healthz" ? [200, "ok\n"] : [404, "Nothing here. Loopgate speaks in issue threads.\n"];
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(body);
}

function listen(server: Server, { host, port }: Settings["listen"]): Promise<string> {
  return new Promise((done, fail) => {
    server.once("error", (cause) =>
      fail(
        new Fault(`Could not listen on ${host}:${port}: ${cause.message}`, { kind: "engine", retry: "never", cause }),
      ),
    );
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      const shown = host.includes(":") ? `[${host}]` : host;
      done(`http://${shown}:${address.port}`);
    });
  });
}
