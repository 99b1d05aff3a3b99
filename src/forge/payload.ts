// From an event of the world to the webhook an App gets of it, if it gets one.
import { randomUUID } from "node:crypto";
import { type Core, installationFor, type WorldEvent } from "./core.ts";
import type { App, Installation } from "./model.ts";
import { repositoryShape } from "./shapes/repository.ts";
import { userShape } from "./shapes/user.ts";

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

/** The events every App gets about itself, subscribed or not. */
const always = ["installation", "installation_repositories", "ping"];

/** The delivery of an event to an App, or nothing when the App is not to hear of it. */
export function address(core: Core, app: App, event: WorldEvent): Pending | undefined {
  if (!app.webhook || (event.onlyApp && event.onlyApp !== app)) return undefined;
  if (!always.includes(event.event) && !app.events.includes(event.event)) return undefined;
  const installation = event.event === "ping" ? null : installationOf(core, app, event);
  if (installation === undefined) return undefined;
  if (installation && installation.suspendedAt !== null && !always.includes(event.event)) return undefined;
  return {
    app,
    guid: randomUUID(),
    event: event.event,
    action: event.action,
    installationId: installation?.id ?? null,
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

function payloadOf(core: Core, event: WorldEvent, installation: Installation | null): Record<string, unknown> {
  return {
    ...(event.action === null ? {} : { action: event.action }),
    ...(event.repository ? { repository: repositoryShape(core, event.repository) } : {}),
    ...(event.repository?.owner.type === "Organization"
      ? { organization: organizationShape(core, event.repository.owner.login) }
      : {}),
    sender: userShape(core, event.actor.user),
    ...(installation === null ? {} : { installation: { id: installation.id, node_id: installation.nodeId } }),
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
