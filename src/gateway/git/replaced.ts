// Files of a checkout that are to be other than its commit has them.
import type { Replaced } from "../../verify/knock-out/hunk.ts";
import { runGit } from "./git.ts";

const what = "Could not take back a part of the change";

/** The tree of the repository's index with some files replaced; the index then is that tree. Throws Fault. */
export async function treeWith(gitDir: string, replaced: readonly Replaced[]): Promise<string> {
  const entries: string[] = [];
  for (const { path, mode, text } of replaced) {
    if (text === null) entries.push(noEntry(path));
    else {
      const input = Buffer.from(text, "latin1");
      const id = await runGit({ gitDir, args: ["hash-object", "-w", "--stdin"] }, what, { input });
      entries.push(`${mode} ${id.toString("latin1").trim()}\t${path}\0`);
    }
  }
  return treeOfIndex(gitDir, entries, what);
}

/** The same, and the checkout has those files. No container may have seen the folder yet. Throws Fault. */
export async function replaceFiles(dir: string, gitDir: string, replaced: readonly Replaced[]): Promise<void> {
  await showTree(dir, gitDir, await treeWith(gitDir, replaced), what);
}

/** An entry for `update-index` that takes a file away. */
export function noEntry(path: string): string {
  return `0 ${"0".repeat(40)}\t${path}\0`;
}

/** The tree of the index with these entries of `update-index` in it. Throws Fault with `doing`. */
export async function treeOfIndex(gitDir: string, entries: readonly string[], doing: string): Promise<string> {
  const args = ["update-index", "--replace", "-z", "--index-info"];
  await runGit({ gitDir, args }, doing, { input: entries.join("") });
  return (await runGit({ gitDir, args: ["write-tree"] }, doing)).toString("latin1").trim();
}

/** Has a checkout show a tree. Throws Fault with `doing`. */
export async function showTree(dir: string, gitDir: string, tree: string, doing: string): Promise<void> {
  const call = { gitDir, workTree: dir, args: ["read-tree", "--reset", "-u", tree] };
  await runGit(call, doing, { timeoutMs: 300_000 });
}
