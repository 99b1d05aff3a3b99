// Statements on the SQLite file: prepared once, atomic where asked, and every failure a fault.
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { Fault } from "../base/fault.ts";

export type Row = Record<string, unknown>;
export type Sql = ReturnType<typeof statements>;

/** The ways to run a statement; each throws `Fault`, and then nothing of it is kept. */
export function statements(db: DatabaseSync) {
  const cache = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  const prepared = (sql: string) => {
    const known = cache.get(sql) ?? db.prepare(sql);
    cache.set(sql, known);
    return known;
  };
  return {
    /** To how many rows were changed. */
    run: (sql: string, ...values: SQLInputValue[]) => Number(guard(() => prepared(sql).run(...values)).changes),
    one: (sql: string, ...values: SQLInputValue[]) => guard(() => prepared(sql).get(...values) as Row | undefined),
    all: (sql: string, ...values: SQLInputValue[]) => guard(() => prepared(sql).all(...values) as Row[]),
    atomically: <T>(work: () => T): T => atomically(db, work),
    /** Atomic, but not on the disk before the next flush, or the next commit of any other kind. */
    unflushed: <T>(work: () => T): T => unflushed(db, work),
  };
}

function atomically<T>(db: DatabaseSync, work: () => T): T {
  guard(() => db.exec("begin immediate"));
  try {
    const result = work();
    guard(() => db.exec("commit"));
    return result;
  } catch (error) {
    // A full disk makes SQLite roll back by itself; then there is nothing left to roll back.
    if (db.isTransaction) db.exec("rollback");
    throw error;
  }
}

function unflushed<T>(db: DatabaseSync, work: () => T): T {
  guard(() => db.exec("pragma synchronous = normal"));
  try {
    return atomically(db, work);
  } finally {
    db.exec("pragma synchronous = full");
  }
}

function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Fault) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new Fault(`Could not use the store: ${message}. Nothing was half-written.`, {
      kind: "engine",
      retry: "later",
      cause: error,
    });
  }
}
