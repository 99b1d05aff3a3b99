// `git http-backend` as a CGI program: the request streams in, its answer streams out.
import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { basename, dirname } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gitEnvironment } from "./run.ts";

export interface Backend {
  readonly gitDir: string;
  /** The login that git is told pushes; empty for who has not signed in. */
  readonly user: string;
  readonly maxBytes: number;
  /** What the receive hook reads. */
  readonly env: Readonly<Record<string, string>>;
}

/** Runs one request. `beforeEnd` runs when git has exited, before the answer's last byte. */
export async function runBackend(
  backend: Backend,
  request: IncomingMessage,
  response: ServerResponse,
  beforeEnd: () => Promise<void> = async () => {},
): Promise<void> {
  const child = spawn("git", ["http-backend"], { env: environment(backend, request), stdio: ["pipe", "pipe", "pipe"] });
  const exited = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const failed = new Promise<never>((_, reject) => child.on("error", reject));
  child.stderr.resume();
  const incoming = pipeline(request, capped(backend.maxBytes), child.stdin).catch((error: NodeJS.ErrnoException) => {
    // Git that stopped reading by itself still answers. Who went away or sent too much leaves it waiting, and it is ended.
    if (error.code !== "EPIPE") child.kill();
  });
  const answer = (async () => {
    for await (const chunk of cgi(child.stdout, response)) if (!response.write(chunk)) await drained(response);
  })();
  await Promise.race([Promise.all([answer, incoming, exited]), failed]);
  await beforeEnd();
  response.end();
}

function environment(backend: Backend, request: IncomingMessage): Record<string, string> {
  const url = new URL(request.url ?? "/", "http://forge");
  const tail = /\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(url.pathname)?.[0] ?? "";
  const length = request.headers["content-length"];
  const encoding = request.headers["content-encoding"];
  const protocol = request.headers["git-protocol"];
  return {
    ...gitEnvironment,
    ...backend.env,
    GIT_PROJECT_ROOT: dirname(backend.gitDir),
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: `/${basename(backend.gitDir)}${tail}`,
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method ?? "GET",
    CONTENT_TYPE: request.headers["content-type"] ?? "",
    REMOTE_USER: backend.user,
    REMOTE_ADDR: "127.0.0.1",
    ...(length === undefined ? {} : { CONTENT_LENGTH: length }),
    ...(encoding === undefined ? {} : { HTTP_CONTENT_ENCODING: encoding }),
    ...(typeof protocol === "string" ? { GIT_PROTOCOL: protocol } : {}),
  };
}

/** Takes the CGI headers off the front, writes them to the response, and passes the rest on. */
async function* cgi(output: AsyncIterable<Buffer>, response: ServerResponse): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  let started = false;
  for await (const chunk of output) {
    if (started) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) continue;
    started = true;
    writeHead(response, head.subarray(0, end).toString("latin1"));
    if (head.length > end + 4) yield head.subarray(end + 4);
  }
  if (!started) response.writeHead(500);
}

function writeHead(response: ServerResponse, head: string): void {
  const fields = head.split("\r\n").map((line) => line.split(/:\s*/, 2) as [string, string]);
  const status = fields.find(([name]) => name.toLowerCase() === "status")?.[1];
  response.writeHead(
    Number(status?.slice(0, 3) ?? 200),
    Object.fromEntries(fields.filter(([name]) => name.toLowerCase() !== "status")),
  );
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve(); // its close has been told already
    response.once("drain", resolve);
    response.once("close", resolve);
  });
}

function capped(maxBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      done(seen > maxBytes ? new Error(`a push of more than ${maxBytes} bytes`) : null, chunk);
    },
  });
}
