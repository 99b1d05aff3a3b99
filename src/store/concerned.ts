// Which loops a delivery is about, and what it tells them.
import type { Delivery, Route } from "../engine/ports.ts";
import type { LoopEvent } from "../loop/event.ts";
import { issueKeyOf } from "../loop/issue-key.ts";
import { addEvent } from "./events.ts";
import type { Sql } from "./sql.ts";

/** Stores the delivery's events for every loop that it is about, and says which those are. To be called within a transaction. */
export function concerned(sql: Sql, { guid, receivedAt, translated }: Delivery): readonly string[] {
  if (translated.kind === "ignored") return [];
  const { repositoryId, route, events } = translated;
  const needsNone = events.some(({ type }) => loopless.includes(type));
  const keys = keysOf(sql, repositoryId, route).filter((key) => needsNone || isTold(sql, key));
  for (const key of keys) {
    for (const [index, event] of events.entries()) addEvent(sql, key, event, receivedAt, `${guid}/${key}/${index}`);
  }
  return keys;
}

/** What begins a loop, is answered without one, or is about none. */
const loopless: readonly LoopEvent["type"][] = ["labelled", "command", "policy_proposed"];

/** Ended loops too: one that ended out of reach has something left to say, and names change for all. */
function keysOf(sql: Sql, repositoryId: number | null, route: Route): readonly string[] {
  if (repositoryId !== null) {
    if ("issue" in route) return [issueKeyOf(repositoryId, route.issue)];
    if ("repository" in route) return ofRepository(sql, repositoryId);
    const found = findIssue(sql, { repositoryId, ...route });
    return found === null ? [] : [found];
  }
  if ("repositories" in route) return route.repositories.flatMap((id) => ofRepository(sql, id));
  if ("installation" in route) {
    return keysIn(sql.all("select issue_key from loop where installation_id = ?", route.installation));
  }
  return [];
}

/** Where there is no loop and none may be about to begin, there is nobody to tell. */
function isTold(sql: Sql, issueKey: string): boolean {
  if (sql.one("select 1 from loop where issue_key = ?", issueKey) !== undefined) return true;
  return sql.one("select 1 from event where issue_key = ? and handled = 0", issueKey) !== undefined;
}

function ofRepository(sql: Sql, repositoryId: number): readonly string[] {
  return keysIn(sql.all("select issue_key from loop where repository_id = ?", repositoryId));
}

function keysIn(rows: readonly Record<string, unknown>[]): readonly string[] {
  return rows.map((row) => String(row.issue_key));
}

export interface By {
  readonly repositoryId: number;
  readonly branch?: string;
  readonly pull?: number;
  readonly head?: string;
}

/** The loop of this branch, pull request or commit; where several know it, a living one. */
export function findIssue(sql: Sql, { repositoryId, branch, pull, head }: By): string | null {
  const by = (column: "branch" | "pull" | "head", value: string | number | undefined) =>
    value === undefined
      ? undefined
      : sql.one(
          `select issue_key from loop where repository_id = ? and ${column} = ? order by live desc limit 1`,
          repositoryId,
          value,
        );
  const row = by("branch", branch) ?? by("pull", pull) ?? by("head", head);
  return row === undefined ? null : String(row.issue_key);
}
