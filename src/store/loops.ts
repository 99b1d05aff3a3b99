// The newest state of each issue's loop, found by issue, branch, pull request or commit.
import { Fault } from "../base/fault.ts";
import type { StorePort } from "../engine/ports.ts";
import { LoopState } from "../loop/state.ts";
import { upgradeState } from "../loop/upgrade.ts";
import type { Sql } from "./sql.ts";

export function loops(sql: Sql): Pick<StorePort, "load" | "loops" | "findIssue"> {
  return {
    async load(issueKey) {
      const row = sql.one("select state from loop where issue_key = ?", issueKey);
      return row === undefined ? null : stateIn(row.state, issueKey);
    },
    async loops(filter) {
      const where = filter === "live" ? "where live = 1" : "";
      return sql.all(`select issue_key, state from loop ${where} order by issue_key`).map((row) => ({
        issueKey: String(row.issue_key),
        state: stateIn(row.state, String(row.issue_key)),
      }));
    },
    async findIssue({ repositoryId, branch, pull, head }) {
      const row = sql.one(
        "select issue_key from loop where repository_id = ? and (branch = ? or pull = ? or head = ?) order by live desc limit 1",
        repositoryId,
        branch ?? null,
        pull ?? null,
        head ?? null,
      );
      return row === undefined ? null : String(row.issue_key);
    },
  };
}

/** A loop that an earlier version stored gets what has been added to states since (F15). */
function stateIn(stored: unknown, issueKey: string): LoopState {
  const read = LoopState.safeParse(upgradeState(JSON.parse(String(stored))));
  if (read.success) return read.data;
  throw new Fault(
    `The stored state of the loop on ${issueKey} cannot be read by this version of Loopgate. Without its store it is restored from the thread.`,
    {
      kind: "invalid",
      retry: "never",
      cause: read.error,
    },
  );
}

/** To be called within a transaction. */
export function saveLoop(sql: Sql, issueKey: string, state: LoopState): void {
  const live = state.phase !== "settled" && state.phase !== "refused" ? 1 : 0;
  sql.run(
    `insert into loop (issue_key, repository_id, loop, live, branch, pull, head, state) values (?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (issue_key) do update set loop = excluded.loop, live = excluded.live, branch = excluded.branch,
       pull = excluded.pull, head = excluded.head, state = excluded.state`,
    issueKey,
    state.issue.repositoryId,
    state.id,
    live,
    state.branch,
    state.pull?.number ?? null,
    state.attempts.at(-1)?.head ?? state.head,
    JSON.stringify(state),
  );
}
