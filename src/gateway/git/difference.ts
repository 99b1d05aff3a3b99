// Reads from a repository what lies between base and head: commits, entries, sizes, contents, patch. Every read is bounded.
import { createHash } from "node:crypto";
import { blobContents, blobSizes } from "./blobs.ts";
import type { ChangeCommit, ChangeLimits } from "./change.ts";
import { gitFault } from "./failure.ts";
import { type GitCall, type GitLimits, runGit, tryGit } from "./git.ts";
import { type RawEntry, readTreeDiff, type TreeDiff } from "./tree-diff.ts";

export interface Span {
  readonly gitDir: string;
  readonly base: string;
  readonly head: string;
  readonly limits: ChangeLimits;
}

/** The trees' difference, or null when it has too many files. */
export async function readDifference({ gitDir, base, head, limits }: Span): Promise<TreeDiff | null> {
  const output = await bounded({ gitDir, args: ["diff-tree", ...rawFlags, "--numstat", base, head, "--"] });
  const diff = output && readTreeDiff(output);
  return diff && diff.entries.length <= limits.files ? diff : null;
}

/** What each commit changed against each of its parents, each entry once; null when that is too much. An undone change is still published. */
export async function readSteps(
  span: Span,
  commits: readonly ChangeCommit[],
  diff: TreeDiff,
): Promise<readonly RawEntry[] | null> {
  if (commits.length === 0) return [];
  const [only, more] = commits;
  if (more === undefined && only?.parents.length === 1 && only.parents[0] === span.base) return diff.entries;
  const args = ["diff-tree", "--stdin", "--root", "-m", "--no-commit-id", ...rawFlags];
  const input = `${commits.map((each) => each.sha).join("\n")}\n`;
  const output = await bounded({ gitDir: span.gitDir, args }, { input });
  if (output === null) return null;
  const seen = new Map<string, RawEntry>();
  for (const entry of readTreeDiff(output).entries) {
    seen.set(`${entry.oldId} ${entry.newId} ${entry.newMode} ${entry.pathBytes.toString("latin1")}`, entry);
  }
  return seen.size <= span.limits.files * 2 ? [...seen.values()] : null;
}

/** The sizes of all new blobs, by id. */
export function readSizes({ gitDir }: Span, entries: readonly RawEntry[]): Promise<ReadonlyMap<string, number>> {
  const blobs = entries.filter((entry) => isBlob(entry.newMode)).map((entry) => entry.newId);
  return blobSizes(gitDir, [...new Set(blobs)]);
}

/** The contents of the new blobs, and of the old ones as far as they fit; without its old side a file counts as all new. */
export async function readContents(
  { gitDir, limits }: Span,
  entries: readonly RawEntry[],
  sizes: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, Buffer>> {
  const old = entries.filter((entry) => isBlob(entry.oldMode)).map((entry) => entry.oldId);
  const fitting: string[] = [];
  let room = limits.totalBytes * 2;
  for (const [id, size] of await blobSizes(gitDir, [...new Set(old)])) {
    if (size > room) continue;
    room -= size;
    fitting.push(id);
  }
  return blobContents(gitDir, [...new Set([...sizes.keys(), ...fitting])]);
}

/** The whole unified diff. Throws `Fault` where it is larger than any change that is judged. */
export function readPatch(span: Span): Promise<Buffer> {
  const { gitDir, base, head, limits } = span;
  const args = ["diff-tree", "-p", "--full-index", "--diff-algorithm=histogram", ...safeFlags, base, head, "--"];
  const most = { maxOutputBytes: limits.totalBytes * 4 };
  return runGit({ gitDir, args, config: plainDiff }, "Could not write the patch", most);
}

/** The diff as far as the limit goes. */
export function cutPatch(patch: Buffer, { patchBytes }: ChangeLimits) {
  return { patch: patch.subarray(0, patchBytes).toString("utf8"), patchCut: patch.length > patchBytes };
}

/** A name for the difference: `git patch-id` for its text, object ids for binaries and modes; null for no difference. */
export async function diffHashOf({ gitDir }: Span, diff: TreeDiff, patch: Buffer): Promise<string | null> {
  if (diff.entries.length === 0) return null;
  const id = await runGit({ gitDir, args: ["patch-id", "--stable"] }, "Could not name the patch", { input: patch });
  const rest = diff.entries
    .filter((entry) => entry.oldMode !== entry.newMode || isBinary(entry, diff))
    .map((entry) => `${entry.newMode} ${entry.letter} ${entry.newId} ${entry.pathBytes.toString("latin1")}`);
  const lines = [id.toString("latin1").slice(0, 40), ...rest].join("\n");
  return createHash("sha256").update(lines).digest("hex");
}

/** Whether git counts this entry's lines at all. */
export function isBinary(entry: RawEntry, diff: TreeDiff): boolean {
  return diff.counts.get(entry.pathBytes.toString("latin1"))?.additions === null;
}

/** Whether the mode is that of a file or link: not absent, not a submodule. */
export function isBlob(mode: string): boolean {
  return mode !== "000000" && mode !== "160000";
}

/** Neither renames, nor programs that a configuration names, nor colours. */
export const safeFlags = ["-r", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color"];
const rawFlags = ["-z", "--raw", "--abbrev=40", ...safeFlags];

/** Large files count as binary, and no attribute of any tree has a say (`attr.tree` is the empty tree). */
export const plainDiff = ["core.bigFileThreshold=2m", "attr.tree=4b825dc642cb6eb9a060e54bf8d69288fbee4904"];

/**
 * Runs a diff with little memory; null when it needed more. A tree can hold itself many times over, so that a small
 * pack unfolds into billions of paths: git is then stopped by its own limit on one allocation, at about a million.
 */
async function bounded(call: GitCall, limits: GitLimits = {}): Promise<Buffer | null> {
  const small = { ...call, config: plainDiff, env: { GIT_ALLOC_LIMIT: String(8 * 1024 * 1024) } };
  const { code, stdout, stderr } = await tryGit(small, limits);
  if (code === 0) return stdout;
  if (/attempting to allocate/.test(stderr)) return null;
  throw gitFault("Could not compare the change with its base", stderr);
}
