// `loopgate serve` as a process: it starts with good settings, answers at its door, and ends in order.
import { createHmac, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { askEngine } from "../../src/container/docker/start-check.ts";
import { startForge } from "../../src/forge/forge.ts";
import { editorSchema } from "../../src/policy/editor-schema.ts";
import { describeWithDocker } from "../docker/engine.ts";
import { makeImage } from "../docker/images.ts";
import { makeAppImage } from "./app-image.ts";
import { type Command, run, start } from "./command.ts";

const secret = "a-webhook-secret-of-ours";
const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lg-serve-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const settings = () => ({
  LOOPGATE_APP_ID: "1",
  LOOPGATE_APP_SLUG: "loopgate-test",
  LOOPGATE_PRIVATE_KEY: key.export({ type: "pkcs1", format: "pem" }) as string,
  LOOPGATE_WEBHOOK_SECRET: secret,
  LOOPGATE_SEAL_SECRET: "a-seal-secret-that-nobody-else-knows",
  LOOPGATE_GITHUB_URL: "http://127.0.0.1:9",
  LOOPGATE_RELAY_IMAGE: "loopgate:test",
  LOOPGATE_DATA: join(dir, "data"),
  LOOPGATE_PORT: "0",
});

describe("serve does not start", () => {
  test("without the image of its relay", async () => {
    const { code, err } = await run(["serve"], { ...settings(), LOOPGATE_RELAY_IMAGE: "" });
    expect(code).toBe(1);
    expect(err).toMatch(/^One setting is missing/);
    expect(err).toContain("LOOPGATE_RELAY_IMAGE is missing.");
  });

  test("with an engine that does not answer", async () => {
    const { code, err } = await run(["serve"], { ...settings(), DOCKER_HOST: "unix:///nowhere/docker.sock" });
    expect(code).toBe(1);
    expect(err).toContain("No container engine answered at DOCKER_HOST");
  });
});

describeWithDocker("serve", (engine) => {
  beforeAll(() => makeAppImage(engine().docker), 60_000);

  test("says in one message all that is wrong with what its settings name, and starts nothing", async () => {
    const { socketPath = "" } = engine().docker.modem as { socketPath?: string };
    const forge = await startForge({ dataDir: join(dir, "forge") });
    onTestFinished(() => forge.close());
    writeFileSync(join(dir, "file"), "");
    const { code, out, err } = await run(["serve"], {
      ...settings(),
      DOCKER_HOST: `unix://${socketPath}`,
      LOOPGATE_GITHUB_URL: `${forge.url}/api/v3`,
      LOOPGATE_RELAY_IMAGE: "loopgate-mistyped",
      LOOPGATE_AGENT_IMAGE: "agent:nowhere",
    });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^3 things are wrong; nothing was started\./);
    expect(err).toContain("LOOPGATE_APP_ID and LOOPGATE_PRIVATE_KEY do not fit each other");
    expect(err).toContain(
      "LOOPGATE_RELAY_IMAGE names the image loopgate-mistyped, which is not on this machine, and which Loopgate does not pull by itself",
    );
    expect(err).toContain(
      "LOOPGATE_AGENT_IMAGE names the image agent:nowhere, which is not on this machine, and which Loopgate does not pull by itself",
    );
    const unfit = await run(["serve"], {
      ...settings(),
      DOCKER_HOST: `unix://${socketPath}`,
      LOOPGATE_DATA: join(dir, "file", "data"),
    });
    expect(unfit.code).toBe(1);
    expect(unfit.err).toMatch(
      /One thing is wrong[\s\S]*LOOPGATE_DATA is .*file\/data, and Loopgate cannot make or write that folder \(ENOTDIR\)/,
    );
  });

  test("finds that an image is not its own, and that its data folder is another one to the engine", async () => {
    const { docker } = engine();
    await makeImage(docker, "loopgate:other", {
      programs: [process.execPath],
      files: [{ from: process.execPath, to: "/usr/bin/node" }],
    });
    onTestFinished(() => docker.getImage("loopgate:other").remove({ force: true }));
    const relay = { setting: "LOOPGATE_RELAY_IMAGE", reference: "loopgate:test" };
    const question = { relay, program: "/app/src/container/relay.mjs", others: [], dataDir: dir };
    expect(await askEngine(docker, question)).toEqual([]);
    expect(await askEngine(docker, { ...question, relay: { ...relay, reference: "loopgate:other" } })).toEqual([
      {
        name: "relay-image",
        text: expect.stringMatching(/^LOOPGATE_RELAY_IMAGE names loopgate:other, which is not an image of this App/),
      },
    ]);
    const elsewhere = {
      name: "data-elsewhere",
      text: expect.stringMatching(/the container engine finds nothing of it/),
    };
    // As an App in a container sees it: a folder that is there for it, and not for the engine.
    const hidden = { ...question, seenByEngine: (folder: string) => join("/elsewhere", folder) };
    expect(await askEngine(docker, hidden)).toEqual([elsewhere]);
    const empty = { ...question, seenByEngine: () => mkdtempSync(join(dir, "empty-")) };
    expect(await askEngine(docker, empty)).toEqual([elsewhere]);
    expect(readdirSync(dir).filter((name) => name.startsWith(".seen-"))).toEqual([]);
  });

  const serve = () => {
    const { socketPath = "" } = engine().docker.modem as { socketPath?: string };
    return start(["serve"], { ...settings(), DOCKER_HOST: `unix://${socketPath}` });
  };
  const addressOf = async (command: Command) => (await command.said(/"webhooks":"(http:[^"]+)"/))[1] ?? "";

  test("does not start where the engine lacks the runtime that its containers should have", async () => {
    const { socketPath = "" } = engine().docker.modem as { socketPath?: string };
    const env = { ...settings(), DOCKER_HOST: `unix://${socketPath}`, LOOPGATE_CONTAINER_RUNTIME: "runsc" };
    const { code, err } = await run(["serve"], env);
    expect(code).toBe(1);
    expect(err).toMatch(/has no container runtime runsc; it has .*runc/);
  });

  test("answers at its door, refuses what is not signed, and ends in order when asked", async () => {
    const running = serve();
    const address = await addressOf(running);
    expect((await fetch(new URL("/healthz", address))).status).toBe(200);
    const schema = await fetch(new URL("/loop.schema.json", address));
    expect(schema.headers.get("content-type")).toBe("application/schema+json");
    expect(await schema.json()).toEqual(editorSchema());
    expect((await deliver(address, "0".repeat(64))).status).toBe(401);
    const signed = createHmac("sha256", secret).update(body).digest("hex");
    expect((await deliver(address, signed)).status).toBe(202);
    running.signal("SIGTERM");
    const { code, out, err } = await running.ended;
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    // Its GitHub does not answer, which is said and keeps nothing from starting.
    expect(lines.map(({ msg }) => msg).slice(0, 2)).toEqual(["at the start", "Loopgate serves"]);
    expect(lines.at(0)?.text).toMatch(/^GitHub could not be asked about the App/);
    expect(lines.at(-1)?.msg).toBe("ended");
    expect(out).not.toContain("PRIVATE KEY");
    expect(out).not.toContain(secret);
  });

  test("a second process on the same data refuses to start", async () => {
    const first = serve();
    await addressOf(first);
    const { code, err } = await serve().ended;
    expect(code).toBe(1);
    expect(err).toContain("is held by another Loopgate");
    first.signal("SIGINT");
    expect((await first.ended).code).toBe(0);
  });
});

const body = JSON.stringify({ zen: "Keep it logically awesome.", hook_id: 1 });

function deliver(address: string, signature: string): Promise<Response> {
  return fetch(address, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": "ping",
      "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      "x-hub-signature-256": `sha256=${signature}`,
    },
    body,
  });
}
