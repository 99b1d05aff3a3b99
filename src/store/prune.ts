// What the store forgets, so that it does not grow for ever.
import type { StorePort } from "../engine/ports.ts";
import type { Sql } from "./sql.ts";

/** Handled events are kept this long: their `dedupe` is what keeps a late twin from counting. */
const keepMs = 14 * 24 * 3_600_000;
/** The newest entries of each issue's trace that are kept. */
const tracePerIssue = 5_000;

/** Nothing that is unhandled or undone ever goes, nor a done effect of a loop that lives. */
export function prune(sql: Sql): Pick<StorePort, "prune"> {
  return {
    async prune(now) {
      sql.atomically(() => {
        sql.run("delete from event where handled = 1 and at < ?", now - keepMs);
        sql.run(
          "delete from effect where done = 1 and not exists (select 1 from loop where loop.loop = effect.loop and live = 1)",
        );
        sql.run(
          `delete from trace where id in (
             select id from (select id, row_number() over (partition by issue_key order by id desc) as place from trace)
             where place > ?)`,
          tracePerIssue,
        );
      });
    },
  };
}
