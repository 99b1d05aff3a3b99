// Webhooks: from the world's events to signed deliveries, their log, and the faults that deliveries meet.
import { createHmac, randomUUID } from "node:crypto";
import { type Core, installationFor, type WorldEvent } from "./core.ts";
import type { Activity } from "./http/activity.ts";
import type { App, Delivery, Installation } from "./model.ts";
import { repositoryShape } from "./shapes/repository.ts";
import { userShape } from "./shapes/user.ts";

export interface Hooks {
  /** Every delivery sent, oldest first. GitHub keeps them three days; the forge keeps all. */
  readonly deliveries: readonly Delivery[];
  /** Sends a delivery again, under the GUID it had. */
  redeliver(delivery: Delivery): void;
  /** Deliveries wait from now on, until they are released. */
  hold(): void;
  /** Sends what waits, in the order it came or as `order` arranges it. */
  release(order?: (waiting: readonly Pending[]) => readonly Pending[]): void;
  /** The next deliveries never leave; they count as failed to connect. */
  dropNext(count: number): void;
  /** The next deliveries are sent twice, under the same GUID. */
  duplicateNext(count: number): void;
  /** Those held back now. */
  waiting(): readonly Pending[];
  /** Cuts off what is being sent, and sends nothing more. */
  close(): void;
}

/** A delivery that has not left yet. */
export interface Pending {
  readonly app: App;
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly redelivery: boolean;
  readonly body: string;
}

export interface HookOptions {
  readonly core: Core;
  readonly activity: Activity;
  /** After which a delivery counts as failed: 10 s on GitHub. */
  readonly timeoutMs: number;
}

export function createHooks(options: HookOptions): Hooks {
  const { core, activity } = options;
  const closed = new AbortController();
  const deliveries: Delivery[] = [];
  const held: Pending[] = [];
  const faults = { hold: false, drop: 0, duplicate: 0 };
  const depart = (pending: Pending) => {
    if (closed.signal.aborted) return;
    if (faults.hold) return void held.push(pending);
    if (faults.drop > 0) {
      faults.drop -= 1;
      deliveries.push(
        record(core, pending, 0, { code: 0, status: "failed to connect to host", headers: {}, body: "" }),
      );
      return;
    }
    const times = faults.duplicate > 0 ? 2 : 1;
    if (times === 2) faults.duplicate -= 1;
    // Started in order, not awaited: GitHub promises no order of arrival either.
    for (let n = 0; n < times; n++)
      void activity.during(send(options, pending, closed.signal).then((delivery) => deliveries.push(delivery)));
  };
  core.listen((event) => {
    for (const app of core.apps) {
      const pending = address(core, app, event);
      if (pending) depart(pending);
    }
  });
  return {
    deliveries,
    hold: () => {
      faults.hold = true;
    },
    release: (order = (waiting) => waiting) => {
      faults.hold = false;
      for (const pending of order(held.splice(0))) depart(pending);
    },
    dropNext: (count) => {
      faults.drop += count;
    },
    duplicateNext: (count) => {
      faults.duplicate += count;
    },
    waiting: () => held,
    close: () => closed.abort(),
    redeliver: (delivery) => depart({ ...delivery, body: delivery.request.body, redelivery: true }),
  };
}

/** The events every App gets about itself, subscribed or not. */
const always = ["installation", "installation_repositories"];

/** The delivery of an event to an App, or nothing when the App is not to hear of it. */
function address(core: Core, app: App, event: WorldEvent): Pending | undefined {
  if (!app.webhook || (event.onlyApp && event.onlyApp !== app)) return undefined;
  if (!always.includes(event.event) && !app.events.includes(event.event)) return undefined;
  const installation = installationOf(core, app, event);
  if (!installation || (installation.suspendedAt !== null && !always.includes(event.event))) return undefined;
  return {
    app,
    guid: randomUUID(),
    event: event.event,
    action: event.action,
    installationId: installation.id,
    repositoryId: event.repository?.id ?? null,
    redelivery: false,
    body: JSON.stringify(payloadOf(core, event, installation)),
  };
}

function installationOf(core: Core, app: App, event: WorldEvent): Installation | undefined {
  if (event.repository) return installationFor(core, app, event.repository);
  const own = event.body.installation as { id?: number } | undefined;
  return core.installations.find((one) => one.app === app && one.id === own?.id);
}

function payloadOf(core: Core, event: WorldEvent, installation: Installation): Record<string, unknown> {
  return {
    ...(event.action === null ? {} : { action: event.action }),
    ...(event.repository ? { repository: repositoryShape(core, event.repository) } : {}),
    ...(event.repository?.owner.type === "Organization"
      ? { organization: organizationShape(core, event.repository.owner.login) }
      : {}),
    sender: userShape(core, event.actor.user),
    installation: { id: installation.id, node_id: installation.nodeId },
    ...event.body,
  };
}

function organizationShape(core: Core, login: string) {
  const user = core.users.get(login.toLowerCase());
  const url = `${core.origin}/api/v3/orgs/${login}`;
  return {
    login,
    id: user?.id ?? 0,
    node_id: user?.nodeId ?? "",
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${core.origin}/avatars/${user?.id ?? 0}`,
    description: null,
  };
}

interface Answer {
  readonly code: number;
  readonly status: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

async function send({ core, timeoutMs }: HookOptions, pending: Pending, closed: AbortSignal): Promise<Delivery> {
  const started = performance.now();
  const { webhook } = pending.app;
  const answer = webhook
    ? await post(
        webhook.url,
        headersOf(pending),
        pending.body,
        AbortSignal.any([AbortSignal.timeout(timeoutMs), closed]),
      )
    : unreachableHost;
  return record(core, pending, Math.round(performance.now() - started), answer);
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

function headersOf(pending: Pending): Record<string, string> {
  const { app } = pending;
  const sign = (algorithm: string) =>
    createHmac(algorithm, app.webhook?.secret ?? "")
      .update(pending.body)
      .digest("hex");
  return {
    accept: "*/*",
    "content-type": "application/json",
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

function record(core: Core, pending: Pending, durationMs: number, answer: Answer): Delivery {
  const { body, ...about } = pending;
  return {
    ...about,
    id: core.nextId(),
    deliveredAt: core.now(),
    durationMs,
    status: answer.status,
    statusCode: answer.code,
    url: pending.app.webhook?.url ?? "",
    request: { headers: headersOf(pending), body },
    response: { headers: answer.headers, body: answer.body },
  };
}
