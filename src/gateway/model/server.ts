// The model gateway of one run: the providers' own wire formats, for whoever shows the lease's token, and nothing else.
import type { IncomingMessage, ServerResponse } from "node:http";
import { unreachable } from "../../base/assert.ts";
import { isLeaseToken } from "../lease.ts";
import type { Route } from "../run.ts";
import { refuseCall } from "./answer.ts";
import { type Asked, makeCall } from "./call.ts";
import { jsonBounds, takeBody, type Unheld } from "./intake.ts";
import { createLoad } from "./load.ts";
import { type Rates, ratesOf } from "./prices.ts";
import { defaultLimits, familyOf, type ModelCall, type ModelProvider } from "./provider.ts";
import { askingOf } from "./ready.ts";
import { createSession, type ModelGatewayRequest, type Session } from "./session.ts";
import type { Endpoint, Problem } from "./wire.ts";

export interface ModelRoute extends Required<Route> {
  /** Opens or closes the last tenth of the budget. It is closed at first. */
  keepOpen(handingOver: boolean): void;
}

/** The route to mount in `openRunGateway`; `revoke` cuts every call under way and refuses the rest. */
export function modelGateway(request: ModelGatewayRequest): ModelRoute {
  const prefix = request.prefix ?? "/model";
  const session = createSession(request, { ...defaultLimits, ...request.limits });
  return {
    prefix,
    cost: 1,
    revoke: () => session.ended.abort(),
    keepOpen: (handingOver) => {
      session.handingOver = handingOver;
    },
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
  const { provider, incoming, response } = visit;
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
  const asked = await readCall(visit, endpoint);
  if ("sentence" in asked) return refuse(visit, asked, asked.model);
  try {
    await makeCall(asked);
  } finally {
    asked.load.drop();
  }
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

async function readCall(visit: Visit, endpoint: Endpoint & { kind: "generate" | "count" }): Promise<Asked | Unfit> {
  const { session, provider } = visit;
  const body = await takeBody(visit.incoming, { ...session, limit: session.limits.bodyBytes });
  if (typeof body === "string") return { ...unheld(body, session), model: null };
  const load = createLoad(session.holder, body.held);
  const ready = await session.reader.read(body.pieces, askingOf(endpoint), session);
  if (typeof ready === "string") {
    load.drop();
    return { kind: "request", sentence: ready, model: null };
  }
  load.carry(ready.bulk);
  const { bulk: _bulk, ...plan } = ready;
  const rates = ratesFor(session, provider, plan);
  const unfit = modelProblem(provider, plan.model, rates);
  if (unfit === null && rates !== null) return { ...visit, endpoint, plan, rates, load };
  load.drop();
  return unfit ?? { kind: "price", sentence: "No price is known.", model: plan.model };
}

function unheld(why: Unheld, { limits }: Session): Problem {
  const mebibytes = Math.floor(limits.bodyBytes / 1024 / 1024);
  switch (why) {
    case "no_room": {
      const sentence = "This run has too many bytes under way at a time. Wait for the calls that are not answered yet.";
      return { kind: "no_room", sentence };
    }
    case "depth":
      return { kind: "request", sentence: `A request may nest ${jsonBounds.depth} deep.` };
    case "parts":
      return { kind: "request", sentence: `A request may have ${jsonBounds.parts} parts.` };
    case "too_large":
      return { kind: "too_large", sentence: `A request may have ${limits.bodyBytes} bytes (${mebibytes} MiB).` };
    case "broken_off":
      return { kind: "request", sentence: "The request broke off." };
    default:
      return unreachable(why);
  }
}

/** Models that search by themselves reach out of the sandbox at their own price, whatever tools a request has. */
const searching = /(^|[^a-z])search|deep[-_]?research|:online(:|$)|(^|\/)sonar\b|(^|\/)compound(-beta|-mini|$)/i;

function modelProblem(provider: ModelProvider, model: string, rates: Rates | null): Unfit | null {
  const only = provider.models ?? [];
  if (only.length > 0 && !only.includes(model))
    return { kind: "request", sentence: `The model ${model} may not be used here; only ${only.join(", ")}.`, model };
  if (only.length === 0 && searching.test(model))
    return { kind: "request", sentence: `The model ${model} searches by itself, so it may not be used here.`, model };
  if (rates !== null) return null;
  const sentence = `No price is known for the model ${model}, so it may not be used; the operator can set one.`;
  return { kind: "price", sentence, model };
}

function ratesFor(session: Session, provider: ModelProvider, { model }: { readonly model: string }): Rates | null {
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
    retryAfterMs: null,
    offersTools: false,
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
