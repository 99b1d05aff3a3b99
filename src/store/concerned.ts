// Which loops a delivery is about, and what it tells them.
import type { Delivery, Route } from "../engine/ports.ts";
import type { LoopEvent } from "../loop/event.ts";
import { issueKeyOf } from "../loop/issue-key.ts";
import { addEvent } from "./events.ts";
import { all, one, type Row, type Steps } from "./steps.ts";

/** Stores the delivery's events for every loop that it is about, and says which those are. To be called within a transaction. */
export function* concerned({ guid, receivedAt, translated }: Delivery): Steps<readonly string[]> {
  if (translated.kind === "ignored") return [];
  const { repositoryId, route, events } = translated;
  const needsNone = events.some(({ type }) => loopless.includes(type));
  const keys: string[] = [];
  for (const key of yield* keysOf(repositoryId, route)) if (needsNone || (yield* isTold(key))) keys.push(key);
  for (const key of keys) {
    for (const [index, event] of events.entries()) {
      yield* addEvent(key, event, receivedAt, `${guid}/${key}/${index}`);
    }
  }
  return keys;
}

/** What begins a loop, is answered without one, or is about none. */
const loopless: readonly LoopEvent["type"][] = ["labelled", "command", "policy_proposed", "schedules_seen"];

/** Ended loops too: one that ended out of reach has something left to say, and names change for all. */
function* keysOf(repositoryId: number | null, route: Route): Steps<readonly string[]> {
  if (repositoryId !== null) {
    if ("issue" in route) return [issueKeyOf(repositoryId, route.issue)];
    if ("repository" in route) return yield* ofRepository(repositoryId);
    const found = yield* findIssue({ repositoryId, ...route });
    if (found !== null) return [found];
    return "head" in route ? yield* movingTo(repositoryId, route.head) : [];
  }
  if ("repositories" in route) {
    const keys: string[] = [];
    for (const id of route.repositories) keys.push(...(yield* ofRepository(id)));
    return keys;
  }
  if ("installation" in route) {
    return keysIn(yield* all("select issue_key from loop where installation_id = ?", route.installation));
  }
  return [];
}

/** The loops whose branch is told to have moved to this commit, before they have read of it: CI may be as quick as that. */
function* movingTo(repositoryId: number, head: string): Steps<readonly string[]> {
  const [from, to] = [`${repositoryId}#`, `${repositoryId}$`]; // all that begins so: "$" comes after "#"
  const moves = "handled = 0 and issue_key >= ? and issue_key < ? and event like ?";
  const known = `%"type":"branch_moved","head":"${head}"%`;
  return keysIn(yield* all(`select distinct issue_key from event where ${moves}`, from, to, known));
}

/** Where there is no loop and none may be about to begin, there is nobody to tell. */
function* isTold(issueKey: string): Steps<boolean> {
  if ((yield* one("select 1 from loop where issue_key = ?", issueKey)) !== undefined) return true;
  return (yield* one("select 1 from event where issue_key = ? and handled = 0", issueKey)) !== undefined;
}

function* ofRepository(repositoryId: number): Steps<readonly string[]> {
  return keysIn(yield* all("select issue_key from loop where repository_id = ?", repositoryId));
}

function keysIn(rows: readonly Row[]): readonly string[] {
  return rows.map((row) => String(row.issue_key));
}

export interface By {
  readonly repositoryId: number;
  readonly branch?: string;
  readonly pull?: number;
  readonly head?: string;
}

/** The loop of this branch, pull request or commit; where several know it, a living one. */
export function* findIssue({ repositoryId, branch, pull, head }: By): Steps<string | null> {
  for (const [column, value] of Object.entries({ branch, pull, head })) {
    if (value === undefined) continue;
    const row = yield* one(
      `select issue_key from loop where repository_id = ? and ${column} = ? order by live desc limit 1`,
      repositoryId,
      value,
    );
    if (row !== undefined) return String(row.issue_key);
  }
  return null;
}
