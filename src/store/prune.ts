// What the store forgets, so that it does not grow for ever: in small steps, and between them everything else goes on.
import { setImmediate } from "node:timers/promises";
import type { StorePort } from "../engine/ports.ts";
import type { InboxSteps } from "./inbox.ts";
import type { Sql } from "./sql.ts";

/** Handled events are kept this long: their `dedupe` is what keeps a late twin from counting. */
const keepEventsMs = 14 * 24 * 3_600_000;
/** So many rows are looked at in one step. */
const rowsInStep = 500;

/** Does one step; true while there is more to do. */
type Step = () => boolean;

/** Nothing that is unhandled or undone ever goes, nor what belongs to a loop that is there. */
export function prune(sql: Sql, inbox: InboxSteps): Pick<StorePort, "prune" | "endedLoops" | "forgetLoop" | "size"> {
  return {
    async prune(now, keptSince) {
      const steps: Step[] = [
        () => inbox.forgetDeliveries(now),
        inbox.packDeliveries,
        () => forgetEvents(sql, now - keepEventsMs),
        ...(keptSince === null ? [] : [forgetTraces(sql, keptSince), forgetArtifacts(sql, keptSince)]),
      ];
      for (const step of steps) while (step()) await setImmediate();
    },
    async endedLoops(before, limit) {
      const rows = sql.all("select issue_key from loop where ended_at < ? order by ended_at limit ?", before, limit);
      return rows.map((row) => String(row.issue_key));
    },
    forgetLoop: async (issueKey, loop) => sql.atomically(() => forgetLoop(sql, issueKey, loop)),
    async size() {
      const pages = Number(sql.one("pragma page_count")?.page_count);
      const free = Number(sql.one("pragma freelist_count")?.freelist_count);
      const bytes = Number(sql.one("pragma page_size")?.page_size);
      return { bytes: pages * bytes, freeBytes: free * bytes };
    },
  };
}

function forgetEvents(sql: Sql, before: number): boolean {
  const old = "select seq from event where at < ? and handled = 1 order by at limit ?";
  return sql.run(`delete from event where seq in (${old})`, before, rowsInStep) === rowsInStep;
}

/** Entries of loops that are not there any more: forgotten ones, and those that a later loop of their issue replaced. */
function forgetTraces(sql: Sql, before: number): Step {
  let from = { at: 0, id: 0 };
  return () => {
    const rows = sql.all(
      `select id, at, ${isGone("trace")} as gone from trace where (at, id) > (?, ?) and at < ? order by at, id limit ?`,
      from.at,
      from.id,
      before,
      rowsInStep,
    );
    sql.atomically(() => {
      for (const row of rows) if (row.gone === 1) sql.run("delete from trace where id = ?", Number(row.id));
    });
    const last = rows.at(-1);
    from = { at: Number(last?.at), id: Number(last?.id) };
    return rows.length === rowsInStep;
  };
}

function forgetArtifacts(sql: Sql, before: number): Step {
  let from = { at: 0, sha256: "", loop: "" };
  return () => {
    const rows = sql.all(
      `select sha256, loop, at, ${isGone("artifact_use")} as gone from artifact_use
       where (at, sha256, loop) > (?, ?, ?) and at < ? order by at, sha256, loop limit ?`,
      from.at,
      from.sha256,
      from.loop,
      before,
      rowsInStep,
    );
    sql.atomically(() => {
      for (const row of rows) if (row.gone === 1) dropUse(sql, String(row.sha256), String(row.loop));
    });
    const last = rows.at(-1);
    from = { at: Number(last?.at), sha256: String(last?.sha256), loop: String(last?.loop) };
    return rows.length === rowsInStep;
  };
}

function isGone(table: "trace" | "artifact_use"): string {
  return `not exists (select 1 from loop where loop.issue_key = ${table}.issue_key and loop.loop = ${table}.loop)`;
}

/** A text goes with its last use. */
function dropUse(sql: Sql, sha256: string, loop: string): void {
  sql.run("delete from artifact_use where sha256 = ? and loop = ?", sha256, loop);
  if (sql.one("select 1 from artifact_use where sha256 = ?", sha256) !== undefined) return;
  sql.run("delete from artifact where sha256 = ?", sha256);
}

/** False where the loop is another one by now, lives again, or has something left to do. */
function forgetLoop(sql: Sql, issueKey: string, loop: string): boolean {
  const isBusy =
    sql.one("select 1 from event where issue_key = ? and handled = 0", issueKey) !== undefined ||
    sql.one("select 1 from effect where issue_key = ?", issueKey) !== undefined;
  if (isBusy) return false;
  const gone = sql.run("delete from loop where issue_key = ? and loop = ? and ended_at is not null", issueKey, loop);
  return gone > 0;
}
