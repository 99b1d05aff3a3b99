// Takes files of a checkout from the base: what judges a change is not the change's own.
import { join } from "node:path";
import { runGit } from "./git.ts";
import type { Quarantine } from "./quarantine.ts";
import { noEntry, showTree, treeOfIndex } from "./replaced.ts";
import { changedPaths } from "./repository.ts";

const what = "Could not take files from the base";

/**
 * Of the files for which `isTaken`, the checkout of `head` then has those of the base as they are there, and no others. No container
 * may have seen the folder yet. Throws Fault.
 */
export async function makeAsOnBase(
  dir: string,
  { base }: Quarantine,
  head: string,
  isTaken: (path: string) => boolean,
): Promise<void> {
  const gitDir = join(dir, ".git");
  const paths = (await changedPaths(gitDir, base.sha, head)).filter(isTaken);
  if (paths.length === 0) return;
  const atBase = await entriesAt(gitDir, base.sha, new Set(paths));
  const gone = paths.filter((path) => !atBase.has(path)).map(noEntry);
  const taken = [...atBase].map(([path, entry]) => `${entry}\t${path}\0`);
  await showTree(dir, gitDir, await treeOfIndex(gitDir, [...gone, ...taken], what), what);
}

/** Mode and object id of these files of a commit, as `update-index` takes them. */
async function entriesAt(gitDir: string, commit: string, paths: ReadonlySet<string>): Promise<Map<string, string>> {
  const args = ["ls-tree", "-r", "-z", "--format=%(objectmode) %(objectname) %(path)", commit];
  const listed = (await runGit({ gitDir, args }, what)).toString("utf8").split("\0");
  const entries = listed.flatMap((line) => {
    const [, entry = "", path = ""] = /^(\d+ [0-9a-f]+) ([\s\S]+)$/.exec(line) ?? [];
    return paths.has(path) ? [[path, entry] as const] : [];
  });
  return new Map(entries);
}
