// Events of loops, in the order of arrival, each handled once.
import type { StoredEvent, StorePort } from "../engine/ports.ts";
import type { LoopEvent } from "../loop/event.ts";
import { upgradeEvent } from "../loop/upgrade.ts";
import { all, type Driver, one, run, type Steps } from "./steps.ts";

export function events(driver: Driver): Pick<StorePort, "addEvent" | "nextEvent" | "busyIssues"> {
  return {
    addEvent: (issueKey, event, at, dedupe) => driver.write(() => addEvent(issueKey, event, at, dedupe)),
    nextEvent: (issueKey) => driver.read(() => nextEvent(issueKey)),
    busyIssues: (now) => driver.read(() => busyIssues(now)),
  };
}

function* nextEvent(issueKey: string): Steps<StoredEvent | null> {
  const row = yield* one("select * from event where issue_key = ? and handled = 0 order by seq limit 1", issueKey);
  if (row === undefined) return null;
  const event = upgradeEvent(JSON.parse(String(row.event))) as LoopEvent;
  return { seq: Number(row.seq), issueKey, event, at: Number(row.at) };
}

function* busyIssues(now: number): Steps<string[]> {
  const rows = yield* all(
    `select issue_key from event where handled = 0
     union select issue_key from effect where not_before <= ?`,
    now,
  );
  return rows.map((row) => String(row.issue_key));
}

/** Stores one event; one whose `dedupe` is known already is not stored again. */
export function* addEvent(issueKey: string, event: LoopEvent, at: number, dedupe?: string): Steps<void> {
  yield* run(
    "insert into event (issue_key, event, at, dedupe) values (?, ?, ?, ?) on conflict (dedupe) do nothing",
    issueKey,
    JSON.stringify(event),
    at,
    dedupe ?? null,
  );
}
