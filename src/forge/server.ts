// The forge's one HTTP server: git, the API and the pages share a port, told apart by path.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { caught, pathOf, refuse, refuseTunnels } from "../base/caught.ts";
import { Fault } from "../base/fault.ts";
import type { ForgeEnv } from "./caller.ts";
import type { GitServer } from "./git/http.ts";

export interface ServerParts {
  readonly git: GitServer;
  readonly api: Hono<ForgeEnv>;
  readonly pages: Hono;
  /** Requests that are neither: the blobs that logs are kept in. */
  readonly blobs: { owns(url: string): boolean; handle(request: IncomingMessage, response: ServerResponse): void };
}

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

const apiRoots = /^\/(app|apps|app-manifests|graphql|installation|orgs|rate_limit|repos|repositories|user|users)(\/|$)/;

/** Whether a request is for the API: below `/api`, or one of its roots when a program (not a browser) asks. */
function isForApi(path: string, accept: string): boolean {
  return path.startsWith("/api/") || (apiRoots.test(path) && !accept.includes("text/html"));
}

/** Starts listening; port 0 takes a free one. Throws a `Fault` when the port is taken. */
export async function listen(parts: ServerParts, port: number, host: string): Promise<Listening> {
  const web = getRequestListener((request, env) => {
    const isApi = isForApi(pathOf(request.url), request.headers.get("accept") ?? "");
    return isApi ? parts.api.fetch(request, env) : parts.pages.fetch(request, env);
  });
  const server = createServer(
    caught((request, response) => {
      const target = request.url ?? "/";
      // A browser or program never sends one that no address can be made of; what is behind us would throw on it.
      if (!isAddress(target)) return refuse(request, response, 400, "That is not an address.");
      // A page of another site that has its name lead to this machine comes with that name: a browser would let it read all.
      if (!isOwnHost(request)) return refuse(request, response, 421, "This forge answers under its own address only.");
      if (parts.git.owns(target)) return parts.git.handle(request, response);
      return parts.blobs.owns(target) ? parts.blobs.handle(request, response) : web(request, response);
    }),
  );
  refuseTunnels(server);
  await started(server, port, host);
  const { port: taken } = server.address() as AddressInfo;
  return { url: `http://${host}:${taken}`, close: () => stop(server) };
}

/** Whether an address can be made of it, and names of files and branches of what it spells: those hold no NUL. */
function isAddress(target: string): boolean {
  if (!URL.canParse(target, "http://localhost") || target.includes("%00")) return false;
  try {
    decodeURIComponent(pathOf(target));
    return true;
  } catch {
    return false;
  }
}

const ownNames = ["127.0.0.1", "localhost", "[::1]"];

/** Whether it was asked for under this machine's own name, in its Host header as in its target. */
function isOwnHost({ headers: { host = "" }, url = "/", socket }: IncomingMessage): boolean {
  const [, authority = host] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url) ?? [];
  return [host, authority].every((one) => {
    const [, name = "", port] = /^([^:]*|\[[0-9a-f:]*\])(?::(\d{1,5}))?$/i.exec(one) ?? [];
    return ownNames.includes(name.toLowerCase()) && (port === undefined || Number(port) === socket.localPort);
  });
}

function started(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new Fault(`The forge could not listen on ${host}:${port}: ${cause.message}`, {
          kind: "engine",
          retry: "never",
          cause,
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
