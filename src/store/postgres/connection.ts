// One connection to PostgreSQL, made again when it broke, and used by one at a time.
import { setTimeout as sleep } from "node:timers/promises";
import { Client, DatabaseError, types } from "pg";
import { Fault } from "../../base/fault.ts";

export interface Connection {
  /** The database without user and password, for people to read. */
  readonly name: string;
  /**
   * Gives `work` the connection once whoever came before is done. Throws Fault where no connection is to be had; where it breaks
   * on the way, `work` fails, and the next one gets a new one.
   */
  use<T>(work: (client: Client) => Promise<T>): Promise<T>;
  /** After the last that is under way. */
  close(): Promise<void>;
}

/** PostgreSQL's type `bigint`, which stands here for times and counts: all far below 2^53. */
const bigint = 20;

const numbersForBigints = {
  getTypeParser: ((id: number, format?: "text" | "binary") =>
    id === bigint ? Number : types.getTypeParser(id, format as "text")) as typeof types.getTypeParser,
};

/**
 * A session that stands still in the middle of a transaction for so long is ended by the server, so that a process that was stopped
 * holds up nobody for longer.
 */
const idleInTransactionMs = 10_000;

/** A statement that takes longer is ended by the server; where its word does not come either, the server is out of reach. */
const statementMs = 60_000;
const answerMs = statementMs + 5_000;
const connectMs = 10_000;

/** So long is waited for the server to close a connection. */
const goodbyeMs = 2_000;

interface Manner {
  /** What the server calls it. */
  readonly called: string;
  /** Run on each new connection before anybody else gets it. */
  readonly ready?: (client: Client) => Promise<void>;
  /** How long an answer is waited for, in milliseconds; a connection that brings none is broken. */
  readonly waitMs?: number;
}

/** Connects when it is first used. `address` is `postgres://USER:PASSWORD@HOST/DATABASE` and never shown. */
export function connectionTo(
  address: string,
  { called, ready = async () => {}, waitMs = answerMs }: Manner,
): Connection {
  const name = shownName(address);
  let client: Client | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let asked = 0;
  /** What kept the newest try from connecting, and how many had asked for the connection by then. */
  let failed: { readonly with: unknown; readonly asked: number } | null = null;

  async function connect(): Promise<Client> {
    const fresh = new Client({
      connectionString: address,
      application_name: called,
      connectionTimeoutMillis: Math.min(connectMs, waitMs),
      keepAlive: true,
      keepAliveInitialDelayMillis: 30_000,
      statement_timeout: statementMs,
      query_timeout: waitMs,
      idle_in_transaction_session_timeout: idleInTransactionMs,
      types: numbersForBigints,
    });
    fresh.on("error", () => drop(fresh));
    try {
      await fresh.connect();
      await ready(fresh);
    } catch (error) {
      drop(fresh);
      throw error instanceof Fault ? error : unopened(name, error);
    }
    client = fresh;
    return fresh;
  }

  /** What broke is never used again. */
  function drop(broken: Client): void {
    if (client === broken) client = null;
    broken.end().catch(() => {});
  }

  /** Those who waited while it could not be had do not try again, one after the other: they fail with it. */
  async function connected(mine: number): Promise<Client> {
    if (client !== null) return client;
    if (failed !== null && mine <= failed.asked) throw failed.with;
    try {
      return await connect();
    } catch (error) {
      failed = { with: error, asked };
      throw error;
    }
  }

  async function next<T>(mine: number, work: (client: Client) => Promise<T>): Promise<T> {
    const used = await connected(mine);
    try {
      return await work(used);
    } catch (error) {
      if (isBroken(error)) drop(used);
      throw error;
    }
  }

  return {
    name,
    use(work) {
      asked += 1;
      const mine = asked;
      const done = last.then(() => next(mine, work));
      last = done.catch(() => {});
      return done;
    },
    async close() {
      await last;
      const open = client;
      client = null;
      if (open !== null) await Promise.race([open.end().catch(() => {}), sleep(goodbyeMs, undefined, { ref: false })]);
    },
  };
}

/**
 * Whether an error means that the connection is of no more use: it has none of PostgreSQL's codes, or one of classes 08
 * (connection) and 57 (ended by an operator, or for idling in a transaction: 25P03).
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function isBroken(error: unknown): boolean {
  if (error instanceof Fault) return false;
  if (!(error instanceof DatabaseError)) return true;
  return /^(08|57P|25P03)/.test(error.code ?? "");
}

function shownName(address: string): string {
  try {
    const { host, pathname } = new URL(address);
    return `${host || "the local socket"}${pathname === "/" ? "" : pathname}`;
  } catch {
    return "the address in LOOPGATE_STORE";
  }
}

function unopened(name: string, cause: unknown): Fault {
  const message = cause instanceof Error && cause.message !== "" ? cause.message : "no answer";
  return new Fault(`Could not open the store, PostgreSQL at ${name}: ${message}. Nothing was written.`, {
    kind: "engine",
    retry: "later",
    cause,
  });
}
