// What is said of an App whose settings do not fit GitHub, before it is started.
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { findingOf } from "../../src/base/finding.ts";
import { startForge } from "../../src/forge/forge.ts";
import { githubClients } from "../../src/github/client/octokit.ts";
import { askGitHub, manifest } from "../../src/github/start.ts";

const hookSecret = "a secret of sixteen";

async function aGitHub() {
  const dataDir = mkdtempSync(join(tmpdir(), "loopgate-start-"));
  const forge = await startForge({ dataDir });
  onTestFinished(async () => {
    await forge.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  forge.setWebhook({ url: "http://127.0.0.1:9/hook", secret: hookSecret });
  const ask = async (
    change: Partial<{
      id: number;
      slug: string;
      privateKey: string;
      secrets: readonly string[];
      now: () => number;
      intake: "webhook" | "poll";
    }> = {},
    url = `${forge.url}/api/v3`,
  ) => {
    const { id, slug, privateKey, intake, secrets = [hookSecret], now = Date.now } = { ...forge.app, ...change };
    const clients = githubClients({ appId: id, privateKey, baseUrl: url, throttle: false, timeoutMs: 2_000 });
    const as = { appId: id, slug, secrets, now, ...(intake ? { intake } : {}) };
    const found = (await askGitHub(clients.forApp(), as)).map(findingOf);
    const texts = (level: string) => found.flatMap((one) => (one.level === level ? [one.text] : []));
    return { problems: texts("problem"), warnings: texts("warning") };
  };
  return { forge, ask };
}

const otherKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
});

test("what the App needs is what its manifest says", () => {
  const { url, description, default_permissions, default_events } = parse(
    readFileSync(new URL("../../app.yml", import.meta.url), "utf8"),
  );
  expect(manifest()).toEqual({ url, description, default_permissions, default_events });
});

test("an App as its settings have it has no problem", async () => {
  const { ask } = await aGitHub();
  expect((await ask()).problems).toEqual([]);
});

test("a key of another App, an App ID of nobody and another slug are named", async () => {
  const { forge, ask } = await aGitHub();
  const unfit = /^LOOPGATE_APP_ID and LOOPGATE_PRIVATE_KEY do not fit each other/;
  expect((await ask({ privateKey: otherKey as string })).problems).toEqual([expect.stringMatching(unfit)]);
  expect((await ask({ id: 424242 })).problems).toEqual([expect.stringMatching(unfit)]);
  expect((await ask({ slug: "mistyped" })).problems).toEqual([
    `LOOPGATE_APP_SLUG is "mistyped", and GitHub calls App ${forge.app.id} "${forge.app.slug}".`,
  ]);
});

test("a GitHub that does not answer, or is down, is no problem of the settings: it is said, and the App starts", async () => {
  const { ask } = await aGitHub();
  const { problems, warnings } = await ask({}, "http://127.0.0.1:9");
  expect(problems).toEqual([]);
  expect(warnings).toEqual([expect.stringMatching(/^GitHub could not be asked about the App/)]);
});

test.each([
  [90_000, /^The clock of this machine is (?:89|90|91) seconds ahead of GitHub's/],
  [-3_600_000, /^The clock of this machine is (?:3599|3600|3601) seconds behind GitHub's/],
])("F14: a clock that is off by %i ms is said", async (off, words) => {
  const { ask } = await aGitHub();
  const { warnings } = await ask({ now: () => Date.now() + off });
  expect(warnings.filter((warning) => warning.includes("clock"))).toEqual([expect.stringMatching(words)]);
  expect((await ask({ now: () => Date.now() + 20_000 })).warnings.join()).not.toContain("clock");
});

test("F23: a secret other than GitHub's is said by the signature of a webhook, whatever that was answered", async () => {
  const { forge, ask } = await aGitHub();
  const open = { owner: "acme", name: "shop", files: { a: "b\n" }, collaborators: { alice: "write" as const } };
  const repository = await forge.createRepository(open);
  forge.as("alice").openIssue(repository, { title: "It is wrong", body: "" });
  await forge.idle(); // no server is there: no answer tells anything
  const told = (secrets: readonly string[]) =>
    ask({ secrets }).then(({ warnings }) => warnings.filter((one) => one.includes("LOOPGATE_WEBHOOK_SECRET")));
  expect(await told(["a mistyped secret of mine"])).toEqual([
    expect.stringMatching(/^GitHub's webhook of \S+ was signed with another secret than LOOPGATE_WEBHOOK_SECRET\./),
  ]);
  expect(await told([hookSecret])).toEqual([]);
  expect(await told(["a newer secret of mine", hookSecret])).toEqual([]);
  // Three newest webhooks whose bytes are not known from what they say: nobody is accused.
  for (const title of ["Größe", "a < b", "naïve"]) forge.as("alice").openIssue(repository, { title, body: "" });
  await forge.idle();
  expect(await told(["a mistyped secret of mine"])).toEqual([]);
  expect(await told([hookSecret])).toEqual([]);
});

test("where the log of webhooks is read, an App without one, and a log with nothing in it, are said, and no secret is asked after", async () => {
  const { forge, ask } = await aGitHub();
  const intake = "poll";
  expect(await ask({ intake, secrets: ["another secret than GitHub's"] })).toEqual({
    problems: [],
    warnings: [expect.stringMatching(/^GitHub's log of webhooks, which LOOPGATE_INTAKE=poll reads, has none/)],
  });
  await forge.createRepository({ owner: "acme", name: "shop", files: { a: "b\n" }, collaborators: { alice: "write" } });
  forge.as("alice").openIssue("acme/shop", { title: "It is wrong", body: "" });
  await forge.idle();
  expect(await ask({ intake, secrets: ["another secret than GitHub's"] })).toEqual({ problems: [], warnings: [] });
  forge.setWebhook(null);
  expect((await ask({ intake })).problems).toEqual([expect.stringMatching(/make the webhook active at GitHub/)]);
  expect((await ask()).problems).toEqual([expect.stringMatching(/or, .* set LOOPGATE_INTAKE=poll/)]);
});

test("an address that GitHub's webhooks do not get through to is said, until one does", async () => {
  const { forge, ask } = await aGitHub();
  const unreached = async () => (await ask()).warnings.filter((one) => one.includes("could not bring"));
  expect(await unreached()).toEqual([]);
  await forge.createRepository({ owner: "acme", name: "shop", files: { a: "b\n" }, collaborators: { alice: "write" } });
  forge.as("alice").openIssue("acme/shop", { title: "It is wrong", body: "" });
  await forge.idle();
  expect(await unreached()).toEqual([
    expect.stringMatching(
      /newest webhooks, the last at \S+Z: failed to connect to host\. Unless the App was stopped then/,
    ),
  ]);
  const door = createServer((_, response) => response.writeHead(202).end());
  await new Promise<void>((done) => door.listen(0, "127.0.0.1", done));
  onTestFinished(() => void door.close());
  forge.setWebhook({ url: `http://127.0.0.1:${(door.address() as AddressInfo).port}/`, secret: hookSecret });
  forge.as("alice").openIssue("acme/shop", { title: "It is wrong again", body: "" });
  await forge.idle();
  expect(await unreached()).toEqual([]);
});

test("a webhook without a secret, and events that the App is not subscribed to, are said", async () => {
  const { forge, ask } = await aGitHub();
  const app = forge.world.apps.find(({ id }) => id === forge.app.id);
  if (!app) throw new Error("the forge has no App");
  app.events = app.events.filter((event) => event !== "push" && event !== "status");
  forge.setWebhook({ url: "http://127.0.0.1:9/hook", secret: "" });
  const { problems, warnings } = await ask();
  expect(problems).toEqual([expect.stringMatching(/^The App's webhook has no secret at GitHub/)]);
  expect(warnings).toContain("The App is not subscribed to the events push, status; app.yml lists them.");
  expect((await ask({ intake: "poll" })).problems).toEqual([]);
});

test("a webhook that was refused with 401, and a permission that an installation has not accepted, are said", async () => {
  const { forge, ask } = await aGitHub();
  const refusing = createServer((_, response) => response.writeHead(401).end());
  await new Promise<void>((done) => refusing.listen(0, "127.0.0.1", done));
  onTestFinished(() => void refusing.close());
  const { port } = refusing.address() as AddressInfo;
  forge.setWebhook({ url: `http://127.0.0.1:${port}/`, secret: "another secret of sixteen" });
  const repository = await forge.createRepository({
    owner: "acme",
    name: "shop",
    files: { a: "b\n" },
    collaborators: { alice: "write" },
  });
  for (const title of ["Größe", "a < b", "naïve"]) forge.as("alice").openIssue(repository, { title, body: "" });
  await forge.idle();
  const app = forge.world.apps.find(({ id }) => id === forge.app.id);
  const installation = forge.world.installations.find((one) => one.app === app);
  if (!app || !installation) throw new Error("the forge has no App");
  Object.assign(installation, { permissions: { ...installation.permissions, actions: undefined } });
  const { warnings } = await ask();
  expect(warnings.join("\n")).toMatch(/newest webhook .* was refused with 401/);
  expect(warnings.join("\n")).toMatch(/installation on .* has not accepted the permission actions: read/);
});
