// Commits of a run kept beyond its quarantine, so that the run can be repeated and compared: packs in a folder of their own.
import { cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "../../base/assert.ts";
import { Fault } from "../../base/fault.ts";
import { branchRef, isCommitId } from "./branch.ts";
import { runGit } from "./git.ts";
import { readObjects } from "./object-reader.ts";
import { copyCommit, type Quarantine } from "./quarantine.ts";
import { commitOf, setRef } from "./repository.ts";

/** One path in which two trees differ: git's letter (A, M, D, T) as seen from the first tree. */
export interface TreeDifference {
  readonly letter: string;
  readonly path: string;
}

/** Keeps what `commit` has and the base lacks in `dir`. Doing it twice is doing it once. Throws Fault. */
export async function keepCommit(quarantine: Quarantine, commit: string, dir: string): Promise<void> {
  await mkdir(join(dir, "pack"), { recursive: true, mode: 0o700 });
  if (commit !== quarantine.base.sha) await copyCommit(quarantine, commit, dir);
}

/** Puts what `dir` keeps into the quarantine and sets the loop's branch to `commit`. Throws Fault when it is not there. */
export async function bringBack(quarantine: Quarantine, commit: string, dir: string): Promise<void> {
  await bringObjects(quarantine, dir);
  if ((await commitOf(quarantine.gitDir, commit)) !== commit) {
    const message = `Could not bring back the commit ${commit}: what was kept of it is gone`;
    throw new Fault(message, { kind: "not_found", retry: "never" });
  }
  await setRef(quarantine.gitDir, branchRef(quarantine.branch), commit);
}

/** Puts what `dir` keeps into the repository; a folder that is gone brings nothing. */
export async function bringObjects({ gitDir }: Pick<Quarantine, "gitDir">, dir: string): Promise<void> {
  const names = await readdir(join(dir, "pack")).catch(() => []);
  const to = join(gitDir, "objects", "pack");
  const packs = names.filter((name) => /^pack-[0-9a-f]+\.(pack|idx|rev)$/.test(name));
  // An index is what makes a pack seen, so it comes last.
  for (const name of packs.sort((a, b) => Number(a.endsWith(".idx")) - Number(b.endsWith(".idx")))) {
    await cp(join(dir, "pack", name), join(to, name));
  }
}

/** The id of a commit's tree: equal for equal content, whoever committed it and when. Throws Fault. */
export async function treeOf(gitDir: string, commit: string): Promise<string> {
  assert(isCommitId(commit), "a tree is that of a full commit id");
  const [tree] = await readObjects(gitDir, "sizes", [`${commit}^{tree}`]);
  if (tree) return tree.id;
  throw new Fault(`Could not read the tree of ${commit}`, { kind: "invalid", retry: "never" });
}

/** In which paths two trees differ; null when one of them is not here. Throws Fault. */
export async function compareTrees(
  gitDir: string,
  before: string,
  after: string,
): Promise<readonly TreeDifference[] | null> {
  const known = await readObjects(gitDir, "sizes", [`${before}^{tree}`, `${after}^{tree}`]);
  if (known.includes(null)) return null;
  const args = ["diff-tree", "-r", "-z", "--name-status", "--no-renames", before, after];
  const output = await runGit({ gitDir, args }, "Could not compare two trees");
  const fields = output.toString("utf8").split("\0");
  return Array.from({ length: Math.floor(fields.length / 2) }, (_, index) => ({
    letter: fields[2 * index] ?? "",
    path: fields[2 * index + 1] ?? "",
  }));
}
