// Questions the forge asks a bare repository about refs, ancestry and whether two commits merge.
import { git, tryGit } from "./run.ts";

export interface PullStats {
  commits: number;
  additions: number;
  deletions: number;
  changedFiles: number;
}

export const noCommit = "0".repeat(40);

/** All refs of a repository: full name to object id. */
export async function listRefs(dir: string): Promise<Map<string, string>> {
  const lines = (await git(dir, ["for-each-ref", "--format=%(objectname) %(refname)"])).split("\n").filter(Boolean);
  return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
}

/** The commit a branch points at, or undefined. */
export function resolveBranch(dir: string, branch: string): Promise<string | undefined> {
  return resolveExact(dir, `refs/heads/${branch}`);
}

/** The commit that a branch, tag, full ref or commit id names, or undefined. */
export async function resolveCommit(dir: string, name: string): Promise<string | undefined> {
  if (/^[0-9a-f]{40}$/.test(name)) return commitExists(dir, name);
  const prefixes = name.startsWith("refs/") ? [""] : ["refs/heads/", "refs/tags/", "refs/"];
  for (const prefix of prefixes) {
    const found = await resolveExact(dir, `${prefix}${name}`);
    if (found) return found;
  }
  return undefined;
}

export async function isAncestor(dir: string, ancestor: string, descendant: string): Promise<boolean> {
  return (await tryGit(dir, ["merge-base", "--is-ancestor", ancestor, descendant])).code === 0;
}

export async function mergeBase(dir: string, one: string, other: string): Promise<string | undefined> {
  const result = await tryGit(dir, ["merge-base", one, other]);
  return result.code === 0 ? result.stdout.toString().trim() : undefined;
}

/** Whether merging the two commits needs nobody to resolve anything. */
export async function conflictFree(dir: string, base: string, head: string): Promise<boolean> {
  return (await tryGit(dir, ["merge-tree", "--write-tree", "--no-messages", base, head])).code === 0;
}

/** What a pull request of `head` into `base` would bring, as its page counts it. */
export async function countChanges(dir: string, base: string, head: string): Promise<PullStats> {
  const [commits, numbers] = await Promise.all([
    git(dir, ["rev-list", "--count", `${base}..${head}`]),
    git(dir, ["diff", "--no-ext-diff", "--no-textconv", "--numstat", await rangeFrom(dir, base, head), head]),
  ]);
  const lines = numbers
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\t"));
  const sum = (column: number) => lines.reduce((total, line) => total + (Number(line[column]) || 0), 0);
  return { commits: Number(commits), additions: sum(0), deletions: sum(1), changedFiles: lines.length };
}

/** The commit (or, without common history, the empty tree) that a three-dot diff starts from. */
export async function rangeFrom(dir: string, base: string, head: string): Promise<string> {
  return (await mergeBase(dir, base, head)) ?? "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
}

async function resolveExact(dir: string, ref: string): Promise<string | undefined> {
  const result = await tryGit(dir, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
  return result.code === 0 ? result.stdout.toString().trim() : undefined;
}

async function commitExists(dir: string, sha: string): Promise<string | undefined> {
  return (await tryGit(dir, ["cat-file", "-e", `${sha}^{commit}`])).code === 0 ? sha : undefined;
}
