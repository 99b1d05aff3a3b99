// The calls of one run at a time: what is in flight, what is set aside for each, and whether the run is handing over.
import { setMaxListeners } from "node:events";
import { createPace, type Pace } from "../../base/pace.ts";
import { createInFlight, type Holder, type InFlight } from "../in-flight.ts";
import type { Lease } from "../lease.ts";
import { type Caps, createCaps } from "./caps.ts";
import { createKnown, type Known } from "./known.ts";
import { freeOf, type Ledger, type NanoUsd, type Share } from "./ledger.ts";
import { outputPaid, type Worst, worstCost } from "./meter.ts";
import type { OwnPrices, Rates } from "./prices.ts";
import type { ModelCall, ModelLimits, ModelProvider } from "./provider.ts";
import { type RequestReader, requestReader } from "./reading.ts";
import type { Ready } from "./ready.ts";
import type { Problem } from "./wire.ts";

export interface ModelGatewayRequest {
  readonly lease: Lease;
  readonly providers: readonly ModelProvider[];
  readonly ledger: Ledger;
  /** The operator's own prices; they come before the table's. */
  readonly prices?: OwnPrices;
  readonly limits?: Partial<ModelLimits>;
  /** Told of every call, refused ones included, after it was settled. */
  readonly onCall: (call: ModelCall) => void;
  /** What the gateways of all runs have in common; its own where there is none. */
  readonly shared?: ModelShared;
  /** `/model` where it is not said otherwise. */
  readonly prefix?: string;
}

/** The memory for bytes under way, and who reads large requests. */
export interface ModelShared {
  readonly inFlight: InFlight;
  readonly reader: RequestReader;
}

/** For all runs together: 48 MiB of bytes, beside which one request at a time is read. One run alone has half of it. */
export function createModelShared(): ModelShared {
  return { inFlight: createInFlight(48 * 1024 * 1024), reader: requestReader() };
}

export interface Session {
  readonly request: ModelGatewayRequest;
  readonly limits: ModelLimits;
  readonly known: Known;
  readonly caps: Caps;
  readonly reader: RequestReader;
  /** This run's part of the memory. */
  readonly holder: Holder;
  /** How fast its requests' bytes are read. */
  readonly pace: Pace;
  /** Ends what is under way when the lease does. */
  readonly ended: AbortController;
  /** Calls that hold a reservation, each with what tells of its end. */
  readonly holding: Set<Promise<void>>;
  settledCalls: number;
  /** Requests being handled. */
  busy: number;
  /** Whether the last tenth is open: only while an agent that was started for it hands over. */
  handingOver: boolean;
}

export function createSession(request: ModelGatewayRequest, limits: ModelLimits): Session {
  const ended = new AbortController();
  const { inFlight, reader } = request.shared ?? createModelShared();
  setMaxListeners(4 * limits.calls, ended.signal);
  return {
    request,
    limits,
    known: createKnown(),
    caps: createCaps(),
    reader,
    holder: inFlight.holder(),
    pace: createPace({ burst: limits.burstBytes, perSecond: limits.bytesPerSecond, mostMs: 30_000 }),
    ended,
    holding: new Set(),
    settledCalls: 0,
    busy: 0,
    handingOver: false,
  };
}

/** Money set aside for one call, and the output it pays for. */
export interface Hold {
  readonly amount: NanoUsd;
  readonly share: Share;
  readonly cap: number;
  settle(cost: NanoUsd): Promise<void>;
}

/**
 * Sets the worst case aside, with as much output as the request asks for or the budget pays. While other calls of this
 * run hold money, waits for them rather than refusing. Returns the problem for the agent when there is not enough.
 */
export async function holdFor(
  session: Session,
  plan: Omit<Ready, "bulk">,
  rates: Rates,
  gone: AbortSignal,
): Promise<Hold | Problem> {
  const worst: Worst = { input: session.known.bound(plan.steps), hour: plan.hour };
  while (true) {
    const settledBefore = session.settledCalls;
    const held = await take(session, plan, worst, rates);
    if (held !== null) return held;
    if (gone.aborted) return { kind: "ended", sentence: "Nobody waits for this call any more." };
    if (session.settledCalls !== settledBefore) continue;
    if (session.holding.size === 0) return refuse(session, worstCost(worst, plan.floor, rates));
    await Promise.race([...session.holding, aborted(gone)]);
  }
}

async function take(session: Session, plan: Omit<Ready, "bulk">, worst: Worst, rates: Rates): Promise<Hold | null> {
  const work = await reserve(session, plan, worst, rates, "work");
  return work ?? (session.handingOver ? await reserve(session, plan, worst, rates, "handover") : null);
}

async function reserve(
  session: Session,
  plan: Omit<Ready, "bulk">,
  worst: Worst,
  rates: Rates,
  share: Share,
): Promise<Hold | null> {
  const { limits, request } = session;
  const most = share === "work" ? limits.outputTokens : limits.handoverTokens;
  const wanted = Math.min(plan.asked ?? limits.outputTokens, most);
  const least = Math.min(wanted, plan.floor);
  const granted = await request.ledger.reserve({
    least: worstCost(worst, least, rates),
    most: worstCost(worst, wanted, rates),
    share,
  });
  if (granted === null) return null;
  const { promise, resolve } = Promise.withResolvers<void>();
  session.holding.add(promise);
  const settle = async (cost: NanoUsd) => {
    try {
      await request.ledger.settle(granted.id, cost);
    } finally {
      session.holding.delete(promise);
      session.settledCalls += 1;
      resolve();
    }
  };
  const cap = Math.max(least, outputPaid(granted.amount, worst, wanted, rates));
  return { amount: granted.amount, share, cap, settle };
}

/** The agent's CLI hears this, and its model does not: whoever is to hand over is started for that, with a brief of its own. */
async function refuse(session: Session, needed: NanoUsd): Promise<Problem> {
  const balance = await session.request.ledger.balance();
  const left = dollars(freeOf(balance, session.handingOver ? "handover" : "work"));
  const over = session.handingOver ? "The budget is used up." : "The budget for work is used up.";
  const sentence = `${over} This call could cost ${dollars(needed)}, and ${left} of the ${dollars(balance.budget)} budget is free. The agent has to end here.`;
  return { kind: "budget", sentence };
}

function dollars(nanos: NanoUsd): string {
  return `$${(nanos / 1e9).toFixed(4)}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
