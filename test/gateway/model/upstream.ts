// A model provider on loopback that answers as the test tells it to, over real HTTP.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  // biome-ignore lint/suspicious/noExplicitAny: the body is whatever the gateway sent, read freely by assertions
  readonly body: any;
}

export type Script = (received: Received, response: ServerResponse) => void | Promise<void>;

export interface Upstream {
  readonly url: string;
  readonly received: Received[];
  /** What comes next; the last script stays. */
  script(script: Script): void;
}

export async function anUpstream(first: Script): Promise<Upstream> {
  let script = first;
  const received: Received[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const { method = "", url = "", headers } = incoming;
    const one = { method, url, headers, body: text === "" ? null : JSON.parse(text) };
    received.push(one);
    await script(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    script: (next) => {
      script = next;
    },
  };
}

export function json(body: object, status = 200, headers: Record<string, string> = {}): Script {
  return (_, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };
}

export function events(pieces: readonly string[]): Script {
  return (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const piece of pieces) response.write(piece);
    response.end();
  };
}

/** The pieces, and then the connection is gone. */
export function cutAfter(pieces: readonly string[]): Script {
  return (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(pieces.join(""), () => response.destroy());
  };
}
