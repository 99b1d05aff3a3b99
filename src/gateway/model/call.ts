// One call from request to settlement: money set aside, the body sent with the real key, the answer passed on and metered.

import type { IncomingMessage, ServerResponse } from "node:http";
import { parseJson } from "../../base/parse-json.ts";
import { answerWhole, refuseCall } from "./answer.ts";
import type { JsonObject } from "./json.ts";
import type { NanoUsd } from "./ledger.ts";
import type { Load } from "./load.ts";
import { type Charge, chargeOf, noCharge, nothingRead, type Tally } from "./meter.ts";
import { notWaited, waitAskedFor, waitBefore, waitFor } from "./patience.ts";
import type { Rates } from "./prices.ts";
import { type CallOutcome, familyOf, type ModelCall, type ModelProvider } from "./provider.ts";
import { bodyWith, type Ready } from "./ready.ts";
import { type Hold, holdFor, type Session } from "./session.ts";
import { passStream, type Streaming } from "./stream.ts";
import { withTierFor } from "./tier.ts";
import { readWhole, type Sent, sendUpstream, type Whole } from "./upstream.ts";
import type { Endpoint, Problem, ProblemKind } from "./wire.ts";

export interface Asked {
  readonly session: Session;
  readonly provider: ModelProvider;
  readonly endpoint: Endpoint & { readonly kind: "generate" | "count" };
  readonly plan: Omit<Ready, "bulk">;
  readonly load: Load;
  readonly rates: Rates;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly startedAt: number;
}

/** What came of a call that was sent. */
interface Came {
  readonly outcome: CallOutcome;
  readonly status: number | null;
  readonly tally: Tally;
  readonly problem?: ProblemKind;
  /** How often it was sent again. */
  readonly repeats?: number;
  /** How long the provider asked to wait, in the refusal that was passed on. */
  readonly retryAfterMs?: number | null;
  /** The output limit that was sent last. */
  readonly limit?: number;
}

/** What limits on output are learned for: a model at a provider. */
function serverOf({ provider, plan }: Asked): string {
  return `${provider.name}/${plan.model}`;
}

function ignored({ plan }: Asked): Problem {
  const sentence =
    `The model ${plan.model} has answered with more than it was allowed to, which could pass any budget, so this run may ` +
    "not call it again. The operator has to see to it that its server heeds a limit on output.";
  return { kind: "uncapped", sentence };
}

/** Counting is free of charge at every provider that offers it, so that nothing is set aside. */
export async function makeCall(asked: Asked): Promise<void> {
  const { plan, endpoint, rates, session } = asked;
  const client = watchClient(asked);
  if (endpoint.kind === "count") {
    const came = await exchange(asked, null, client);
    return record(asked, { came, charge: noCharge, hold: null, gone: client.left() });
  }
  if (session.caps.ignores(serverOf(asked))) return refuseForMoney(asked, ignored(asked), client.left());
  const hold = await holdFor(session, plan, rates, client.unwanted);
  if ("sentence" in hold) return refuseForMoney(asked, hold, client.left());
  const { came, charge } = await heldExchange(asked, hold, client);
  record(asked, { came, charge, hold, gone: client.left() });
}

/** Whatever happens in between, what was set aside is settled: in full where nobody knows better. */
async function heldExchange(asked: Asked, hold: Hold, client: Client): Promise<{ came: Came; charge: Charge }> {
  const { plan, rates, session } = asked;
  let charge = chargeOf(nothingRead, hold.cap, hold.amount, rates);
  try {
    const came = await exchange(asked, hold, client);
    charge = chargeFor(came, hold, rates);
    if (came.tally.final) {
      session.known.learn(plan.steps, charge.usage.input);
      if (rates.output.usd > 0) session.caps.answered(serverOf(asked), hold.cap, charge.usage.output);
    }
    return { came, charge };
  } finally {
    await hold.settle(charge.cost);
  }
}

/** Nothing is charged only where nothing can have been produced: never connected, or the provider says so itself. */
function chargeFor(came: Came, hold: Hold, rates: Rates): Charge {
  const free = came.outcome === "unreachable" || came.outcome === "declined";
  return free ? noCharge : chargeOf(came.tally, hold.cap, hold.amount, rates);
}

function refuseForMoney(asked: Asked, problem: Problem, gone: boolean): void {
  const came: Came = { outcome: "refused", status: null, tally: nothingRead, problem: problem.kind };
  refuseCall(familyOf(asked.provider), problem, asked.incoming, asked.response);
  record(asked, { came, charge: noCharge, hold: null, gone });
}

interface Client {
  readonly left: () => boolean;
  /** Aborted when the client has left or the lease has ended: a call that waits need not be made. */
  readonly unwanted: AbortSignal;
  /** Aborted when an answer is no longer worth reading. */
  readonly stop: AbortSignal;
}

/** A client that goes away does not end a call: its figures are still wanted, for as long as `drainMs`. */
function watchClient({ session, response }: Asked): Client {
  const { ended, limits } = session;
  const gone = new AbortController();
  const late = new AbortController();
  response.once("close", () => {
    if (response.writableFinished) return;
    gone.abort();
    setTimeout(() => late.abort(), limits.drainMs).unref();
  });
  return {
    left: () => gone.signal.aborted,
    unwanted: AbortSignal.any([gone.signal, ended.signal]),
    stop: AbortSignal.any([late.signal, ended.signal]),
  };
}

/**
 * Sends the call, again where the provider asks for that or does not take the limit on its output; what was set aside for
 * it covers whichever is answered.
 */
async function exchange(asked: Asked, hold: Hold | null, client: Client): Promise<Came> {
  const { caps, holder, limits } = asked.session;
  let changes = 0;
  for (let waited = notWaited; ; ) {
    const limit = hold === null ? undefined : caps.limit(serverOf(asked), hold.cap);
    const sent = await send(asked, limit, client);
    const facts = { repeats: waited.times, ...(limit === undefined ? {} : { limit }) };
    if (sent.kind === "failed") return { ...failed(asked, sent), ...facts };
    if (limit !== undefined && isDeclined(sent.answer)) {
      const whole = await readWhole(sent.answer, limits.answerBytes, holder);
      if (changes < 2 && caps.refused(serverOf(asked), limit, whole.text) && !client.unwanted.aborted) {
        changes += 1;
        continue;
      }
      asked.load.drop();
      return { ...readAnswer(asked, sent, whole), ...facts, retryAfterMs: waitAskedFor(sent.answer) };
    }
    const wait = waitBefore(sent.answer, waited, limits.patienceMs);
    if (wait === null || !(await waitFor(wait, client.unwanted))) {
      asked.load.drop();
      return { ...(await answered(asked, sent)), ...facts, retryAfterMs: waitAskedFor(sent.answer) };
    }
    await readWhole(sent.answer, limits.answerBytes, holder);
    waited = { times: waited.times + 1, ms: waited.ms + wait };
  }
}

/** Whether the provider says that it does not take the request as it is. */
function isDeclined({ statusCode }: IncomingMessage): boolean {
  return statusCode === 400 || statusCode === 422;
}

/** The small fields of the body, with the limit on output where it asks for any. */
function smallFields(asked: Asked, limit: number | undefined): JsonObject | null {
  const { endpoint, plan, session, provider } = asked;
  if (plan.small === null || limit === undefined) return null;
  const name = session.caps.name(serverOf(asked));
  return withTierFor(provider, endpoint.wire.capped({ body: plan.small }, limit, name));
}

function send(asked: Asked, limit: number | undefined, client: Client): Promise<Sent> {
  const { provider, endpoint, session, incoming } = asked;
  return sendUpstream({
    url: new URL(`${provider.baseUrl.replace(/\/+$/, "")}${endpoint.target}`),
    headers: {
      ...familyOf(provider).headersFor(provider.key, incoming.headers),
      "content-type": "application/json",
      accept: asked.plan.stream ? "text/event-stream" : "application/json",
      "accept-encoding": "identity",
      "user-agent": "loopgate",
    },
    body: bodyWith(smallFields(asked, limit), asked.load.bulk),
    silenceMs: session.limits.silenceMs,
    signal: client.stop,
  });
}

function failed(asked: Asked, { how, reached }: Sent & { kind: "failed" }): Came {
  const kind = how === "silent" ? "silent" : "upstream";
  const said = how === "silent" ? "sent nothing for too long" : "could not be reached, or hung up";
  return closing(asked, kind, `The model provider ${said}. Try again later.`, {
    outcome: reached ? how : "unreachable",
    status: null,
    tally: nothingRead,
  });
}

async function answered(asked: Asked, sent: Answer): Promise<Came> {
  const { answer } = sent;
  const streamed = /^text\/event-stream\b/i.test(answer.headers["content-type"] ?? "");
  if (answer.statusCode === 200 && streamed && !isEncoded(answer)) {
    const { tally, whole } = await passStream(streamingOf(asked, answer));
    return { outcome: whole ? wholeOr(tally) : endedBy(sent), status: 200, tally };
  }
  const { limits, holder } = asked.session;
  return readAnswer(asked, sent, await readWhole(answer, limits.answerBytes, holder));
}

type Answer = Sent & { readonly kind: "answer" };

const isEncoded = ({ headers }: IncomingMessage) => (headers["content-encoding"] ?? "identity") !== "identity";

const endedBy = ({ wasSilent }: Answer) => (wasSilent() ? "silent" : "cut");

/** What an answer that is not streamed comes to. */
function readAnswer(asked: Asked, sent: Answer, whole: Whole): Came {
  const { answer } = sent;
  const status = answer.statusCode ?? 0;
  if (!whole.complete || isEncoded(answer)) {
    const sentence = "The model provider's answer could not be read to its end.";
    return closing(asked, "upstream", sentence, { outcome: endedBy(sent), status, tally: nothingRead });
  }
  return status === 200 ? success(asked, answer, whole.text) : refusedThere(asked, answer, whole.text);
}

function streamingOf({ session, endpoint, plan, provider, response }: Asked, answer: IncomingMessage): Streaming {
  const { holder, limits } = session;
  return { wire: endpoint.wire, plan, key: provider.key, eventBytes: limits.eventBytes, holder, answer, response };
}

/** A stream that ended in order but before its figures is as good as cut. */
function wholeOr(tally: Tally): CallOutcome {
  if (tally.final) return "complete";
  return tally.usage === null ? "usage_missing" : "cut";
}

function success(asked: Asked, answer: IncomingMessage, text: string): Came {
  const body = parseJson(text);
  const tally = body === undefined ? nothingRead : asked.endpoint.wire.tally(nothingRead, body);
  answerWhole(asked.response, answer, { status: 200, text, key: asked.provider.key });
  const counted = asked.endpoint.kind === "count" && body !== undefined;
  return { outcome: tally.final || counted ? "complete" : "usage_missing", status: 200, tally };
}

/** An error in the provider's own shape is its word that nothing was produced; anything else may hide an answer. */
function refusedThere(asked: Asked, answer: IncomingMessage, text: string): Came {
  const status = answer.statusCode ?? 0;
  const body = parseJson(text);
  const own = status >= 400 && familyOf(asked.provider).isOwnError(body);
  if (status === 401 || status === 403) {
    const sentence = "The model provider refused the App's own key or rights. The operator has to look at it.";
    return closing(asked, "key_refused", sentence, { outcome: "declined", status, tally: nothingRead });
  }
  if (own) {
    answerWhole(asked.response, answer, { status, text, key: asked.provider.key });
    return { outcome: "declined", status, tally: nothingRead };
  }
  const sentence = `The model provider answered ${status}, not in a form that can be passed on.`;
  return closing(asked, "upstream", sentence, {
    outcome: status >= 300 && status < 500 ? "declined" : "unreadable",
    status,
    tally: nothingRead,
  });
}

function closing(asked: Asked, kind: ProblemKind, sentence: string, came: Came): Came {
  refuseCall(familyOf(asked.provider), { kind, sentence }, asked.incoming, asked.response);
  return { ...came, problem: kind };
}

interface Settled {
  readonly came: Came;
  readonly charge: Charge;
  readonly hold: Hold | null;
  readonly gone: boolean;
}

function record(asked: Asked, { came, charge, hold, gone }: Settled): void {
  const { session, provider, plan, endpoint, rates, startedAt } = asked;
  const usd = (nanos: NanoUsd) => nanos / 1e9;
  const call: ModelCall = {
    run: session.request.lease.runId,
    provider: provider.name,
    model: plan.model,
    kind: endpoint.kind,
    outcome: came.outcome,
    problem: came.problem ?? null,
    status: came.status,
    repeats: came.repeats ?? 0,
    retryAfterMs: came.retryAfterMs ?? null,
    offersTools: plan.offersTools,
    share: hold?.share ?? null,
    inputTokens: charge.usage.input,
    cacheReadTokens: charge.usage.cacheRead,
    cacheWriteTokens: charge.usage.cacheWrite,
    outputTokens: charge.usage.output,
    reasoningTokens: charge.usage.reasoning,
    costUsd: usd(charge.cost),
    reservedUsd: usd(hold?.amount ?? 0),
    estimated: charge.estimated,
    clientGone: gone,
    outputLimit: came.limit ?? hold?.cap ?? null,
    stripped: plan.stripped,
    prices: rates.source,
    ms: Math.round(performance.now() - startedAt),
  };
  session.request.onCall(call);
}
