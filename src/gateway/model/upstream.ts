// One request to a model provider, through the operator's proxy if any: no redirect followed, and ended when it goes silent.
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { createBlocks } from "../../base/blocks.ts";
import { proxiesOf } from "../../base/proxy.ts";
import type { Holder } from "../in-flight.ts";

export interface UpstreamRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Its bytes, piece after piece. */
  readonly body: readonly Uint8Array[];
  readonly silenceMs: number;
  /** Ends it at once: the lease is over, or nobody waits any more. */
  readonly signal: AbortSignal;
}

export type Sent =
  | { readonly kind: "answer"; readonly answer: IncomingMessage; readonly wasSilent: () => boolean }
  /** `reached` is false when no connection came about, so that nothing can have been billed. */
  | { readonly kind: "failed"; readonly how: "silent" | "cut"; readonly reached: boolean };

/** Sends it and waits for the head of the answer. Never rejects: the world's failures are values here. */
export function sendUpstream({ url, headers, body, silenceMs, signal }: UpstreamRequest): Promise<Sent> {
  const open = url.protocol === "https:" ? httpsRequest : httpRequest;
  const length = { "content-length": String(body.reduce((sum, piece) => sum + piece.length, 0)) };
  const { promise, resolve } = Promise.withResolvers<Sent>();
  const outgoing = open(url, { method: "POST", agent: agentFor(url), headers: { ...headers, ...length }, signal });
  const watch = watchConnection(outgoing, url);
  let silent = false;
  outgoing.setTimeout(silenceMs, () => {
    silent = true;
    outgoing.destroy(new Error("silent"));
  });
  outgoing.on("response", (answer) => resolve({ kind: "answer", answer, wasSilent: () => silent }));
  outgoing.on("error", () => resolve({ kind: "failed", how: silent ? "silent" : "cut", reached: watch.reached() }));
  for (const piece of body) outgoing.write(piece);
  outgoing.end();
  return promise;
}

/** A connection of its own for each request: none is kept, so none can be found closed. */
function agentFor(url: URL): HttpAgent | false {
  const proxies = proxiesOf(process.env);
  if (proxies === null) return false;
  const options = { keepAlive: false, proxyEnv: { ...proxies } };
  return url.protocol === "https:" ? new HttpsAgent(options) : new HttpAgent(options);
}

function watchConnection(outgoing: ClientRequest, url: URL): { reached(): boolean } {
  let reached = false;
  const event = url.protocol === "https:" ? "secureConnect" : "connect";
  outgoing.on("socket", (socket) => {
    reached = !socket.connecting; // a proxy's connection may stand already: whatever is behind it may be reached
    socket.once(event, () => {
      reached = true;
    });
  });
  return { reached: () => reached };
}

export interface Whole {
  readonly text: string;
  /** False when the answer ended early or was larger than `limit` bytes. */
  readonly complete: boolean;
}

/** Reads a whole answer, as far as the run's share of the memory goes. */
export async function readWhole(answer: IncomingMessage, limit: number, holder: Holder): Promise<Whole> {
  const blocks = createBlocks(null);
  const text = () => Buffer.concat(blocks.pieces()).toString("utf8");
  let held = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      const more = blocks.growth(chunk.length);
      if (blocks.length + chunk.length > limit || !holder.grow(more)) return { text: "", complete: false };
      held += more;
      blocks.push(chunk);
    }
    return { text: text(), complete: answer.complete };
  } catch {
    return { text: text(), complete: false };
  } finally {
    holder.shrink(held);
  }
}
