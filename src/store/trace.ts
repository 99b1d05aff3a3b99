// The trace: what happened to each loop, in order, and how much of it is kept.
import type { StorePort, TraceEntry } from "../engine/ports.ts";
import { all, type Driver, one, run, type Steps } from "./steps.ts";

/** The newest entries of each issue's trace that are kept. */
const keptPerIssue = 5_000;
/** An issue's trace is cut back after about so many entries of it. */
const cutEvery = 50;

export function trace(driver: Driver): Pick<StorePort, "trace" | "readTrace"> {
  return {
    trace: (entry) => driver.write(() => addEntry(entry)),
    readTrace: (issueKey, limit) => driver.read(() => readTrace(issueKey, limit)),
  };
}

function* readTrace(issueKey: string, limit: number): Steps<TraceEntry[]> {
  const rows = yield* all("select * from trace where issue_key = ? order by id desc limit ?", issueKey, limit);
  return rows.toReversed().map((row) => ({
    issueKey,
    loop: String(row.loop),
    at: Number(row.at),
    kind: String(row.kind),
    detail: JSON.parse(String(row.detail)) as Record<string, unknown>,
  }));
}

export function* addEntry({ issueKey, loop, at, kind, detail }: TraceEntry): Steps<void> {
  const added = yield* one(
    "insert into trace (issue_key, loop, at, kind, detail) values (?, ?, ?, ?, ?) returning id",
    issueKey,
    loop,
    at,
    kind,
    JSON.stringify(detail),
  );
  if (Number(added?.id) % cutEvery === 0) yield* cutBack(issueKey);
}

function* cutBack(issueKey: string): Steps<void> {
  const oldestKept = "select id from trace where issue_key = ? order by id desc limit 1 offset ?";
  yield* run(`delete from trace where issue_key = ? and id < (${oldestKept})`, issueKey, issueKey, keptPerIssue - 1);
}
