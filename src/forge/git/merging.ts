// Whether two commits merge without anybody's help, and the tree that comes of it.
import { Refusal } from "../refusal.ts";
import { isAncestor } from "./ancestry.ts";
import { readCommit } from "./commits.ts";
import { lastingGit } from "./lasting.ts";

/** Whether merging the two commits needs nobody to resolve anything. */
export async function conflictFree(dir: string, base: string, head: string): Promise<boolean> {
  return (await treeOf(dir, base, head)) !== undefined;
}

/** The tree of merging `head` into `base`; throws a 405 `Refusal` when they conflict. */
export async function mergeTree(dir: string, base: string, head: string): Promise<string> {
  const tree = await treeOf(dir, base, head);
  if (tree === undefined) throw new Refusal(405, "Pull Request is not mergeable");
  return tree;
}

/** Where one has all that the other has, its tree is the merge's; otherwise git merges. */
async function treeOf(dir: string, base: string, head: string): Promise<string | undefined> {
  if (await isAncestor(dir, base, head)) return (await readCommit(dir, head))?.tree;
  if (await isAncestor(dir, head, base)) return (await readCommit(dir, base))?.tree;
  const result = await lastingGit(dir, ["merge-tree", "--write-tree", "--no-messages", base, head]);
  return result.code === 0 ? result.stdout.toString().trim() : undefined;
}
