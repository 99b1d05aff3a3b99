// Opens the SQLite file behind the store: one process at a time, every commit on disk before it counts.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Fault } from "../../base/fault.ts";
import { noteClosed, wasClosed } from "./closed.ts";
import { storeVersion, tables } from "./schema.ts";
import { upgrade } from "./upgrade.ts";

export interface Opened {
  readonly db: DatabaseSync;
  /** Resolves once all that was committed is on the disk. The disk is waited for in another thread. */
  readonly flush: () => Promise<void>;
  /** Closes the database and what `flush` holds. */
  readonly close: () => Promise<void>;
  /** How often this store was opened, this time included. */
  readonly epoch: number;
}

/**
 * The database in `dir`, created when it is missing. WAL with `synchronous=FULL`: a commit survives a power cut.
 * Throws Fault when another process holds it (naming that process), when it is damaged, or of another version.
 */
export function openDatabase(dir: string): Opened {
  makeFolder(dir);
  const file = join(dir, "loopgate.sqlite");
  let db: DatabaseSync | null = null;
  try {
    const isWhole = wasClosed(file);
    db = new DatabaseSync(file);
    db.exec("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full;");
    db.exec(`pragma wal_autocheckpoint = ${pagesInLog}`);
    const epoch = prepare(db, file, isWhole);
    writeFileSync(join(dir, "holder"), `process ${process.pid}\n`);
    return { db, epoch, ...flusher(db, file) };
  } catch (error) {
    db?.close();
    throw asFault(error, file, dir);
  }
}

/**
 * So long the log may become, 32 MB, before a commit brings it into the main file, which holds this thread up. SQLite's own
 * 1,000 pages are a second's worth of a surge of deliveries; nothing but space speaks against more.
 */
const pagesInLog = 8_000;

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const { code = "unknown error" } = cause as NodeJS.ErrnoException;
    throw new Fault(`The data folder ${dir} cannot be made or used (${code}).`, {
      kind: "invalid",
      retry: "never",
      cause,
    });
  }
}

/** What is committed is in the log; every flush of that file flushes all that was written to it so far. */
function flusher(db: DatabaseSync, file: string): Pick<Opened, "flush" | "close"> {
  let opened: Promise<FileHandle> | null = null;
  return {
    async flush() {
      opened ??= open(`${file}-wal`, "r+");
      await (await opened).datasync();
    },
    async close() {
      await (await opened)?.close();
      db.close();
      noteClosed(file);
    },
  };
}

/**
 * The first statement that writes takes the lock, and keeps it: not only from the first delivery on. A file that is not
 * as an orderly close left it is read from end to end, which takes the longer the more it holds.
 */
function prepare(db: DatabaseSync, file: string, isWhole: boolean): number {
  const version = Number(db.prepare("pragma user_version").get()?.user_version ?? 0);
  if (version === 0) {
    db.exec(`begin immediate; ${tables} pragma user_version = ${storeVersion}; commit;`);
  } else if (version !== storeVersion) {
    bringUpToDate(db, file, version);
  }
  const whole = isWhole ? "ok" : db.prepare("pragma quick_check(1)").get()?.quick_check;
  if (whole !== "ok") throw damaged(file, String(whole));
  db.exec("update opening set epoch = epoch + 1");
  return Number(db.prepare("select epoch from opening").get()?.epoch);
}

function bringUpToDate(db: DatabaseSync, file: string, version: number): void {
  db.exec("begin immediate");
  if (upgrade(db, version, storeVersion)) {
    db.exec(`pragma user_version = ${storeVersion}; commit;`);
    return;
  }
  db.exec("rollback");
  throw new Fault(
    `The store ${file} has version ${version}; this Loopgate reads version ${storeVersion}. Start the Loopgate that wrote it, or ${rebuild}.`,
    { kind: "invalid", retry: "never" },
  );
}

/** Every loop is in the thread of its issue, so a store can always be made anew. */
const rebuild = "move the file away and run `npm run loopgate -- restore`: every loop is rebuilt from its issue thread";

function asFault(error: unknown, file: string, dir: string): Fault {
  if (error instanceof Fault) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes("locked") || message.includes("busy")) {
    const text = `The store ${file} is held by another Loopgate (${holder(dir)}). Only one may write; stop that one first, or set LOOPGATE_DATA to another folder.`;
    return new Fault(text, { kind: "conflict", retry: "never", cause: error });
  }
  return damaged(file, message, error);
}

function damaged(file: string, message: string, cause?: unknown): Fault {
  const text = `Could not open the store ${file}: ${message}. Nothing was changed. If the file is damaged, ${rebuild}.`;
  return new Fault(text, { kind: "invalid", retry: "never", cause });
}

function holder(dir: string): string {
  try {
    return readFileSync(join(dir, "holder"), "utf8").trim();
  } catch {
    return "an unknown process";
  }
}
