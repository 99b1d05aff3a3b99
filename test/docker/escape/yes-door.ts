// A door that says yes to every model call and every tunnel, for controls: no lease, no list of hosts, no budget.
import { chownSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { connect, type LookupFunction } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { USER } from "../own-runtime.ts";

export interface YesDoor {
  readonly socketPath: string;
  close(): void;
}

/** Sends whatever comes below `/model/…` on to `upstream` with the key, and dials whatever CONNECT asks for. */
export async function openYesDoor(folder: string, upstream: string, key: string): Promise<YesDoor> {
  const server = createServer((asked, answer) => passOn(upstream, key, asked, answer));
  server.on("connect", tunnelAnywhere);
  return openIn(folder, server);
}

/** Listens where the relay looks, for the runs' user. */
export async function openIn(folder: string, server: Server): Promise<YesDoor> {
  const socketPath = join(folder, "gateway.sock");
  await new Promise<void>((resolve) => void server.listen(socketPath, resolve));
  chownSync(socketPath, USER.uid, USER.gid);
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { socketPath, close };
}

function passOn(upstream: string, key: string, asked: IncomingMessage, answer: ServerResponse): void {
  const url = new URL((asked.url ?? "/").replace(/^\/model\/*[^/]*/, ""), upstream);
  const headers = { ...asked.headers, authorization: `Bearer ${key}` };
  const sent = request(url, { method: asked.method, headers }, (found) => {
    answer.writeHead(found.statusCode ?? 500);
    found.pipe(answer);
  });
  asked.pipe(sent);
}

/** Every name leads to loopback here. */
const everyName: LookupFunction = (_, { all }, tell) =>
  all ? tell(null, [{ address: "127.0.0.1", family: 4 }]) : tell(null, "127.0.0.1", 4);

/** Answers a CONNECT request, whatever it names. */
export function tunnelAnywhere(asked: IncomingMessage, socket: Duplex, head: Buffer): void {
  const [, host = "", port] = /^\[?(.*?)\]?:(\d+)$/.exec(asked.url ?? "") ?? [];
  const outside = connect({ host, port: Number(port), lookup: everyName });
  outside.on("connect", () => socket.write("HTTP/1.1 200 OK\r\n\r\n") && outside.write(head));
  outside.on("error", () => socket.destroy()).pipe(socket);
  socket.on("error", () => outside.destroy()).pipe(outside);
}
