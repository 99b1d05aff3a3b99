// The two Apps of a forge: the one under test, with the manifest's permissions and a key, and the CI's own.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { App, Permissions, Webhook } from "./model.ts";
import type { World } from "./world.ts";

/** The permissions and events of the App's manifest. */
export const manifestPermissions: Permissions = {
  actions: "read",
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
  "pull_request_review_comment",
  "check_run",
  "check_suite",
  "status",
  "push",
  "repository",
];

export interface AppOptions {
  readonly slug: string;
  readonly permissions: Permissions;
  readonly events: readonly string[];
  readonly webhook: Webhook | null;
}

/** Made once in a process, which takes longer than all else that a forge's start takes; each forge has one such App. */
let ownKeys: { readonly publicKey: string; readonly privateKey: string } | null = null;

/** The App under test, with the private key that signs for it and the secret by which it signs people in. */
export function createApp(world: World, options: AppOptions): { app: App; privateKey: string; clientSecret: string } {
  ownKeys ??= generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const { publicKey, privateKey } = ownKeys;
  const { slug, permissions, events } = options;
  const owner = world.createUser(`${slug}-operators`, { type: "Organization" });
  const app = world.createApp({
    slug,
    name: slug,
    owner,
    publicKey,
    permissions,
    events,
  });
  app.webhook = options.webhook;
  const clientSecret = randomBytes(20).toString("hex");
  app.clientSecret = clientSecret;
  return { app, privateKey, clientSecret };
}

/** GitHub Actions' App, its owner and its bot, under their real ids: https://api.github.com/apps/github-actions */
export function createActionsApp(world: World): App {
  const owner = world.createUser("github", { type: "Organization", name: "GitHub", id: 9_919 });
  const permissions: Permissions = { actions: "write", checks: "write", contents: "read", metadata: "read" };
  return world.createApp({
    slug: "github-actions",
    name: "GitHub Actions",
    owner,
    publicKey: "",
    permissions,
    events: [],
    ids: { app: 15_368, bot: 41_898_282 },
  });
}

/** The CI needs no key: it acts inside the forge. */
export function createCiApp(world: World): App {
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
