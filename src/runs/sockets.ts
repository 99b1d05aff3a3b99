// Where the sockets of runs are: below the data folder, by a path that is short enough to listen on.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { shortFolder } from "../base/short-path.ts";

const known = new Map<string, string>();

/** The folder of all sockets of this data folder. Throws Fault where its path cannot be made short. */
export function socketsFolder(dataDir: string): string {
  const found = known.get(dataDir) ?? shortFolder(join(dataDir, "sockets"));
  known.set(dataDir, found);
  return found;
}

/** The folder of one run's socket. */
export function socketFolder(dataDir: string, run: string): string {
  const name = run.length <= 32 ? run : createHash("sha256").update(run).digest("hex").slice(0, 32);
  return join(socketsFolder(dataDir), name);
}
