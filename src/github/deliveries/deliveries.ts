// The door for webhook deliveries: refuses what GitHub did not sign, and hands the rest to Probot, which stores it.
//
// Probot's own middleware is not mounted. It knows one secret only (none can be rotated without losing deliveries), has
// no limit for a body, cannot show a handler the bytes that were received, and lets a handler's error choose the status.
// So the signature is verified here, with @octokit/webhooks, and the event is handed over with `probot.receive`; the
// subscriptions are in src/app.ts, as in any Probot App. The answer is sent only once the delivery is stored.
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Webhooks } from "@octokit/webhooks";
import type { Probot } from "probot";
import { assert } from "../../base/assert.ts";
import { type Arrival, arriving } from "./arrival.ts";
import { type Admission, admit, readBody } from "./door.ts";
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
  /** Stores the delivery for good before it resolves; false when it was stored before. */
  readonly accept: (delivery: Arrival) => Promise<boolean>;
  readonly now: () => number; // epoch milliseconds
  readonly log: (entry: DeliveryLog) => void;
}

type Answer = Pick<DeliveryLog, "status" | "outcome" | "reason">;

/** GitHub's own limit for a delivery. */
const bodyLimit = 25 * 1_024 * 1_024;

/** A handler for node:http that answers every request it is given; to be mounted before anything reads the body. */
export function deliveryHandler(options: DeliveryOptions) {
  assert(
    options.secrets.every((one) => one.length >= 16),
    "a webhook secret is shorter than 16 characters",
  );
  const verifiers = options.secrets.map((secret) => new Webhooks({ secret }));
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const admission = admit(request);
    const answer = admission.ok ? await receive(options, verifiers, request, admission) : admission.refusal;
    const { guid = null, event = null } = admission.ok ? admission : {};
    options.log({ guid, event, ...answer });
    send(response, answer);
  };
}

async function receive(
  options: DeliveryOptions,
  verifiers: readonly Webhooks[],
  request: IncomingMessage,
  { guid, event, signature }: Extract<Admission, { ok: true }>,
): Promise<Answer> {
  const bytes = await readBody(request, bodyLimit);
  if (bytes === "too large") return refused(413, "the body is over 25 MB");
  if (bytes === "broken off") return refused(400, "the body broke off");
  const body = bytes.toString("utf8");
  if (!(await isSigned(verifiers, body, signature))) return refused(401, "the signature does not match the body");
  const payload = parsed(body);
  if (payload === null) return refused(400, "the body is not a JSON object");
  if (!handledEvents.includes(event)) return { status: 202, outcome: "ignored", reason: "the event is not handled" };
  const bodySha256 = createHash("sha256").update(bytes).digest("hex");
  return handOver(options, payload, { guid, event, bodySha256, body, receivedAt: options.now() });
}

async function handOver(options: DeliveryOptions, payload: object, delivery: Arrival): Promise<Answer> {
  const arrival = arriving(payload, delivery, options.accept);
  try {
    // The names and payloads that Probot's types know are GitHub's, not whatever was delivered.
    const event = { id: delivery.guid, name: delivery.event, payload } as unknown as Parameters<Probot["receive"]>[0];
    await options.probot.receive(event);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
  switch (arrival.outcome()) {
    case "stored":
      return { status: 202, outcome: "stored", reason: "" };
    case "duplicate":
      return { status: 202, outcome: "duplicate", reason: "this delivery is already stored" };
    case "untouched":
      return failed("no handler stored the delivery");
  }
}

/** In constant time for each secret. `Webhooks.verify` tries its first secret only, hence one of them for each. */
async function isSigned(verifiers: readonly Webhooks[], body: string, signature: string): Promise<boolean> {
  if (body === "") return false;
  const matches = await Promise.all(verifiers.map((webhooks) => webhooks.verify(body, signature)));
  return matches.includes(true);
}

function parsed(body: string): object | null {
  try {
    const payload: unknown = JSON.parse(body);
    return typeof payload === "object" && payload !== null && !Array.isArray(payload) ? payload : null;
  } catch {
    return null; // JSON.parse throws on nothing but malformed text
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
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    ...(status === 405 ? { allow: "POST" } : {}),
  });
  response.end(`${outcome}${said ? `: ${said}` : ""}\n`);
}
