// The trace: what happened to each loop, in order, and how much of it is kept.
import type { StorePort } from "../engine/ports.ts";
import type { Sql } from "./sql.ts";

export function trace(sql: Sql): Pick<StorePort, "trace" | "readTrace"> {
  return {
    async trace(entry) {
      sql.run(
        "insert into trace (issue_key, loop, at, kind, detail) values (?, ?, ?, ?, ?)",
        entry.issueKey,
        entry.loop,
        entry.at,
        entry.kind,
        JSON.stringify(entry.detail),
      );
    },
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
