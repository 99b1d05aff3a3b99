// Starts a forge: a local GitHub with one App installed, its webhooks, its CI and its people.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "../base/assert.ts";
import { createActionsApp, createApp, createCiApp, manifestEvents, manifestPermissions } from "./apps.ts";
import { startAutoMerger } from "./auto-merger.ts";
import { createBackground } from "./background.ts";
import { type Ci, startCi } from "./ci.ts";
import { defaultLimits, type Limits } from "./core.ts";
import { createGitServer } from "./git/http.ts";
import { mountGraphql } from "./graphql/graphql.ts";
import type { FieldRefusals } from "./graphql/source.ts";
import { type Activity, createActivity } from "./http/activity.ts";
import { createApi } from "./http/api.ts";
import { createFaults, type Matcher, type RequestFault } from "./http/faults.ts";
import { outages } from "./http/outages.ts";
import type { RequestEntry } from "./http/requests.ts";
import type { JobWorker } from "./job.ts";
import type { App, Delivery, Permissions, Repository, User, Webhook } from "./model.ts";
import { pages } from "./pages/pages.ts";
import type { Pending } from "./payload.ts";
import { type Person, personOf, type RepositoryName, repositoryOf } from "./people.ts";
import { createRepository, type DefaultCi, type RepositoryRequest } from "./repository.ts";
import { restRoutes } from "./rest/routes.ts";
import { type Listening, listen } from "./server.ts";
import { renderThread } from "./thread.ts";
import { createHooks, type Hooks } from "./webhooks.ts";
import { answerBlob, isBlob } from "./workflows/blobs.ts";
import { startRunner } from "./workflows/runner.ts";
import { createWorld, type World } from "./world.ts";

export interface ForgeOptions {
  /** Where repositories and checkouts are kept; the caller removes it. */
  readonly dataDir: string;
  /** Default 0: any free port. */
  readonly port?: number;
  readonly host?: "127.0.0.1";
  readonly webhook?: { url: string; secret: string };
  readonly appSlug?: string;
  /** What the App may do; default: what `app.yml` asks for. */
  readonly permissions?: Permissions;
  readonly events?: readonly string[];
  readonly ci?: DefaultCi;
  /** Where jobs of workflows run; default: as processes of this machine. */
  readonly worker?: JobWorker;
  /** Epoch milliseconds; default the machine's clock. */
  readonly clock?: () => number;
  readonly limits?: Partial<Limits>;
  /** How long a webhook delivery may take; default 10 s as on GitHub. */
  readonly deliveryTimeoutMs?: number;
  /** Public origins of Apps, such as `https://loopgate.example`, to where a TLS proxy in front of them would lead. */
  readonly frontDoors?: Readonly<Record<string, string>>;
  readonly maxPushBytes?: number;
  readonly log?: (message: string, fields: Record<string, unknown>) => void;
}

export interface Forge {
  readonly url: string;
  readonly world: World;
  readonly app: { id: number; slug: string; clientId: string; clientSecret: string; privateKey: string };
  /** The CI's own App: check runs are trusted by this id. */
  readonly ciApp: App;
  /** Whose check runs the jobs of workflows are. */
  readonly actionsApp: App;
  /** The first installation of the App. */
  readonly installationId: number;
  /** Every request answered so far, git transfers included. */
  readonly requests: RequestEntry[];
  readonly deliveries: readonly Delivery[];
  setWebhook(webhook: Webhook | null): void;
  /** Where people whom the App signs in may be sent back to. */
  setCallbacks(urls: readonly string[]): void;
  createUser(login: string, options?: { type?: User["type"]; name?: string }): User;
  createRepository(request: RepositoryRequest): Promise<Repository>;
  as(login: string): Person;
  repository(name: string): Repository;
  /** A thread as Markdown; with `timeline` also what happened between the comments. */
  thread(repository: RepositoryName, number: number, options?: { timeline?: boolean }): string;
  pending(): boolean;
  /**
   * Resolves when every delivery is answered, no CI job runs, no request that changes something is under way, and what GitHub
   * finds out in the background (whether a pull request merges) is known.
   */
  idle(): Promise<void>;
  close(): Promise<void>;
  holdDeliveries(): void;
  releaseDeliveries(order?: (waiting: readonly Pending[]) => readonly Pending[]): void;
  dropDeliveries(count: number): void;
  /** Those that the test picks out fail to connect from now on; `null`: all arrive again. */
  dropDeliveriesWhere(isLost: ((pending: Pending) => boolean) | null): void;
  duplicateDeliveries(count: number): void;
  redeliver(delivery: Delivery): void;
  /** Whether pull requests merge stays unknown from now on, as on a busy day of GitHub, until `releaseBackground`. */
  holdBackground(): void;
  releaseBackground(): void;
  failNext(matcher: Matcher, fault: RequestFault): void;
  /** GitHub's own ways to fail, to give to `failNext`. */
  readonly outages: typeof outages;
  /** Has a field of GraphQL, such as `PullRequest.reviews`, refused so many times (once) while all else is answered. */
  refuseField(
    field: string,
    type: "FORBIDDEN" | "NOT_FOUND",
    options?: { readonly message?: string; readonly times?: number },
  ): void;
}

const gigabyte = 1_073_741_824;

/** Starts the forge with an empty world and the App known to it. Throws a `Fault` when it cannot listen. */
export async function startForge(options: ForgeOptions): Promise<Forge> {
  const workDir = join(options.dataDir, "work");
  await mkdir(workDir, { recursive: true });
  const activity = createActivity();
  const world = createWorld({
    dataDir: options.dataDir,
    now: options.clock ?? Date.now,
    limits: { ...defaultLimits, ...options.limits },
    background: createBackground(activity),
  });
  const log = options.log ?? (() => {});
  const faults = createFaults();
  const refusals: FieldRefusals = new Map();
  const requests: RequestEntry[] = [];
  const { app, privateKey, clientSecret } = createApp(world, {
    slug: options.appSlug ?? "loopgate",
    permissions: options.permissions ?? manifestPermissions,
    events: options.events ?? manifestEvents,
    webhook: options.webhook ?? null,
  });
  const ciApp = createCiApp(world);
  const actionsApp = createActionsApp(world);
  const { deliveryTimeoutMs: timeoutMs = 10_000, frontDoors = {} } = options;
  const hooks = createHooks({ core: world, activity, timeoutMs, frontDoors });
  const ci = startCi({ world, activity, app: ciApp, workDir, log });
  const runner = startRunner({
    ...{ world, activity, app: actionsApp, workDir, log },
    ...(options.worker === undefined ? {} : { worker: options.worker }),
  });
  const merger = startAutoMerger({ world, activity });
  const blobs = { owns: isBlob, handle: answerBlob.bind(null, world) };
  const rest = (rates: Parameters<typeof restRoutes>[0]["rates"]) => restRoutes({ world, hooks, rates });
  const api = createApi({ world, activity, faults, requests, log, rest, graphql: mountGraphql(world, refusals) });
  const git = createGitServer({ world, activity, requests, maxPushBytes: options.maxPushBytes ?? gigabyte });
  const server = await listen({ git, api, pages: pages(world), blobs }, options.port ?? 0, options.host ?? "127.0.0.1");
  world.origin = server.url;
  return {
    url: server.url,
    world,
    app: { id: app.id, slug: app.slug, clientId: app.clientId, clientSecret, privateKey },
    ciApp,
    actionsApp,
    get installationId() {
      const [first] = world.installations.filter((one) => one.app === app);
      assert(first, "a repository has the App installed before its installation is asked for");
      return first.id;
    },
    requests,
    ...conversation(world, workDir, app, options),
    ...quiet(activity, { server, ci, runner, merger, hooks, workDir }),
    ...deliveryControls(hooks),
    holdBackground: world.background.hold,
    releaseBackground: world.background.release,
    failNext: faults.failNext,
    outages,
    refuseField: (field, type, { message = "Resource not accessible by integration", times = 1 } = {}) =>
      void refusals.set(field, { type, message, times }),
  };
}

type Conversation = Pick<
  Forge,
  "setWebhook" | "setCallbacks" | "createUser" | "createRepository" | "as" | "repository" | "thread"
>;

function conversation(world: World, workDir: string, app: App, options: ForgeOptions): Conversation {
  return {
    setWebhook: (webhook) => {
      app.webhook = webhook;
    },
    setCallbacks: (urls) => {
      app.callbackUrls = [...urls];
    },
    createUser: (login, wanted) => world.createUser(login, wanted),
    createRepository: (request) => createRepository(world, app, options.ci, request),
    as: (login) => personOf(world, workDir, login),
    repository: (name) => repositoryOf(world, name),
    thread: (name, number, wanted) => renderThread(repositoryOf(world, name), number, wanted),
  };
}

function quiet(
  activity: Activity,
  parts: {
    server: Listening;
    ci: Ci;
    runner: { stop(): Promise<void> };
    merger: { stop(): Promise<void> };
    hooks: Hooks;
    workDir: string;
  },
): Pick<Forge, "pending" | "idle" | "close"> {
  return {
    pending: activity.isBusy,
    idle: activity.idle,
    close: async () => {
      parts.hooks.close();
      await Promise.all([parts.ci.stop(), parts.runner.stop(), parts.merger.stop()]);
      await parts.server.close();
      await rm(parts.workDir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function deliveryControls(hooks: Hooks) {
  return {
    deliveries: hooks.deliveries,
    holdDeliveries: hooks.hold,
    releaseDeliveries: hooks.release,
    dropDeliveries: hooks.dropNext,
    dropDeliveriesWhere: hooks.dropWhere,
    duplicateDeliveries: hooks.duplicateNext,
    redeliver: hooks.redeliver,
  };
}
