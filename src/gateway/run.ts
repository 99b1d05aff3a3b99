// The one door of a run: an HTTP server on a Unix socket that hands each request to the gateway mounted at its prefix.
import { chmod, chown, mkdir, rm, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { assert } from "../base/assert.ts";
import { caught, pathOf, refuse, refuseTunnels, slowErrors } from "../base/caught.ts";
import { Fault } from "../base/fault.ts";
import { keepPace, type Pace, type PaceLimits } from "../base/pace.ts";
import type { Lease } from "./lease.ts";

/** A gateway behind the door. It checks the lease's token itself, in the form that its clients send. */
export interface Route {
  /** Path prefix such as `/repo.git`; the longest match wins. */
  readonly prefix: string;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
  /** What a request takes of the run's pace; 1 where it is not said. A refused one takes ten times as much more. */
  readonly cost?: number;
  /** Ends what is under way when the lease ends. */
  readonly revoke?: () => void;
}

/** What takes CONNECT requests; it checks the lease's token itself. */
export interface Tunnels {
  readonly handleConnect: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Ends what is under way when the lease ends: tunnels are no longer the server's. */
  readonly revoke: () => void;
}

export interface RunGatewayRequest {
  /** Absolute; this run's own, found again after a restart, removed on close. */
  readonly socketDir: string;
  readonly lease: Lease;
  readonly routes: readonly Route[];
  /** Where a run may reach hosts outside; null, or nothing: a CONNECT is refused. */
  readonly tunnels?: Tunnels | null;
  /** Who may connect, where the App is root: the relay's user. Otherwise null, and it is our own user. */
  readonly owner?: { readonly uid: number; readonly gid: number } | null;
  /** How fast requests may come; those that are ahead of it wait before they are handled. Absent: as fast as they do. */
  readonly pace?: Pace;
  /** Told of a handler's error, which the client only sees as a 500. */
  readonly onError?: (error: unknown) => void;
}

/**
 * What an agent at work does not come near: some forty fetches or four hundred calls at once, and then ten calls a second, or
 * one that is refused.
 */
export const pacePerRun: PaceLimits = { burst: 400, perSecond: 10, mostMs: 60_000 };

/** What goes through the door, whichever gateway it is for. */
export interface Traffic {
  /** Grows by one when a request or tunnel begins, and by one when it ends. */
  readonly turns: number;
  /** Requests and tunnels under way. */
  readonly open: number;
}

export interface RunGateway {
  readonly socketPath: string;
  traffic(): Traffic;
  /** From now on everything is refused, and what is under way is cut. */
  revoke(): void;
  /** Revokes, stops listening and removes the socket's folder. */
  close(): Promise<void>;
}

/** Opens the door. Only `owner` can reach the socket: the folder is theirs alone. Throws `Fault` when it cannot listen. */
export async function openRunGateway(request: RunGatewayRequest): Promise<RunGateway> {
  const socketPath = join(request.socketDir, "gateway.sock");
  assert(Buffer.byteLength(socketPath) <= 107, "a Unix socket's path has at most 107 bytes");
  let revoked = false;
  const traffic = { turns: 0, open: 0 };
  const count = (passing: ServerResponse | Duplex) => {
    traffic.turns += 1;
    traffic.open += 1;
    passing.once("close", () => {
      traffic.turns += 1;
      traffic.open -= 1;
    });
  };
  const listener = caught(async (incoming, response) => {
    count(response);
    const route = routeFor(request.routes, incoming.url ?? "/");
    await inTurn(request.pace, route?.cost ?? 1, response);
    if (revoked) return refuse(incoming, response, 403, "This run's lease has ended.");
    if (route === undefined) return refuse(incoming, response, 404, "No gateway here.");
    return route.handle(incoming, response);
  }, request.onError);
  const server = createServer(serverLimits, listener);
  slowErrors(server, request.pace);
  const { tunnels } = request;
  if (tunnels) {
    server.on("connect", (incoming, socket, head) => {
      count(socket);
      tunnels.handleConnect(incoming, socket, head);
    });
  } else refuseTunnels(server);
  server.maxConnections = 128;
  await open(server, request, socketPath).catch((cause) => {
    server.close();
    throw new Fault(`Could not open the run's gateway at ${socketPath}`, { kind: "engine", retry: "later", cause });
  });
  const revoke = () => {
    revoked = true;
    for (const route of request.routes) route.revoke?.();
    tunnels?.revoke();
    server.closeAllConnections();
  };
  return { socketPath, traffic: () => ({ ...traffic }), revoke, close: () => close(server, request.socketDir, revoke) };
}

/** Git is told 401 before it says its password: that is no refusal. */
async function inTurn(pace: Pace | undefined, cost: number, response: ServerResponse): Promise<void> {
  if (pace === undefined) return;
  response.once("close", () => {
    const isRefused = response.statusCode >= 400 && response.statusCode !== 401;
    if (isRefused || !response.writableFinished) pace.take(10 * cost);
  });
  await keepPace(pace, cost);
}

/** Long answers are normal (a model's stream); long requests and headers are not. */
const serverLimits = {
  maxHeaderSize: 32_768,
  headersTimeout: 30_000,
  requestTimeout: 900_000,
  keepAliveTimeout: 30_000,
};

function routeFor(routes: readonly Route[], url: string): Route | undefined {
  const path = pathOf(url);
  const fitting = routes.filter(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
  return fitting.sort((a, b) => b.prefix.length - a.prefix.length)[0];
}

/** A folder that is there stays: after a restart, a relay still has it mounted and finds the new socket in it. */
async function open(server: Server, request: RunGatewayRequest, socketPath: string): Promise<void> {
  await mkdir(request.socketDir, { recursive: true, mode: 0o700 });
  await chmod(request.socketDir, 0o700);
  await rm(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socketPath, resolve);
  });
  await admit(request, socketPath);
}

/** A folder that was given to its run's own user before stays that user's. */
async function admit({ socketDir, owner }: RunGatewayRequest, socketPath: string): Promise<void> {
  await chmod(socketPath, 0o600);
  const { uid, gid } = await stat(socketDir);
  if (uid !== process.getuid?.()) return chown(socketPath, uid, gid);
  if (!owner) return;
  await chown(socketPath, owner.uid, owner.gid);
  await chown(socketDir, owner.uid, owner.gid);
}

async function close(server: Server, socketDir: string, revoke: () => void): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  revoke();
  await closed;
  await rm(socketDir, { recursive: true, force: true });
}
