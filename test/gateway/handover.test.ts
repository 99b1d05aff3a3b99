// The question of a run's entry script, whether to hand over: asked by git, and answered to who holds the lease.
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { handoverRoute } from "../../src/gateway/handover.ts";
import { newLeaseToken } from "../../src/gateway/lease.ts";

const lease = { runId: "run-1", token: newLeaseToken() };
const run = promisify(execFile);

/** Where the question is asked, with how often it came to be decided. */
async function asking(decide: () => boolean) {
  let asked = 0;
  const route = handoverRoute(lease, async () => {
    asked += 1;
    return decide();
  });
  const server = createServer((incoming, response) => void route.handle(incoming, response));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { PATH: process.env.PATH, GIT_TERMINAL_PROMPT: "0", GIT_CONFIG_GLOBAL: "/dev/null" };
  const ask = (token: string) =>
    run("git", ["ls-remote", "--quiet", `http://lease:${token}@${host}/handover`], { env }).then(
      ({ stdout }) => `yes ${stdout}`.trim(),
      () => "no",
    );
  return { ask, host, asked: () => asked };
}

test("git takes yes for an empty repository, and no for none", async () => {
  expect(await (await asking(() => true)).ask(lease.token)).toBe("yes");
  expect(await (await asking(() => false)).ask(lease.token)).toBe("no");
});

test("who does not hold the lease is told no, and nothing is begun", async () => {
  const { ask, host, asked } = await asking(() => true);
  expect(await ask(newLeaseToken())).toBe("no");
  expect((await fetch(`http://${host}/handover/info/refs?service=git-upload-pack`)).status).toBe(401);
  expect(asked()).toBe(0);
});

test("any other request of its holder begins nothing", async () => {
  const { host, asked } = await asking(() => true);
  const headers = { authorization: `Basic ${Buffer.from(`lease:${lease.token}`).toString("base64")}` };
  for (const [method, path] of [
    ["POST", "/info/refs?service=git-upload-pack"],
    ["GET", ""],
    ["GET", "/info/refs"],
  ])
    expect((await fetch(`http://${host}/handover${path}`, { method, headers })).status).toBe(404);
  expect(asked()).toBe(0);
});
