// From stored deliveries to events of loops: each delivery is translated once, in the order of arrival.
import type { IssueRef } from "../loop/state.ts";
import type { Delivery, Log, Route, StorePort, Translated } from "./ports.ts";

export interface IntakeParts {
  readonly store: StorePort;
  readonly log: Log;
  readonly translate: (event: string, body: string) => Translated;
  /** Called once the loop of this issue has something new to decide on. */
  readonly told: (issueKey: string) => void;
}

/** The key of an issue's loop: the repository's id and the issue's number, both of which survive a rename. */
export function issueKeyOf(repositoryId: number, issue: number): string {
  return `${repositoryId}#${issue}`;
}

/** Handles every delivery that is stored and unhandled. Throws Fault only when the store fails. */
export async function takeIn(parts: IntakeParts): Promise<void> {
  for (let next = await parts.store.nextDelivery(); next !== null; next = await parts.store.nextDelivery()) {
    const how = await handle(parts, next);
    await parts.store.deliveryHandled(next.guid, how);
  }
}

async function handle(parts: IntakeParts, delivery: Delivery): Promise<string> {
  const { log, store } = parts;
  const fields = { delivery: delivery.guid, event: delivery.event };
  const translated = parts.translate(delivery.event, delivery.body);
  if (translated.kind === "ignored") {
    log.info({ ...fields, reason: translated.reason }, "delivery ignored");
    return `ignored: ${translated.reason}`;
  }
  const keys = await issueKeys(store, translated.repositoryId, translated.route);
  if (keys.length === 0) {
    log.info({ ...fields, reason: "no loop is concerned" }, "delivery ignored");
    return "ignored: no loop is concerned";
  }
  for (const key of keys) {
    for (const [index, event] of translated.events.entries()) {
      await store.addEvent(key, event, delivery.receivedAt, `${delivery.guid}/${key}/${index}`);
    }
    log.info({ ...fields, issue: key, events: translated.events.map((event) => event.type) }, "delivery processed");
    parts.told(key);
  }
  return `events for ${keys.join(", ")}`;
}

async function issueKeys(store: StorePort, repositoryId: number | null, route: Route): Promise<readonly string[]> {
  if (repositoryId !== null) {
    if ("issue" in route) return [issueKeyOf(repositoryId, route.issue)];
    if ("branch" in route) return found(await store.findIssue({ repositoryId, branch: route.branch }));
    if ("pull" in route) return found(await store.findIssue({ repositoryId, pull: route.pull }));
    if ("head" in route) return found(await store.findIssue({ repositoryId, head: route.head }));
  }
  // Ended loops too: one that ended out of reach has something left to say, and names change for all.
  const all = await store.loops("all");
  return all.filter(({ state }) => isConcerned(state.issue, repositoryId, route)).map(({ issueKey }) => issueKey);
}

function isConcerned(issue: IssueRef, repositoryId: number | null, route: Route): boolean {
  if ("installation" in route) return issue.installationId === route.installation;
  if ("repositories" in route) return route.repositories.includes(issue.repositoryId);
  return repositoryId !== null && issue.repositoryId === repositoryId;
}

function found(issueKey: string | null): readonly string[] {
  return issueKey === null ? [] : [issueKey];
}
