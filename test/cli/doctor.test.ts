// `loopgate doctor`: all that is wrong, with its remedy; nothing is changed, and one thing that is wrong hides no other that can be told.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { startForge } from "../../src/forge/forge.ts";
import { describeWithDocker } from "../docker/engine.ts";
import { makeAppImage } from "./app-image.ts";
import { run } from "./command.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lg-doctor-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function aForge() {
  const forge = await startForge({ dataDir: join(dir, "forge") });
  onTestFinished(() => forge.close());
  forge.setWebhook({ url: "http://127.0.0.1:9/hook", secret: "a secret of sixteen" });
  const settings = {
    LOOPGATE_APP_ID: String(forge.app.id),
    LOOPGATE_APP_SLUG: forge.app.slug,
    LOOPGATE_PRIVATE_KEY: forge.app.privateKey,
    LOOPGATE_WEBHOOK_SECRET: "a secret of sixteen",
    LOOPGATE_SEAL_SECRET: "a-seal-secret-that-nobody-else-knows",
    LOOPGATE_GITHUB_URL: `${forge.url}/api/v3`,
    LOOPGATE_RELAY_IMAGE: "loopgate:test",
    LOOPGATE_DATA: join(dir, "data"),
  };
  return { forge, settings };
}

const nowhere = { DOCKER_HOST: "unix:///nowhere/docker.sock" };

test("without an engine, GitHub is asked all the same", async () => {
  const { settings } = await aForge();
  const { code, out, err } = await run(["doctor"], { ...settings, ...nowhere, LOOPGATE_APP_SLUG: "mistyped" });
  expect({ code, err }).toEqual({ code: 1, err: "" });
  expect(out).toMatch(/^✓ settings\n✗ container engine\n {4}No container engine answered at DOCKER_HOST/);
  expect(out).toContain(
    "- images and data folder: not looked at, since it depends on the above\n✓ disk space\n✗ GitHub\n",
  );
  expect(out).toContain('    LOOPGATE_APP_SLUG is "mistyped"');
  expect(out).toMatch(/\n2 problems, \d warnings?\.\n$/);
});

test("a database for the store is looked at where one is named, and its password is not shown", async () => {
  const { settings } = await aForge();
  const LOOPGATE_STORE = "postgres://loop:hidden-word@127.0.0.1:9/loops";
  const { code, out } = await run(["doctor"], { ...settings, ...nowhere, LOOPGATE_STORE });
  expect(code).toBe(1);
  expect(out).toMatch(/\n✗ store\n {4}Could not open the store, PostgreSQL at 127\.0\.0\.1:9\/loops: /);
  expect(out).not.toContain("hidden-word");
});

test("settings that cannot be read are told with the engine, and GitHub is not asked with half of them", async () => {
  const { settings } = await aForge();
  const { code, out } = await run(["doctor", "--json"], { ...settings, ...nowhere, LOOPGATE_APP_ID: "one" });
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    ok: false,
    engine: null,
    looked: ["settings", "container engine"],
    notLooked: ["images and data folder", "disk space", "GitHub"],
    findings: [
      { part: "settings", level: "problem", text: expect.stringContaining("LOOPGATE_APP_ID") },
      { part: "container engine", level: "problem" },
    ],
  });
});

test("a proxy that is none is a setting, too", async () => {
  const { settings } = await aForge();
  const { out } = await run(["doctor"], { ...settings, ...nowhere, HTTPS_PROXY: "socks5://127.0.0.1:9" });
  expect(out).toMatch(/^✗ settings\n {4}HTTPS_PROXY is not the address of a proxy/);
});

describeWithDocker("with an engine", (engine) => {
  beforeAll(() => makeAppImage(engine().docker), 60_000);
  const host = () => `unix://${(engine().docker.modem as { socketPath?: string }).socketPath ?? ""}`;

  test("an App that can serve has no problem, and the exit code says so", async () => {
    const { settings } = await aForge();
    const { code, out } = await run(["doctor", "--json"], { ...settings, DOCKER_HOST: host() });
    expect(JSON.parse(out)).toMatchObject({ ok: true, notLooked: [] });
    expect(code).toBe(0);
  });

  test("an image that is not there is a problem, what GitHub says of permissions a warning", async () => {
    const { forge, settings } = await aForge();
    const app = forge.world.apps.find(({ id }) => id === forge.app.id);
    if (!app) throw new Error("the forge has no App");
    Object.assign(app, { permissions: { ...app.permissions, actions: undefined } });
    const { code, out } = await run(["doctor"], {
      ...settings,
      DOCKER_HOST: host(),
      LOOPGATE_AGENT_IMAGE: "agent:nowhere",
      LOOPGATE_REVIEWER_IMAGE: "registry.example.com/agents/reviewer:1",
      LOOPGATE_PULL: "registry.example.com/agents/*",
    });
    expect(out).not.toContain("reviewer:1"); // it is pulled when a run needs it
    expect(out).toMatch(
      /✓ container engine \(\S+\)\n✗ images and data folder\n {4}LOOPGATE_AGENT_IMAGE names the image agent:nowhere/,
    );
    expect(out).toContain("! GitHub\n    The App does not ask for the permission actions: read");
    expect(code).toBe(1);
  });
});
