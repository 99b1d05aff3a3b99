// Which commits have no attributes at all, as their checkouts show: most repositories' have none, and nothing need be asked of them.
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const without = new Set<string>();
const most = 1_000;

/** Whether the commit that was checked out here has a file of attributes. Its index names every path as it is (version 2 and 3). */
export async function checkedOutWithAttributes(gitDir: string, commit: string): Promise<boolean> {
  const index = await readFile(join(gitDir, "index"));
  if (index.includes(".gitattributes")) return true;
  without.add(commit);
  if (without.size > most) without.delete(without.values().next().value as string);
  return false;
}

/** Whether a checkout has shown that the commit has none; false also where none was made. */
export function isKnownWithoutAttributes(commit: string): boolean {
  return without.has(commit);
}
