// The one catch around every door of ours: whatever a request does to its handler, the process goes on.
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Pace } from "./pace.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/**
 * A listener that neither throws nor rejects. What its handler throws is told to `onError` and answered with 500, or cut
 * where an answer has begun.
 */
export function caught(handler: Handler, onError: (error: unknown) => void = () => {}): RequestListener {
  return async (request, response) => {
    if (isAhead(request, response)) return;
    // A socket that breaks in the middle of an answer is nobody's fault, and must not be an uncaught one.
    response.on("error", () => {});
    try {
      await handler(request, response);
    } catch (error) {
      onError(error);
      if (response.headersSent) response.destroy();
      else refuse(request, response, 500, "The request could not be answered. The log says why.");
    }
  };
}

/** Clients wait for an answer before they ask for more on the same connection, apt for ten; so many are let pass before they have it. */
const mostAhead = 12;
const underWay = new WeakMap<IncomingMessage["socket"], number>();

/** Whether its connection is cut for asking again and again before it was answered: each question that waits takes memory. */
function isAhead({ socket }: IncomingMessage, response: ServerResponse): boolean {
  const count = (underWay.get(socket) ?? 0) + 1;
  underWay.set(socket, count);
  response.once("close", () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
  if (count > mostAhead) socket.destroy();
  return socket.destroyed;
}

/** A short answer in plain text; the rest of the request is thrown away with the connection. */
export function refuse(request: IncomingMessage, response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" });
  response.end(`${sentence}\n`);
  request.resume();
}

/** Answers CONNECT with 405 where a server has no tunnels: Node would hang up without a word. */
export function refuseTunnels(server: Server): void {
  server.on("connect", (_: IncomingMessage, socket: Duplex) => {
    socket.on("error", () => {});
    socket.end("HTTP/1.1 405 Method Not Allowed\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  });
}

/** Answers what is no HTTP at a pace, and else as Node does: whoever sends nothing but that takes little of our time. */
export function slowErrors(server: Server, pace: Pace | undefined): void {
  if (pace === undefined) return;
  const answered = new WeakSet<Duplex>();
  server.on("clientError", ({ code }: NodeJS.ErrnoException, socket: Duplex) => {
    if (answered.has(socket)) return;
    answered.add(socket);
    socket.pause().on("error", () => {});
    const status = statusOf[code ?? ""] ?? "400 Bad Request";
    setTimeout(() => {
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`, () => socket.destroy());
    }, pace.take(1)).unref();
  });
}

const statusOf: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Payload Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** The path of a request's target, in whichever of its forms it came; not decoded, and never a throw. */
export function pathOf(target: string): string {
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "").split(/[?#]/, 1)[0];
  return path === undefined || path === "" ? "/" : path;
}
