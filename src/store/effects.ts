// Decisions and what they ask for: a state and its effects are saved in one transaction, each effect under its own key.
import type { StoredEffect, StorePort } from "../engine/ports.ts";
import type { Effect } from "../loop/effect.ts";
import { upgradeEffect } from "../loop/upgrade.ts";
import { saveLoop } from "./loops.ts";
import { all, type Driver, one, type Row, run, type Steps } from "./steps.ts";

type Port = "commit" | "pendingEffects" | "effectStarted" | "effectDone" | "effectPostponed" | "nextDueTime";

export function effects(driver: Driver): Pick<StorePort, Port> {
  return {
    commit: (step) => driver.atomically(() => saveStep(step)),
    pendingEffects: (issueKey) => driver.read(() => pendingEffects(issueKey)),
    async effectStarted(key) {
      await driver.write(() => run("update effect set tries = tries + 1 where key = ?", key));
    },
    async effectDone(key) {
      await driver.write(() => run("delete from effect where key = ?", key));
    },
    async effectPostponed(key, notBefore, forget) {
      const tries = forget ? "tries - 1" : "tries";
      await driver.write(() => run(`update effect set not_before = ?, tries = ${tries} where key = ?`, notBefore, key));
    },
    nextDueTime: () => driver.read(nextDueTime),
  };
}

function* pendingEffects(issueKey: string): Steps<StoredEffect[]> {
  return (yield* all("select * from effect where issue_key = ? order by position", issueKey)).map(storedEffect);
}

function* nextDueTime(): Steps<number | null> {
  const row = yield* one(
    `select min(at) as at from (
       select min(not_before) as at from effect where not_before > 0 union all select min(at) as at from alarm) as due`,
  );
  return row?.at == null ? null : Number(row.at);
}

/** To be called within a transaction. */
export function* saveStep(step: Parameters<StorePort["commit"]>[0]): Steps<void> {
  for (const key of step.drop) yield* run("delete from effect where key = ?", key);
  if (step.state !== null) yield* saveLoop(step.issueKey, step.state);
  const loop = step.state?.id ?? "none";
  for (const [index, effect] of step.effects.entries()) {
    yield* run(
      "insert into effect (key, issue_key, loop, type, effect) values (?, ?, ?, ?, ?)",
      `${loop}/${step.seq}/${index}`,
      step.issueKey,
      loop,
      effect.type,
      JSON.stringify(effect),
    );
  }
  yield* run("update event set handled = 1 where seq = ?", step.seq);
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
