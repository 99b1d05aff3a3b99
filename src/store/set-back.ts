// Times that a wrong clock stamped, moved once it is set right.
import type { StorePort } from "../engine/ports.ts";
import type { Sql } from "./sql.ts";

/** What is said to have happened happened by now; what was postponed by that clock is due by as much earlier. */
export function setBack(sql: Sql): Pick<StorePort, "setBack"> {
  return {
    async setBack(now, byMs) {
      sql.atomically(() => {
        sql.run("update event set at = ?1 where at > ?1", now);
        sql.run("update trace set at = ?1 where at > ?1", now);
        sql.run("update remembered set at = ?1 where at > ?1", now);
        sql.run("update effect set not_before = max(?1, not_before - ?2) where not_before > ?1", now, byMs);
      });
    },
  };
}
