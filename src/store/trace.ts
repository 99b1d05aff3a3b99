// The trace: what happened to each loop, in order, and how much of it is kept.
import type { StorePort, TraceEntry } from "../engine/ports.ts";
import type { Sql } from "./sql.ts";

/** The newest entries of each issue's trace that are kept. */
const keptPerIssue = 5_000;
/** An issue's trace is cut back after about so many entries of it. */
const cutEvery = 50;

export function trace(sql: Sql): Pick<StorePort, "trace" | "readTrace"> {
  return {
    trace: async (entry) => addEntry(sql, entry),
    async readTrace(issueKey, limit) {
      const rows = sql.all("select * from trace where issue_key = ? order by id desc limit ?", issueKey, limit);
      return rows.reverse().map((row) => ({
        issueKey,
        loop: String(row.loop),
        at: Number(row.at),
        kind: String(row.kind),
        detail: JSON.parse(String(row.detail)) as Record<string, unknown>,
      }));
    },
  };
}

export function addEntry(sql: Sql, { issueKey, loop, at, kind, detail }: TraceEntry): void {
  const added = sql.one(
    "insert into trace (issue_key, loop, at, kind, detail) values (?, ?, ?, ?, ?) returning id",
    issueKey,
    loop,
    at,
    kind,
    JSON.stringify(detail),
  );
  if (Number(added?.id) % cutEvery === 0) cutBack(sql, issueKey);
}

function cutBack(sql: Sql, issueKey: string): void {
  const oldestKept = "select id from trace where issue_key = ? order by id desc limit 1 offset ?";
  sql.run(`delete from trace where issue_key = ? and id < (${oldestKept})`, issueKey, issueKey, keptPerIssue - 1);
}
