// The one door of a run: who may reach it, where requests go, what is counted, and that it shuts.
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { request, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { expect, onTestFinished, test, vi } from "vitest";
import { basicPassword, isLeaseToken, newLeaseToken } from "../../src/gateway/lease.ts";
import { openRunGateway, type Route, type RunGatewayRequest } from "../../src/gateway/run.ts";
import { scratch } from "./git/world.ts";

const lease = { runId: "run-1", token: newLeaseToken() };

async function aDoor(
  routes: Route[],
  more: Partial<Pick<RunGatewayRequest, "owner" | "onError" | "tunnels" | "pace">> = {},
) {
  const socketDir = join(scratch(), "door");
  const gateway = await openRunGateway({ socketDir, lease, routes, ...more });
  onTestFinished(() => gateway.close());
  return { ...gateway, socketDir };
}

function says(prefix: string): Route {
  return { prefix, handle: (incoming, response) => void response.end(`${prefix} got ${incoming.url}`) };
}

function get(socketPath: string, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path }, async (response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode ?? 0, body });
    });
    sent.on("error", reject);
    sent.end();
  });
}

test("a request goes to the longest prefix that is a whole part of its path", async () => {
  const { socketPath } = await aDoor([says("/model"), says("/model/openai"), says("/repo.git")]);
  expect((await get(socketPath, "/model/x?y")).body).toBe("/model got /model/x?y");
  expect((await get(socketPath, "/model/openai/v1")).body).toBe("/model/openai got /model/openai/v1");
  expect(await get(socketPath, "/models")).toMatchObject({ status: 404 });
  expect(await get(socketPath, "/")).toMatchObject({ status: 404 });
});

test("only the given user can reach the socket", async () => {
  const owner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
  const { socketPath, socketDir } = await aDoor([says("/x")], { owner });
  expect(statSync(socketDir).mode & 0o777).toBe(0o700);
  expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  expect(statSync(socketPath).uid).toBe(owner?.uid ?? process.getuid?.());
  expect(statSync(socketDir).uid).toBe(owner?.uid ?? process.getuid?.());
});

test("after the lease ends every request is refused, and one under way is cut", async () => {
  let revoked = 0;
  const { promise: underWay, resolve: arrived } = Promise.withResolvers<void>();
  const slow: Route = { prefix: "/slow", handle: () => arrived(), revoke: () => void revoked++ };
  const { socketPath, revoke } = await aDoor([slow, says("/x")]);
  const waiting = get(socketPath, "/slow").catch((error) => error.code);
  await underWay;
  revoke();
  expect(await waiting).toBe("ECONNRESET");
  expect(revoked).toBe(1);
  expect(await get(socketPath, "/x")).toEqual({ status: 403, body: "This run's lease has ended.\n" });
});

test("requests are counted when they begin and when they end, the refused and the broken off as well", async () => {
  const { promise: underWay, resolve: arrived } = Promise.withResolvers<ServerResponse>();
  const slow: Route = { prefix: "/slow", handle: (_, response) => arrived(response) };
  const { socketPath, traffic } = await aDoor([slow]);
  expect(traffic()).toEqual({ turns: 0, open: 0 });
  const sent = request({ socketPath, path: "/slow" }).on("error", () => {});
  sent.end();
  const response = await underWay;
  expect(traffic()).toEqual({ turns: 1, open: 1 });
  sent.destroy();
  await once(response, "close");
  expect(traffic()).toEqual({ turns: 2, open: 0 });
  await get(socketPath, "/nowhere");
  expect(traffic()).toEqual({ turns: 4, open: 0 });
});

test("a tunnel is under way until it is closed", async () => {
  const { promise, resolve: opened } = Promise.withResolvers<Duplex>();
  const tunnels = { handleConnect: (_: unknown, socket: Duplex) => opened(socket), revoke: () => {} };
  const { socketPath, traffic } = await aDoor([], { tunnels });
  const sent = request({ socketPath, method: "CONNECT", path: "host:443" }).on("error", () => {});
  sent.end();
  const tunnel = await promise;
  expect(traffic()).toEqual({ turns: 1, open: 1 });
  tunnel.destroy();
  await once(tunnel, "close");
  expect(traffic()).toEqual({ turns: 2, open: 0 });
});

test("a handler's error is told to us and not to the container", async () => {
  const errors: unknown[] = [];
  const broken: Route = { prefix: "/x", handle: () => Promise.reject(new Error("secret detail")) };
  const { socketPath } = await aDoor([broken], { onError: (error) => errors.push(error) });
  const { status, body } = await get(socketPath, "/x");
  expect(status).toBe(500);
  expect(body).not.toContain("secret");
  expect(errors).toHaveLength(1);
});

test("closing removes the socket and its folder", async () => {
  const { socketPath, socketDir, close } = await aDoor([says("/x")]);
  await close();
  expect(existsSync(socketDir)).toBe(false);
  await expect(get(socketPath, "/x")).rejects.toMatchObject({ code: "ENOENT" });
});

test("after a restart the door is at the same place, in the same folder that a relay has mounted", async () => {
  const socketDir = join(scratch(), "door");
  mkdirSync(socketDir, { mode: 0o755 });
  writeFileSync(join(socketDir, "gateway.sock"), "left by a killed process");
  const before = statSync(socketDir).ino;
  const gateway = await openRunGateway({ socketDir, lease, routes: [says("/x")] });
  onTestFinished(() => gateway.close());
  expect(statSync(socketDir).ino).toBe(before);
  expect(statSync(socketDir).mode & 0o777).toBe(0o700);
  expect((await get(gateway.socketPath, "/x")).status).toBe(200);
});

test.runIf(process.getuid?.() === 0)(
  "after a restart it belongs to whom its folder was given, whoever runs belong to otherwise",
  async () => {
    const socketDir = join(scratch(), "door");
    mkdirSync(socketDir);
    chownSync(socketDir, 60_600, 60_600);
    const owner = { uid: 10_001, gid: 10_001 };
    const gateway = await openRunGateway({ socketDir, lease, routes: [], owner });
    onTestFinished(() => gateway.close());
    for (const path of [socketDir, gateway.socketPath])
      expect(statSync(path)).toMatchObject({ uid: 60_600, gid: 60_600 });
  },
);

test("a place where nothing can listen is a fault", async () => {
  const file = join(scratch(), "file");
  writeFileSync(file, "");
  const socketDir = join(file, "door");
  await expect(openRunGateway({ socketDir, lease, routes: [] })).rejects.toMatchObject({
    name: "Fault",
    kind: "engine",
  });
});

test("a lease's token is long, new each time, and only itself", () => {
  expect(lease.token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(newLeaseToken()).not.toBe(newLeaseToken());
  expect(isLeaseToken(lease, lease.token)).toBe(true);
  expect(isLeaseToken(lease, "")).toBe(false);
  expect(isLeaseToken(lease, `${lease.token}x`)).toBe(false);
});

test("the password is taken from a Basic header only", () => {
  const header = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;
  expect(basicPassword(header("run:a:b"))).toBe("a:b");
  expect(basicPassword(header("none"))).toBe(null);
  expect(basicPassword("Bearer x")).toBe(null);
  expect(basicPassword(undefined)).toBe(null);
});

/** A pace that lets everything pass after so long, and says what was taken of it. */
function aPace(waitMs = 0) {
  const taken: number[] = [];
  const take = (amount: number) => {
    taken.push(amount);
    return waitMs;
  };
  return { taken, pace: { take } };
}

test("T8: a refused request takes eleven times as much of the run's pace as one that is answered; being asked for a password is no refusal", async () => {
  const { taken, pace } = aPace();
  const answers = (prefix: string, status: number): Route => ({
    prefix,
    cost: 2,
    handle: (_, response) => void response.writeHead(status).end(),
  });
  const { socketPath } = await aDoor([answers("/ok", 200), answers("/who", 401), answers("/no", 403)], { pace });
  for (const path of ["/ok", "/who", "/no", "/nowhere"]) await get(socketPath, path);
  await vi.waitFor(() => expect(taken).toEqual([2, 2, 2, 20, 1, 10]));
});

test("T8: a request that is ahead of its run's pace is handled when its turn has come, and is under way until then", async () => {
  const { pace } = aPace(150);
  const { socketPath, traffic } = await aDoor([says("/x")], { pace });
  const began = performance.now();
  const answer = get(socketPath, "/x");
  await vi.waitFor(() => expect(traffic().open).toBe(1));
  expect((await answer).body).toBe("/x got /x");
  expect(performance.now() - began).toBeGreaterThan(140);
});

test("T8: a request that waited for its turn is refused where the lease has ended meanwhile", async () => {
  const { pace } = aPace(100);
  const { socketPath, revoke, traffic } = await aDoor([says("/x")], { pace });
  const answer = get(socketPath, "/x").catch(() => "cut");
  await vi.waitFor(() => expect(traffic().open).toBe(1));
  revoke();
  expect(await answer).not.toMatchObject({ status: 200 });
});

test("T8: what is no HTTP is answered once, at the run's pace, and as Node would answer it", async () => {
  const { taken, pace } = aPace();
  const { socketPath } = await aDoor([says("/x")], { pace });
  const plain = await aDoor([says("/x")]);
  for (const bytes of ["GARBAGE\r\n\r\n", `GET /x HTTP/1.1\r\na: ${"b".repeat(40_000)}\r\n\r\n`]) {
    const ask = async (path: string) => {
      const socket = connect(path);
      let said = "";
      socket
        .on("error", () => {})
        .on("data", (chunk) => {
          said += chunk;
        });
      socket.write(bytes + bytes);
      await new Promise((resolve) => socket.once("close", resolve));
      return said.split("\r\n", 1)[0];
    };
    expect(await ask(socketPath)).toBe(await ask(plain.socketPath));
  }
  expect(taken).toEqual([1, 1]);
});

test("T8: a connection that asks again and again before it is answered is cut, so that little waits for its turn", async () => {
  const { pace } = aPace(300);
  let handled = 0;
  const handle: Route["handle"] = (_, response) => {
    handled += 1;
    response.end();
  };
  const { socketPath } = await aDoor([{ prefix: "/x", handle }], { pace });
  const ask = async (times: number) => {
    const socket = connect(socketPath);
    socket.on("error", () => {}).write("GET /x HTTP/1.1\r\nhost: x\r\n\r\n".repeat(times));
    let got = "";
    socket.on("data", (chunk) => {
      got += chunk;
    });
    await new Promise((resolve) => socket.once("close", resolve).setTimeout(2_000, () => socket.destroy()));
    return got.split("HTTP/1.1 200").length - 1;
  };
  expect(await ask(12)).toBe(12);
  handled = 0;
  expect(await ask(5_000)).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(handled).toBeLessThanOrEqual(12);
});
