// Texts too large for a state, found by their hash: briefs, logs, frozen issues.
import { hash } from "node:crypto";
import type { StorePort } from "../engine/ports.ts";
import type { Sql } from "./sql.ts";

export function artifacts(sql: Sql): Pick<StorePort, "putArtifact" | "getArtifact"> {
  return {
    putArtifact: async (text, of) => sql.atomically(() => keepText(sql, text, of)),
    async getArtifact(sha256) {
      const row = sql.one("select text from artifact where sha256 = ?", sha256);
      return row === undefined ? null : String(row.text);
    },
  };
}

/** To be called within a transaction. */
export function keepText(
  sql: Sql,
  text: string,
  { issueKey, loop, at }: Parameters<StorePort["putArtifact"]>[1],
): string {
  const sha256 = hash("sha256", text, "hex");
  sql.run("insert into artifact (sha256, text) values (?, ?) on conflict do nothing", sha256, text);
  sql.run(
    "insert into artifact_use (sha256, loop, issue_key, at) values (?, ?, ?, ?) on conflict do update set at = excluded.at",
    sha256,
    loop,
    issueKey,
    at,
  );
  return sha256;
}
