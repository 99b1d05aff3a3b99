// Opens the SQLite file behind the store: one process at a time, every commit on disk before it counts.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Fault } from "../base/fault.ts";
import { storeVersion, tables } from "./schema.ts";

/**
 * The database in `dir`, created when it is missing. WAL with `synchronous=FULL`: a commit survives a power cut.
 * Throws Fault when another process holds it (naming that process), when it is damaged, or of another version.
 */
export function openDatabase(dir: string): DatabaseSync {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, "loopgate.sqlite");
  try {
    const db = new DatabaseSync(file);
    db.exec("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full;");
    prepare(db, file);
    writeFileSync(join(dir, "holder"), `process ${process.pid}\n`);
    return db;
  } catch (error) {
    throw asFault(error, file, dir);
  }
}

function prepare(db: DatabaseSync, file: string): void {
  const version = Number(db.prepare("pragma user_version").get()?.user_version ?? 0);
  if (version === storeVersion) {
    db.exec("begin immediate; commit;"); // takes the lock now, not at the first delivery
    return;
  }
  if (version !== 0) {
    throw new Fault(
      `The store ${file} has version ${version}; this Loopgate reads version ${storeVersion}. Start the Loopgate that wrote it, or move the file away: loops continue from their issue comments.`,
      { kind: "invalid", retry: "never" },
    );
  }
  db.exec(`begin immediate; ${tables} pragma user_version = ${storeVersion}; commit;`);
}

function asFault(error: unknown, file: string, dir: string): Fault {
  if (error instanceof Fault) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes("locked") || message.includes("busy")) {
    const text = `The store ${file} is held by another Loopgate (${holder(dir)}). Only one may write; stop that one first, or set LOOPGATE_DATA to another folder.`;
    return new Fault(text, { kind: "conflict", retry: "never", cause: error });
  }
  const text = `Could not open the store ${file}: ${message}. If the file is damaged, move it away and start again: loops continue from their issue comments.`;
  return new Fault(text, { kind: "invalid", retry: "never", cause: error });
}

function holder(dir: string): string {
  try {
    return readFileSync(join(dir, "holder"), "utf8").trim();
  } catch {
    return "an unknown process";
  }
}
