// Each thing that `loopgate doctor` can find, provoked: on the forge, a real engine, a real database and a real disk.
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, onTestFinished, type TestContext, test, vi } from "vitest";
import { type Finding, type FindingName, findingKinds } from "../../src/base/finding.ts";
import { programs, startPostgres } from "../../src/cli/bench-postgres.ts";
import { type Forge, startForge } from "../../src/forge/forge.ts";
import type { BranchRule, Environment, Repository } from "../../src/forge/model.ts";
import { describeWithDocker } from "../docker/engine.ts";
import { makeImage } from "../docker/images.ts";
import { part } from "../docs/part.ts";
import { until } from "../until.ts";
import { makeAppImage } from "./app-image.ts";
import { ask } from "./command.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lg-findings-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true })); // the last of all, when nothing is mounted there
});

type Env = Record<string, string>;

interface Scene {
  readonly forge: Forge;
  readonly context: TestContext;
  /** Makes an issue, of which the App's webhook tells. */
  happens(title?: string): Promise<void>;
  /** An engine that answers as the real one does, but for what is changed in the text of a request or an answer. */
  engineBut(change: (path: string, text: string) => string): Promise<Env>;
}

/** Makes it so that the finding is there; gives what is different in the settings. */
type Provoked = (scene: Scene) => Promise<Env> | Env;
type InScene = (scene: Omit<Scene, "context">) => Promise<Env> | Env;

const hookSecret = "a secret of sixteen";
const anImage = "loopgate:test";

const withoutEngine = {
  "env-file": () => {
    writeFileSync(join(dir, ".env"), "LOOPGATE_APP_ID 1\n");
    const before = process.cwd();
    process.chdir(dir);
    onTestFinished(() => process.chdir(before));
    return {};
  },
  settings: () => ({ LOOPGATE_MAX_CPUS: "many" }),
  proxy: () => ({ HTTPS_PROXY: "socks5://127.0.0.1:9" }),
  "engine-missing": () => ({}),
  "disk-full": ({ context }) => {
    const disk = join(dir, "disk");
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], { stdio: "pipe" });
    } catch {
      context.skip("a small file system can only be mounted by root");
    }
    onTestFinished(() => void execFileSync("umount", ["--lazy", disk]));
    const data = join(disk, "data");
    mkdirSync(data);
    expect(() => writeFileSync(join(disk, "ballast"), Buffer.alloc(2 << 20))).toThrow("ENOSPC");
    return { LOOPGATE_DATA: data };
  },
  "store-unreachable": () => ({ LOOPGATE_STORE: "postgres://loop@127.0.0.1:9/loops" }),
  "github-silent": () => ({ LOOPGATE_GITHUB_URL: "http://127.0.0.1:9/api/v3" }),
  "app-unknown": () => ({
    LOOPGATE_PRIVATE_KEY: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
      type: "pkcs8",
      format: "pem",
    }) as string,
  }),
  "app-slug": () => ({ LOOPGATE_APP_SLUG: "mistyped" }),
  "webhook-none": ({ forge }) => {
    forge.setWebhook(null);
    return {};
  },
  "webhook-open": ({ forge }) => {
    forge.setWebhook({ url: "http://127.0.0.1:9/", secret: "" });
    return {};
  },
  "webhook-form": async ({ forge, happens }) => {
    const heard = await answering(202);
    forge.setWebhook({ url: heard.url, secret: hookSecret, contentType: "form" });
    await happens();
    expect(heard.bodies[0]).toMatch(/^payload=%7B%22/);
    return {};
  },
  clock: () => {
    const right = Date.now.bind(Date);
    vi.spyOn(Date, "now").mockImplementation(() => right() + 90_000);
    onTestFinished(() => void vi.restoreAllMocks());
    return {};
  },
  "app-permissions": ({ forge }) => {
    const { app } = inForge(forge);
    Object.assign(app, { permissions: { ...app.permissions, actions: undefined } });
    return {};
  },
  "app-events": ({ forge }) => {
    const { app } = inForge(forge);
    app.events = app.events.filter((event) => event !== "push");
    return {};
  },
  "webhook-unreached": async ({ forge, happens }) => {
    forge.setWebhook({ url: "http://127.0.0.1:9/", secret: hookSecret });
    await happens();
    return {};
  },
  "webhook-log-empty": () => ({ LOOPGATE_INTAKE: "poll" }),
  "webhook-secret": async ({ forge, happens }) => {
    forge.setWebhook({ url: (await answering(401)).url, secret: hookSecret });
    await happens();
    return { LOOPGATE_WEBHOOK_SECRET: "a mistyped secret of mine" };
  },
  "installation-permissions": async ({ forge, happens }) => {
    await happens();
    const { installation } = inForge(forge);
    Object.assign(installation, { permissions: { ...installation.permissions, issues: "read" } });
    return {};
  },
} satisfies Partial<Record<FindingName, Provoked>>;

const withEngine = {
  "engine-unfit": ({ engineBut }) =>
    engineBut((path, text) =>
      path.endsWith("/info") ? text.replace(/"MemoryLimit":true/, '"MemoryLimit":false') : text,
    ),
  "runtime-missing": () => ({ LOOPGATE_CONTAINER_RUNTIME: "runsc-mistyped" }),
  "image-missing": () => ({ LOOPGATE_AGENT_IMAGE: "agent:nowhere" }),
  "relay-image": () => ({ LOOPGATE_RELAY_IMAGE: "loopgate:other" }),
  // As of an App in a container whose folder has another path outside.
  "data-elsewhere": ({ engineBut }) =>
    engineBut((path, text) =>
      path.endsWith("/containers/create") ? text.replace(/"Source":"/, '"Source":"/elsewhere') : text,
    ),
  "data-folder": () => {
    writeFileSync(join(dir, "file"), "");
    return { LOOPGATE_DATA: join(dir, "file", "data") };
  },
} satisfies Partial<Record<FindingName, Provoked>>;

const open: BranchRule = { requiredChecks: [], requiredApprovals: 2, restrictPushes: false, allowForcePushes: true };
const required = (appId: number | null): Partial<BranchRule> => ({
  requiredChecks: [{ context: "loop / verdict", appId }],
});

/** Of a repository whose rules want two approvals and the verdict of this App, but for what is given. */
const inRepository = {
  "repository-unknown": () => {},
  "repository-silent": ({ forge }) => forge.failNext(/^GET .*\/rules\/branches\/main$/, { status: 502, times: 2 }),
  "verdict-optional": ({ repository }) => void rule(repository, { requiredChecks: [] }),
  "verdict-anyones": ({ repository }) => void rule(repository, required(null)),
  "verdict-others": ({ repository, forge }) => void rule(repository, required(forge.ciApp.id)),
  "approval-alone": ({ repository, forge }) =>
    void rule(repository, { ...required(forge.app.id), requiredApprovals: 1 }),
  "branch-barred": ({ repository }) => void repository.pushRules.push({ refs: "~ALL", kind: "creation" }),
  "workflow-secrets": ({ forge }) =>
    workflow(
      forge,
      `on: pull_request\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: deploy ${"$"}{{ secrets.KEY }}\n`,
    ),
  "workflow-token": ({ forge }) =>
    workflow(
      forge,
      "on: push\njobs:\n  test:\n    runs-on: x\n    permissions:\n      contents: write\n    steps: []\n",
    ),
  "workflow-target": ({ forge }) =>
    workflow(
      forge,
      `on: pull_request_target\njobs:\n  test:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n        with: { ref: "${"$"}{{ github.head_ref }}" }\n`,
    ),
} satisfies Partial<Record<FindingName, (at: { forge: Forge; repository: Repository }) => Promise<unknown> | unknown>>;

function workflow(forge: Forge, text: string) {
  return forge.as("alice").push("acme/shop", "main", { ".github/workflows/ci.yml": text }, "Add CI");
}

function rule(repository: Repository, given: Partial<BranchRule>): void {
  repository.rules.set("main", { ...open, ...given });
}

/** Each on a server of its own, since it changes the whole of it. */
const withPostgres = {
  // The server answers what an older one would: its own functions give way to those of a schema that comes first.
  "store-old": (server, address) =>
    server.ask(
      address,
      `create schema older;
       create function older.current_setting(name text) returns text language sql as $$
         select case name when 'server_version_num' then '120022' when 'server_version' then '12.22'
           else pg_catalog.current_setting(name) end $$;
       alter role loopgate set search_path = older, pg_catalog`,
    ),
  "store-standby": async (server, address) => {
    const [{ data_directory: folder } = {}] = await server.ask(address, "show data_directory");
    await server.stop("SIGINT");
    writeFileSync(join(folder as string, "standby.signal"), "");
    await server.start();
  },
  "store-closed": (server, address) =>
    server.ask(address, "alter role loopgate nosuperuser; revoke create on database postgres from public, loopgate"),
  "store-unsafe": async (server, address) => {
    await server.ask(address, "alter system set fsync = off");
    await server.ask(address, "select pg_reload_conf()");
    await until(async () => (await server.ask(address, "show fsync"))[0]?.fsync === "off");
  },
} satisfies Partial<
  Record<FindingName, (server: Awaited<ReturnType<typeof startPostgres>>, address: string) => Promise<unknown>>
>;

test("every finding is provoked here", () => {
  const provoked = [withoutEngine, withEngine, inRepository, withPostgres].flatMap((table) => Object.keys(table));
  expect(provoked.sort()).toEqual(Object.keys(findingKinds).sort());
});

test("the table of findings is current", () => {
  const rows = Object.entries(findingKinds).map(
    ([name, { part, level, when }]) => `| \`${name}\` | ${part} | ${level} | ${when} |`,
  );
  const table = ["| finding | of | level | said where |", "|---|---|---|---|", ...rows, ""].join("\n");
  expect(part("docs/operating.md", "findings", table)).toBe(table);
});

const nowhere = { DOCKER_HOST: "unix:///nowhere/docker.sock" };

test.for(entriesOf(withoutEngine))("%s is found", async ([name, provoke], context) => {
  await finds(name, (scene) => provoke({ ...scene, context }), nowhere);
});

test.for(Object.entries(inRepository))("%s is found", async ([given, provoke]) => {
  const name = given as FindingName;
  const { forge, repository, env } = await aRuledRepository();
  await provoke({ forge, repository });
  const asked = name === "repository-unknown" ? "acme/shoop" : "acme/shop";
  const { out } = await ask(["doctor", "--json", asked], { ...env, ...nowhere });
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  const { part: of, level } = findingKinds[name];
  const text = expect.stringMatching(new RegExp(`^${asked}: .{30,}`));
  expect(findings.filter(({ part }) => part === "repositories")).toEqual([{ name, part: of, level, text }]);
  const told = (await ask(["doctor", asked], { ...env, ...nowhere })).out;
  expect(told).toContain(`${level === "problem" ? "✗" : "!"} repositories\n    ${asked}: `);
});

test.each([
  ["a ruleset", {}],
  ["classic protection", { classic: true }],
])("a repository that is as it should be by %s has no finding, and none is looked at unasked", async (_, by) => {
  const { forge, repository, env } = await aRuledRepository();
  rule(repository, { ...required(forge.app.id), ...by });
  expect((await ask(["doctor", "acme/shop"], { ...env, ...nowhere })).out).toContain("✓ repositories\n");
  rule(repository, { ...required(forge.app.id), ...by, requiredApprovals: 1, codeOwners: true });
  await forge.as("alice").push("acme/shop", "main", { CODEOWNERS: "*  @alice # all of it\n/docs/\n" }, "Own it");
  expect((await ask(["doctor", "acme/shop"], { ...env, ...nowhere })).out).toContain("✓ repositories\n");
  expect((await ask(["doctor"], { ...env, ...nowhere })).out).not.toContain("repositories");
  const wrong = await ask(["doctor", "shop"], { ...env, ...nowhere });
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("It must be OWNER/REPO.") });
});

test("a rule on the second page of a branch's rules counts like one on the first", async () => {
  const { repository, env } = await aRuledRepository();
  for (let count = 0; count < 100; count++) repository.pushRules.push({ refs: "~ALL", kind: "file_size" });
  expect((await ask(["doctor", "acme/shop"], { ...env, ...nowhere })).out).toContain("✓ repositories\n");
  repository.pushRules.push({ refs: "~ALL", kind: "creation" });
  expect((await ask(["doctor", "acme/shop"], { ...env, ...nowhere })).out).toContain("! repositories\n");
});

test.each([
  ["that is not there", {}],
  ["that names no one for all files", { CODEOWNERS: "# * @alice\n*.ts @alice\n*\n" }],
  ["that another one comes before", { CODEOWNERS: "* @alice\n", ".github/CODEOWNERS": "/docs/ @alice\n" }],
])("a code owner's approval is none by a CODEOWNERS %s", async (_, files) => {
  const { forge, repository, env } = await aRuledRepository();
  rule(repository, { ...required(forge.app.id), requiredApprovals: 1, codeOwners: true });
  await forge.as("alice").push("acme/shop", "main", { "a.txt": "a\n", ...files }, "Own it");
  const { out } = await ask(["doctor", "acme/shop"], { ...env, ...nowhere });
  expect(out).toContain("one approval and a code owner's, but CODEOWNERS names nobody for all files");
});

const inEnvironment =
  "on: push\njobs:\n  deploy:\n    runs-on: x\n    environment: Deploy\n    permissions: write-all\n    steps: []\n";
const free = { id: 9, name: "deploy", reviewers: [], waitMinutes: 5, branches: "all", createdAt: 0 } as const;

test.each<[string, boolean, (forge: Forge) => readonly Environment[]]>([
  ["is not there, so that the job makes it", true, () => []],
  ["only has jobs wait", true, () => [free]],
  ["takes loops' branches", true, () => [{ ...free, branches: ["main", "loop/*"] }]],
  ["asks for a person", false, (forge) => [{ ...free, reviewers: [forge.as("alice").actor.user] }]],
  ["takes other branches", false, () => [{ ...free, branches: ["main", "*"] }]],
  ["takes protected branches", false, () => [{ ...free, branches: "protected" }]],
])("a job in an environment that %s is found: %s", async (_, isFound, given) => {
  const { forge, repository, env } = await aRuledRepository();
  await workflow(forge, inEnvironment);
  repository.environments.push(...given(forge));
  const { out } = await ask(["doctor", "--json", "acme/shop"], { ...env, ...nowhere });
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  expect(findings.map(({ name }) => name).filter((name) => name !== "engine-missing")).toEqual(
    isFound ? ["workflow-token"] : [],
  );
});

async function aRuledRepository() {
  const { scene, env } = await aScene("");
  const { forge } = scene;
  await scene.happens();
  const repository = forge.repository("acme/shop");
  rule(repository, required(forge.app.id));
  return { forge, repository, env };
}

describeWithDocker("with an engine", (engine) => {
  const socket = () => (engine().docker.modem as { socketPath?: string }).socketPath ?? "";
  beforeAll(async () => {
    const { docker } = engine();
    await makeAppImage(docker);
    const node = { from: process.execPath, to: "/usr/bin/node" };
    await makeImage(docker, "loopgate:other", { programs: [process.execPath], files: [node] });
  }, 60_000);

  test("nothing is found where all is in order", async () => {
    const { env } = await aScene(socket());
    const { code, out } = await ask(["doctor", "--json"], { ...env, DOCKER_HOST: `unix://${socket()}` });
    expect(JSON.parse(out)).toMatchObject({ ok: true, findings: [], notLooked: [] });
    expect(code).toBe(0);
  });

  test.for(entriesOf(withEngine))("%s is found", async ([name, provoke], context) => {
    await finds(name, (scene) => provoke({ ...scene, context }), { DOCKER_HOST: `unix://${socket()}` }, socket());
  });
});

describe.skipIf(programs() === null)("with a database", () => {
  test.each(Object.entries(withPostgres))("%s is found", async (name, provoke) => {
    const server = await startPostgres();
    onTestFinished(() => server.remove());
    const address = server.address("postgres");
    await provoke(server, address);
    await finds(name as FindingName, () => ({ LOOPGATE_STORE: address }), nowhere);
  });
});

/** Provokes it, and expects `doctor` to find it, to say so to people too, and to end as its level has it. */
async function finds(name: FindingName, provoke: InScene, base: Env, socket = ""): Promise<void> {
  const { scene, env } = await aScene(socket);
  const changed = { ...env, ...base, ...(await provoke(scene)) };
  const { code, out } = await ask(["doctor", "--json"], changed);
  const { ok, findings } = JSON.parse(out) as { ok: boolean; findings: Finding[] };
  const { part: of, level } = findingKinds[name];
  expect(findings).toContainEqual({ name, part: of, level, text: expect.stringMatching(/^.{30,}/) });
  // Nothing else is wrong, but that these settings name no engine.
  const others = findings.filter((one) => one.name !== name && one.name !== "engine-missing");
  expect(others).toEqual([]);
  expect(ok).toBe(findings.every((one) => one.level === "warning"));
  expect(code).toBe(ok ? 0 : 1);
  const said = findings.find((one) => one.name === name)?.text.split("\n")[0] ?? "";
  expect((await ask(["doctor"], changed)).out).toContain(said);
}

function entriesOf(table: Partial<Record<FindingName, Provoked>>) {
  return Object.entries(table) as [FindingName, Provoked][];
}

async function aScene(socket: string) {
  const forge = await startForge({ dataDir: join(dir, "forge") });
  onTestFinished(() => forge.close());
  forge.setWebhook({ url: (await answering(202)).url, secret: hookSecret });
  const env: Env = {
    LOOPGATE_APP_ID: String(forge.app.id),
    LOOPGATE_APP_SLUG: forge.app.slug,
    LOOPGATE_PRIVATE_KEY: forge.app.privateKey,
    LOOPGATE_WEBHOOK_SECRET: hookSecret,
    LOOPGATE_SEAL_SECRET: "a-seal-secret-that-nobody-else-knows",
    LOOPGATE_GITHUB_URL: `${forge.url}/api/v3`,
    LOOPGATE_RELAY_IMAGE: anImage,
    LOOPGATE_DATA: join(dir, "data"),
  };
  const scene: Omit<Scene, "context"> = {
    forge,
    async happens(title = "It is wrong") {
      const files = { a: "b\n" };
      await forge.createRepository({ owner: "acme", name: "shop", files, collaborators: { alice: "write" } });
      forge.as("alice").openIssue("acme/shop", { title, body: "" });
      await forge.idle();
    },
    engineBut: (change) => aChangedEngine(socket, change),
  };
  return { scene, env };
}

function inForge(forge: Forge) {
  const app = forge.world.apps.find(({ id }) => id === forge.app.id);
  const installation = forge.world.installations.find((one) => one.app === app);
  if (!app) throw new Error("the forge has no App");
  return { app, installation: installation ?? { permissions: {} } };
}

/** A server that answers every request with one status. */
async function answering(status: number) {
  const bodies: string[] = [];
  const server = createServer(async (asked, answer) => {
    bodies.push(await textOf(asked));
    answer.writeHead(status).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, bodies };
}

async function aChangedEngine(socketPath: string, change: (path: string, text: string) => string): Promise<Env> {
  const server = createServer(async (asked, answer) => {
    const { url: path = "", method, headers } = asked;
    const body = change(path.replace(/\?.*/, ""), await textOf(asked));
    const sent = { ...headers, "content-length": String(Buffer.byteLength(body)) };
    const onward = request({ socketPath, path, method, headers: sent }, async (answered) => {
      const text = change(path.replace(/\?.*/, ""), await textOf(answered));
      const { "content-length": _, "transfer-encoding": __, ...kept } = answered.headers;
      answer.writeHead(answered.statusCode ?? 502, kept).end(text);
    });
    onward.end(body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  return { DOCKER_HOST: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}
