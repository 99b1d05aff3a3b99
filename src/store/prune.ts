// What the store forgets, so that it does not grow for ever: in small steps, and between them everything else goes on.
import { setImmediate } from "node:timers/promises";
import type { StorePort } from "../engine/ports.ts";
import type { InboxSteps } from "./inbox.ts";
import { forgetCosts } from "./run-costs.ts";
import { all, type Driver, one, run, type Steps } from "./steps.ts";

/** Handled events are kept this long: their `dedupe` is what keeps a late twin from counting. */
const keepEventsMs = 14 * 24 * 3_600_000;
/** So many rows are looked at in one step. */
const rowsInStep = 500;

/** Does one step; true while there is more to do. */
type Step = () => Promise<boolean>;

type Port = "prune" | "endedLoops" | "forgetLoop";

/** Nothing that is unhandled or undone ever goes, nor what belongs to a loop that is there. */
export function prune(driver: Driver, inbox: InboxSteps): Pick<StorePort, Port> {
  return {
    async prune(now, keptSince) {
      const steps: Step[] = [
        () => inbox.forgetDeliveries(now),
        inbox.packDeliveries,
        () => driver.write(() => forgetEvents(now - keepEventsMs)),
        async () => {
          await driver.write(() => forgetCosts(now));
          return false;
        },
        ...(keptSince === null ? [] : [forgetTraces(driver, keptSince), forgetArtifacts(driver, keptSince)]),
      ];
      for (const step of steps) while (await step()) await setImmediate();
    },
    endedLoops: (before, limit) => driver.read(() => endedLoops(before, limit)),
    forgetLoop: (issueKey, loop) => driver.atomically(() => forgetLoop(issueKey, loop)),
  };
}

function* endedLoops(before: number, limit: number): Steps<string[]> {
  const rows = yield* all("select issue_key from loop where ended_at < ? order by ended_at limit ?", before, limit);
  return rows.map((row) => String(row.issue_key));
}

function* forgetEvents(before: number): Steps<boolean> {
  const old = "select seq from event where at < ? and handled = 1 order by at limit ?";
  return (yield* run(`delete from event where seq in (${old})`, before, rowsInStep)) === rowsInStep;
}

/** Entries of loops that are not there any more: forgotten ones, and those that a later loop of their issue replaced. */
function forgetTraces(driver: Driver, before: number): Step {
  let from = { at: 0, id: 0 };
  return async () => {
    const rows = await driver.atomically(function* () {
      const looked = yield* all(
        `select id, at, ${isGone("trace")} as gone from trace where (at, id) > (?, ?) and at < ? order by at, id limit ?`,
        from.at,
        from.id,
        before,
        rowsInStep,
      );
      for (const row of looked) if (row.gone === 1) yield* run("delete from trace where id = ?", Number(row.id));
      return looked;
    });
    const last = rows.at(-1);
    from = { at: Number(last?.at), id: Number(last?.id) };
    return rows.length === rowsInStep;
  };
}

function forgetArtifacts(driver: Driver, before: number): Step {
  let from = { at: 0, sha256: "", loop: "" };
  return async () => {
    const rows = await driver.atomically(function* () {
      const looked = yield* all(
        `select sha256, loop, at, ${isGone("artifact_use")} as gone from artifact_use
         where (at, sha256, loop) > (?, ?, ?) and at < ? order by at, sha256, loop limit ?`,
        from.at,
        from.sha256,
        from.loop,
        before,
        rowsInStep,
      );
      for (const row of looked) if (row.gone === 1) yield* dropUse(String(row.sha256), String(row.loop));
      return looked;
    });
    const last = rows.at(-1);
    from = { at: Number(last?.at), sha256: String(last?.sha256), loop: String(last?.loop) };
    return rows.length === rowsInStep;
  };
}

function isGone(table: "trace" | "artifact_use"): string {
  return `case when exists (select 1 from loop where loop.issue_key = ${table}.issue_key and loop.loop = ${table}.loop) then 0 else 1 end`;
}

/** A text goes with its last use. */
function* dropUse(sha256: string, loop: string): Steps<void> {
  yield* run("delete from artifact_use where sha256 = ? and loop = ?", sha256, loop);
  if ((yield* one("select 1 from artifact_use where sha256 = ?", sha256)) !== undefined) return;
  yield* run("delete from artifact where sha256 = ?", sha256);
}

/** False where the loop is another one by now, lives again, or has something left to do. */
function* forgetLoop(issueKey: string, loop: string): Steps<boolean> {
  const isBusy =
    (yield* one("select 1 from event where issue_key = ? and handled = 0", issueKey)) !== undefined ||
    (yield* one("select 1 from effect where issue_key = ?", issueKey)) !== undefined;
  if (isBusy) return false;
  const gone = yield* run("delete from loop where issue_key = ? and loop = ? and ended_at is not null", issueKey, loop);
  return gone > 0;
}
