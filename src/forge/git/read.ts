// Which commit a name comes to, and what a pull request would bring.
import { countCommits } from "./ancestry.ts";
import { changedFiles } from "./history.ts";
import { readObject } from "./objects.ts";
import { listRefs } from "./refs.ts";

export interface PullStats {
  commits: number;
  additions: number;
  deletions: number;
  changedFiles: number;
}

export const noCommit = "0".repeat(40);

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

/** What a pull request of `head` into `base` would bring, as its page counts it. */
export async function countChanges(dir: string, base: string, head: string): Promise<PullStats> {
  const [commits, files] = await Promise.all([countCommits(dir, base, head), changedFiles(dir, base, head)]);
  const sum = (column: "additions" | "deletions") => files.reduce((total, file) => total + file[column], 0);
  return { commits, additions: sum("additions"), deletions: sum("deletions"), changedFiles: files.length };
}

async function resolveExact(dir: string, ref: string): Promise<string | undefined> {
  const id = (await listRefs(dir)).get(ref);
  return id === undefined ? undefined : peel(dir, id);
}

async function commitExists(dir: string, sha: string): Promise<string | undefined> {
  return (await peel(dir, sha)) === undefined ? undefined : sha;
}

/** The commit that an object is, or that a tag (of a tag) is of. */
async function peel(dir: string, id: string): Promise<string | undefined> {
  const object = await readObject(dir, id);
  if (object?.type === "commit") return id;
  const tagged =
    object?.type === "tag" ? /^object ([0-9a-f]{40})\n/.exec(object.body.toString("latin1"))?.[1] : undefined;
  return tagged === undefined ? undefined : peel(dir, tagged);
}
