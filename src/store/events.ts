// Events of loops, in the order of arrival, each handled once.
import type { StorePort } from "../engine/ports.ts";
import type { LoopEvent } from "../loop/event.ts";
import { upgradeEvent } from "../loop/upgrade.ts";
import type { Sql } from "./sql.ts";

export function events(sql: Sql): Pick<StorePort, "addEvent" | "nextEvent" | "busyIssues"> {
  return {
    addEvent: async (issueKey, event, at, dedupe) => addEvent(sql, issueKey, event, at, dedupe),
    async nextEvent(issueKey) {
      const row = sql.one("select * from event where issue_key = ? and handled = 0 order by seq limit 1", issueKey);
      if (row === undefined) return null;
      const event = upgradeEvent(JSON.parse(String(row.event))) as LoopEvent;
      return { seq: Number(row.seq), issueKey, event, at: Number(row.at) };
    },
    async busyIssues(now) {
      const rows = sql.all(
        `select issue_key from event where handled = 0
         union select issue_key from effect where not_before <= ?`,
        now,
      );
      return rows.map((row) => String(row.issue_key));
    },
  };
}

/** Stores one event; one whose `dedupe` is known already is not stored again. */
export function addEvent(sql: Sql, issueKey: string, event: LoopEvent, at: number, dedupe?: string): void {
  sql.run(
    "insert into event (issue_key, event, at, dedupe) values (?, ?, ?, ?) on conflict (dedupe) do nothing",
    issueKey,
    JSON.stringify(event),
    at,
    dedupe ?? null,
  );
}
