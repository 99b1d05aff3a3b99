// Steps on the SQLite file: statements prepared once, atomic where asked, and every failure a fault. Nothing is waited for but the
// disk, and that in another thread: no two sequences of steps ever mix.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { Fault } from "../../base/fault.ts";
import { type Driver, isAnyText, type Row, type Statement, type Steps } from "../steps.ts";

export interface SqliteDriver extends Driver {
  /** Performs them here and now. */
  readonly now: <T>(steps: Steps<T>) => T;
  /** Atomic, but not on the disk before the next flush, or the next commit of any other kind. */
  readonly unflushed: <T>(steps: () => Steps<T>) => T;
}

/** `flush` resolves once all that was committed is on the disk. */
export function sqliteDriver(db: DatabaseSync, flush: () => Promise<void>): SqliteDriver {
  const cache = new Map<string, StatementSync>();
  const prepared = (text: string) => {
    const known = cache.get(text) ?? db.prepare(text);
    cache.set(text, known);
    return known;
  };

  function perform({ wanted, text, values }: Statement): number | Row | undefined | readonly Row[] {
    const statement = prepared(text);
    const given = values.map((value) => (isAnyText(value) ? value.anyText : value));
    if (wanted === "run") return Number(statement.run(...given).changes);
    return wanted === "one" ? statement.get(...given) : statement.all(...given);
  }

  function now<T>(steps: Steps<T>): T {
    let step = steps.next();
    while (!step.done) {
      const { value } = step;
      const came = guard(() => perform(value));
      step = steps.next(came);
    }
    return step.value;
  }

  function atomically<T>(steps: () => Steps<T>): T {
    guard(() => db.exec("begin immediate"));
    try {
      const result = now(steps());
      guard(() => db.exec("commit"));
      return result;
    } catch (error) {
      // A full disk makes SQLite roll back by itself; then there is nothing left to roll back.
      if (db.isTransaction) db.exec("rollback");
      throw error;
    }
  }

  function unflushed<T>(steps: () => Steps<T>): T {
    guard(() => db.exec("pragma synchronous = normal"));
    try {
      return atomically(steps);
    } finally {
      db.exec("pragma synchronous = full");
    }
  }

  function takeBack(undo: () => Steps<void>): void {
    try {
      unflushed(undo);
    } catch {
      // The disk is beyond writing; what could not be taken back is known by its key and counts once if it comes again.
    }
  }

  return {
    now,
    unflushed,
    read: async (steps) => now(steps()),
    write: async (steps) => now(steps()),
    atomically: async (steps) => atomically(steps),
    async batch<T>(steps: () => Steps<readonly T[]>, undo: (results: readonly T[]) => Steps<void>) {
      let results: readonly T[];
      try {
        results = unflushed(steps);
      } catch (refused) {
        return { refused };
      }
      try {
        await flush();
        return { results };
      } catch (cause) {
        takeBack(() => undo(results));
        const message = "Could not use the store: it could not be flushed to the disk. Nothing of it counts.";
        throw new Fault(message, { kind: "engine", retry: "later", cause });
      }
    },
  };
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
