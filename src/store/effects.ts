// Decisions and what they ask for: a state and its effects are saved in one transaction, each effect under its own key.
import type { StoredEffect, StorePort } from "../engine/ports.ts";
import type { Effect } from "../loop/effect.ts";
import { upgradeEffect } from "../loop/upgrade.ts";
import { saveLoop } from "./loops.ts";
import type { Row, Sql } from "./sql.ts";

type Port = "commit" | "pendingEffects" | "effectStarted" | "effectDone" | "effectPostponed" | "nextDueTime";

export function effects(sql: Sql): Pick<StorePort, Port> {
  return {
    commit: async (step) => sql.atomically(() => saveStep(sql, step)),
    async pendingEffects(issueKey) {
      return sql.all("select * from effect where issue_key = ? order by position", issueKey).map(storedEffect);
    },
    async effectStarted(key) {
      sql.run("update effect set tries = tries + 1 where key = ?", key);
    },
    async effectDone(key) {
      sql.run("delete from effect where key = ?", key);
    },
    async effectPostponed(key, notBefore, forget) {
      const tries = forget ? "tries - 1" : "tries";
      sql.run(`update effect set not_before = ?, tries = ${tries} where key = ?`, notBefore, key);
    },
    async nextDueTime() {
      const row = sql.one(
        `select min(at) as at from (
           select min(not_before) as at from effect where not_before > 0 union all select min(at) as at from alarm)`,
      );
      return row?.at == null ? null : Number(row.at);
    },
  };
}

/** To be called within a transaction. */
export function saveStep(sql: Sql, step: Parameters<StorePort["commit"]>[0]): void {
  for (const key of step.drop) sql.run("delete from effect where key = ?", key);
  if (step.state !== null) saveLoop(sql, step.issueKey, step.state);
  const loop = step.state?.id ?? "none";
  step.effects.forEach((effect, index) => {
    sql.run(
      "insert into effect (key, issue_key, loop, type, effect) values (?, ?, ?, ?, ?)",
      `${loop}/${step.seq}/${index}`,
      step.issueKey,
      loop,
      effect.type,
      JSON.stringify(effect),
    );
  });
  sql.run("update event set handled = 1 where seq = ?", step.seq);
}

function storedEffect(row: Row): StoredEffect {
  return {
    key: String(row.key),
    issueKey: String(row.issue_key),
    loop: String(row.loop),
    effect: upgradeEffect(JSON.parse(String(row.effect))) as Effect,
    tries: Number(row.tries),
    notBefore: Number(row.not_before),
  };
}
