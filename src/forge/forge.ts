// Starts a forge: a local GitHub with one App installed, its webhooks, its CI and its people.
import { generateKeyPairSync } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "../base/assert.ts";
import { type Ci, startCi } from "./ci.ts";
import { defaultLimits, findUser, type Limits } from "./core.ts";
import { createGitServer } from "./git/http.ts";
import { mountGraphql } from "./graphql/graphql.ts";
import { type Activity, createActivity } from "./http/activity.ts";
import { createApi } from "./http/api.ts";
import { createFaults, type Matcher, type RequestFault } from "./http/faults.ts";
import type { RequestEntry } from "./http/requests.ts";
import type { Access, App, CiSettings, Delivery, Permissions, Repository, User } from "./model.ts";
import { pages } from "./pages/pages.ts";
import { type Person, personOf, type RepositoryName, repositoryOf } from "./people.ts";
import { restRoutes } from "./rest/routes.ts";
import { type Files, seedFiles, seedFrom } from "./seed.ts";
import { type Listening, listen } from "./server.ts";
import { renderThread } from "./thread.ts";
import { createHooks, type Hooks, type Pending } from "./webhooks.ts";
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
  /** The CI of new repositories: a command, or null for none. A repository can have its own. */
  readonly ci?: { command: string | null; name?: string; timeoutMs?: number };
  /** Epoch milliseconds; default the machine's clock. */
  readonly clock?: () => number;
  readonly limits?: Partial<Limits>;
  /** How long a webhook delivery may take; default 10 s as on GitHub. */
  readonly deliveryTimeoutMs?: number;
  readonly maxPushBytes?: number;
  readonly log?: (message: string, fields: Record<string, unknown>) => void;
}

export interface RepositoryRequest {
  /** A login; an organisation of that name is made if there is none. */
  readonly owner: string;
  readonly name: string;
  readonly private?: boolean;
  readonly description?: string;
  /** The first commit's files, or the folder of a repository whose committed HEAD is copied. */
  readonly files?: Files;
  readonly fromDir?: string;
  readonly defaultBranch?: string;
  /** Logins to their access; people who do not exist yet are made. */
  readonly collaborators?: Readonly<Record<string, Access>>;
  /** Default true. */
  readonly installed?: boolean;
  readonly ci?: CiSettings;
}

export interface Forge {
  readonly url: string;
  readonly world: World;
  readonly app: { id: number; slug: string; clientId: string; privateKey: string };
  /** The CI's own App: check runs are trusted by this id. */
  readonly ciApp: App;
  /** The first installation of the App. */
  readonly installationId: number;
  /** Every request answered so far, git transfers included. */
  readonly requests: RequestEntry[];
  readonly deliveries: readonly Delivery[];
  setWebhook(webhook: { url: string; secret: string } | null): void;
  createUser(login: string, options?: { type?: User["type"]; name?: string }): User;
  createRepository(request: RepositoryRequest): Promise<Repository>;
  as(login: string): Person;
  repository(name: string): Repository;
  /** A thread as Markdown; with `timeline` also what happened between the comments. */
  thread(repository: RepositoryName, number: number, options?: { timeline?: boolean }): string;
  pending(): boolean;
  /** Resolves when every delivery is answered, no CI job runs, and no request that changes something is under way. */
  idle(): Promise<void>;
  close(): Promise<void>;
  holdDeliveries(): void;
  releaseDeliveries(order?: (waiting: readonly Pending[]) => readonly Pending[]): void;
  dropDeliveries(count: number): void;
  duplicateDeliveries(count: number): void;
  redeliver(delivery: Delivery): void;
  failNext(matcher: Matcher, fault: RequestFault): void;
}

/** The permissions and events of the App's manifest. */
export const manifestPermissions: Permissions = {
  metadata: "read",
  contents: "write",
  issues: "write",
  pull_requests: "write",
  checks: "write",
  statuses: "read",
};

export const manifestEvents: readonly string[] = [
  "issues",
  "issue_comment",
  "pull_request",
  "pull_request_review",
  "check_run",
  "check_suite",
  "status",
  "push",
  "repository",
];

const gigabyte = 1_073_741_824;

/** Starts the forge with an empty world and the App known to it. Throws a `Fault` when it cannot listen. */
export async function startForge(options: ForgeOptions): Promise<Forge> {
  const workDir = join(options.dataDir, "work");
  await mkdir(workDir, { recursive: true });
  const world = createWorld({
    dataDir: options.dataDir,
    now: options.clock ?? Date.now,
    limits: { ...defaultLimits, ...options.limits },
  });
  const log = options.log ?? (() => {});
  const activity = createActivity();
  const faults = createFaults();
  const requests: RequestEntry[] = [];
  const { app, privateKey } = createApps(world, options);
  const ciApp = createCiApp(world);
  const hooks = createHooks({ core: world, activity, timeoutMs: options.deliveryTimeoutMs ?? 10_000 });
  const ci = startCi({ world, activity, app: ciApp, workDir, log });
  const rest = (rates: Parameters<typeof restRoutes>[0]["rates"]) => restRoutes({ world, hooks, rates });
  const api = createApi({ world, activity, faults, requests, log, rest, graphql: mountGraphql(world) });
  const git = createGitServer({ world, activity, requests, maxPushBytes: options.maxPushBytes ?? gigabyte });
  const server = await listen({ git, api, pages: pages(world) }, options.port ?? 0, options.host ?? "127.0.0.1");
  world.origin = server.url;
  return {
    url: server.url,
    world,
    app: { id: app.id, slug: app.slug, clientId: app.clientId, privateKey },
    ciApp,
    get installationId() {
      const [first] = world.installations.filter((one) => one.app === app);
      assert(first, "a repository has the App installed before its installation is asked for");
      return first.id;
    },
    requests,
    ...conversation(world, workDir, app, options),
    ...quiet(activity, { server, ci, hooks, workDir }),
    ...deliveryControls(hooks),
    failNext: faults.failNext,
  };
}

function createApps(world: World, options: ForgeOptions): { app: App; privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const slug = options.appSlug ?? "loopgate";
  const owner = world.createUser(`${slug}-operators`, { type: "Organization" });
  const permissions = options.permissions ?? manifestPermissions;
  const app = world.createApp({
    slug,
    name: slug,
    owner,
    publicKey,
    permissions,
    events: options.events ?? manifestEvents,
  });
  app.webhook = options.webhook ?? null;
  return { app, privateKey };
}

/** The CI needs no key: it acts inside the forge. */
function createCiApp(world: World): App {
  const owner = world.createUser("forge", { type: "Organization" });
  return world.createApp({
    slug: "forge-ci",
    name: "Forge CI",
    owner,
    publicKey: "",
    permissions: { checks: "write", contents: "read" },
    events: [],
  });
}

type Conversation = Pick<Forge, "setWebhook" | "createUser" | "createRepository" | "as" | "repository" | "thread">;

function conversation(world: World, workDir: string, app: App, options: ForgeOptions): Conversation {
  return {
    setWebhook: (webhook) => {
      app.webhook = webhook;
    },
    createUser: (login, wanted) => world.createUser(login, wanted),
    createRepository: (request) => createRepository(world, app, options, request),
    as: (login) => personOf(world, workDir, login),
    repository: (name) => repositoryOf(world, name),
    thread: (name, number, wanted) => renderThread(repositoryOf(world, name), number, wanted),
  };
}

async function createRepository(
  world: World,
  app: App,
  options: ForgeOptions,
  request: RepositoryRequest,
): Promise<Repository> {
  const owner = findUser(world, request.owner) ?? world.createUser(request.owner, { type: "Organization" });
  const { name, private: isPrivate, description, defaultBranch } = request;
  const ci = request.ci ?? defaultCi(options.ci);
  const repository = await world.createRepository({
    owner,
    name,
    private: isPrivate ?? false,
    description: description ?? null,
    defaultBranch: defaultBranch ?? "main",
    ci,
  });
  if (request.fromDir) await seedFrom(repository, request.fromDir);
  else await seedFiles(repository, owner, world.now(), request.files ?? { "README.md": `# ${name}\n` });
  const actor = { user: owner, app: null };
  for (const [login, access] of Object.entries(request.collaborators ?? {})) {
    world.addCollaborator(actor, repository, findUser(world, login) ?? world.createUser(login), access);
  }
  if (request.installed ?? true) world.install(actor, app, repository);
  return repository;
}

function defaultCi(ci: ForgeOptions["ci"]): CiSettings {
  if (!ci?.command) return { mode: "off" };
  return {
    mode: "run",
    command: ci.command,
    ...(ci.name ? { name: ci.name } : {}),
    ...(ci.timeoutMs ? { timeoutMs: ci.timeoutMs } : {}),
  };
}

function quiet(
  activity: Activity,
  parts: { server: Listening; ci: Ci; hooks: Hooks; workDir: string },
): Pick<Forge, "pending" | "idle" | "close"> {
  return {
    pending: activity.isBusy,
    idle: activity.idle,
    close: async () => {
      parts.hooks.close();
      await parts.ci.stop();
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
    duplicateDeliveries: hooks.duplicateNext,
    redeliver: hooks.redeliver,
  };
}
