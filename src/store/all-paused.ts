// The repositories whose loops are all paused.
import type { StorePort } from "../engine/ports.ts";
import type { Sql } from "./sql.ts";

export function allPaused(sql: Sql): Pick<StorePort, "allPaused" | "setAllPaused"> {
  return {
    async allPaused(repositoryId) {
      const row = sql.one("select paused_by, since from all_paused where repository_id = ?", repositoryId);
      return row === undefined ? null : { by: String(row.paused_by), since: Number(row.since) };
    },
    async setAllPaused(repositoryId, paused) {
      if (paused === null) sql.run("delete from all_paused where repository_id = ?", repositoryId);
      else
        sql.run(
          "insert into all_paused (repository_id, paused_by, since) values (?, ?, ?) on conflict do nothing",
          repositoryId,
          paused.by,
          paused.since,
        );
    },
  };
}
