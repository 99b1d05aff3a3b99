// Whether the store's file is as an orderly close left it: then it need not be read from end to end before it is used.
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";

/** Size and time of the file as it is now; null where it is not there, or has a log beside it. */
function looksOf(file: string): string | null {
  try {
    if (statSync(`${file}-wal`, { throwIfNoEntry: false }) !== undefined) return null;
    const { size, mtimeNs } = statSync(file, { bigint: true });
    return `${size} bytes, changed at ${mtimeNs}`;
  } catch {
    return null;
  }
}

/** To be called once the database is closed. Where it cannot be noted, the next opening reads the whole file. */
export function noteClosed(file: string): void {
  const looks = looksOf(file);
  try {
    if (looks !== null) writeFileSync(`${file}-closed`, looks);
  } catch {
    // A full disk, say: that costs the next start some time, and nothing else.
  }
}

/** Asked once before it is opened: the note is gone afterwards, so that a process that is killed leaves none. */
export function wasClosed(file: string): boolean {
  let noted: string;
  try {
    noted = readFileSync(`${file}-closed`, "utf8");
  } catch {
    return false;
  }
  const isAsNoted = noted === looksOf(file);
  rmSync(`${file}-closed`, { force: true });
  return isAsNoted;
}
