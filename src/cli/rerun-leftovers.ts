// What reruns that were killed left behind: folders of processes that are gone, to be cleared by the next rerun.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** How the folders of reruns begin, below the data folder. */
export const scratchPrefix = "again-";

const processFile = "process";

/** Says in a rerun's folder which process it is of. */
export function markOwn(scratchDir: string): Promise<void> {
  return writeFile(join(scratchDir, processFile), String(process.pid));
}

export interface OtherReruns {
  /** Folders whose process is gone. */
  readonly left: readonly string[];
  /** Whether another rerun on this data folder is under way. */
  readonly underWay: boolean;
}

/** Looks for other reruns' folders below the data folder. */
export async function findOthers(dataDir: string): Promise<OtherReruns> {
  const names = (await readdir(dataDir)).filter((name) => name.startsWith(scratchPrefix));
  const found = await Promise.all(names.map((name) => isUnderWay(join(dataDir, name))));
  const left = names.filter((_, index) => !found[index]).map((name) => join(dataDir, name));
  return { left, underWay: found.includes(true) };
}

/** A folder without its process's number is one that is being made. */
async function isUnderWay(dir: string): Promise<boolean> {
  const pid = Number(await readFile(join(dir, processFile), "utf8").catch(() => ""));
  return pid === 0 || isRunning(pid);
}

/** Whether there is a process of this number, whoever it belongs to. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
