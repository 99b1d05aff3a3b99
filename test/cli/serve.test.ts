// `loopgate serve` as a process: it starts with good settings, answers at its door, and ends in order.
import { createHmac, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeWithDocker } from "../docker/engine.ts";
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
    expect(lines.at(0)?.msg).toBe("Loopgate serves");
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
