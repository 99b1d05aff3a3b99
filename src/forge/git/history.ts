// Files and differences of a bare repository as plain records.
import { rangeFrom } from "./ancestry.ts";
import type { Commit } from "./commits.ts";
import { lastingGit } from "./lasting.ts";
import { isObjectId, readObject } from "./objects.ts";
import { git, tryGit } from "./run.ts";

export interface ChangedFile {
  readonly path: string;
  readonly previousPath: string | null;
  readonly status: "added" | "removed" | "modified" | "renamed" | "copied" | "changed";
  readonly blob: string;
  readonly additions: number;
  readonly deletions: number;
  /** The hunks without the header, or undefined for binary files and very large changes. */
  readonly patch?: string;
}

/** What `head` changed since it left `base`, with patches; `base` may be a tree. */
export async function changedFiles(dir: string, base: string, head: string): Promise<ChangedFile[]> {
  return diffFiles(dir, await rangeFrom(dir, base, head), head);
}

/** What `head` changed since it left `base`, to be compared: each file's modes and contents before and after. */
export async function changeOf(dir: string, base: string, head: string): Promise<string> {
  return git(dir, ["diff", "--raw", "--no-abbrev", "--no-renames", "-z", await rangeFrom(dir, base, head), head]);
}

const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** What a commit changed against its first parent. */
export function commitFiles(dir: string, commit: Commit): Promise<ChangedFile[]> {
  return diffFiles(dir, commit.parents[0] ?? emptyTree, commit.sha);
}

export interface TreeEntry {
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly sha: string;
  readonly size: number;
  readonly path: string;
}

/** The entries of a tree, or the one entry of a file; undefined when the path is not there. */
export async function listTree(
  dir: string,
  sha: string,
  path: string,
  recursive = false,
): Promise<TreeEntry[] | undefined> {
  const run = isObjectId(sha) ? lastingGit : tryGit;
  const result = await run(dir, [
    "ls-tree",
    "-z",
    "-l",
    ...(recursive ? ["-r", "-t"] : []),
    sha,
    ...(path ? ["--", path] : []),
  ]);
  if (result.code !== 0) return undefined;
  const entries = result.stdout.toString().split("\0").filter(Boolean).map(parseEntry);
  return path && entries.length === 0 ? undefined : entries;
}

export async function readBlob(dir: string, sha: string): Promise<Buffer | undefined> {
  const object = await readObject(dir, sha);
  return object?.type === "blob" ? object.body : undefined;
}

function parseEntry(line: string): TreeEntry {
  const tab = line.indexOf("\t");
  const [mode, type, sha, size] = line.slice(0, tab).split(/ +/) as [string, TreeEntry["type"], string, string];
  return { mode, type, sha, size: Number(size) || 0, path: line.slice(tab + 1) };
}

/** One look gives all three listings, which name the same files in the same order: what changed, the lines, the patches. */
async function diffFiles(dir: string, from: string, to: string): Promise<ChangedFile[]> {
  const options = ["--no-ext-diff", "--no-textconv", "-M", "--no-color", "--no-abbrev", "-z"];
  const args = ["diff", ...options, "--raw", "--numstat", "--patch", from, to];
  const lasts = isObjectId(from) && isObjectId(to) ? await lastingGit(dir, args) : null;
  const parts = (lasts?.code === 0 ? lasts.stdout.toString() : await git(dir, args)).split("\0");
  const { files, end } = parseRaw(parts);
  const { counts, end: patchAt } = parseCounts(parts, end);
  const patches = parsePatches(parts.slice(patchAt + 1).join("\0"));
  return files.map((file, index) => {
    const [additions, deletions] = counts[index] ?? [0, 0];
    const hunks = patches[index];
    return { ...file, additions, deletions, ...(hunks && hunks.length < 400_000 ? { patch: hunks } : {}) };
  });
}

const statuses: Record<string, ChangedFile["status"]> = {
  A: "added",
  D: "removed",
  M: "modified",
  R: "renamed",
  C: "copied",
  T: "changed",
};

type Listed = Omit<ChangedFile, "additions" | "deletions">;

/** The files, and which part of the output comes after them. */
function parseRaw(parts: readonly string[]): { files: Listed[]; end: number } {
  const files: Listed[] = [];
  let at = 0;
  while (parts[at]?.startsWith(":")) {
    const [, , oldBlob = "", newBlob = "", letter = ""] = (parts[at] as string).slice(1).split(" ");
    const moved = letter.startsWith("R") || letter.startsWith("C");
    const path = parts[at + (moved ? 2 : 1)] as string;
    const blob = letter === "D" ? oldBlob : newBlob;
    files.push({
      path,
      previousPath: moved ? (parts[at + 1] as string) : null,
      status: statuses[letter[0] as string] ?? "changed",
      blob,
    });
    at += moved ? 3 : 2;
  }
  return { files, end: at };
}

/** The lines of each file from a part of the output on; an empty part ends them. */
function parseCounts(parts: readonly string[], from: number): { counts: [number, number][]; end: number } {
  const counts: [number, number][] = [];
  let at = from;
  while (parts[at]) {
    const [additions, deletions, path] = (parts[at] as string).split("\t") as [string, string, string];
    counts.push([Number(additions) || 0, Number(deletions) || 0]);
    at += path === "" ? 3 : 1; // a rename has the two names as parts of their own
  }
  return { counts, end: at };
}

function parsePatches(patch: string): (string | undefined)[] {
  return patch
    .split(/^diff --git /m)
    .slice(1)
    .map((section) => {
      const start = section.search(/^@@ /m);
      return start < 0 ? undefined : section.slice(start).replace(/\n$/, "");
    });
}
