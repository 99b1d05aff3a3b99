// The model gateway of one run: the providers' own wire formats, for whoever shows the lease's token, and nothing else.
import type { IncomingMessage, ServerResponse } from "node:http";
import { isLeaseToken } from "../lease.ts";
import type { Route } from "../run.ts";
import { refuseCall } from "./answer.ts";
import { type Asked, makeCall } from "./call.ts";
import { isObject, parseJson } from "./json.ts";
import { ratesOf } from "./prices.ts";
import { defaultLimits, familyOf, type ModelCall, type ModelProvider } from "./provider.ts";
import { createSession, type ModelGatewayRequest, type Session } from "./session.ts";
import type { Endpoint, Plan, Problem } from "./wire.ts";

/** The route to mount in `openRunGateway`; `revoke` cuts every call under way and refuses the rest. */
export function modelGateway(request: ModelGatewayRequest): Required<Route> {
  const prefix = request.prefix ?? "/model";
  const session = createSession(request, { ...defaultLimits, ...request.limits });
  return {
    prefix,
    revoke: () => session.ended.abort(),
    handle: async (incoming, response) => {
      const visit = visitOf(session, prefix, incoming, response);
      if (visit === null) return notHere(incoming, response);
      session.busy += 1;
      try {
        await receive(visit);
      } finally {
        session.busy -= 1;
      }
    },
  };
}

/** One request at a provider's part of the path. */
interface Visit {
  readonly session: Session;
  readonly provider: ModelProvider;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly startedAt: number;
}

function visitOf(session: Session, prefix: string, incoming: IncomingMessage, response: ServerResponse): Visit | null {
  const [whole = "", query = ""] = (incoming.url ?? "").split("?", 2);
  const [, name, path] = /^\/([^/]+)(\/.*)$/.exec(whole.slice(prefix.length)) ?? [];
  const provider = session.request.providers.find((one) => one.name === name);
  if (provider === undefined || path === undefined) return null;
  const startedAt = performance.now();
  return { session, provider, path, query: new URLSearchParams(query), incoming, response, startedAt };
}

function notHere(incoming: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ error: { message: "No model provider is configured under this address." } }));
  incoming.resume();
}

async function receive(visit: Visit): Promise<void> {
  const { session, provider, incoming, response } = visit;
  const family = familyOf(provider);
  const unfit = admission(visit);
  if (unfit !== null) return refuse(visit, unfit, null);
  const endpoint = family.endpointOf(incoming.method ?? "", visit.path, visit.query);
  if (endpoint === null) {
    const sentence = "This gateway serves a model's answers and token counts only.";
    return refuse(visit, { kind: "endpoint", sentence }, null);
  }
  if (endpoint.kind === "models") {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(family.renderModels(provider.models ?? [])));
    return;
  }
  const body = await readBody(incoming, session.limits.bodyBytes);
  if (body === null) {
    const sentence = `A request may have ${session.limits.bodyBytes} bytes.`;
    return refuse(visit, { kind: "too_large", sentence }, null);
  }
  const asked = readCall(visit, endpoint, body);
  return "sentence" in asked ? refuse(visit, asked, asked.model) : makeCall(asked);
}

/** The lease in the form of the provider's own key, while it lasts. */
function admission({ session, provider, query, incoming }: Visit): Problem | null {
  const given = familyOf(provider).credentialOf(incoming.headers, query);
  if (given === null || !isLeaseToken(session.request.lease, given))
    return { kind: "credential", sentence: "This gateway needs the run's own lease as the key." };
  if (session.ended.signal.aborted) return { kind: "ended", sentence: "This run's lease has ended." };
  if (session.busy > session.limits.calls)
    return { kind: "busy", sentence: `A run may make ${session.limits.calls} calls at a time.` };
  return null;
}

type Unfit = Problem & { readonly model: string | null };

function readCall(visit: Visit, endpoint: Endpoint & { kind: "generate" | "count" }, text: string): Asked | Unfit {
  const { session, provider } = visit;
  const body = parseJson(text);
  if (!isObject(body)) return { kind: "request", sentence: "The request's body is not a JSON object.", model: null };
  const plan = endpoint.wire.plan(body, endpoint);
  if (typeof plan === "string") return { kind: "request", sentence: plan, model: null };
  const { model } = plan;
  const only = provider.models ?? [];
  if (only.length > 0 && !only.includes(model))
    return { kind: "request", sentence: `The model ${model} may not be used here; only ${only.join(", ")}.`, model };
  const rates = ratesFor(session, provider, plan);
  if (rates === null) {
    const sentence = `No price is known for the model ${model}, so it may not be used; the operator can set one.`;
    return { kind: "price", sentence, model };
  }
  return { ...visit, endpoint, plan, rates };
}

function ratesFor(session: Session, provider: ModelProvider, { model }: Plan) {
  const question = { provider: provider.name, tableId: provider.priceId, model, at: Date.now() };
  return ratesOf(session.request.prices ?? {}, question);
}

/** Refused before anything was sent: recorded, at no cost. */
function refuse(visit: Visit, problem: Problem, model: string | null): void {
  const { session, provider, incoming, response, startedAt } = visit;
  refuseCall(familyOf(provider), problem, incoming, response);
  const call: ModelCall = {
    run: session.request.lease.runId,
    provider: provider.name,
    model,
    kind: null,
    outcome: "refused",
    problem: problem.kind,
    status: null,
    repeats: 0,
    share: null,
    inputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    costUsd: 0,
    reservedUsd: 0,
    estimated: false,
    clientGone: false,
    outputLimit: null,
    stripped: [],
    prices: null,
    ms: Math.round(performance.now() - startedAt),
  };
  session.request.onCall(call);
}

/** The body as text; null when it is too large or does not come to its end. */
async function readBody(incoming: IncomingMessage, limit: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) return null;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  } catch {
    return null;
  }
}
