// Every server of ours, opened for the fuzz: the App's door, the forge's pages and API, and a run's gateways.
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import app from "../../src/app.ts";
import { openOperatorDoor } from "../../src/cockpit/door.ts";
import { createLive } from "../../src/cockpit/live.ts";
import { loopRoutes } from "../../src/cockpit/loops/routes.ts";
import { createMetrics } from "../../src/cockpit/metrics.ts";
import { createReadiness } from "../../src/cockpit/readiness.ts";
import { openSetupDoor } from "../../src/cockpit/setup/door.ts";
import { firstWebhooks } from "../../src/cockpit/setup/first-webhooks.ts";
import { createFlow } from "../../src/cockpit/setup/flow.ts";
import { createSigner } from "../../src/cockpit/signed.ts";
import { createAdmission } from "../../src/cockpit/ticket.ts";
import { startRelay } from "../../src/container/relay.mjs";
import { startForge } from "../../src/forge/forge.ts";
import { egressProxy } from "../../src/gateway/egress/proxy.ts";
import { fetchBase } from "../../src/gateway/git/objects.ts";
import { openQuarantine } from "../../src/gateway/git/quarantine.ts";
import { gitGateway } from "../../src/gateway/git/server.ts";
import { handoverRoute } from "../../src/gateway/handover.ts";
import { newLeaseToken } from "../../src/gateway/lease.ts";
import { createLedger } from "../../src/gateway/model/ledger.ts";
import { modelGateway } from "../../src/gateway/model/server.ts";
import { createRegistries } from "../../src/gateway/registry/server.ts";
import { openRunGateway } from "../../src/gateway/run.ts";
import { ownServed } from "../../src/gateway/tools/own.ts";
import { toolGateway } from "../../src/gateway/tools/server.ts";
import { noWords } from "../../src/gateway/tools/words.ts";
import { deliveryHandler } from "../../src/github/deliveries/deliveries.ts";
import { startListener } from "../../src/github/deliveries/listener.ts";
import { startProbot } from "../../src/github/deliveries/probot.ts";
import { payloadReader } from "../../src/github/deliveries/reading.ts";
import { exchangeCode, newApp } from "../../src/github/register.ts";
import { signInAt } from "../../src/github/sign-in.ts";
import { manifest } from "../../src/github/start.ts";
import { someHealth } from "../cockpit/some-health.ts";
import type { Door } from "./throw.ts";

export interface Doors {
  readonly doors: readonly Door[];
  /** What handlers threw, which a door must never let happen. */
  readonly errors: readonly unknown[];
  close(): Promise<void>;
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`;

/** Opens all of them in a folder of their own. */
export async function openDoors(): Promise<Doors> {
  const root = mkdtempSync(join(tmpdir(), "lg-fuzz-"));
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const ours = await appsDoor(onError);
  const forge = await startForge({ dataDir: join(root, "forge") });
  const { cloneUrl } = await aRepository(forge);
  const runs = await runsDoor(root, cloneUrl, onError);
  const registries = await registriesDoor(root, onError);
  const operators = await operatorsDoor(onError);
  const setups = await setupDoors(onError);
  return {
    doors: [
      ours.door,
      forgesDoor(forge.url),
      runs.door,
      runs.relayed,
      runs.wayOut,
      operators.door,
      registries.door,
      ...setups.doors,
    ],
    errors,
    async close() {
      await Promise.all([
        ours.close(),
        runs.close(),
        registries.close(),
        operators.close(),
        setups.close(),
        forge.close(),
      ]);
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function aRepository(forge: Awaited<ReturnType<typeof startForge>>) {
  const files = { "README.md": "# Demo\n" };
  await forge.createRepository({ owner: "acme", name: "demo", files, collaborators: { ada: "admin" } });
  return { cloneUrl: `${forge.url}/acme/demo.git` };
}

async function appsDoor(onError: (error: unknown) => void) {
  const secret = "a secret of the fuzz";
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2_048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const probot = await startProbot(app, { appId: 1, privateKey, secret, log: pino({ level: "silent" }) });
  const reader = payloadReader({ appId: 1, slug: "loopgate", triggerLabels: ["loop"], newLoopId: () => "k3f9" });
  const deliveries = deliveryHandler({
    probot,
    secrets: [secret],
    reader,
    accept: async () => true,
    now: Date.now,
    log: () => {},
  });
  const listener = await startListener({ host: "127.0.0.1", port: 0, webhookPath: "/hooks", deliveries, onError });
  const door: Door = {
    name: "the App's door",
    at: { port: Number(new URL(listener.url).port) },
    paths: ["/hooks", "/healthz", "/", "/hooks/x"],
    headers: [
      "content-type: application/json",
      "x-github-event: push",
      "x-github-delivery: 1",
      `x-hub-signature-256: sha256=${"0".repeat(64)}`,
    ],
    secret,
    good: { request: get("/healthz"), status: 200 },
  };
  const close = async () => {
    await listener.close();
    await reader.close();
  };
  return { door, close };
}

async function operatorsDoor(onError: (error: unknown) => void) {
  const { registry } = createMetrics({
    now: Date.now,
    slots: () => ({ taken: 0, of: 1, waiting: 0 }),
    disk: () => null,
    leads: () => true,
  });
  const readiness = createReadiness({ store: async () => {} }, () => performance.now());
  const pages = loopRoutes({
    store: {
      load: async () => null,
      readTrace: async () => [],
      getArtifact: async () => null,
      newestEnded: async () => [],
    },
    live: createLive(),
    slots: () => ({ taken: 0, of: 1, waiting: 0 }),
    admission: createAdmission("a seal secret of the fuzz", Date.now()),
    health: async () => someHealth,
    examineAgain: async () => {},
    signer: createSigner("a seal secret of the fuzz"),
    signIn: signInAt({
      webUrl: "http://127.0.0.1:9",
      apiUrl: "http://127.0.0.1:9",
      clientId: "of the fuzz",
      clientSecret: "a secret of the fuzz",
    }),
    github: "https://github.com",
    now: Date.now,
    onError,
  });
  const { url, close } = await openOperatorDoor({ host: "127.0.0.1", port: 0, registry, readiness, pages, onError });
  const door: Door = {
    name: "the operator's door",
    at: { port: Number(new URL(url).port) },
    paths: [
      "/metrics",
      "/readyz",
      "/",
      "/metrics/x",
      "/begin?ticket=x",
      "/sign-in?to=/loops/1/2",
      "/signed-in?code=0123456789&state=x",
      "/sign-out",
      "/loops/1/2",
      "/loops/1/2/events",
      "/-/style.css",
    ],
    headers: ["accept: text/plain", "accept-encoding: gzip", "cookie: loopgate_operator=x"],
    good: { request: get("/readyz"), status: 200 },
  };
  return { door, close };
}

/** The page that makes an App, and where GitHub's first webhooks arrive meanwhile. */
async function setupDoors(onError: (error: unknown) => void) {
  const app = manifest();
  const secret = "a secret of the set-up's";
  const flow = createFlow({
    manifest: app,
    said: {},
    envFile: "/nonexistent/.env",
    relayImage: "loopgate",
    exchange: exchangeCode,
    newApp,
    onSecret: () => {},
    now: Date.now,
  });
  const at = { host: "127.0.0.1", port: 0, onError };
  const page = await openSetupDoor({
    ...at,
    token: "of the fuzz",
    flow,
    manifest: app,
    envFile: ".env",
    onFinished: () => {},
  });
  const hooks = await startListener({ ...at, webhookPath: "/hooks", deliveries: firstWebhooks(() => secret) });
  const doors: Door[] = [
    {
      name: "the set-up's page",
      at: { port: Number(new URL(page.url).port) },
      paths: ["/", "/begin?token=x", "/stage", "/created?code=x&state=y", "/answers", "/finish", "/-/style.css"],
      headers: ["content-type: application/x-www-form-urlencoded", "cookie: loopgate_setup=x", "origin: null"],
      good: { request: get("/-/style.css"), status: 200 },
    },
    {
      name: "the set-up's webhooks",
      at: { port: Number(new URL(hooks.url).port) },
      paths: ["/hooks", "/healthz", "/"],
      headers: ["x-github-event: ping", `x-hub-signature-256: sha256=${"0".repeat(64)}`],
      secret,
      good: { request: get("/healthz"), status: 200 },
    },
  ];
  const close = async () => {
    await page.close();
    await hooks.close();
  };
  return { doors, close };
}

function forgesDoor(url: string): Door {
  return {
    name: "the forge's pages and API",
    at: { port: Number(new URL(url).port) },
    paths: [
      "/",
      "/acme/demo",
      "/acme/demo/issues",
      "/acme/demo/issues/1",
      "/acme/demo/pulls",
      "/acme/demo/tree/main",
      "/acme/demo/blob/main/README.md",
      "/acme/demo.git/info/refs?service=git-upload-pack",
      "/acme/demo.git/git-upload-pack",
      "/acme/demo.git/git-receive-pack",
      "/api/v3/repos/acme/demo",
      "/api/v3/repos/acme/demo/issues",
      "/api/graphql",
      "/app",
      "/repos/acme/demo/contents/README.md",
    ],
    headers: [
      "accept: text/html",
      "accept: application/json",
      "authorization: Basic eDp4",
      "content-type: application/x-www-form-urlencoded",
    ],
    good: { request: get("/acme/demo"), status: 200 },
  };
}

const anything = { allow: [], deny: [], minimumAgeMs: 0, fresh: "allow", known: {} } as const;

/** Every kind of registry, each behind a run's door of its own; what they are asked for is answered with something that is no answer. */
async function registriesDoor(root: string, onError: (error: unknown) => void) {
  const upstream = createServer((request, response) => {
    request.resume();
    const odd = ["", "{", "[]", '{"versions":{"1.0.0":{"dist":{"tarball":"http://["}}}}', "<html>", "a\0b\n1.0.0 x|\n"];
    const said = odd[(request.url ?? "").length % odd.length];
    response.writeHead((request.url ?? "").length % 7 === 0 ? 404 : 200).end(said);
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const names = ["npm", "pypi", "go", "cargo", "rubygems", "maven", "packagist", "apt"] as const;
  const upstreams = Object.fromEntries(names.map((name) => [name, { url, token: null }]));
  const registries = createRegistries({ root: join(root, "registries"), mostBytes: 1e8, upstreams, now: Date.now });
  const gateway = await openRunGateway({
    socketDir: join(root, "registry-door"),
    lease: { runId: "run-2", token: newLeaseToken() },
    routes: registries.routes({ rules: anything, onEvent: () => {} }),
    onError,
  });
  const door: Door = {
    name: "a run's registries",
    at: { path: gateway.socketPath },
    paths: [
      "/npm/one",
      "/npm/@team%2ftwo",
      "/npm/one/-/one-1.0.0.tgz",
      "/npm/-/v1/security/audits",
      "/pypi/simple/one/",
      "/pypi/files/one/one-1.0.0-py3-none-any.whl",
      "/go/example.com/one/@v/list",
      "/go/example.com/!one/@v/v1.0.0.zip",
      "/cargo/index/config.json",
      "/cargo/index/on/e-/one",
      "/cargo/crates/one/1.0.0/download",
      "/rubygems/versions",
      "/rubygems/info/one",
      "/rubygems/gems/one-1.0.0.gem",
      "/maven/com/example/one/maven-metadata.xml",
      "/maven/com/example/one/1.0.0/one-1.0.0.jar",
      "/packagist/packages.json",
      "/packagist/p2/a/one.json",
      "/packagist/files/a/one/1.0.0.zip",
      `${url}/dists/stable/InRelease`,
      `${url}/dists/stable/main/binary-amd64/by-hash/SHA256/${"0".repeat(64)}`,
      `${url}/pool/main/o/one/one_1.0_all.deb`,
      "/",
    ],
    headers: [
      "accept: application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8",
      "accept: application/vnd.pypi.simple.v1+json",
      "user-agent: npm/11.0.0 node/v24.0.0 linux x64",
      "user-agent: Composer/2.8",
      "range: bytes=0-99",
      'if-none-match: "x"',
    ],
    good: { request: get("/nothing"), status: 404 },
  };
  const close = async () => {
    await gateway.close();
    upstream.closeAllConnections();
    upstream.close();
  };
  return { door, close };
}

async function runsDoor(root: string, url: string, onError: (error: unknown) => void) {
  const lease = { runId: "run-1", token: newLeaseToken(), branch: "loop/1-fuzz", mayPush: true };
  const { objectsDir, base } = await fetchBase({
    storeRoot: join(root, "objects"),
    repositoryId: 1,
    url,
    branch: "main",
  });
  const quarantine = await openQuarantine({
    root: join(root, "q"),
    runId: "run-1",
    objectsDir,
    base,
    branch: lease.branch,
  });
  const provider = {
    name: "openai",
    family: "openai",
    baseUrl: "http://127.0.0.1:9",
    key: "k",
    priceId: "openai",
  } as const;
  const basic = Buffer.from(`run:${lease.token}`).toString("base64");
  const gateway = await openRunGateway({
    socketDir: join(root, "door"),
    lease,
    routes: [
      gitGateway({ lease, quarantine, onEvent: () => {} }),
      handoverRoute(lease, async () => true),
      toolGateway({
        lease,
        tools: ownServed({
          note: async () => true,
          issue: async () => "An issue.",
          findings: [],
          attach: async () => null,
          checks: null,
          words: noWords,
        }),
        words: noWords,
        onCall: async () => {},
        onRefused: () => {},
        onError,
      }),
      modelGateway({ lease, providers: [provider], ledger: createLedger(1e9), onCall: () => {} }),
    ],
    tunnels: egressProxy({ lease, allowed: [], onEvent: () => {} }),
    onError,
  });
  const door: Door = {
    name: "a run's gateways",
    at: { path: gateway.socketPath },
    paths: [
      "/repo.git/info/refs?service=git-upload-pack",
      "/repo.git/info/refs?service=git-receive-pack",
      "/repo.git/git-upload-pack",
      "/repo.git/git-receive-pack",
      "/handover/info/refs?service=git-upload-pack",
      "/handover",
      "/model/openai/v1/responses",
      "/model/openai/v1/chat/completions",
      "/model/openai",
      "/models",
      "/tools",
      "/tools/by-git/info/refs",
      "/",
      "/repo.git",
      "example.com:443",
      "localhost:80",
    ],
    headers: [
      `authorization: Basic ${basic}`,
      `authorization: Bearer ${lease.token}`,
      `x-api-key: ${lease.token}`,
      `proxy-authorization: Basic ${basic}`,
      "content-type: application/json",
      "accept: application/json, text/event-stream",
      "mcp-protocol-version: 2026-07-28",
    ],
    good: { request: get("/nothing"), status: 404 },
  };
  const relay = await startRelay({ port: 0, socket: gateway.socketPath });
  const relayed = { ...door, name: "a run's relay", at: { port: (relay.address() as AddressInfo).port } };
  const wayOut = {
    ...door,
    name: "a run's way out",
    methods: ["CONNECT"],
    paths: ["example.invalid:443", "example.com:443", "localhost:80", "127.0.0.1:22", "[::1]:443", "example.invalid"],
  };
  const close = async () => {
    relay.close();
    await gateway.close();
  };
  return { door, relayed, wayOut, close };
}
