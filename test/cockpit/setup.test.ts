// The parts of the set-up that need no browser: answers, the file of settings, the first webhooks, and what GitHub's answers lead to.
import { createHmac } from "node:crypto";
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { noAnswers, readAnswers } from "../../src/cockpit/setup/answers.ts";
import { openSetupDoor } from "../../src/cockpit/setup/door.ts";
import { addSettings, requireRoom, settingsOf as settingsLines } from "../../src/cockpit/setup/env-file.ts";
import { firstWebhooks } from "../../src/cockpit/setup/first-webhooks.ts";
import { createFlow, type FlowParts } from "../../src/cockpit/setup/flow.ts";
import { apiOf, manifestFor, registerUrl } from "../../src/cockpit/setup/manifest.ts";
import { startListener } from "../../src/github/deliveries/listener.ts";
import { manifest } from "../../src/github/start.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lg-env-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const app = {
  id: 7,
  slug: "an-app",
  name: "An App",
  html_url: "https://github.com/apps/an-app",
  owner: { login: "ada" },
  pem: "the key",
  client_id: "Iv23li0123456789abcdef",
  client_secret: "0123456789abcdef0123456789abcdef01234567",
  webhook_secret: "0123456789abcdef0123",
};

describe("answers", () => {
  test.each([
    ["publicUrl", "http://loopgate.example.com"],
    ["publicUrl", "https://127.0.0.1:3000"],
    ["publicUrl", "https://192.168.1.5"],
    ["publicUrl", "https://loopgate.example.com/?x=1"],
    ["publicUrl", "loopgate.example.com"],
    ["organization", "acme/demo"],
    ["organization", "-acme"],
    ["name", "x".repeat(35)],
    ["name", "---"],
    ["github", "http://github.example.com"],
    ["github", "https://github.com/acme"],
    ["github", "javascript:alert(1)"],
    ["pagesUrl", "http://pages.example.com"],
    ["pagesUrl", "https://pages.example.com/loops"],
  ] as const)("%s %j is refused", (field, text) => {
    const read = readAnswers({ ...noAnswers, [field]: text });
    expect(read).toEqual({ ok: false, problems: { [field]: expect.stringMatching(/^(must|is|needs) /) } });
  });

  test("blanks and a slash at the end are taken off, and what is empty is nothing", () => {
    expect(readAnswers({ ...noAnswers, publicUrl: " https://loopgate.example.com/ " })).toEqual({
      ok: true,
      answers: {
        github: "https://github.com",
        organization: null,
        publicUrl: "https://loopgate.example.com",
        name: "Loopgate",
        pagesUrl: null,
      },
    });
  });
});

describe("what GitHub gets", () => {
  const answers = {
    github: "https://github.com",
    organization: null,
    publicUrl: null,
    name: "Loopgate",
    pagesUrl: null,
  };

  test("without a public address the webhook is active and goes where nobody is; never a `setup_url`", () => {
    const posted = manifestFor(manifest(), answers, "http://127.0.0.1:3001/created");
    expect(posted.hook_attributes).toEqual({ url: "https://loopgate.invalid/", active: true });
    expect(posted).not.toHaveProperty("setup_url");
    const intake = (publicUrl: string | null) =>
      settingsLines(app, { ...answers, publicUrl }, "loopgate").filter(([name]) => name === "LOOPGATE_INTAKE");
    expect([intake(null), intake("https://loopgate.example")]).toEqual([[["LOOPGATE_INTAKE", "poll"]], []]);
  });

  test("people who sign in are sent back to this machine, and to the public address of the pages where there is one", () => {
    const callbacks = (pagesUrl: string | null) => manifestFor(manifest(), { ...answers, pagesUrl }, "").callback_urls;
    expect(callbacks(null)).toEqual(["http://127.0.0.1:3001/signed-in"]);
    expect(callbacks("https://pages.example")).toEqual([
      "https://pages.example/signed-in",
      "http://127.0.0.1:3001/signed-in",
    ]);
  });

  test("the client's id and secret are among the settings, and the address of the pages where there is one", () => {
    const lines = Object.fromEntries(settingsLines(app, { ...answers, pagesUrl: "https://pages.example" }, "loopgate"));
    expect(lines).toMatchObject({
      LOOPGATE_CLIENT_ID: app.client_id,
      LOOPGATE_CLIENT_SECRET: app.client_secret,
      LOOPGATE_OPERATOR_URL: "https://pages.example",
    });
    expect(settingsLines(app, answers, "loopgate").map(([name]) => name)).not.toContain("LOOPGATE_OPERATOR_URL");
  });

  test.each([
    ["https://github.com", "https://api.github.com", null],
    ["https://acme.ghe.com", "https://api.acme.ghe.com", "https://acme.ghe.com"],
    ["https://github.example.com", "https://github.example.com/api/v3", null],
  ])("the API of %s is %s", (github, apiUrl, gitUrl) => {
    expect(apiOf(github)).toEqual({ apiUrl, gitUrl });
    expect(registerUrl({ ...answers, github, organization: "acme" }, "s")).toBe(
      `${github}/organizations/acme/settings/apps/new?state=s`,
    );
  });
});

describe("the file of settings", () => {
  const lines = [
    ["LOOPGATE_APP_ID", "7"],
    ["LOOPGATE_RELAY_IMAGE", "loopgate"],
  ] as const;

  test("what it has stays, what it has a value for is not set twice, and only its owner reads it then", async () => {
    const file = join(dir, ".env");
    writeFileSync(file, "LOOPGATE_ANTHROPIC_KEY=k\nLOOPGATE_RELAY_IMAGE=mine\nLOOPGATE_APP_ID=", { mode: 0o644 });
    await addSettings(file, lines, "An App.");
    expect(readFileSync(file, "utf8")).toBe(
      "LOOPGATE_ANTHROPIC_KEY=k\nLOOPGATE_RELAY_IMAGE=mine\nLOOPGATE_APP_ID=\n\n# An App.\nLOOPGATE_APP_ID=7\n",
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual([".env"]);
  });

  test("one that names an App is refused before anything begins, and again when it comes to writing", async () => {
    const file = join(dir, ".env");
    writeFileSync(file, "LOOPGATE_SEAL_SECRET=of another App\n");
    await expect(requireRoom(file)).rejects.toThrow(/names an App already \(LOOPGATE_SEAL_SECRET\)/);
    await expect(addSettings(file, lines, "An App.")).rejects.toThrow(Fault);
    expect(readFileSync(file, "utf8")).toBe("LOOPGATE_SEAL_SECRET=of another App\n");
  });

  test("a link stays one, and what it leads to is written", async () => {
    const [file, link] = [join(dir, "settings"), join(dir, ".env")];
    writeFileSync(file, "");
    symlinkSync(file, link);
    await addSettings(link, lines, "An App.");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(file, "utf8")).toContain("LOOPGATE_APP_ID=7");
  });

  test("a folder that is not there is a fault that names the file", async () => {
    await expect(requireRoom(join(dir, "no/.env"))).rejects.toThrow(/no\/\.env cannot be written \(ENOENT\)/);
  });
});

describe("the flow", () => {
  const parts = (change: Partial<FlowParts> = {}): FlowParts => ({
    manifest: manifest(),
    said: { publicUrl: "https://loopgate.example.com" },
    envFile: join(dir, ".env"),
    relayImage: "loopgate",
    exchange: async () => app,
    newApp: () => ({ installations: async () => [], deliveries: async () => [], sendAgain: async () => {} }),
    onSecret: () => {},
    now: Date.now,
    ...change,
  });
  const stateOf = (posting: { url: string } | null) => new URL(posting?.url ?? "").searchParams.get("state") ?? "";

  test("a code under a state that is not ours, or an hour old, is not even asked about", async () => {
    let now = 0;
    const asked: string[] = [];
    const exchange = async (_: string, code: string) => {
      asked.push(code);
      return app;
    };
    const flow = createFlow(parts({ now: () => now, exchange }));
    const state = stateOf(flow.posting("http://127.0.0.1/created"));
    await flow.returned("another", "12345678");
    now = 3_600_000;
    await flow.returned(state, "12345678");
    expect(asked).toEqual([]);
    expect(flow.stage()).toMatchObject({ at: "agreed", failed: expect.stringContaining("no try of this page") });
  });

  test("a code that GitHub does not know is told with what to do", async () => {
    const gone = new Fault("GitHub answered 404.", { kind: "not_found", retry: "never" });
    const flow = createFlow(parts({ exchange: () => Promise.reject(gone) }));
    await flow.returned(stateOf(flow.posting("http://127.0.0.1/created")), "12345678");
    expect(flow.stage()).toMatchObject({
      at: "agreed",
      failed: expect.stringContaining("delete it there"),
      canRetry: false,
    });
  });

  test("where GitHub cannot be reached with the code, it is tried again with the same one", async () => {
    const codes: string[] = [];
    const exchange = async (_: string, code: string) => {
      codes.push(code);
      if (codes.length === 1) throw new Fault("no answer", { kind: "unavailable", retry: "later" });
      return app;
    };
    const flow = createFlow(parts({ exchange }));
    await flow.returned(stateOf(flow.posting("http://127.0.0.1/created")), "12345678");
    expect(flow.stage()).toMatchObject({ at: "agreed", canRetry: true });
    await flow.retry();
    expect(codes).toEqual(["12345678", "12345678"]);
    expect(flow.stage().at).toBe("created");
  });

  test("a key that could not be written is kept until it can be", async () => {
    const flow = createFlow(parts());
    const state = stateOf(flow.posting("http://127.0.0.1/created"));
    writeFileSync(join(dir, ".env"), "LOOPGATE_APP_ID=1\n");
    await flow.returned(state, "12345678");
    expect(flow.stage()).toMatchObject({ at: "unkept", failed: expect.stringContaining("names another App by now") });
    rmSync(join(dir, ".env"));
    await flow.keep();
    expect(flow.stage().at).toBe("created");
    expect(readFileSync(join(dir, ".env"), "utf8")).toContain("LOOPGATE_APP_SLUG=an-app");
  });

  test("the page is for this machine's names, this browser, and forms of its own", async () => {
    const page = await openSetupDoor({
      host: "127.0.0.1",
      port: 0,
      token: "right",
      flow: createFlow(parts()),
      manifest: manifest(),
      envFile: ".env",
      onFinished: () => {},
      onError: () => {},
    });
    onTestFinished(page.close);
    const ask = (path: string, init: RequestInit = {}) => fetch(page.url + path, { redirect: "manual", ...init });
    expect((await ask("/begin?token=wrong")).status).toBe(403);
    expect((await ask("/begin?token=right", { method: "HEAD" })).status).toBe(200);
    const begun = await ask("/begin?token=right");
    const cookie = begun.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    expect(begun.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Lax$/);
    expect((await ask("/", { headers: { cookie } })).status).toBe(200);
    expect((await ask("/", { headers: { cookie: "loopgate_setup=x" } })).status).toBe(403);
    expect((await ask("/change", { method: "POST", headers: { cookie } })).status).toBe(403);
    expect((await ask("/change", { method: "POST", headers: { cookie, origin: "https://evil.example" } })).status).toBe(
      403,
    );
    expect((await ask("/change", { method: "POST", headers: { cookie, origin: page.url } })).status).toBe(303);
    const { hostname, port } = new URL(page.url);
    const { request } = await import("node:http");
    const rebound = await new Promise((done) =>
      request({ hostname, port, path: "/", headers: { host: "evil.example", cookie } }, ({ statusCode }) =>
        done(statusCode),
      ).end(),
    );
    expect(rebound).toBe(421);
  });
});

test("of the first webhooks those that mean nothing are heard, and those that mean work are left for the App", async () => {
  let secret: string | null = null;
  const hooks = await startListener({
    host: "127.0.0.1",
    port: 0,
    webhookPath: "/hooks",
    deliveries: firstWebhooks(() => secret),
    onError: () => {},
  });
  onTestFinished(hooks.close);
  const send = async (event: string, key: string) => {
    const signature = `sha256=${createHmac("sha256", key).update("{}").digest("hex")}`;
    const headers = { "x-github-event": event, "x-hub-signature-256": signature };
    return (await fetch(`${hooks.url}/hooks`, { method: "POST", body: "{}", headers })).status;
  };
  expect(await send("ping", "right")).toBe(503);
  secret = "right";
  expect([await send("ping", "right"), await send("installation", "right")]).toEqual([200, 425]);
  expect([await send("ping", "wrong"), await send("issues", "right")]).toEqual([401, 425]);
});
