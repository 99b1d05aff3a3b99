// A store that goes from its SQLite file to a PostgreSQL database: every row of every table in one transaction, or none.
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Client } from "pg";
import { Fault } from "../base/fault.ts";
import { connectionTo } from "./postgres/connection.ts";
import { takeHold, useSchema } from "./postgres/hold.ts";
import { schemaName } from "./postgres/schema.ts";
import { openDatabase } from "./sqlite/open.ts";

export interface Moved {
  /** How many rows each table has, by its name. */
  readonly rows: Readonly<Record<string, number>>;
  /** What the SQLite file is called now: nothing reads it any more. */
  readonly keptAs: string;
}

interface Move {
  readonly dataDir: string;
  /** Address of a PostgreSQL database without a store, or with one in which nothing was ever kept. */
  readonly store: string;
  readonly signal: AbortSignal;
  /** Told after each table. */
  readonly onTable: (table: string, rows: number) => void;
}

/** What belongs to one database alone: how often it was opened, SQLite's own counters, and what an earlier version left to be read. */
const left = ["opening", "sqlite_sequence", "earlier_delivery"];

/** PostgreSQL takes 65,535 values in a statement. */
const valuesInStatement = 30_000;
const rowsInStatement = 500;

/**
 * Moves it. The App must be stopped: both stores are held meanwhile. Throws Fault where one is held by another or cannot be used, the
 * file is missing or has deliveries of an earlier version that nobody has read, or the database has something in it already
 * (`invalid`), and rejects with the signal's reason; the database is then as before, and the file too.
 */
export async function moveStore({ dataDir, store, signal, onTable }: Move): Promise<Moved> {
  const file = join(dataDir, "loopgate.sqlite");
  if (!existsSync(file)) throw unmoved(`there is no store ${file}`);
  const from = openDatabase(dataDir);
  try {
    if (countOf(from.db, "earlier_delivery") > 0)
      throw unmoved(
        `${file} has deliveries of an earlier version that are still to be read; start Loopgate on it once`,
      );
    const rows = await into(store, { db: from.db, epoch: from.epoch, signal, onTable });
    await from.close();
    return { rows, keptAs: setAside(file) };
  } catch (error) {
    if (from.db.isOpen) await from.close();
    throw error;
  }
}

interface From {
  readonly db: DatabaseSync;
  readonly epoch: number;
  readonly signal: AbortSignal;
  readonly onTable: Move["onTable"];
}

async function into(address: string, { db, epoch, signal, onTable }: From): Promise<Moved["rows"]> {
  const hold = await takeHold(address, { onLost: () => {} });
  const writer = connectionTo(address, { called: "loopgate moves its store", ready: useSchema });
  try {
    return await writer.use(async (client) => {
      const rows: Record<string, number> = {};
      await hold.begin(client);
      for (const table of tablesOf(db)) {
        rows[table] = await copy(table, { db, client, signal });
        onTable(table, rows[table]);
      }
      // Whoever opens it next is later than everyone who opened the file.
      await client.query("update opening set epoch = greatest(epoch, $1)", [epoch]);
      await client.query("commit").catch((cause) => {
        throw unknown(cause);
      });
      return rows;
    });
  } catch (error) {
    if (error instanceof Fault || signal.aborted) throw error;
    throw unmoved(error instanceof Error ? error.message : String(error), error);
  } finally {
    await writer.close(); // what was not committed goes with the connection
    await hold.release();
  }
}

function tablesOf(db: DatabaseSync): readonly string[] {
  const rows = db.prepare("select name from sqlite_master where type = 'table' order by name").all();
  return rows.map(({ name }) => String(name)).filter((name) => !left.includes(name));
}

function countOf(db: DatabaseSync, table: string): number {
  return Number(db.prepare(`select count(*) as count from ${table}`).get()?.count);
}

interface Column {
  readonly name: string;
  readonly isBytes: boolean;
  readonly isIdentity: boolean;
}

async function copy(
  table: string,
  { db, client, signal }: Pick<From, "db" | "signal"> & { readonly client: Client },
): Promise<number> {
  const columns = await columnsOf(table, { db, client });
  const { rowCount } = await client.query(`select 1 from ${table} limit 1`);
  if (rowCount !== 0) throw unmoved(`its table ${table} is not empty`);
  const names = columns.map(({ name }) => name).join(", ");
  const most = Math.min(rowsInStatement, Math.floor(valuesInStatement / columns.length));
  let batch: unknown[][] = [];
  let count = 0;

  async function send(): Promise<void> {
    signal.throwIfAborted();
    if (batch.length === 0) return;
    const places = batch.map((_, row) => `(${columns.map((_, n) => `$${row * columns.length + n + 1}`).join(", ")})`);
    const text = `insert into ${table} (${names}) overriding system value values ${places.join(", ")}`;
    await client.query(text, batch.flat());
    count += batch.length;
    batch = [];
  }

  for (const row of db.prepare(`select ${names} from ${table}`).iterate()) {
    batch.push(columns.map(({ name, isBytes }) => given(row[name], isBytes)));
    if (batch.length === most) await send();
  }
  await send();
  for (const { name } of columns.filter(({ isIdentity }) => isIdentity))
    await client.query(
      `select setval(pg_get_serial_sequence($1, $2), greatest((select max(${name}) from ${table}), 1),
         exists (select 1 from ${table}))`,
      [table, name],
    );
  return count;
}

/** Both databases have the same, or this is a fault of ours that must lose nothing. */
async function columnsOf(
  table: string,
  { db, client }: Pick<From, "db"> & { readonly client: Client },
): Promise<readonly Column[]> {
  const { rows } = await client.query(
    "select column_name, data_type, is_identity from information_schema.columns where table_schema = $1 and table_name = $2",
    [schemaName, table],
  );
  const here = db.prepare(`pragma table_info(${table})`).all();
  const [ours, theirs] = [here.map(({ name }) => name), rows.map((row) => row.column_name)].map((all) =>
    all.sort().join(),
  );
  if (ours !== theirs) throw unmoved(`its table ${table} has the columns ${theirs}, and SQLite's has ${ours}`);
  return rows.map((row) => ({
    name: row.column_name,
    isBytes: row.data_type === "bytea",
    isIdentity: row.is_identity === "YES",
  }));
}

/** PostgreSQL's texts hold every character but U+0000. */
function given(value: unknown, isBytes: boolean): unknown {
  if (isBytes) return typeof value === "string" ? Buffer.from(value, "utf8") : Buffer.from(value as Uint8Array);
  return typeof value === "string" ? value.replaceAll("\0", "\ufffd") : value;
}

/** A start that names no database must not go on with what is old by then. */
function setAside(file: string): string {
  const kept = `${file}.moved`;
  renameSync(file, kept);
  return kept;
}

function unknown(cause: unknown): Fault {
  return new Fault(
    "PostgreSQL did not say whether it has the store now. The SQLite file is as it was: run this again, and where the database is said not to be empty, it has it.",
    { kind: "engine", retry: "later", cause },
  );
}

function unmoved(why: string, cause?: unknown): Fault {
  return new Fault(`Could not move the store to PostgreSQL: ${why}. Nothing was moved.`, {
    kind: "invalid",
    retry: "never",
    cause,
  });
}
