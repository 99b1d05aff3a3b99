// The git gateway of one run: git's smart HTTP on its quarantine, for whoever shows the lease's token, and nothing else.
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { unreachable } from "../../base/assert.ts";
import { basicPassword, isLeaseToken, type Lease } from "../lease.ts";
import type { Route } from "../run.ts";
import { renderAnswer, renderError } from "./answer.ts";
import type { GitGatewayRequest, Session } from "./events.ts";
import { servingBounds, servingConfig, spawnGit, stopGit } from "./git.ts";
import { bodyOf, openIntake } from "./intake.ts";
import { flushPacket, packet } from "./pktline.ts";
import { takePush } from "./receive.ts";

/** The route to mount in `openRunGateway`; `revoke` ends it for good. */
export function gitGateway(request: GitGatewayRequest): Required<Route> {
  const prefix = request.prefix ?? "/repo.git";
  const session: Session = { request, stops: new Set(), pushedBytes: 0, revoked: false };
  return {
    prefix,
    cost: 5, // each starts a process of the host
    revoke: () => {
      session.revoked = true;
      for (const stop of session.stops) stop();
    },
    handle: (incoming, response) => perform(session, callOf(session, incoming, prefix), incoming, response),
  };
}

type Call =
  | { readonly kind: "refused"; readonly status: 401 | 403 | 404 | 503; readonly sentence: string }
  | { readonly kind: "advertise"; readonly service: "upload-pack" | "receive-pack" }
  | { readonly kind: "fetch" }
  | { readonly kind: "push" };

/** Git processes of one run at a time: an agent's parallel fetches must not fill the host. */
const maxProcesses = 4;

function callOf(session: Session, incoming: IncomingMessage, prefix: string): Call {
  if (session.revoked) return { kind: "refused", status: 403, sentence: "This run's lease has ended." };
  const refusal = admission(session.request.lease, incoming);
  if (refusal !== null) return refusal;
  if (session.stops.size >= maxProcesses)
    return { kind: "refused", status: 503, sentence: "Busy: one at a time, please." };
  return readCall(incoming, prefix);
}

/** Git sends no password before it is asked for one: a request without is answered 401, a wrong one 403. */
function admission(lease: Lease, incoming: IncomingMessage): (Call & { kind: "refused" }) | null {
  const given = incoming.headers.authorization;
  const wanted = "This gateway needs the run's lease as the password.";
  if (given === undefined) return { kind: "refused", status: 401, sentence: wanted };
  const password = basicPassword(given);
  if (password !== null && isLeaseToken(lease, password)) return null;
  return { kind: "refused", status: 403, sentence: "This is not the lease of this run." };
}

/** The only four requests there are. */
function readCall(incoming: IncomingMessage, prefix: string): Call {
  const asked = `${incoming.method} ${(incoming.url ?? "").slice(prefix.length)}`;
  switch (asked) {
    case "GET /info/refs?service=git-upload-pack":
      return { kind: "advertise", service: "upload-pack" };
    case "GET /info/refs?service=git-receive-pack":
      return { kind: "advertise", service: "receive-pack" };
    case "POST /git-upload-pack":
      return { kind: "fetch" };
    case "POST /git-receive-pack":
      return { kind: "push" };
    default:
      return {
        kind: "refused",
        status: 404,
        sentence: "This gateway serves one repository, by git's smart HTTP only.",
      };
  }
}

async function perform(
  session: Session,
  call: Call,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  switch (call.kind) {
    case "refused":
      return deny(session, call, incoming, response);
    case "advertise":
      return advertise(session, call, incoming, response);
    case "fetch":
      return answerFetch(session, incoming, response);
    case "push":
      return answerPush(session, incoming, response);
    default:
      return unreachable(call);
  }
}

function deny(
  session: Session,
  { status, sentence }: Call & { kind: "refused" },
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  const challenge = status === 401 ? { "www-authenticate": 'Basic realm="loopgate"' } : {};
  if (status !== 401) session.request.onEvent({ kind: "refused", names: [`http_${status}`], details: [sentence] });
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close", ...challenge });
  response.end(`${sentence}\n`);
  incoming.resume();
}

async function advertise(
  session: Session,
  { service }: Call & { kind: "advertise" },
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const announced = Buffer.concat([packet(`# service=git-${service}\n`), flushPacket]);
  const version = protocolOf(session, incoming);
  head(response, `application/x-git-${service}-advertisement`);
  if (service === "receive-pack" && !session.request.lease.mayPush) {
    const message = "this run may read but not push";
    session.request.onEvent({ kind: "refused", names: ["push_not_allowed"], details: [message] });
    response.end(Buffer.concat([announced, renderError(message)]));
    return;
  }
  if (service === "receive-pack" || version !== "version=2") response.write(announced);
  const args = [service, "--stateless-rpc", "--advertise-refs", session.request.quarantine.gitDir];
  await connect(session, { args, version: service === "receive-pack" ? "" : version, input: null, response });
}

async function answerFetch(session: Session, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  head(response, "application/x-git-upload-pack-result");
  const args = ["upload-pack", "--stateless-rpc", "--strict", session.request.quarantine.gitDir];
  let refused = false;
  const input = upTo(maxFetchBytes, bodyOf(incoming), () => {
    refused = true;
    response.destroy();
  });
  const bytes = await connect(session, { args, version: protocolOf(session, incoming), input, response });
  if (!refused) return session.request.onEvent({ kind: "fetch", bytes });
  const details = [`a fetch may ask in ${maxFetchBytes} bytes`];
  session.request.onEvent({ kind: "refused", names: ["fetch_too_large"], details });
}

/** What a fetch wants and has, unpacked: some fifty bytes for each of fifty thousand commits. */
const maxFetchBytes = 4 * 1024 * 1024;

/** The input up to so many bytes; one that has more is told of, and breaks off. */
async function* upTo(limit: number, input: AsyncIterable<Buffer>, passed: () => void): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of input) {
    bytes += chunk.length;
    if (bytes > limit) {
      passed();
      throw new Error("too large");
    }
    yield chunk;
  }
}

/** A request that asks for nothing is git's probe before a large push: it only wants to see its password accepted. */
async function answerPush(session: Session, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { request, pack } = await openIntake(incoming);
  if (request === null) {
    session.request.onEvent({ kind: "refused", names: ["malformed_push"], details: ["the push could not be read"] });
    response.writeHead(400, { "content-type": "text/plain; charset=utf-8", connection: "close" });
    response.end("This push could not be read.\n");
    return;
  }
  const probe = request.commands.length === 0 && !request.certificate && !request.shallow;
  const answer = probe ? Buffer.alloc(0) : renderAnswer(request, await takePush(session, request, pack));
  head(response, "application/x-git-receive-pack-result");
  response.end(answer);
}

function head(response: ServerResponse, type: string): void {
  response.writeHead(200, { "content-type": type, "cache-control": "no-cache, max-age=0" });
}

interface Connection {
  readonly args: readonly string[];
  readonly version: string;
  readonly input: AsyncIterable<Buffer> | null;
  readonly response: ServerResponse;
}

/** Connects a request and its answer to a git process; returns the bytes answered. A reader that goes away ends git. */
async function connect(session: Session, { args, version, input, response }: Connection): Promise<number> {
  const config = ["receive.hideRefs=refs/incoming", ...servingConfig, ...hidden(session)];
  const child = spawnGit({
    args,
    config,
    env: version === "" ? {} : { GIT_PROTOCOL: version },
    bounds: servingBounds,
  });
  const stop = () => stopGit(child);
  const timer = setTimeout(stop, 600_000);
  session.stops.add(stop);
  child.stderr.resume();
  child.on("error", () => response.destroy());
  let bytes = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  if (input === null) child.stdin.end();
  else pipeline(input, child.stdin).catch(() => undefined); // git may answer without reading everything
  await pipeline(child.stdout, response).catch(() => undefined);
  clearTimeout(timer);
  session.stops.delete(stop);
  stop();
  return bytes;
}

/** A run that may not push is one that judges: the executor's commits and their messages are not for it (T20). */
function hidden({ request: { lease } }: Session): readonly string[] {
  return lease.mayPush ? [] : [`uploadpack.hideRefs=refs/heads/${lease.branch}`];
}

/**
 * Only the protocol versions there are: the header becomes an environment variable of git. Version 2 hands out any
 * object whose id is known, hidden or not, so a run from which something is hidden speaks version 0.
 */
function protocolOf(session: Session, incoming: IncomingMessage): string {
  const header = incoming.headers["git-protocol"];
  const known = typeof header === "string" && /^version=[012]$/.test(header);
  return known && session.request.lease.mayPush ? header : "";
}
