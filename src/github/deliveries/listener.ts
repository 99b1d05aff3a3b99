// The App's HTTP server: deliveries and a sign of life behind one address, and no request that can hold it up.
import { createServer } from "node:http";
import { caught, type Handler, pathOf, refuseTunnels, slowErrors } from "../../base/caught.ts";
import { keepFew } from "../../base/keep-few.ts";
import { type Listening, listen } from "../../base/listen.ts";
import { keepPace, type Pace } from "../../base/pace.ts";

/** Where GitHub sends webhooks, below the App's public address. */
export const webhookPath = "/api/github/webhooks";

export interface ListenerOptions {
  readonly host: string;
  readonly port: number; // 0: a free one
  readonly webhookPath: string;
  readonly deliveries: Handler;
  /** What `/healthz` answers; its first line is `ok`. */
  readonly health?: () => string;
  /** What else may be read here by anyone, by its path. */
  readonly documents?: Readonly<Record<string, Document>>;
  /** How fast requests are answered that are for nothing here. Absent: as fast as they come. */
  readonly refused?: Pace;
  /** Told of what a handler threw. */
  readonly onError: (error: unknown) => void;
}

export interface Document {
  readonly type: string; // as in `application/json`
  readonly text: string;
}

/** GitHub gives up after ten seconds; a request that takes three times as long is nobody's who waits. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
};

/** A surge of a thousand deliveries, each on a connection of its own, stays below it (F22). */
const mostConnections = 2_048;

/** Starts listening. Throws Fault when it cannot. */
export async function startListener(options: ListenerOptions): Promise<Listening> {
  const { webhookPath, deliveries, onError, refused, health = () => "ok\n", documents = {} } = options;
  const plain = "text/plain; charset=utf-8";
  const shown = new Map(Object.entries(documents));
  const server = createServer(
    limits,
    caught(async (request, response) => {
      const path = pathOf(request.url ?? "/");
      if (path === webhookPath) return deliveries(request, response);
      const document = path === "/healthz" ? { type: plain, text: health() } : shown.get(path);
      const { type, text } = document ?? { type: plain, text: "Nothing here. Loopgate speaks in issue threads.\n" };
      if (document === undefined) await keepPace(refused, 1);
      response.writeHead(document === undefined ? 404 : 200, { "content-type": type }).end(text);
    }, onError),
  );
  refuseTunnels(server);
  slowErrors(server, refused);
  keepFew(server, mostConnections);
  return listen(server, options);
}
