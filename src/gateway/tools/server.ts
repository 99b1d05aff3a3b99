// The tool gateway of one run: an MCP server for whoever shows the lease's token, each call within bounds and recorded.
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
import { refuse } from "../../base/caught.ts";
import { createPace } from "../../base/pace.ts";
import { createInFlight } from "../in-flight.ts";
import { isLeaseToken, type Lease } from "../lease.ts";
import { takeBody, type Unheld } from "../model/intake.ts";
import type { Route } from "../run.ts";
import { refused, type ServedTool, type ToolAnswer, type ToolCall } from "./tool.ts";

export interface ToolLimits {
  /** Calls over the whole run. */
  readonly calls: number;
  /** Calls at a time. */
  readonly atOnce: number;
  /** Bytes of one request. */
  readonly bodyBytes: number;
  /** Bytes of one answer's text. */
  readonly answerBytes: number;
  /** Until a call is answered, in milliseconds: the shortest patience among clients is 60 s. */
  readonly callMs: number;
}

export const defaultToolLimits: ToolLimits = {
  calls: 2_000,
  atOnce: 8,
  bodyBytes: 256 * 1024,
  answerBytes: 64 * 1024,
  callMs: 55_000,
};

export interface ToolsRequest {
  readonly lease: Lease;
  readonly tools: readonly ServedTool[];
  readonly limits?: Partial<ToolLimits>;
  /** How many calls the run had made before this process served it. */
  readonly earlier?: number;
  /** Told of each call before it is answered. `named`: what was called, as the client put it. */
  readonly onCall: (call: ToolCall, named: string) => Promise<void>;
  /** Told of a request that came to no call. */
  readonly onRefused: (why: string) => void;
  /** Told of a tool's own error, which the client only hears of as a failure. */
  readonly onError: (error: unknown) => void;
}

/** What a request of a client may be, besides its size: calls are flat, and their parts few. */
const jsonBounds = { depth: 32, parts: 5_000 };

/** Nothing is to be listened to, since no list ever changes: a request that stays open would pass for a sign of life. */
const handling = { maxSubscriptions: 0 };

interface Serving extends ToolsRequest {
  readonly bounds: ToolLimits;
  readonly ended: AbortController;
  calls: number;
  open: number;
}

/** The route to mount in `openRunGateway`. Stateless: each request is served by itself, by both revisions of the protocol. */
export function toolGateway(request: ToolsRequest): Required<Omit<Route, "cost">> {
  const bounds = { ...defaultToolLimits, ...request.limits };
  const serving: Serving = {
    ...request,
    bounds,
    ended: new AbortController(),
    calls: request.earlier ?? 0,
    open: 0,
  };
  const handler = createMcpHandler(() => serverOf(serving), handling);
  const holder = createInFlight(4 * bounds.bodyBytes).holder();
  const pace = createPace({ burst: 16 * bounds.bodyBytes, perSecond: bounds.bodyBytes, mostMs: 30_000 });
  return {
    prefix: "/tools",
    revoke: () => {
      serving.ended.abort();
      void handler.close();
    },
    async handle(incoming, response) {
      const unfit = admission(serving, incoming);
      if (unfit !== null) return turnAway(serving, incoming, response, unfit);
      const body = await takeBody(incoming, { limit: bounds.bodyBytes, holder, pace, json: jsonBounds });
      if (typeof body === "string") return notTaken(serving, incoming, response, body);
      const gone = new AbortController();
      response.once("close", () => gone.abort());
      try {
        const asked = requestOf(incoming, body.bytes, gone.signal);
        const answer = notFromHere(asked) ?? (await handler.fetch(asked));
        await send(response, answer);
      } finally {
        holder.shrink(body.held);
      }
    },
  };
}

interface Unfit {
  readonly status: number;
  readonly sentence: string;
}

function admission({ lease }: Serving, { headers, method }: IncomingMessage): Unfit | null {
  const given = /^Bearer ([\w-]+)$/i.exec(headers.authorization ?? "")?.[1];
  if (given === undefined) return { status: 401, sentence: "This needs the run's lease as a bearer token." };
  if (!isLeaseToken(lease, given)) return { status: 403, sentence: "This is not the lease of this run." };
  if (method !== "POST") return { status: 405, sentence: "Tools are called by POST: there is no session here." };
  return null;
}

function turnAway({ onRefused }: Serving, incoming: IncomingMessage, response: ServerResponse, unfit: Unfit): void {
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
function notTaken({ onRefused }: Serving, incoming: IncomingMessage, response: ServerResponse, why: Unheld): void {
  onRefused(why);
  const status = why === "too_large" ? 413 : why === "no_room" ? 429 : 400;
  const error = { code: ProtocolErrorCode.InvalidRequest, message: untaken[why] };
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ jsonrpc: "2.0", error, id: null }));
  incoming.resume();
}

function requestOf({ headers, url }: IncomingMessage, body: Uint8Array, signal: AbortSignal): Request {
  const named = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
  );
  return new Request(new URL(url ?? "/", "http://127.0.0.1"), { method: "POST", headers: named, body, signal });
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

/** One server for each request; what lasts is in `serving`. */
function serverOf(serving: Serving): Server {
  const server = new Server(
    { name: "loopgate", version: "1" },
    { capabilities: { tools: {} }, instructions: "The tools of this run. The brief says when to call which." },
  );
  server.setRequestHandler("tools/list", () => ({ tools: serving.tools.map(listed) }));
  server.setRequestHandler("tools/call", ({ params }) => call(serving, params.name, params.arguments));
  return server;
}

function listed({ name, description, inputSchema, readOnly }: ServedTool) {
  return { name, description, inputSchema: { ...inputSchema }, annotations: { readOnlyHint: readOnly } };
}

async function call(serving: Serving, name: string, given: unknown) {
  const startedAt = performance.now();
  const tool = serving.tools.find((one) => one.name === name);
  serving.open += 1;
  serving.calls += 1;
  const answer = await (unfitCall(serving, tool) ?? answered(serving, tool as ServedTool, given)).finally(() => {
    serving.open -= 1;
  });
  const text = clipped(answer.text, serving.bounds.answerBytes);
  const ms = Math.round(performance.now() - startedAt);
  const { outcome } = answer;
  await serving.onCall({ tool: tool?.name ?? null, outcome, ms, bytes: Buffer.byteLength(text) }, name);
  if (tool === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, text);
  return { content: [{ type: "text" as const, text }], isError: outcome !== "done" };
}

/** Why a call is not made. The name is the agent's own word, and not repeated. */
function unfitCall({ calls, open, bounds, tools }: Serving, tool: ServedTool | undefined): Promise<ToolAnswer> | null {
  const says = (sentence: string) => Promise.resolve(refused(sentence));
  if (tool === undefined) return says(`There is no such tool. There are ${tools.map(({ name }) => name).join(", ")}.`);
  if (calls > bounds.calls)
    return says(`A run may call its tools ${bounds.calls} times, and this one has. Go on without them.`);
  return open > bounds.atOnce ? says(`A run may make ${bounds.atOnce} calls at a time. Wait for those first.`) : null;
}

/** In time, whatever the tool does. */
async function answered(serving: Serving, tool: ServedTool, given: unknown): Promise<ToolAnswer> {
  const { bounds, ended, onError } = serving;
  const late = AbortSignal.timeout(bounds.callMs);
  const gone = AbortSignal.any([late, ended.signal]);
  const tooLate = new Promise<ToolAnswer>((resolve) => {
    const giveUp = () => resolve({ outcome: "failed", text: "The tool did not answer in time." });
    gone.addEventListener("abort", giveUp, { once: true });
  });
  try {
    return await Promise.race([tool.call(given, gone), tooLate]);
  } catch (error) {
    onError(error);
    return { outcome: "failed", text: "The tool failed, by no fault of yours. You can go on without it." };
  }
}

/** At most so many bytes, cut between characters. */
function clipped(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  const note = "\n(The rest was left out for length.)";
  const kept = Buffer.from(text)
    .subarray(0, most - Buffer.byteLength(note))
    .toString("utf8");
  return `${kept.replace(/\uFFFD$/, "")}${note}`;
}
