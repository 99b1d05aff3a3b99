// The door for webhook deliveries: refuses what GitHub did not sign, and hands the rest to Probot, which stores it.
//
// Probot's own middleware is not mounted. It knows one secret only (none can be rotated without losing deliveries), has
// no limit for a body, holds and parses it before it knows who sent it, and lets a handler's error choose the status. So
// the signature is verified here, while the body comes in, and the event is handed over with `probot.receive`; the
// subscriptions are in src/app.ts, as in any Probot App. The answer is sent only once the delivery is stored.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Probot } from "probot";
import { assert } from "../../base/assert.ts";
import { createPace, keepPace, type Pace } from "../../base/pace.ts";
import { type Arrival, ArrivingPayload } from "./arrival.ts";
import { readSigned, type SignedBody, type Unbelieved } from "./body.ts";
import { type Admission, admit } from "./door.ts";
import { createHolding } from "./holding.ts";
import type { Reader } from "./reading.ts";
import { handledEvents } from "./webhook.ts";

export interface DeliveryLog {
  readonly guid: string | null;
  readonly event: string | null;
  readonly status: number;
  readonly outcome: "stored" | "duplicate" | "ignored" | "refused" | "failed";
  readonly reason: string;
}

export interface DeliveryOptions {
  readonly probot: Probot; // with src/app.ts loaded
  /** The secret in use first, then those on their way out. Each at least 16 characters. */
  readonly secrets: readonly [string, ...string[]];
  readonly reader: Pick<Reader, "read">;
  /** Stores the delivery for good before it resolves; false when it was stored before. */
  readonly accept: (delivery: Arrival) => Promise<boolean>;
  readonly now: () => number; // epoch milliseconds
  readonly log: (entry: DeliveryLog) => void;
  /** How fast what is not known to be GitHub's may go on. Absent: as fast as it comes. */
  readonly paces?: DoorPaces;
}

export interface DoorPaces {
  /** Bytes of bodies beyond the first of each. */
  readonly unverified: Pace;
  /** Requests that are refused: their answers wait. */
  readonly refused: Pace;
}

/** Of the hour's some thousand deliveries that a busy organisation has, hardly any is long, and none is refused. */
export function createDoorPaces(): DoorPaces {
  return {
    unverified: createPace({ burst: 32 * 1_024 * 1_024, perSecond: 4 * 1_024 * 1_024, mostMs: 30_000 }),
    refused: createPace({ burst: 100, perSecond: 20, mostMs: 5_000 }),
  };
}

type Answer = Pick<DeliveryLog, "status" | "outcome" | "reason">;

/** GitHub's own limit for a delivery. */
const bodyLimit = 25 * 1_024 * 1_024;
/** What all bodies together may take that are on their way in or being read. */
const heldLimit = 28 * 1_024 * 1_024;

const unbelieved: Readonly<Record<Unbelieved, Answer>> = {
  "too large": refused(413, "the body is over 25 MB"),
  "no room": refused(503, "too much is on its way in"),
  "broken off": refused(400, "the body broke off"),
  "not signed": refused(401, "the signature does not match the body"),
};

/** A handler for node:http that answers every request it is given; to be mounted before anything reads the body. */
export function deliveryHandler(options: DeliveryOptions) {
  assert(
    options.secrets.every((one) => one.length >= 16),
    "a webhook secret is shorter than 16 characters",
  );
  const holding = createHolding(heldLimit);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const admission = admit(request);
    let answer: Answer;
    if (admission.ok) {
      const { signature } = admission;
      const pace = options.paces?.unverified;
      const body = await readSigned(request, { secrets: options.secrets, signature, limit: bodyLimit, holding, pace });
      answer = typeof body === "string" ? unbelieved[body] : await receive(options, body, admission);
    } else answer = admission.refusal;
    const { guid = null, event = null } = admission.ok ? admission : {};
    options.log({ guid, event, ...answer });
    if (answer.outcome === "refused") await keepPace(options.paces?.refused, 1);
    send(response, answer);
  };
}

export interface Told {
  readonly guid: string;
  readonly event: string;
  /** JSON, in memory of its own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Takes in what GitHub itself said it has sent, as if it had arrived: `failed` where it could not be stored. Never rejects. */
export async function takeIn(options: DeliveryOptions, { guid, event, bytes }: Told): Promise<DeliveryLog["outcome"]> {
  const answer = await receive(options, { pieces: [bytes], release: () => {} }, { guid, event });
  options.log({ guid, event, ...answer });
  return answer.outcome;
}

async function receive(
  options: DeliveryOptions,
  body: SignedBody,
  { guid, event }: Pick<Extract<Admission, { ok: true }>, "guid" | "event">,
): Promise<Answer> {
  try {
    if (!handledEvents.includes(event)) return { status: 202, outcome: "ignored", reason: "the event is not handled" };
    const read = await options.reader.read(event, body.pieces);
    body.release();
    if (!read.ok) return refused(400, read.reason);
    const { translated, origin, sha256 } = read;
    return await handOver(options, event, {
      guid,
      bodySha256: sha256,
      receivedAt: options.now(),
      translated,
      origin,
    });
  } finally {
    body.release();
  }
}

async function handOver(options: DeliveryOptions, name: string, delivery: Arrival): Promise<Answer> {
  // What the delivery means is known by now: what it said is not needed any more.
  const payload = new ArrivingPayload(delivery, options.accept);
  try {
    const event = { id: delivery.guid, name, payload } as unknown as Parameters<Probot["receive"]>[0];
    await options.probot.receive(event);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
  switch (payload.outcome) {
    case "stored": {
      const { translated } = delivery;
      return { status: 202, outcome: "stored", reason: translated.kind === "ignored" ? translated.reason : "" };
    }
    case "duplicate":
      return { status: 202, outcome: "duplicate", reason: "this delivery is already stored" };
    case "untouched":
      return failed("no handler stored the delivery");
  }
}

function refused(status: number, reason: string): Answer {
  return { status, outcome: "refused", reason };
}

/** GitHub shows the status to the operator, who can redeliver once the store works again. */
function failed(reason: string): Answer {
  return { status: 503, outcome: "failed", reason };
}

function send(response: ServerResponse, { status, outcome, reason }: Answer): void {
  const said = outcome === "failed" ? "The delivery could not be stored." : reason;
  const text = `${outcome}${said ? `: ${said}` : ""}\n`;
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    ...(status === 405 ? { allow: "POST" } : {}),
    ...(status === 503 ? { "retry-after": "5" } : {}),
  });
  response.end(text);
}
