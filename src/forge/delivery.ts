// Sending one webhook: signed headers, the request, and the record of its answer.
import { createHmac } from "node:crypto";
import type { Core } from "./core.ts";
import type { Delivery } from "./model.ts";
import type { Pending } from "./payload.ts";

export interface SendOptions {
  readonly core: Core;
  /** After which a delivery counts as failed: 10 s on GitHub. */
  readonly timeoutMs: number;
  /** Origins that lead to a port of this machine, as a TLS proxy in front of an App would. */
  readonly frontDoors?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly code: number;
  readonly status: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Sends it and gives the record of how that went; never throws. */
export async function send(
  { core, timeoutMs, frontDoors = {} }: SendOptions,
  pending: Pending,
  closed: AbortSignal,
): Promise<Delivery> {
  const started = performance.now();
  const left = departure(core);
  const { webhook } = pending.app;
  const answer = webhook
    ? await post(
        behind(frontDoors, webhook.url),
        headersOf(pending),
        sentBody(pending),
        AbortSignal.any([AbortSignal.timeout(timeoutMs), closed]),
      )
    : unreachableHost;
  return record({ ...left, pending, durationMs: Math.round(performance.now() - started), answer });
}

function behind(frontDoors: Readonly<Record<string, string>>, url: string): string {
  if (!URL.canParse(url)) return url;
  const { origin } = new URL(url);
  return `${frontDoors[origin] ?? origin}${url.slice(origin.length)}`;
}

const unreachableHost: Answer = { code: 0, status: "failed to connect to host", headers: {}, body: "" };

async function post(url: string, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal,
    });
    const status = response.ok ? "OK" : `Invalid HTTP Response: ${response.status}`;
    return {
      code: response.status,
      status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  } catch (error) {
    const timedOut = error instanceof DOMException && error.name === "TimeoutError";
    return timedOut ? { ...unreachableHost, code: 504, status: "timed out" } : unreachableHost;
  }
}

/** What is signed, too: https://docs.github.com/webhooks/using-webhooks/creating-webhooks#creating-a-repository-webhook */
function sentBody({ app, body }: Pending): string {
  return app.webhook?.contentType === "form" ? new URLSearchParams({ payload: body }).toString() : body;
}

function headersOf(pending: Pending): Record<string, string> {
  const { app } = pending;
  const sign = (algorithm: string) =>
    createHmac(algorithm, app.webhook?.secret ?? "")
      .update(sentBody(pending))
      .digest("hex");
  return {
    accept: "*/*",
    "content-type": app.webhook?.contentType === "form" ? "application/x-www-form-urlencoded" : "application/json",
    "user-agent": "GitHub-Hookshot/f0r9e00",
    "x-github-delivery": pending.guid,
    "x-github-event": pending.event,
    "x-github-hook-id": String(app.hookId),
    "x-github-hook-installation-target-id": String(app.id),
    "x-github-hook-installation-target-type": "integration",
    "x-hub-signature": `sha1=${sign("sha1")}`,
    "x-hub-signature-256": `sha256=${sign("sha256")}`,
  };
}

/** A delivery has its place in the log from when it leaves, and is in it once it was answered: a slow one appears below later ones. */
export function departure(core: Core): Departure {
  return { id: core.nextId(), deliveredAt: core.now() };
}

type Departure = Pick<Delivery, "id" | "deliveredAt">;

interface Sent extends Departure {
  readonly pending: Pending;
  readonly durationMs: number;
  readonly answer: Answer;
}

/** The entry of the hook's log. */
export function record({ pending, durationMs, answer, ...left }: Sent): Delivery {
  const { body, ...about } = pending;
  return {
    ...about,
    ...left,
    durationMs,
    status: answer.status,
    statusCode: answer.code,
    url: pending.app.webhook?.url ?? "",
    request: { headers: headersOf(pending), body },
    response: { headers: answer.headers, body: answer.body },
  };
}
