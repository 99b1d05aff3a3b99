// The operator's door: figures, readiness and pages at an address of their own, so that no stranger at the webhook's address reads them.
import { createServer, type IncomingMessage } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Registry } from "prom-client";
import { caught, pathOf, refuse, refuseTunnels } from "../base/caught.ts";
import { keepFew } from "../base/keep-few.ts";
import { type Listening, listen } from "../base/listen.ts";
import { isUnder, mayAskForFigures, thisMachine, unfitFor } from "./page/guard.ts";
import type { Readiness } from "./readiness.ts";

export interface OperatorDoor {
  readonly host: string;
  readonly port: number; // 0: a free one
  readonly registry: Registry;
  readonly readiness: () => Promise<Readiness>;
  /** Where people reach the pages through a TLS proxy. Absent: under this machine's own names only. */
  readonly url?: string;
  /** What people read here. */
  readonly pages?: Pages;
  /** Told of what could not be answered. */
  readonly onError: (error: unknown) => void;
}

export type Pages = Pick<Hono, "fetch">;

const methods = ["GET", "HEAD", "POST"];
const onlyForms = [405, "Only GET and forms are answered here."] as const;
const foreign =
  "Figures are answered under this machine's names, and where another address was set, under any address or name without a dot.";
const absent = "There are pages here.";

const plain = "text/plain; charset=utf-8";
const limits = { headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 60_000, maxHeaderSize: 16_384 };
const mostConnections = 256;

/**
 * Serves `/metrics` for Prometheus, `/readyz` (200 where all parts answer, 503 where one does not), and the pages. Throws Fault
 * when it cannot listen.
 */
export async function openOperatorDoor(door: OperatorDoor): Promise<Listening> {
  const { host, port, url, registry, readiness, pages, onError } = door;
  const isOwnAlone = isUnder(thisMachine, { headers: { host } });
  const names = url === undefined ? thisMachine : [...thisMachine, new URL(url).hostname];
  const web = pages === undefined ? null : getRequestListener(pages.fetch, { overrideGlobalObjects: false });
  const server = createServer(
    limits,
    caught(async (request, response) => {
      const path = pathOf(request.url ?? "/");
      const isFigures = path === "/metrics" || path === "/readyz";
      if (isFigures && url !== undefined && isFromOutside(request, url)) return refuse(request, response, 404, absent);
      if (isFigures && !mayAskForFigures(isOwnAlone, request)) return refuse(request, response, 421, foreign);
      if (!isFigures && web !== null) {
        const unfit = methods.includes(request.method ?? "") ? unfitFor(names, request) : onlyForms;
        return unfit === null ? web(request, response) : refuse(request, response, ...unfit);
      }
      if (request.method !== "GET" && request.method !== "HEAD")
        return refuse(request, response, 405, "Only GET is answered here.");
      if (!isFigures) return refuse(request, response, 404, "There are /metrics and /readyz here.");
      if (path === "/metrics") {
        const text = await registry.metrics();
        response.writeHead(200, { "content-type": registry.contentType }).end(text);
        return;
      }
      const { ready, lines } = await readiness();
      const said = [ready ? "ready" : "not ready", ...lines].join("\n");
      response.writeHead(ready ? 200 : 503, { "content-type": plain }).end(`${said}\n`);
    }, onError),
  );
  keepFew(server, mostConnections);
  refuseTunnels(server);
  const { url: address, close } = await listen(server, { host, port });
  return {
    url: address,
    async close() {
      const closed = close();
      // A browser that follows a loop would be waited for until it goes; nothing that is only read here is worth that.
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What the App costs is nobody's business who comes by the address that people have: under its name, or through its proxy. */
function isFromOutside(request: IncomingMessage, url: string): boolean {
  const { headers } = request;
  const isForwarded = ["forwarded", "x-forwarded-for", "x-forwarded-host"].some((name) => headers[name] !== undefined);
  return isForwarded || isUnder([new URL(url).hostname], request);
}
