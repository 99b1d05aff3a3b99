// Who descends from whom: told from the commits themselves where the history is short, by git where it is long.
import { assert } from "../../base/assert.ts";
import { looseCommit } from "./commits.ts";
import { lastingGit } from "./lasting.ts";
import { isObjectId } from "./objects.ts";

/** Longer histories are git's to walk: it reads packs and commit graphs. */
const mostRead = 64;

export async function isAncestor(dir: string, ancestor: string, descendant: string): Promise<boolean> {
  assert(isObjectId(ancestor), "ancestry is told of ids, not of names");
  const history = await readHistory(dir, descendant);
  if (history.commits.has(ancestor)) return true;
  if (history.isWhole) return false;
  return (await lastingGit(dir, ["merge-base", "--is-ancestor", ancestor, descendant])).code === 0;
}

/** Where two commits left each other; undefined without common history. */
export async function mergeBase(dir: string, one: string, other: string): Promise<string | undefined> {
  if (await isAncestor(dir, one, other)) return one;
  if (await isAncestor(dir, other, one)) return other;
  const result = await lastingGit(dir, ["merge-base", one, other]);
  return result.code === 0 ? result.stdout.toString().trim() : undefined;
}

/** The commit (or, without common history, the empty tree) that a three-dot diff starts from. */
export async function rangeFrom(dir: string, base: string, head: string): Promise<string> {
  return (await mergeBase(dir, base, head)) ?? "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
}

/** How many commits `head` has and `base` lacks. */
export async function countCommits(dir: string, base: string, head: string): Promise<number> {
  const [theirs, ours] = await Promise.all([readHistory(dir, base), readHistory(dir, head)]);
  if (theirs.isWhole && ours.isWhole) return [...ours.commits].filter((sha) => !theirs.commits.has(sha)).length;
  return Number((await lastingGit(dir, ["rev-list", "--count", `${base}..${head}`])).stdout.toString());
}

interface History {
  /** The commit itself and what it descends from, as far as it was read. */
  readonly commits: ReadonlySet<string>;
  readonly isWhole: boolean;
}

async function readHistory(dir: string, from: string): Promise<History> {
  assert(isObjectId(from), "a history begins at an id");
  const commits = new Set<string>();
  const waiting = [from];
  for (let sha = waiting.pop(); sha !== undefined; sha = waiting.pop()) {
    if (commits.has(sha)) continue;
    const commit = commits.size < mostRead ? await looseCommit(dir, sha) : undefined;
    if (!commit) return { commits, isWhole: false };
    commits.add(sha);
    waiting.push(...commit.parents);
  }
  return { commits, isWhole: true };
}
