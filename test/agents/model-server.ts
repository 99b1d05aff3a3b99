// A scripted model behind the four providers' wires: it makes a client write a file, look at it, and finish.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Asked, Manners, Sent, Step, Usage, Wire } from "./script.ts";
import { anthropic } from "./wires/anthropic.ts";
import { chat } from "./wires/chat.ts";
import { gemini } from "./wires/gemini.ts";
import { responses } from "./wires/responses.ts";

/** One model call as it arrived, and what it was billed. */
export interface Call extends Asked {
  readonly wire: Wire["name"];
  readonly credential: string;
  /** The whole request, as it was sent. */
  readonly text: string;
  readonly usage: Usage;
}

export interface ModelServer {
  readonly url: string;
  readonly calls: readonly Call[];
  /** The statuses of the calls that it failed. */
  readonly failures: readonly number[];
  /** Requests that are no model call, answered with 404: `METHOD path`. */
  readonly others: readonly string[];
  close(): Promise<void>;
}

const wires: readonly Wire[] = [anthropic, responses, chat, gemini];

/** Starts the server on loopback. */
export async function startModelServer(steps: readonly Step[], manners: Manners = {}): Promise<ModelServer> {
  const script: Script = { steps, manners, calls: [], failures: [], others: [] };
  const server = createServer((request, response) => void answer(script, request, response));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { ...script, url: `http://127.0.0.1:${port}`, close: () => close(server) };
}

/** What it says when it fails. */
export const TROUBLE = "The scripted model has trouble.";

/** What the call at this turn is billed; no two turns alike, so that a lost one shows. */
export function usageOf(turn: number): Usage {
  return { input: 1000 + 100 * turn, cached: 200 + turn, output: 50 + 10 * turn, reasoning: 5 + turn };
}

interface Script {
  readonly steps: readonly Step[];
  readonly manners: Manners;
  readonly calls: Call[];
  readonly failures: number[];
  readonly others: string[];
}

async function answer(script: Script, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://model");
  const body = await readBody(request);
  const wire = request.method === "POST" ? wires.find(({ isCall }) => isCall(url.pathname)) : undefined;
  if (wire === undefined || body === null) {
    script.others.push(`${request.method} ${url.pathname}`);
    response.writeHead(404, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { type: "not_found_error", message: "Nothing here." } }));
    return;
  }
  const asked = wire.read(body, url);
  const turn = script.calls.length;
  const failing = script.manners.failing?.(turn + script.failures.length) ?? null;
  if (failing !== null) {
    script.failures.push(failing);
    response.writeHead(failing, { "content-type": "application/json" });
    return void response.end(JSON.stringify(wire.failure(failing, TROUBLE)));
  }
  const usage = billOf(turn, asked, script.manners);
  script.calls.push({
    ...asked,
    wire: wire.name,
    text: JSON.stringify(body),
    credential: wire.credential(request.headers),
    usage,
  });
  send(response, asked.streamed, wire.answer(stepFor(script.steps, asked), usage, asked, turn));
}

function billOf(turn: number, { outputLimit }: Asked, { isDear = false }: Manners): Usage {
  const usage = usageOf(turn);
  return isDear && outputLimit !== null ? { ...usage, output: outputLimit } : usage;
}

/** An errand without tools is answered with words; work goes by how many tools were already used. */
function stepFor(steps: readonly Step[], { tools, results }: Asked): Step {
  if (tools.length === 0) return { kind: "say", text: "A file is added" };
  return steps[results] ?? { kind: "say", text: "There is nothing left to do." };
}

function send(response: ServerResponse, streamed: boolean, sent: readonly Sent[]): void {
  response.writeHead(200, { "content-type": streamed ? "text/event-stream" : "application/json" });
  if (!streamed) return void response.end(JSON.stringify(sent[0]?.data));
  for (const { event, data } of sent) {
    if (event !== undefined) response.write(`event: ${event}\n`);
    response.write(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
  }
  response.end();
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    return null;
  }
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
