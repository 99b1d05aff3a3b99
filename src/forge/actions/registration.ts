// Registering an App from its manifest: what GitHub refuses of one, the code that a browser carries back, and its one exchange.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { type Core, findUser } from "../core.ts";
import type { Actor, App, Permissions, User } from "../model.ts";
import { notFound, Refusal, unprocessable } from "../refusal.ts";
import type { AccountActions } from "./accounts.ts";

/** An App as its manifest describes it. */
export interface Manifest {
  readonly name: string;
  readonly url: string;
  readonly description: string;
  readonly public: boolean;
  /** Null: the App gets no webhook. */
  readonly hook: { readonly url: string; readonly active: boolean } | null;
  readonly redirectUrl: string | null;
  readonly callbackUrls: readonly string[];
  readonly setupUrl: string | null;
  readonly permissions: Permissions;
  readonly events: readonly string[];
}

/** What only the exchange of the code gives away, and never again. */
export interface AppCredentials {
  readonly app: App;
  readonly privateKey: string;
  readonly clientSecret: string;
  /** Null where the App has no webhook. */
  readonly webhookSecret: string | null;
}

export interface RegistrationActions {
  /** A person registers the App for their account, or for an organisation of theirs; gives the code for its credentials. */
  registerApp(actor: Actor, owner: User, manifest: Manifest): { readonly app: App; readonly code: string };
  /** Throws a 404 `Refusal` for a code that is unknown, used, or older than an hour. */
  convertManifest(code: string): AppCredentials;
}

const codeLastsMs = 3_600_000;

export function registrationActions(core: Core, { createApp }: Pick<AccountActions, "createApp">): RegistrationActions {
  const codes = new Map<string, { readonly app: App; readonly at: number }>();
  return {
    registerApp: (actor, owner, manifest) => {
      if (owner !== actor.user && !owner.members.has(actor.user)) throw notFound();
      const app = createApp({
        ...newApp(core, owner, manifest),
        permissions: manifest.permissions,
        events: manifest.events,
      });
      if (manifest.hook?.active) {
        app.webhook = { url: manifest.hook.url, secret: randomBytes(20).toString("hex") };
        ping(core, actor, app);
      }
      const code = randomBytes(20).toString("hex");
      codes.set(code, { app, at: core.now() });
      return { app, code };
    },
    convertManifest: (code) => {
      const found = codes.get(code);
      codes.delete(code);
      if (found === undefined || core.now() - found.at >= codeLastsMs) throw notFound();
      const { app } = found;
      const { publicKey, privateKey } = generateKeyPairSync("rsa", {
        modulusLength: 2048,
        publicKeyEncoding: { type: "spki", format: "pem" },
        privateKeyEncoding: { type: "pkcs1", format: "pem" },
      });
      app.publicKey = publicKey;
      app.clientSecret = randomBytes(20).toString("hex");
      return { app, privateKey, clientSecret: app.clientSecret, webhookSecret: app.webhook?.secret ?? null };
    },
  };
}

function newApp(
  core: Core,
  owner: User,
  { name, url, description, callbackUrls, setupUrl, public: isPublic }: Manifest,
) {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  if (slug === "") throw unprocessable("Name can't be blank");
  if (name.length > 34) throw unprocessable("Name is too long (maximum is 34 characters)");
  const namesake = findUser(core, slug);
  const isTaken = core.apps.some((app) => app.slug === slug) || (namesake !== undefined && namesake !== owner);
  if (isTaken) throw unprocessable("Name is already taken");
  return { slug, name, owner, publicKey: "", url, description, callbackUrls: [...callbackUrls], setupUrl, isPublic };
}

/** GitHub tries a new webhook: https://docs.github.com/webhooks/webhook-events-and-payloads#ping */
function ping(core: Core, actor: Actor, app: App): void {
  const at = new Date(core.now()).toISOString();
  const config = { url: app.webhook?.url ?? "", content_type: "json", insecure_ssl: "0", secret: "********" };
  const hook = { type: "App", id: app.hookId, name: "web", active: true, events: app.events, config, app_id: app.id };
  core.emit({
    event: "ping",
    action: null,
    actor,
    repository: null,
    onlyApp: app,
    body: {
      zen: "Approachable is better than simple.",
      hook_id: app.hookId,
      hook: { ...hook, updated_at: at, created_at: at },
    },
  });
}

/** Which permission lets an App hear of an event; what is not here cannot be subscribed to. */
const heardBy: Readonly<Record<string, readonly string[]>> = {
  check_run: ["checks"],
  check_suite: ["checks"],
  issue_comment: ["issues", "pull_requests"],
  issues: ["issues"],
  pull_request: ["pull_requests"],
  pull_request_review: ["pull_requests"],
  pull_request_review_comment: ["pull_requests"],
  pull_request_review_thread: ["pull_requests"],
  push: ["contents"],
  repository: ["metadata"],
  status: ["statuses"],
  workflow_job: ["actions"],
  workflow_run: ["actions"],
};

/**
 * The manifest that a browser posted. Throws a 422 `Refusal` in GitHub's words for one that it does not take:
 * https://github.com/vikasprogrammer/agentric/pull/317, https://github.com/hunvreus/pagescms/pull/409,
 * https://github.com/tuist/tuist/pull/10709
 */
export function readManifest(text: string): Manifest {
  const given = objectIn(text);
  const hook = given.hook_attributes === undefined ? null : hookOf(given.hook_attributes);
  const permissions = permissionsOf(given.default_permissions ?? {});
  const events = Array.isArray(given.default_events) ? given.default_events.map(String) : [];
  const unheard = events.filter((event) => heardBy[event] === undefined);
  if (unheard.length > 0) throw invalid(`Default events unsupported: ${unheard.join(", ")}`);
  const unpermitted = events.filter((event) => !heardBy[event]?.some((name) => permissions[name] !== undefined));
  if (unpermitted.length > 0)
    throw invalid(`Default events are not supported by permissions: ${unpermitted.join(", ")}`);
  return {
    name: typeof given.name === "string" ? given.name : "",
    url: required(given, "url"),
    description: typeof given.description === "string" ? given.description : "",
    public: given.public === true,
    hook,
    redirectUrl: optional(given, "redirect_url"),
    callbackUrls: Array.isArray(given.callback_urls) ? given.callback_urls.map(String) : [],
    setupUrl: optional(given, "setup_url"),
    permissions,
    events,
  };
}

const invalid = (problem: string) =>
  new Refusal(422, "The configuration does not appear to be a valid GitHub App manifest.", [problem]);

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw invalid("Error The manifest must be a JSON object.");
}

function required(given: Record<string, unknown>, name: string): string {
  const value = given[name];
  if (typeof value !== "string" || value === "") throw invalid(`Error "${name}" wasn't supplied.`);
  if (!URL.canParse(value)) throw invalid(`Error "${name}" must be a valid URL.`);
  return value;
}

function optional(given: Record<string, unknown>, name: string): string | null {
  return given[name] === undefined ? null : required(given, name);
}

function hookOf(value: unknown): Manifest["hook"] {
  const given = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const unknown = Object.keys(given).filter((name) => name !== "url" && name !== "active");
  if (unknown.length > 0) throw invalid(`Error unknown keys: ${unknown.join(", ")}`);
  const url = required(given, "url");
  const { hostname } = new URL(url);
  if (isPrivate(hostname))
    throw invalid(`Hook url is not supported because it isn't reachable over the public Internet (${hostname})`);
  return { url, active: given.active !== false };
}

const isPrivate = (host: string) =>
  /^(localhost|.*\.localhost|127\..*|10\..*|192\.168\..*|172\.(1[6-9]|2\d|3[01])\..*|\[::1\]|0\.0\.0\.0)$/.test(host);

function permissionsOf(value: unknown): Permissions {
  if (typeof value !== "object" || value === null) throw invalid('Error "default_permissions" must be an object.');
  const entries = Object.entries(value);
  const wrong = entries.filter(
    ([name, level]) => !/^[a-z_]+$/.test(name) || !["read", "write", "admin"].includes(level),
  );
  if (wrong.length > 0) throw invalid(`Default permission records resource is invalid: ${wrong.map(([name]) => name)}`);
  return Object.fromEntries(entries);
}
