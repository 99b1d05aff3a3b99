// The composition root: puts the rooms together into one running App.
import { statfs } from "node:fs/promises";
import { resolve } from "node:path";
import { assert } from "./base/assert.ts";
import type { Fault } from "./base/fault.ts";
import type { Found } from "./base/finding.ts";
import { obeyProxies } from "./base/proxy.ts";
import { createHealth } from "./cockpit/health/health.ts";
import type { ExaminedPart } from "./cockpit/health/page.ts";
import { createSeen, type Seen } from "./cockpit/health/seen.ts";
import { createLive, type Live } from "./cockpit/live.ts";
import { loopRoutes } from "./cockpit/loops/routes.ts";
import type { Metrics } from "./cockpit/metrics.ts";
import { startSender } from "./cockpit/outcomes/sender.ts";
import { createReadiness } from "./cockpit/readiness.ts";
import { createSigner } from "./cockpit/signed.ts";
import { createAdmission } from "./cockpit/ticket.ts";
import type { Collector } from "./cockpit/traces/collector.ts";
import { createTeller, type Teller } from "./cockpit/traces/teller.ts";
import { chooseRunUser } from "./container/docker/user.ts";
import { fencedRuntime } from "./container/fenced-runtime.ts";
import { DEFAULT_LIMITS, type ImageChoice, type Runtime } from "./container/run.ts";
import { type Behind, createFigures, doorFailed, type House, openHouse } from "./door.ts";
import { steadyClock } from "./engine/clock.ts";
import { createEngine, type Engine } from "./engine/engine.ts";
import { fencedRuns } from "./engine/fenced-runs.ts";
import { createReconciler, type Reconciled } from "./engine/look/reconcile.ts";
import type { Clock, Delivery, Log, StorePort } from "./engine/ports.ts";
import { createTakingIn } from "./engine/taking-in.ts";
import { createRegistries, type Registries } from "./gateway/registry/server.ts";
import { githubClients, type Quota } from "./github/client/octokit.ts";
import { createPacer } from "./github/client/pacer.ts";
import { takeIn } from "./github/deliveries/deliveries.ts";
import { webhookPath } from "./github/deliveries/listener.ts";
import { loggedPayload, logPage } from "./github/deliveries/log.ts";
import { newLoopId } from "./github/deliveries/loop-id.ts";
import { type Polling, startPolling } from "./github/deliveries/polling.ts";
import { payloadReader, type Reader } from "./github/deliveries/reading.ts";
import { ignored, nowhere } from "./github/deliveries/translated.ts";
import { githubPort } from "./github/port.ts";
import { askRepository, type RepositoryName } from "./github/repository-check.ts";
import { type SignIn, signInAt } from "./github/sign-in.ts";
import { askGitHub } from "./github/start.ts";
import { sealKey } from "./record/seal.ts";
import { originAtGitHub } from "./runs/origin.ts";
import { rooms } from "./runs/rooms.ts";
import { createRuns } from "./runs/runs.ts";
import type { Settings } from "./settings.ts";
import { openStore } from "./store/open-store.ts";

export interface AppOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly runtime: Runtime;
  /** What a policy's image reference means to the runtime. */
  readonly image: (reference: string) => ImageChoice;
  readonly clock?: Clock;
  /** Told of every request that goes to GitHub. */
  readonly onRequest?: (kind: string, route: string) => void;
  /** Looks at all that the App depends on, for the operator's page; absent: nothing does. Never rejects. */
  readonly examine?: () => Promise<readonly ExaminedPart[]>;
  /** Where loops are told of as OpenTelemetry traces; absent: nowhere. */
  readonly collector?: Collector | null;
  /** Where packages are read, where images are built with them too: one process has one. Absent: made of the settings. */
  readonly registries?: Registries | undefined;
  /** Of what else runs here, by name. */
  readonly versions?: Readonly<Record<string, string>>;
}

export interface RunningApp {
  readonly url: string;
  readonly webhookUrl: string;
  readonly engine: Engine;
  readonly store: StorePort;
  /** Where `/metrics` and `/readyz` are served; null: nowhere. */
  readonly operatorUrl: string | null;
  /** What reads GitHub's log of webhooks; null: they arrive. */
  readonly polling: Polling | null;
  /** Resolves when another process has taken the store: nothing that this one does counts any more. */
  readonly lost: Promise<Fault>;
  /** Takes no more deliveries, ends turns in progress, closes the store; containers are left for the next start. */
  close(): Promise<void>;
}

/** The machine's own clock, which never falls behind what the store has seen. */
function machineClock(store: StorePort): Clock {
  return steadyClock({ wall: () => Date.now(), steady: () => performance.now() }, store.lastTime);
}

/** Without running anything: brings every loop that only its thread knows into the store, and says what came of it. */
export async function restoreLoops(options: Pick<AppOptions, "settings" | "log" | "clock">): Promise<Reconciled> {
  const { settings, log } = options;
  const store = await openStore(settings, () => {});
  try {
    const clock = options.clock ?? machineClock(store);
    const { github } = connect(options, { clock, confirm: store.confirm });
    const reconciler = createReconciler(
      {
        clock,
        log,
        store,
        github,
        sealKey: sealKey(settings.sealSecret),
        submit: (issueKey, event, dedupe) => store.addEvent(issueKey, event, clock.now(), dedupe),
        stopping: () => false,
      },
      { label: settings.label, newLoopId, everyMs: settings.reconcileMs },
    );
    return await reconciler.everything();
  } finally {
    await store.close();
  }
}

interface Fenced {
  readonly clock: Clock;
  /** Throws where another process has the store: nothing may be done any more. */
  readonly confirm: () => Promise<void>;
}

type Connected = Pick<AppOptions, "settings" | "log" | "onRequest"> & { readonly onQuota?: (quota: Quota) => void };

function connect({ settings, log, onRequest, onQuota }: Connected, { clock, confirm }: Fenced) {
  obeyProxies(process.env);
  const { id: appId, slug, privateKey } = settings.app;
  const self = { appId, slug, triggerLabels: [settings.label], newLoopId };
  const pacer = createPacer();
  const clients = githubClients({
    appId,
    privateKey,
    baseUrl: settings.github.apiUrl,
    throttle: settings.github.throttle,
    onRequest,
    onQuota: (quota) => {
      const { installationId, resource, limit, remaining, resetInMs } = quota;
      onQuota?.(quota);
      log.info({ installationId, resource, limit, remaining }, "what GitHub says is left");
      const resetAt = clock.now() + resetInMs;
      if (remaining === 0) pacer.waitUntil(installationId, resetAt);
      if (resource === "core") pacer.heard(installationId, { left: remaining, of: limit, resetAt });
    },
    beforeWrite: confirm,
    onWrite: (installationId) => pacer.wrote(installationId, clock.now()),
    onWarning: (text) => log.warn({ text }, "GitHub client"),
  });
  const port = githubPort({ clients, self, now: clock.now, gitBaseUrl: settings.github.gitUrl, pacer });
  // Where webhooks are read from the log, none arrives, and each would be asked for again.
  const github = settings.intake === "poll" ? { ...port, redeliverFailed: async () => 0 } : port;
  return { self, github, asking: { clients, now: clock.now } };
}

/** What GitHub says of the App that the settings describe, before anything is started. Never rejects. */
export function askAboutApp({ app, github, webhookSecrets: secrets, intake }: Settings): Promise<readonly Found[]> {
  obeyProxies(process.env);
  const { id: appId, slug, privateKey } = app;
  const clients = githubClients({ appId, privateKey, baseUrl: github.apiUrl, throttle: false, timeoutMs: 10_000 });
  return askGitHub(clients.forApp(), { appId, slug, secrets, ...(intake === undefined ? {} : { intake }) });
}

/** What rules and workflows of these repositories make of loops there. Never rejects. */
export async function askAboutRepositories(
  { app, github }: Settings,
  named: readonly RepositoryName[],
): Promise<readonly Found[]> {
  obeyProxies(process.env);
  const { id: appId, privateKey } = app;
  const clients = githubClients({ appId, privateKey, baseUrl: github.apiUrl, throttle: false, timeoutMs: 10_000 });
  return (await Promise.all(named.map((one) => askRepository(clients, appId, one)))).flat();
}

/** Those that the caller has made, or else our own; absent where the operator names none. */
function registriesOf({ settings, registries }: AppOptions, clock: Clock): { readonly registries?: Registries } {
  if (settings.registries === undefined) return {};
  return { registries: registries ?? registriesIn(resolve(settings.dataDir), settings, clock) };
}

/** Where runs read packages, as the operator has set it; what was read is kept below the folder. */
export function registriesIn(
  dataDir: string,
  { registries = {}, registryBytes = 10e9 }: Settings,
  { now }: Pick<Clock, "now">,
) {
  return createRegistries({
    root: rooms({ dataDir }).registries,
    mostBytes: registryBytes,
    upstreams: registries,
    now,
  });
}

/** Starts the App: store, engine, webhook door. Throws Fault when a part cannot start, or another process holds the store. */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  const lost = Promise.withResolvers<Fault>();
  const store = await openStore(options.settings, lost.resolve);
  return lead(options, { store, lost: lost.promise });
}

export interface Led {
  readonly store: StorePort;
  readonly lost: Promise<Fault>;
  /** What this process has open since it stood by. Absent: it did not. */
  readonly house?: House;
}

/** Everything on a store that this process holds; what it took over is closed where it cannot start. Throws Fault then. */
export async function lead(options: AppOptions, { store, lost, house }: Led): Promise<RunningApp> {
  const { settings, log, runtime } = options;
  const { id: appId, slug } = settings.app;
  try {
    const clock = options.clock ?? machineClock(store);
    const figures = house?.figures ?? createFigures(settings);
    const { metrics } = figures;
    const traces = options.collector ? await openTraces(options.collector, log) : null;
    const live = createLive();
    const seen = createSeen(Date.now);
    const { self, github, asking } = connect(counting(options, metrics, seen), { clock, confirm: store.confirm });
    const dataDir = resolve(settings.dataDir);
    const { confirm } = store;
    const runs = createRuns({
      dataDir,
      runtime: fencedRuntime(runtime, confirm),
      confirm,
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
      elsewhere: {
        hosts: settings.operator.bounds.tool_hosts ?? [],
        credentials: settings.toolCredentials ?? {},
      },
      ...(settings.recordsMs === undefined ? {} : { recordsMs: settings.recordsMs }),
      ...(settings.environmentBytes === undefined ? {} : { environmentBytes: settings.environmentBytes }),
      ...registriesOf(options, clock),
      owner: ownerOfRuns(runtime),
      identity: { name: `${slug}[bot]`, email: `${appId}+${slug}[bot]@users.noreply.github.com` },
    });
    const engine = createEngine({
      clock,
      log,
      store,
      github,
      runs: fencedRuns(runs, confirm),
      operator: settings.operator,
      label: settings.label,
      newLoopId,
      sealKey: sealKey(settings.sealSecret),
      concurrentRuns: settings.concurrentRuns,
      introductions: settings.introductions,
      ...(settings.recordsMs === undefined ? {} : { keepMs: settings.recordsMs }),
      ...(settings.keepBytes === undefined ? {} : { keepBytes: settings.keepBytes }),
      onDecided: (decided) => {
        metrics?.decided(decided);
        live.decided(decided);
        seen.decided(decided);
        traces?.teller.decided(decided);
      },
      reconcile: { label: settings.label, newLoopId, everyMs: settings.reconcileMs },
    });
    const reader = payloadReader(self);
    await takeEarlier(store, reader, engine).finally(reader.close);
    const standing = await store.livePhases();
    metrics?.began(standing);
    live.began(standing);
    await engine.start();
    figures.lead(engine, clock.now);
    const accept = (delivery: Delivery) => {
      seen.delivered(delivery.origin.repositoryId);
      traces?.teller.delivered(delivery);
      return engine.accept(delivery);
    };
    const { arrivals } = store;
    const takingIn = arrivals === null ? null : createTakingIn({ clock, log, arrivals, accept, missed: engine.missed });
    await takingIn?.begin();
    const behind: Behind = {
      accept,
      now: clock.now,
      health: () => healthText(engine.disk()),
      answered: seen.answered,
      operator: behindOperator(options, { store, live, seen, engine }),
    };
    house?.become(behind);
    const { url, operatorUrl, deliveries, close } = house ?? (await openHouse(options, figures, behind));
    const polling =
      settings.intake === "poll"
        ? startPolling({
            page: (cursor) => logPage(asking, cursor),
            payload: (one) => loggedPayload(asking, one),
            take: (told) => takeIn(deliveries, told),
            store,
            clock,
            log,
            onLook: (outcome) => metrics?.polled(outcome),
            onTaken: (lagMs) => metrics?.polledLag(lagMs),
          })
        : null;
    const sender =
      settings.weekly === undefined
        ? null
        : startSender({ ...settings.weekly, store, live, github: settings.github.gitUrl, clock, log });
    return {
      url,
      webhookUrl: `${url}${webhookPath}`,
      operatorUrl,
      polling,
      engine,
      store,
      lost,
      async close() {
        await polling?.stop();
        await sender?.stop();
        await close();
        await takingIn?.stop();
        await engine.stop();
        await traces?.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function counting({ settings, log, onRequest }: AppOptions, metrics: Metrics | null, seen: Seen): Connected {
  if (metrics === null) return { settings, log, onRequest };
  const both: AppOptions["onRequest"] = (kind, route) => {
    onRequest?.(kind, route);
    metrics.requested(kind);
  };
  const onQuota: Connected["onQuota"] = ({ installationId, resource, limit, remaining }) => {
    metrics.left({ installationId, resource, remaining });
    seen.left({ installationId, resource, limit, remaining });
  };
  return { settings, log, onRequest: both, onQuota };
}

/** With less than that on its disk the store soon takes nothing in. */
const leastFreeBytes = 64e6;

async function roomIn(dataDir: string): Promise<void> {
  const { bavail, bsize } = await statfs(dataDir);
  assert(bavail * bsize >= leastFreeBytes, "the disk is full");
}

interface Shown {
  readonly store: StorePort;
  readonly live: Live;
  readonly seen: Seen;
  readonly engine: Engine;
}

/** What the App cannot do without: its store, its engine of containers, and room on its disk. */
function behindOperator(
  { settings, log, runtime, examine, versions }: AppOptions,
  { store, live, seen, engine }: Shown,
): Behind["operator"] {
  if (settings.operatorDoor === undefined) return null;
  const parts = {
    store: () => store.nextDueTime(),
    containers: () => runtime.list(),
    disk: () => roomIn(settings.dataDir),
  };
  const readiness = createReadiness(parts, () => performance.now());
  const health = createHealth({
    readiness,
    examine: examine ?? null,
    seen,
    live,
    disk: () => engine.disk(),
    slots: () => engine.slots(),
    versions: { Store: settings.store === undefined ? "SQLite" : "PostgreSQL", ...versions },
    now: Date.now,
  });
  const pages = loopRoutes({
    store,
    live,
    health: health.read,
    examineAgain: health.examineAgain,
    slots: () => engine.slots(),
    admission: createAdmission(settings.sealSecret, Date.now()),
    signer: createSigner(settings.sealSecret),
    signIn: signInOf(settings),
    github: settings.github.gitUrl,
    ...(settings.operatorDoor.url === undefined ? {} : { publicOrigin: settings.operatorDoor.url }),
    now: Date.now, // as the command that makes tickets has it
    onError: (error: unknown) => log.error({ err: error }, doorFailed),
  });
  return { readiness, pages };
}

interface Traces {
  readonly teller: Teller;
  close(): Promise<void>;
}

/** What sends spans is loaded where they are sent. */
async function openTraces(collector: Collector, log: Log): Promise<Traces> {
  const { createExporter } = await import("./cockpit/traces/export.ts");
  const exporter = createExporter(collector, (what) => log.warn({}, what));
  return { teller: createTeller(exporter.send), close: exporter.close };
}

function signInOf({ github, client }: Settings): SignIn | null {
  if (client === undefined) return null;
  return signInAt({ webUrl: github.gitUrl, apiUrl: github.apiUrl, clientId: client.id, clientSecret: client.secret });
}

/** A line that says it is alive, and one for the disk once it was measured. */
function healthText(disk: ReturnType<Engine["disk"]>): string {
  if (disk === null) return "ok\n";
  const { at, total, most, ...parts } = disk;
  const each = Object.entries(parts).map(([name, bytes]) => `${name}=${bytes}`);
  const measured = new Date(at).toISOString();
  return `ok\ndisk bytes total=${total} most=${most ?? "any"} ${each.join(" ")} measured=${measured}\n`;
}

/** What an earlier version stored as it came, and was stopped before it had read. */
async function takeEarlier(store: StorePort, reader: Reader, engine: Engine): Promise<void> {
  for (let left = await store.earlierDeliveries(); left.length > 0; left = await store.earlierDeliveries()) {
    for (const { guid, bodySha256, receivedAt, event, body } of left) {
      const read = await reader.read(event, [new Uint8Array(Buffer.from(body))]);
      const { translated, origin } = read.ok ? read : { translated: ignored(read.reason), origin: nowhere };
      await engine.accept({ guid, bodySha256, receivedAt, translated, origin });
    }
  }
}

/** Who owns a run's files: nobody special for plain processes, which are this very user. */
export function ownerOfRuns(runtime: Runtime): { uid: number; gid: number } | null {
  const uid = process.getuid?.() ?? 1;
  if (runtime.kind === "process" || uid !== 0) return null;
  return chooseRunUser(uid, process.getgid?.() ?? 1);
}
