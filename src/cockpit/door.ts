// The operator's door: figures, readiness and pages at an address of their own, so that no stranger at the webhook's address reads them.
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Registry } from "prom-client";
import { caught, pathOf, refuse, refuseTunnels } from "../base/caught.ts";
import { type Listening, listen } from "../base/listen.ts";
import { isUnder, type PageEnv, thisMachine } from "./page/guard.ts";
import type { Readiness } from "./readiness.ts";

export interface OperatorDoor {
  readonly host: string;
  readonly port: number; // 0: a free one
  readonly registry: Registry;
  readonly readiness: () => Promise<Readiness>;
  /** What people read here, under this machine's own names only. */
  readonly pages?: Hono<PageEnv>;
  /** Told of what could not be answered. */
  readonly onError: (error: unknown) => void;
}

const plain = "text/plain; charset=utf-8";
const limits = { headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 60_000, maxHeaderSize: 16_384 };

/**
 * Serves `/metrics` for Prometheus, `/readyz` (200 where all parts answer, 503 where one does not), and the pages. Throws Fault
 * when it cannot listen.
 */
export async function openOperatorDoor(door: OperatorDoor): Promise<Listening> {
  const { host, port, registry, readiness, pages, onError } = door;
  const web = pages === undefined ? null : getRequestListener(pages.fetch, { overrideGlobalObjects: false });
  const server = createServer(
    limits,
    caught(async (request, response) => {
      const path = pathOf(request.url ?? "/");
      if (request.method !== "GET" && request.method !== "HEAD")
        return refuse(request, response, 405, "Only GET is answered here.");
      if (path === "/metrics") {
        const text = await registry.metrics();
        response.writeHead(200, { "content-type": registry.contentType }).end(text);
        return;
      }
      if (path !== "/readyz") {
        if (web === null) return refuse(request, response, 404, "There are /metrics and /readyz here.");
        if (!isUnder(thisMachine, request))
          return refuse(
            request,
            response,
            421,
            "The pages are answered under this machine's own names only, such as 127.0.0.1.",
          );
        if (!URL.canParse(request.url ?? "", "http://localhost"))
          return refuse(request, response, 400, "That is not an address.");
        return web(request, response);
      }
      const { ready, lines } = await readiness();
      const said = [ready ? "ready" : "not ready", ...lines].join("\n");
      response.writeHead(ready ? 200 : 503, { "content-type": plain }).end(`${said}\n`);
    }, onError),
  );
  server.maxConnections = 256;
  refuseTunnels(server);
  const { url, close } = await listen(server, { host, port });
  return {
    url,
    async close() {
      const closed = close();
      // A browser that follows a loop would be waited for until it goes; nothing that is only read here is worth that.
      server.closeAllConnections();
      await closed;
    },
  };
}
