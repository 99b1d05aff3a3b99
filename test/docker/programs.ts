// Finds programs that only some machines have. CI installs them all: what is missing there is a failure, not a reason to skip.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The program's path, or null; throws where CI is set and we are root, for then `.ci/run` has installed it. */
export function findProgram(name: string): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = [...folders, "/usr/bin", "/usr/sbin"].map((folder) => join(folder, name)).find(existsSync) ?? null;
  if (found === null && process.env.CI && process.getuid?.() === 0)
    throw new Error(`CI is set and there is no ${name}: its tests must not be skipped.`);
  if (found === null) console.warn(`SKIPPED: there is no ${name} on this machine.`);
  return found;
}
