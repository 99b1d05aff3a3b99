// The egress proxy of one run: CONNECT to listed hosts for whoever comes through its own door, every tunnel recorded; by default none.
import { lookup } from "node:dns/promises";
import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { AllowedHost } from "../../policy/hosts.ts";
import { basicPassword, isLeaseToken, type Lease } from "../lease.ts";
import type { Tunnels } from "../run.ts";
import { addressProblem } from "./addresses.ts";
import { isAllowed, readDestination } from "./hosts.ts";
import { ownAddresses } from "./public-only.ts";
import { carry } from "./tunnel.ts";

export type EgressRefusal = "credential" | "ended" | "target" | "host" | "address" | "busy" | "bytes" | "unreachable";

/** What happened, for the trace. Times in milliseconds, bytes as carried inside the tunnel. */
export type EgressEvent =
  | { readonly kind: "refused"; readonly why: EgressRefusal; readonly target: string; readonly detail: string }
  | { readonly kind: "opened"; readonly host: string; readonly port: number; readonly address: string }
  | {
      readonly kind: "closed";
      readonly host: string;
      readonly port: number;
      readonly address: string;
      readonly bytesOut: number;
      readonly bytesIn: number;
      readonly ms: number;
      readonly how: "ended" | "idle" | "bytes" | "revoked";
    };

export interface EgressLimits {
  /** Bytes in both directions over the whole run. */
  readonly bytes: number;
  readonly tunnels: number;
  readonly connectMs: number;
  readonly idleMs: number;
}

const defaultEgressLimits: EgressLimits = {
  bytes: 512 * 1024 * 1024,
  tunnels: 32,
  connectMs: 10_000,
  idleMs: 120_000,
};

export interface EgressRequest {
  readonly lease: Lease;
  /** Empty: nothing may leave. */
  readonly allowed: readonly AllowedHost[];
  readonly limits?: Partial<EgressLimits>;
  readonly onEvent: (event: EgressEvent) => void;
  /** All addresses of a name; the host's own resolver where it is not said otherwise. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** Opens a connection to an address that was checked. */
  readonly dial?: (address: string, port: number) => Socket;
}

interface Proxy {
  readonly request: EgressRequest;
  readonly limits: EgressLimits;
  readonly open: Set<() => void>;
  waiting: number;
  bytesLeft: number;
  revoked: boolean;
}

/** The tunnels to mount in `openRunGateway`. */
export function egressProxy(request: EgressRequest): Tunnels {
  const limits = { ...defaultEgressLimits, ...request.limits };
  const proxy: Proxy = { request, limits, open: new Set(), waiting: 0, bytesLeft: limits.bytes, revoked: false };
  return {
    handleConnect: (incoming, socket, head) => void serve(proxy, incoming, socket, head),
    revoke: () => {
      proxy.revoked = true;
      for (const cut of [...proxy.open]) cut();
    },
  };
}

interface Refused {
  readonly why: EgressRefusal;
  readonly detail: string;
}

interface Dialled {
  readonly name: string;
  readonly port: number;
  readonly address: string;
  readonly outside: Socket;
}

async function serve(proxy: Proxy, incoming: IncomingMessage, inside: Duplex, head: Buffer): Promise<void> {
  inside.on("error", () => inside.destroy());
  const target = (incoming.url ?? "").slice(0, 300);
  const begun = admission(proxy, incoming) ?? (await dialled(proxy, target));
  if ("why" in begun) return refuse(proxy, inside, target, begun);
  const { name: host, port, address, outside } = begun;
  if (proxy.revoked || inside.destroyed) return void outside.destroy();
  proxy.request.onEvent({ kind: "opened", host, port, address });
  const startedAt = performance.now();
  inside.write("HTTP/1.1 200 Connection established\r\n\r\n");
  const tunnel = carry({
    inside,
    outside,
    head,
    idleMs: proxy.limits.idleMs,
    mayCarry: (bytes) => mayCarry(proxy, bytes),
  });
  const cut = () => tunnel.cut("revoked");
  proxy.open.add(cut);
  const end = await tunnel.done;
  proxy.open.delete(cut);
  proxy.request.onEvent({ kind: "closed", host, port, address, ...end, ms: Math.round(performance.now() - startedAt) });
}

function admission(proxy: Proxy, incoming: IncomingMessage): Refused | null {
  if (!isOwn(proxy, incoming.headers["proxy-authorization"]))
    return { why: "credential", detail: "the password shown to the proxy is not the run's own lease" };
  if (proxy.revoked) return { why: "ended", detail: "the run's lease has ended" };
  if (proxy.open.size + proxy.waiting >= proxy.limits.tunnels)
    return { why: "busy", detail: "too many tunnels at a time" };
  if (proxy.bytesLeft <= 0) return { why: "bytes", detail: "the run has carried all the bytes that it may" };
  return null;
}

/**
 * Only this run reaches its door, and what it may reach there is nothing that a lease widens. So a client without a password is
 * taken, for a JVM has no way to send one; a password that is another run's, or has ended, is not.
 */
function isOwn({ request }: Proxy, shown: string | undefined): boolean {
  if (shown === undefined) return true;
  const password = basicPassword(shown);
  return password !== null && isLeaseToken(request.lease, password);
}

/** Resolves, checks and dials: the address that was checked is the one that is dialled, whatever the name says next. */
async function dialled(proxy: Proxy, target: string): Promise<Dialled | Refused> {
  const destination = readDestination(target);
  if (destination === null) return { why: "target", detail: "only a host's name and a port can be asked for" };
  const { name, port } = destination;
  if (!isAllowed(proxy.request.allowed, destination))
    return { why: "host", detail: `the policy does not list ${name}:${port}` };
  proxy.waiting += 1;
  try {
    const addresses = await (proxy.request.resolve ?? resolveName)(name).catch(() => []);
    const problem = addressProblem(addresses, ownAddresses());
    if (problem !== null) return { why: "address", detail: problem };
    const found = await firstAnswering(proxy, addresses, port);
    return found === null
      ? { why: "unreachable", detail: `${name}:${port} does not answer` }
      : { name, port, ...found };
  } finally {
    proxy.waiting -= 1;
  }
}

async function resolveName(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

/** A name may have many addresses; the first few are tried. */
async function firstAnswering(
  proxy: Proxy,
  addresses: readonly string[],
  port: number,
): Promise<Pick<Dialled, "address" | "outside"> | null> {
  for (const address of addresses.slice(0, 3)) {
    const outside = (proxy.request.dial ?? dialAddress)(address, port);
    if (await isOpened(outside, proxy.limits.connectMs)) return { address, outside };
    outside.destroy();
  }
  return null;
}

function dialAddress(address: string, port: number): Socket {
  return connect({ host: address, port });
}

function isOpened(socket: Socket, withinMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.setTimeout(withinMs, () => resolve(false));
  socket.once("connect", () => resolve(true));
  socket.on("error", () => resolve(false));
  return promise;
}

function mayCarry(proxy: Proxy, bytes: number): boolean {
  proxy.bytesLeft -= bytes;
  return proxy.bytesLeft >= 0;
}

const answers: Readonly<Record<EgressRefusal, string>> = {
  credential: '407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="loopgate"',
  ended: "403 Forbidden",
  target: "400 Bad Request",
  host: "403 Forbidden",
  address: "403 Forbidden",
  busy: "503 Service Unavailable",
  bytes: "403 Forbidden",
  unreachable: "502 Bad Gateway",
};

function refuse(proxy: Proxy, inside: Duplex, target: string, { why, detail }: Refused): void {
  proxy.request.onEvent({ kind: "refused", why, target, detail });
  const sentence = `Refused: ${detail}.\n`;
  const head = `HTTP/1.1 ${answers[why]}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close`;
  inside.end(`${head}\r\nContent-Length: ${Buffer.byteLength(sentence)}\r\n\r\n${sentence}`);
}
