// The egress proxy through a run's real door and real sockets; only where a public address leads is made up.
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type EgressEvent, type EgressLimits, egressProxy } from "../../../src/gateway/egress/proxy.ts";
import { newLeaseToken } from "../../../src/gateway/lease.ts";
import { openRunGateway } from "../../../src/gateway/run.ts";
import { readAllowedHost } from "../../../src/policy/hosts.ts";

const lease = { runId: "run-1", token: newLeaseToken() };
const publicAddress = "93.184.216.34";

interface World {
  readonly socketPath: string;
  readonly events: EgressEvent[];
  /** Addresses and ports that were dialled. */
  readonly dialled: string[];
  readonly resolved: string[];
  readonly revoke: () => void;
  nextEvent(kind: EgressEvent["kind"]): Promise<EgressEvent>;
}

interface WorldRequest {
  readonly listed?: readonly string[];
  /** What names resolve to, answer by answer; the last one stays. */
  readonly answers?: readonly (readonly string[])[];
  /** What the server outside does with a connection. */
  readonly outside?: (socket: Socket) => void;
  readonly limits?: Partial<EgressLimits>;
  /** Where a checked address leads; to the server outside where it is not said otherwise. */
  readonly dial?: () => Socket;
}

async function aWorld({
  listed = ["example.com"],
  answers = [[publicAddress]],
  outside = echo,
  limits,
  dial,
}: WorldRequest = {}): Promise<World> {
  const root = mkdtempSync(join(tmpdir(), "loopgate-egress-"));
  const port = await listen(outside);
  const events: EgressEvent[] = [];
  const dialled: string[] = [];
  const resolved: string[] = [];
  const waiting: { kind: string; tell: (event: EgressEvent) => void }[] = [];
  const left = [...answers];
  const tunnels = egressProxy({
    lease,
    allowed: listed.map((text) => readAllowedHost(text)).filter((host) => host !== null),
    limits,
    onEvent: (event) => {
      events.push(event);
      for (const { tell } of waiting.filter(({ kind }) => kind === event.kind)) tell(event);
    },
    resolve: async (name) => {
      resolved.push(name);
      return (left.length > 1 ? left.shift() : left[0]) ?? [];
    },
    dial: (address, wanted) => {
      dialled.push(`${address}:${wanted}`);
      return dial?.() ?? connect(port, "127.0.0.1");
    },
  });
  const door = await openRunGateway({ socketDir: join(root, "door"), lease, routes: [], tunnels });
  onTestFinished(async () => {
    await door.close();
    rmSync(root, { recursive: true, force: true });
  });
  const nextEvent = (kind: EgressEvent["kind"]) => {
    const found = events.find((event) => event.kind === kind);
    return found ? Promise.resolve(found) : new Promise<EgressEvent>((tell) => waiting.push({ kind, tell }));
  };
  return { socketPath: door.socketPath, events, dialled, resolved, revoke: door.revoke, nextEvent };
}

function echo(socket: Socket): void {
  socket.on("error", () => socket.destroy());
  socket.pipe(socket);
}

async function listen(outside: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    outside(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return (server.address() as AddressInfo).port;
}

const basic = (token: string) => `Proxy-Authorization: Basic ${Buffer.from(`lease:${token}`).toString("base64")}\r\n`;

interface Asked {
  readonly socket: Socket;
  /** Everything that came so far. */
  readonly got: () => string;
  readonly until: (text: string) => Promise<void>;
  readonly closed: Promise<void>;
}

function ask(world: World, target: string, header = basic(lease.token), early = ""): Asked {
  const socket = connect(world.socketPath);
  let got = "";
  let check = () => undefined as undefined;
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    got += text;
    check();
  });
  socket.on("error", () => socket.destroy());
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${header}\r\n${early}`);
  const until = (text: string) =>
    new Promise<void>((resolve) => {
      check = () => {
        if (got.includes(text)) resolve();
      };
      check();
    });
  return { socket, got: () => got, until, closed: new Promise((resolve) => socket.once("close", () => resolve())) };
}

test("a listed host is reached at the address that was checked, and the tunnel is recorded with its bytes", async () => {
  const world = await aWorld();
  const tunnel = ask(world, "example.com:443", undefined, "early");
  await tunnel.until("early");
  expect(tunnel.got()).toMatch(/^HTTP\/1\.1 200 /);
  tunnel.socket.write(" and late");
  await tunnel.until("early and late");
  tunnel.socket.end();
  await tunnel.closed;
  expect(world.dialled).toEqual([`${publicAddress}:443`]);
  expect(await world.nextEvent("closed")).toMatchObject({
    host: "example.com",
    address: publicAddress,
    bytesOut: 14,
    bytesIn: 14,
    how: "ended",
  });
});

test("who shows no password at the run's own door gets a tunnel: a JVM cannot show one", async () => {
  const world = await aWorld();
  const tunnel = ask(world, "example.com:443", "", "early");
  await tunnel.until("early");
  expect(tunnel.got()).toMatch(/^HTTP\/1\.1 200 /);
  tunnel.socket.end();
  await tunnel.closed;
  expect(world.dialled).toEqual([`${publicAddress}:443`]);
});

describe("refused, recorded, and nothing dialled:", () => {
  test.each<[string, WorldRequest, string, string | undefined, string, number]>([
    ["any host, where none is listed", { listed: [] }, "example.com:443", undefined, "host", 403],
    ["a host that is not listed", {}, "example.org:443", undefined, "host", 403],
    ["another port of a listed one", {}, "example.com:22", undefined, "host", 403],
    ["an address", { listed: ["example.com"] }, `${publicAddress}:443`, undefined, "target", 400],
    ["loopback", {}, "127.0.0.1:443", undefined, "target", 400],
    ["an empty lease", {}, "example.com:443", basic(""), "credential", 407],
    ["another run's lease", {}, "example.com:443", basic(newLeaseToken()), "credential", 407],
    ["a lease as a bearer", {}, "example.com:443", `Proxy-Authorization: Bearer ${lease.token}\r\n`, "credential", 407],
    [
      "a listed name that leads to loopback",
      { answers: [["127.0.0.1"]] },
      "example.com:443",
      undefined,
      "address",
      403,
    ],
    [
      "one that leads to the metadata service",
      { answers: [["169.254.169.254"]] },
      "example.com:443",
      undefined,
      "address",
      403,
    ],
    [
      "one that leads to a mapped address",
      { answers: [["::ffff:10.0.0.1"]] },
      "example.com:443",
      undefined,
      "address",
      403,
    ],
    [
      "one closed address among public ones",
      { answers: [[publicAddress, "10.0.0.1"]] },
      "example.com:443",
      undefined,
      "address",
      403,
    ],
    ["a name without an address", { answers: [[]] }, "example.com:443", undefined, "address", 403],
    ["more tunnels than a run may have", { limits: { tunnels: 0 } }, "example.com:443", undefined, "busy", 503],
  ])("%s", async (_, given, target, header, why, status) => {
    const world = await aWorld(given);
    const asked = ask(world, target, header);
    await asked.closed;
    expect(asked.got()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(world.events).toMatchObject([{ kind: "refused", why, target }]);
    expect(world.dialled).toEqual([]);
    expect(asked.got()).not.toContain(lease.token);
  });
});

test("a name is not asked of the resolver before it is known to be listed, so that asking carries nothing out", async () => {
  const world = await aWorld();
  await ask(world, "secret-data.example.org:443").closed;
  expect(world.resolved).toEqual([]);
});

test("a name that changes its address between two looks is looked at once", async () => {
  const world = await aWorld({ answers: [[publicAddress], ["127.0.0.1"]] });
  await ask(world, "example.com:443").until("200");
  expect(world.resolved).toEqual(["example.com"]);
  expect(world.dialled).toEqual([`${publicAddress}:443`]);
  await ask(world, "example.com:443").closed;
  expect(world.dialled).toHaveLength(1);
});

test("a host that does not answer is told as such", async () => {
  const world = await aWorld({ dial: () => connect(join(tmpdir(), "no-such-socket")) });
  const asked = ask(world, "example.com:443");
  await asked.closed;
  expect(asked.got()).toMatch(/^HTTP\/1\.1 502 /);
  expect(world.events).toMatchObject([{ why: "unreachable" }]);
});

test("a run's bytes are counted over all its tunnels, and what is too much is not carried", async () => {
  const world = await aWorld({ limits: { bytes: 20 } });
  const first = ask(world, "example.com:443", undefined, "12345");
  await first.until("12345");
  first.socket.write("123456789");
  await first.closed;
  expect(await world.nextEvent("closed")).toMatchObject({ bytesOut: 14, bytesIn: 5, how: "bytes" });
  const second = ask(world, "example.com:443");
  await second.closed;
  expect(second.got()).toMatch(/^HTTP\/1\.1 403 /);
  expect(world.events.at(-1)).toMatchObject({ kind: "refused", why: "bytes" });
});

test("a tunnel in which nothing moves is ended", async () => {
  const world = await aWorld({ limits: { idleMs: 30 } });
  const asked = ask(world, "example.com:443");
  await asked.closed;
  expect(await world.nextEvent("closed")).toMatchObject({ how: "idle" });
});

test("the end of the lease cuts every tunnel and opens no more", async () => {
  const world = await aWorld();
  const tunnel = ask(world, "example.com:443");
  await tunnel.until("200");
  world.revoke();
  await tunnel.closed;
  expect(await world.nextEvent("closed")).toMatchObject({ how: "revoked" });
  const late = ask(world, "example.com:443");
  await late.closed;
  expect(late.got()).toMatch(/^HTTP\/1\.1 403 /);
  expect(world.dialled).toHaveLength(1);
});

test("without tunnels the door answers a CONNECT with 405, and hangs up", async () => {
  const root = mkdtempSync(join(tmpdir(), "loopgate-egress-"));
  const door = await openRunGateway({ socketDir: join(root, "door"), lease, routes: [] });
  onTestFinished(() => door.close());
  const world = await aWorld();
  const asked = ask({ ...world, socketPath: door.socketPath }, "example.com:443");
  await asked.closed;
  expect(asked.got()).toMatch(/^HTTP\/1\.1 405 /);
});

test("only CONNECT is a proxy's request here: a whole address in a GET finds no gateway", async () => {
  const world = await aWorld();
  const socket = connect(world.socketPath);
  let got = "";
  socket.on("data", (chunk) => {
    got += chunk;
  });
  socket.write(
    `GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n${basic(lease.token)}Connection: close\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once("close", resolve));
  expect(got).toMatch(/^HTTP\/1\.1 404 /);
  expect(world.dialled).toEqual([]);
});
