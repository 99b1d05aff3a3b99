// The operator's door: figures and readiness at an address of their own, so that no stranger at the webhook's address reads them.
import { createServer } from "node:http";
import type { Registry } from "prom-client";
import { caught, pathOf, refuse, refuseTunnels } from "../base/caught.ts";
import { type Listening, listen } from "../base/listen.ts";
import type { Readiness } from "./readiness.ts";

export interface OperatorDoor {
  readonly host: string;
  readonly port: number; // 0: a free one
  readonly registry: Registry;
  readonly readiness: () => Promise<Readiness>;
  /** Told of what could not be answered. */
  readonly onError: (error: unknown) => void;
}

const plain = "text/plain; charset=utf-8";
const limits = { headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 60_000, maxHeaderSize: 16_384 };

/** Serves `/metrics` for Prometheus, and `/readyz`: 200 where all parts answer, 503 where one does not. Throws Fault when it cannot listen. */
export async function openOperatorDoor({ host, port, registry, readiness, onError }: OperatorDoor): Promise<Listening> {
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
      if (path !== "/readyz") return refuse(request, response, 404, "There are /metrics and /readyz here.");
      const { ready, lines } = await readiness();
      const said = [ready ? "ready" : "not ready", ...lines].join("\n");
      response.writeHead(ready ? 200 : 503, { "content-type": plain }).end(`${said}\n`);
    }, onError),
  );
  server.maxConnections = 64;
  refuseTunnels(server);
  return listen(server, { host, port });
}
