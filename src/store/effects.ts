// Decisions and what they ask for: a state and its effects are saved in one transaction, each effect under its own key.
import type { StoredEffect, StorePort } from "../engine/ports.ts";
import type { Effect } from "../loop/effect.ts";
import { upgradeEffect } from "../loop/upgrade.ts";
import { saveLoop } from "./loops.ts";
import type { Row, Sql } from "./sql.ts";

type Port = "commit" | "nextEffect" | "effectStarted" | "effectDone" | "effectPostponed" | "nextDueTime";

export function effects(sql: Sql): Pick<StorePort, Port> {
  return {
    async commit(step) {
      sql.atomically(() => {
        dropPending(sql, step.issueKey, step.drop);
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
      });
    },
    async nextEffect(issueKey) {
      const row = sql.one(
        "select * from effect where issue_key = ? order by (type = 'stop_run') desc, (type = 'check_command') desc, position limit 1",
        issueKey,
      );
      return row === undefined ? null : storedEffect(row);
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

function dropPending(sql: Sql, issueKey: string, drop: (effect: Effect) => boolean): void {
  for (const row of sql.all("select * from effect where issue_key = ?", issueKey)) {
    const { key, effect } = storedEffect(row);
    if (drop(effect)) sql.run("delete from effect where key = ?", key);
  }
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
