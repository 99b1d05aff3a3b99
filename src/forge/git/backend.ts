// Git's services over HTTP: the request streams into git, its answer streams out.
import type { IncomingMessage, ServerResponse } from "node:http";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { startProgram } from "../../base/start-program.ts";
import { git, gitEnvironment } from "./run.ts";

export interface Backend {
  readonly gitDir: string;
  /** The login that git is told pushes; empty for who has not signed in. */
  readonly user: string;
  readonly maxBytes: number;
  /** What the receive hook reads. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs one request: git's own service, without `git http-backend` and the git that starts it. `beforeEnd` runs when git has
 * exited, before the answer's last byte. https://git-scm.com/docs/http-protocol
 */
export async function runBackend(
  backend: Backend,
  request: IncomingMessage,
  response: ServerResponse,
  beforeEnd: () => Promise<void> = async () => {},
): Promise<void> {
  const wanted = wantedOf(request);
  if (wanted === null) return void response.writeHead(403).end("Please upgrade your git client.");
  const { service, isAdvertisement } = wanted;
  const kind = isAdvertisement ? "advertisement" : "result";
  if (!isAdvertisement && request.headers["content-type"] !== `application/x-git-${service}-request`)
    return void response.writeHead(415).end();
  response.writeHead(200, { "content-type": `application/x-git-${service}-${kind}`, "cache-control": "no-cache" });
  if (isAdvertisement && service === "upload-pack" && speaksSecond(request)) {
    response.write(await capabilitiesOf(backend, protocolOf(request)));
    await beforeEnd();
    return void response.end();
  }
  if (isAdvertisement) response.write(Buffer.concat([packet(`# service=git-${service}\n`), flushPacket]));
  const how = isAdvertisement ? "--http-backend-info-refs" : "--stateless-rpc";
  await runService(backend, [...hooksOf(backend), service, how, "."], request, response);
  await beforeEnd();
  response.end();
}

const capabilities = new Map<string, Promise<string>>();

/** What git says first in the second version: its own abilities and the repository's settings, which stay as they are. */
function capabilitiesOf({ gitDir }: Backend, protocol: string): Promise<string> {
  const key = `${gitDir}\0${protocol}`;
  const said =
    capabilities.get(key) ??
    git(gitDir, ["upload-pack", "--http-backend-info-refs", "."], { env: { GIT_PROTOCOL: protocol } });
  capabilities.set(key, said);
  said.catch(() => capabilities.delete(key));
  return said;
}

async function runService(
  backend: Backend,
  args: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const child = startProgram("git", ["-c", "safe.directory=*", ...args], {
    cwd: backend.gitDir,
    env: environment(backend, request),
  });
  const exited = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const failed = new Promise<never>((_, reject) => child.on("error", reject));
  child.stderr.resume();
  const plain = /^(x-)?gzip$/.test(request.headers["content-encoding"] ?? "") ? [createGunzip()] : [];
  const incoming = pipeline([request, capped(backend.maxBytes), ...plain, child.stdin]).catch(
    (error: NodeJS.ErrnoException) => {
      // Git that stopped reading by itself still answers. Who went away or sent too much leaves it waiting, and it is ended.
      if (error.code !== "EPIPE") child.kill("SIGTERM");
    },
  );
  const answer = (async () => {
    for await (const chunk of child.stdout) if (!response.write(chunk)) await drained(response);
  })();
  await Promise.race([Promise.all([answer, incoming, exited]), failed]);
}

/** A push that no rule is about needs no hook. */
function hooksOf({ env }: Backend): string[] {
  const refuses = [env.FORGE_CLOSED, env.FORGE_KEEP, env.FORGE_SIGNED, env.FORGE_RULES];
  const isFree = refuses.every((rule) => rule === "") && env.FORGE_NO_WORKFLOWS === "0";
  return isFree ? ["-c", "core.hooksPath=/dev/null"] : [];
}

type Service = "upload-pack" | "receive-pack";

/** What is asked for: the refs and capabilities of a service, or the service itself. Null is a form of asking that is long gone. */
function wantedOf(request: IncomingMessage): { service: Service; isAdvertisement: boolean } | null {
  const url = new URL(request.url ?? "/", "http://forge");
  const named = url.pathname.endsWith("/info/refs") ? url.searchParams.get("service") : url.pathname.split("/").at(-1);
  const [, service] = /^git-(upload-pack|receive-pack)$/.exec(named ?? "") ?? [];
  const isAdvertisement = url.pathname.endsWith("/info/refs");
  if (service === undefined || request.method !== (isAdvertisement ? "GET" : "POST")) return null;
  return { service: service as Service, isAdvertisement };
}

/** The second version of the protocol begins with what the server can, and not with its refs. */
const speaksSecond = (request: IncomingMessage) => /(^|:)version=2(:|$)/.test(protocolOf(request));

function protocolOf(request: IncomingMessage): string {
  const protocol = request.headers["git-protocol"];
  return typeof protocol === "string" ? protocol : "";
}

function environment(backend: Backend, request: IncomingMessage): Record<string, string> {
  const protocol = protocolOf(request);
  return {
    ...gitEnvironment,
    ...backend.env,
    ...(backend.user ? { GIT_COMMITTER_NAME: backend.user, GIT_COMMITTER_EMAIL: `${backend.user}@127.0.0.1` } : {}),
    ...(protocol ? { GIT_PROTOCOL: protocol } : {}),
  };
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

/** A line of the protocol, with its length before it: https://git-scm.com/docs/protocol-common */
function packet(text: string): Buffer {
  return Buffer.from(`${(text.length + 4).toString(16).padStart(4, "0")}${text}`);
}

const flushPacket = Buffer.from("0000");
