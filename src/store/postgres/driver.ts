// Steps on PostgreSQL: what writes goes one after the other over one connection, in transactions that count only for whoever holds
// the store; what reads has a connection of its own and waits for no disk.
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { Fault } from "../../base/fault.ts";
import { type Driver, isAnyText, type Row, type Statement, type Steps, type Value } from "../steps.ts";
import { type Connection, isBroken } from "./connection.ts";

export interface Parts {
  readonly writer: Connection;
  readonly reader: Connection;
  /** Begins a transaction, and tells its id; throws Fault where another process holds the store by now. */
  readonly begin: (client: Client) => Promise<string>;
}

type Done<T> = { readonly result: T } | { readonly refused: unknown };

/** Whether the transaction of this id was committed is not known. */
interface Unanswered<T> {
  readonly lost: string;
  readonly result: T;
  readonly error: unknown;
}

/** So often, and so far apart, a server that is on its way back is asked. */
const asks = 20;
const betweenAsksMs = 250;

export function postgresDriver({ writer, reader, begin }: Parts): Driver {
  async function atomically<T>(steps: () => Steps<T>): Promise<T> {
    const done = await inTransaction(steps);
    if ("result" in done) return done.result;
    throw faultOf(done.refused);
  }

  /** What the statements came to, or why one was refused. Throws Fault where the connection is of no use. */
  async function inTransaction<T>(steps: () => Steps<T>): Promise<Done<T>> {
    const done = await guard(() => writer.use((client) => transact(client, steps)));
    if (!("lost" in done)) return done;
    if ((await whatBecame(done.lost)) === "committed") return { result: done.result };
    throw faultOf(done.error);
  }

  async function transact<T>(client: Client, steps: () => Steps<T>): Promise<Done<T> | Unanswered<T>> {
    const transaction = await begun(client);
    let result: T;
    try {
      result = await perform(client, steps());
    } catch (refused) {
      if (isBroken(refused)) throw refused;
      await client.query("rollback");
      return { refused };
    }
    try {
      await client.query("commit");
      return { result };
    } catch (error) {
      return isBroken(error) ? { lost: transaction, result, error } : { refused: error };
    }
  }

  /** What began only in part would be in the way of every later one on this connection. */
  async function begun(client: Client): Promise<string> {
    try {
      return await begin(client);
    } catch (error) {
      if (!isBroken(error)) await client.query("rollback");
      throw error;
    }
  }

  /** The connection broke before the server had said whether it committed; the server remembers. */
  async function whatBecame(transaction: string): Promise<string> {
    for (let n = 0; n < asks; n++) {
      if (n > 0) await sleep(betweenAsksMs);
      const status = await reader.use((client) => statusOf(client, transaction)).catch(() => "not known");
      if (status === "committed" || status === "aborted") return status;
    }
    return "not known";
  }

  return {
    read: (steps) => guard(() => reader.use((client) => perform(client, steps()))),
    write: atomically,
    atomically,
    async batch(steps) {
      const done = await inTransaction(steps);
      return "result" in done ? { results: done.result } : { refused: faultOf(done.refused) };
    },
  };
}

async function statusOf(client: Client, transaction: string): Promise<string> {
  const { rows } = await client.query("select pg_xact_status($1::xid8) as status", [transaction]);
  return String(rows[0]?.status);
}

async function perform<T>(client: Client, steps: Steps<T>): Promise<T> {
  let step = steps.next();
  while (!step.done) step = steps.next(await ask(client, step.value));
  return step.value;
}

async function ask(client: Client, { wanted, text, values }: Statement): Promise<number | Row | undefined | Row[]> {
  const { rows, rowCount } = await client.query({ ...prepared(text), values: values.map(given) });
  if (wanted === "run") return rowCount ?? 0;
  return wanted === "one" ? (rows[0] as Row | undefined) : (rows as Row[]);
}

/** PostgreSQL's texts hold every character but U+0000: one that is looked for is not there, and nothing is called so. */
function given(value: Value): unknown {
  if (value === null || typeof value === "number") return value;
  if (typeof value === "string") return value.replaceAll("\0", "\ufffd");
  return isAnyText(value) ? Buffer.from(value.anyText, "utf8") : Buffer.from(value);
}

const known = new Map<string, { readonly name: string; readonly text: string }>();

/** With `$1` for the first `?` and so on, under a name by which the server keeps its plan. The store's texts hold no other `?`. */
function prepared(text: string): { readonly name: string; readonly text: string } {
  const made = known.get(text);
  if (made !== undefined) return made;
  let count = 0;
  const fresh = { name: `s${known.size}`, text: text.replaceAll("?", () => `$${++count}`) };
  known.set(text, fresh);
  return fresh;
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw faultOf(error);
  }
}

function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const message = error instanceof Error && error.message !== "" ? error.message : "the connection broke";
  return new Fault(`Could not use the store: ${message}. Nothing was half-written.`, {
    kind: "engine",
    retry: "later",
    cause: error,
  });
}
