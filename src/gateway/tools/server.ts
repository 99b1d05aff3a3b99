// The tool gateway of one run: an MCP server for whoever shows the lease's token, each call within bounds and recorded.
import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
  ProtocolError,
  ProtocolErrorCode,
  Server,
} from "@modelcontextprotocol/server";
import { joined } from "../../base/blocks.ts";
import { pathOf, refuse } from "../../base/caught.ts";
import { createPace } from "../../base/pace.ts";
import { createInFlight } from "../in-flight.ts";
import { isLeaseToken, type Lease } from "../lease.ts";
import { takeBody, type Unheld } from "../model/intake.ts";
import type { Route } from "../run.ts";
import { answerGit, isByGit } from "./by-git.ts";
import { type CallLimits, type Calls, type CallsRequest, createCalls } from "./calls.ts";
import { answerHook, type HookParts, unreadHook } from "./hooks.ts";
import type { ServedTool } from "./tool.ts";
import { settleOnceSent } from "./words.ts";

export interface ToolLimits extends CallLimits {
  /** Bytes of one request. */
  readonly bodyBytes: number;
}

export const defaultToolLimits: ToolLimits = {
  calls: 2_000,
  atOnce: 8,
  bodyBytes: 256 * 1024,
  answerBytes: 64 * 1024,
  callMs: 55_000,
};

export interface ToolsRequest extends CallsRequest {
  readonly lease: Lease;
  readonly limits?: Partial<ToolLimits>;
  /** What a CLI's hooks are answered with; absent: they are let pass. */
  readonly hooks?: HookParts;
  /** Told of a request that came to no call. */
  readonly onRefused: (why: string) => void;
}

/** What a request of a client may be, besides its size: calls are flat, and their parts few. */
const jsonBounds = { depth: 32, parts: 5_000 };

/** Nothing is to be listened to, since no list ever changes: a request that stays open would pass for a sign of life. */
const handling = { maxSubscriptions: 0 };

/** The route to mount in `openRunGateway`. Stateless: each request is served by itself, by both revisions of the protocol. */
export function toolGateway(request: ToolsRequest): Required<Omit<Route, "cost">> {
  const bounds = { ...defaultToolLimits, ...request.limits };
  const calls = createCalls(request, bounds);
  const answering = new AsyncLocalStorage<ServerResponse>();
  const handler = createMcpHandler(() => serverOf(calls, () => answering.getStore()), handling);
  const holder = createInFlight(4 * bounds.bodyBytes).holder();
  const pace = createPace({ burst: 16 * bounds.bodyBytes, perSecond: bounds.bodyBytes, mostMs: 30_000 });
  return {
    prefix: "/tools",
    revoke: () => {
      calls.end();
      void handler.close();
    },
    async handle(incoming, response) {
      if (isByGit(incoming)) return answerGit(request.lease, calls, incoming, response);
      const unfit = admission(request, incoming);
      if (unfit !== null) return turnAway(request, incoming, response, unfit);
      const body = await takeBody(incoming, { limit: bounds.bodyBytes, holder, pace, json: jsonBounds });
      const isHook = pathOf(incoming.url ?? "/") === hookPath;
      if (typeof body === "string") {
        const isWhole = body !== "broken_off" && body !== "no_room";
        if (isHook && isWhole) return sendJson(response, unreadHook);
        return notTaken(request, incoming, response, body);
      }
      try {
        const bytes = joined(body.pieces);
        if (isHook) return sendJson(response, request.hooks ? await answerHook(request.hooks, bytes) : {});
        const asked = requestOf(incoming, bytes);
        const answer =
          notFromHere(asked) ?? (await answering.run(response, () => handler.fetch(asked, parsedOf(bytes))));
        await send(response, answer);
      } finally {
        holder.shrink(body.held);
      }
    },
  };
}

/** Where CLIs tell of their tools: see `answerHook`. */
const hookPath = "/tools/hook";

function sendJson(response: ServerResponse, answer: object): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(answer));
}

interface Unfit {
  readonly status: number;
  readonly sentence: string;
}

function admission({ lease }: ToolsRequest, { headers, method }: IncomingMessage): Unfit | null {
  const given = /^Bearer ([\w-]+)$/i.exec(headers.authorization ?? "")?.[1];
  if (given === undefined) return { status: 401, sentence: "This needs the run's lease as a bearer token." };
  if (!isLeaseToken(lease, given)) return { status: 403, sentence: "This is not the lease of this run." };
  if (method !== "POST") return { status: 405, sentence: "Tools are called by POST: there is no session here." };
  return null;
}

function turnAway(
  { onRefused }: ToolsRequest,
  incoming: IncomingMessage,
  response: ServerResponse,
  unfit: Unfit,
): void {
  onRefused(String(unfit.status));
  if (unfit.status === 401) response.setHeader("www-authenticate", "Bearer");
  if (unfit.status === 405) response.setHeader("allow", "POST");
  refuse(incoming, response, unfit.status, unfit.sentence);
}

const untaken: Readonly<Record<Unheld, string>> = {
  too_large: "The request has too many bytes.",
  no_room: "This run has too many bytes under way at a time.",
  depth: `A request may nest ${jsonBounds.depth} deep.`,
  parts: `A request may have ${jsonBounds.parts} parts.`,
  broken_off: "The request broke off.",
};

/** As the protocol has it: an error that belongs to no request, since none was read. */
function notTaken({ onRefused }: ToolsRequest, incoming: IncomingMessage, response: ServerResponse, why: Unheld): void {
  onRefused(why);
  const status = why === "too_large" ? 413 : why === "no_room" ? 429 : 400;
  const error = { code: ProtocolErrorCode.InvalidRequest, message: untaken[why] };
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ jsonrpc: "2.0", error, id: null }));
  incoming.resume();
}

function requestOf({ headers, url }: IncomingMessage, body: Uint8Array): Request {
  const named = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
  );
  return new Request(new URL(url ?? "/", "http://127.0.0.1"), { method: "POST", headers: named, body });
}

/** The body as the library would read it from a copy of the request; what is no JSON it reads, and refuses, itself. */
function parsedOf(body: Uint8Array): { readonly parsedBody?: unknown } {
  try {
    return { parsedBody: JSON.parse(new TextDecoder().decode(body)) };
  } catch {
    return {};
  }
}

/** Refuses what a web page in the run's own browser may have sent: a name that was bound anew, or another origin. */
function notFromHere(request: Request): Response | undefined {
  return (
    hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
    originValidationResponse(request, localhostAllowedOrigins())
  );
}

async function send(response: ServerResponse, answer: Response): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  try {
    for await (const chunk of answer.body ?? []) response.write(chunk); // all of it together is no more than one answer
    response.end();
  } catch {
    response.destroy();
  }
}

/** One server for each request, answered by `response`; what lasts is in `calls`. */
function serverOf(calls: Calls, response: () => ServerResponse | undefined): Server {
  const server = new Server(
    { name: "loopgate", version: "1" },
    { capabilities: { tools: {} }, instructions: "The tools of this run. The brief says when to call which." },
  );
  server.setRequestHandler("tools/list", () => ({ tools: calls.tools.map(listed) }));
  server.setRequestHandler("tools/call", ({ params }) => call(calls, response(), params.name, params.arguments));
  return server;
}

function listed({ name, description, inputSchema, readOnly }: ServedTool) {
  return { name, description, inputSchema: { ...inputSchema }, annotations: { readOnlyHint: readOnly } };
}

async function call(calls: Calls, response: ServerResponse | undefined, name: string, given: unknown) {
  const { isThere, outcome, text, handed } = await calls.make(name, given);
  if (handed !== undefined && response !== undefined) settleOnceSent(response, handed);
  else await handed?.settle(false);
  if (!isThere) throw new ProtocolError(ProtocolErrorCode.InvalidParams, text);
  return { content: [{ type: "text" as const, text }], isError: outcome !== "done" };
}
