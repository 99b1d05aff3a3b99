// The store on node:sqlite: deliveries, events, loops, effects, alarms, artifacts and trace, each method one transaction.
import { createHash } from "node:crypto";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { Fault } from "../base/fault.ts";
import type { StoredEffect, StorePort } from "../engine/ports.ts";
import type { Effect } from "../loop/effect.ts";
import type { AlarmName, LoopEvent } from "../loop/event.ts";
import type { LoopState } from "../loop/state.ts";
import { openDatabase } from "./open.ts";

/** How long a delivery's GUID and body are remembered: redelivery is possible for 3 days, 7 on Enterprise Server. */
const rememberMs = 7 * 24 * 3_600_000;

type Row = Record<string, unknown>;

/** Opens the store in `dir`. Throws Fault when it is held, damaged or of another version. */
export function sqliteStore(dir: string): StorePort {
  const db = openDatabase(dir);
  return {
    ...deliveries(db),
    ...events(db),
    ...effects(db),
    ...alarms(db),
    ...loops(db),
    ...artifacts(db),
    ...closing(db),
  };
}

function statements(db: DatabaseSync) {
  const cache = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  const prepared = (sql: string) => {
    const known = cache.get(sql) ?? db.prepare(sql);
    cache.set(sql, known);
    return known;
  };
  return {
    run: (sql: string, ...values: SQLInputValue[]) => guard(() => prepared(sql).run(...values)),
    one: (sql: string, ...values: SQLInputValue[]) => guard(() => prepared(sql).get(...values) as Row | undefined),
    all: (sql: string, ...values: SQLInputValue[]) => guard(() => prepared(sql).all(...values) as Row[]),
    atomically: <T>(work: () => T): T => atomically(db, work),
  };
}

function atomically<T>(db: DatabaseSync, work: () => T): T {
  guard(() => db.exec("begin immediate"));
  try {
    const result = work();
    guard(() => db.exec("commit"));
    return result;
  } catch (error) {
    db.exec("rollback");
    throw error;
  }
}

function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Fault(`Could not use the store: ${message}. Nothing was half-written.`, {
      kind: "engine",
      retry: "later",
      cause: error,
    });
  }
}

function deliveries(db: DatabaseSync): Pick<StorePort, "acceptDelivery" | "nextDelivery" | "deliveryHandled"> {
  const sql = statements(db);
  return {
    async acceptDelivery(delivery) {
      return sql.atomically(() => {
        sql.run("delete from delivery where received_at < ? and how is not null", delivery.receivedAt - rememberMs);
        const known = sql.one(
          "select 1 from delivery where guid = ? or body_sha256 = ?",
          delivery.guid,
          delivery.bodySha256,
        );
        if (known !== undefined) return false;
        const { guid, event, bodySha256, body, receivedAt } = delivery;
        sql.run(
          "insert into delivery (guid, event, body_sha256, body, received_at) values (?, ?, ?, ?, ?)",
          guid,
          event,
          bodySha256,
          body,
          receivedAt,
        );
        return true;
      });
    },
    async nextDelivery() {
      const row = sql.one("select * from delivery where how is null order by received_at, rowid limit 1");
      if (row === undefined) return null;
      return {
        guid: String(row.guid),
        event: String(row.event),
        bodySha256: String(row.body_sha256),
        body: String(row.body),
        receivedAt: Number(row.received_at),
      };
    },
    async deliveryHandled(guid, how) {
      sql.run("update delivery set how = ?, body = null where guid = ?", how, guid);
    },
  };
}

function events(db: DatabaseSync): Pick<StorePort, "addEvent" | "nextEvent" | "busyIssues"> {
  const sql = statements(db);
  return {
    async addEvent(issueKey, event, at, dedupe) {
      sql.run(
        "insert into event (issue_key, event, at, dedupe) values (?, ?, ?, ?) on conflict (dedupe) do nothing",
        issueKey,
        JSON.stringify(event),
        at,
        dedupe ?? null,
      );
    },
    async nextEvent(issueKey) {
      const row = sql.one("select * from event where issue_key = ? and handled = 0 order by seq limit 1", issueKey);
      if (row === undefined) return null;
      const event = JSON.parse(String(row.event)) as LoopEvent;
      return { seq: Number(row.seq), issueKey, event, at: Number(row.at) };
    },
    async busyIssues(now) {
      const rows = sql.all(
        `select issue_key from event where handled = 0
         union select issue_key from effect where done = 0 and not_before <= ?`,
        now,
      );
      return rows.map((row) => String(row.issue_key));
    },
  };
}

function effects(
  db: DatabaseSync,
): Pick<StorePort, "commit" | "nextEffect" | "effectStarted" | "effectDone" | "effectPostponed" | "nextDueTime"> {
  const sql = statements(db);
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
        "select * from effect where issue_key = ? and done = 0 order by (type = 'stop_run') desc, position limit 1",
        issueKey,
      );
      return row === undefined ? null : storedEffect(row);
    },
    async effectStarted(key) {
      sql.run("update effect set tries = tries + 1 where key = ?", key);
    },
    async effectDone(key) {
      sql.run("update effect set done = 1 where key = ?", key);
    },
    async effectPostponed(key, notBefore, forget) {
      const tries = forget ? "tries - 1" : "tries";
      sql.run(`update effect set not_before = ?, tries = ${tries} where key = ?`, notBefore, key);
    },
    async nextDueTime() {
      const row = sql.one(
        `select min(at) as at from (
           select min(not_before) as at from effect where done = 0 union all select min(at) as at from alarm)`,
      );
      return row?.at == null ? null : Number(row.at);
    },
  };
}

type Statements = ReturnType<typeof statements>;

function dropPending(sql: Statements, issueKey: string, drop: (effect: Effect) => boolean): void {
  for (const row of sql.all("select * from effect where issue_key = ? and done = 0", issueKey)) {
    const { key, effect } = storedEffect(row);
    if (drop(effect)) sql.run("update effect set done = 1 where key = ?", key);
  }
}

function storedEffect(row: Row): StoredEffect {
  return {
    key: String(row.key),
    issueKey: String(row.issue_key),
    loop: String(row.loop),
    effect: JSON.parse(String(row.effect)) as Effect,
    tries: Number(row.tries),
    notBefore: Number(row.not_before),
  };
}

function saveLoop(sql: Statements, issueKey: string, state: LoopState): void {
  const live = state.phase !== "settled" && state.phase !== "refused" ? 1 : 0;
  sql.run(
    `insert into loop (issue_key, repository_id, loop, live, branch, pull, head, state) values (?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (issue_key) do update set loop = excluded.loop, live = excluded.live, branch = excluded.branch,
       pull = excluded.pull, head = excluded.head, state = excluded.state`,
    issueKey,
    state.issue.repositoryId,
    state.id,
    live,
    state.branch,
    state.pull?.number ?? null,
    state.attempts.at(-1)?.head ?? state.head,
    JSON.stringify(state),
  );
}

function alarms(db: DatabaseSync): Pick<StorePort, "setAlarm" | "clearAlarm" | "takeDueAlarms"> {
  const sql = statements(db);
  return {
    async setAlarm(issueKey, name, at) {
      sql.run(
        "insert into alarm (issue_key, name, at) values (?, ?, ?) on conflict (issue_key, name) do update set at = excluded.at",
        issueKey,
        name,
        at,
      );
    },
    async clearAlarm(issueKey, name) {
      if (name === null) sql.run("delete from alarm where issue_key = ?", issueKey);
      else sql.run("delete from alarm where issue_key = ? and name = ?", issueKey, name);
    },
    async takeDueAlarms(now) {
      return sql.atomically(() => {
        const rows = sql.all("select * from alarm where at <= ? order by at", now);
        for (const row of rows) {
          const [key, name] = [String(row.issue_key), String(row.name)];
          sql.run("delete from alarm where issue_key = ? and name = ?", key, name);
          const event = JSON.stringify({ type: "alarm", name });
          sql.run("insert into event (issue_key, event, at) values (?, ?, ?)", key, event, now);
        }
        return rows.map((row) => ({ issueKey: String(row.issue_key), name: String(row.name) as AlarmName }));
      });
    },
  };
}

function loops(db: DatabaseSync): Pick<StorePort, "load" | "loops" | "findIssue"> {
  const sql = statements(db);
  return {
    async load(issueKey) {
      const row = sql.one("select state from loop where issue_key = ?", issueKey);
      return row === undefined ? null : (JSON.parse(String(row.state)) as LoopState);
    },
    async loops(filter) {
      const where = filter === "live" ? "where live = 1" : "";
      return sql.all(`select issue_key, state from loop ${where} order by issue_key`).map((row) => ({
        issueKey: String(row.issue_key),
        state: JSON.parse(String(row.state)) as LoopState,
      }));
    },
    async findIssue({ repositoryId, branch, pull, head }) {
      const row = sql.one(
        "select issue_key from loop where repository_id = ? and (branch = ? or pull = ? or head = ?) order by live desc limit 1",
        repositoryId,
        branch ?? null,
        pull ?? null,
        head ?? null,
      );
      return row === undefined ? null : String(row.issue_key);
    },
  };
}

function artifacts(db: DatabaseSync): Pick<StorePort, "putArtifact" | "getArtifact" | "trace" | "readTrace"> {
  const sql = statements(db);
  return {
    async putArtifact(text) {
      const sha256 = createHash("sha256").update(text).digest("hex");
      sql.run("insert into artifact (sha256, text) values (?, ?) on conflict do nothing", sha256, text);
      return sha256;
    },
    async getArtifact(sha256) {
      const row = sql.one("select text from artifact where sha256 = ?", sha256);
      return row === undefined ? null : String(row.text);
    },
    async trace(entry) {
      sql.run(
        "insert into trace (issue_key, loop, at, kind, detail) values (?, ?, ?, ?, ?)",
        entry.issueKey,
        entry.loop,
        entry.at,
        entry.kind,
        JSON.stringify(entry.detail),
      );
    },
    async readTrace(issueKey, limit) {
      const rows = sql.all("select * from trace where issue_key = ? order by id desc limit ?", issueKey, limit);
      return rows.reverse().map((row) => ({
        issueKey,
        loop: String(row.loop),
        at: Number(row.at),
        kind: String(row.kind),
        detail: JSON.parse(String(row.detail)) as Record<string, unknown>,
      }));
    },
  };
}

function closing(db: DatabaseSync): Pick<StorePort, "close"> {
  return {
    async close() {
      db.close();
    },
  };
}
