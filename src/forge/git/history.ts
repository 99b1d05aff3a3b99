// Commits, files and differences of a bare repository as plain records.
import { rangeFrom } from "./read.ts";
import { git, tryGit } from "./run.ts";

export interface Signed {
  readonly name: string;
  readonly email: string;
  /** ISO 8601, in UTC. */
  readonly date: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signed;
  readonly committer: Signed;
  readonly message: string;
}

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

const format = "%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00%x01";

/** Commits that `git log` with these arguments lists, newest first. */
export async function log(dir: string, args: readonly string[]): Promise<Commit[]> {
  const out = await git(dir, ["log", `--format=${format}`, ...args]);
  return out
    .split("\x01")
    .map((entry) => entry.replace(/^\n/, ""))
    .filter(Boolean)
    .map(parseCommit);
}

export async function readCommit(dir: string, sha: string): Promise<Commit | undefined> {
  return (await log(dir, ["-n", "1", sha, "--"]))[0];
}

/** What `head` changed since it left `base`, with patches; `base` may be a tree. */
export async function changedFiles(dir: string, base: string, head: string): Promise<ChangedFile[]> {
  return diffFiles(dir, await rangeFrom(dir, base, head), head);
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
  const result = await tryGit(dir, [
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
  const result = await tryGit(dir, ["cat-file", "blob", sha]);
  return result.code === 0 ? result.stdout : undefined;
}

function parseCommit(entry: string): Commit {
  const [sha, tree, parents, an, ae, at, cn, ce, ct, message] = entry.split("\0") as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    sha,
    tree,
    parents: parents.split(" ").filter(Boolean),
    author: { name: an, email: ae, date: instant(at) },
    committer: { name: cn, email: ce, date: instant(ct) },
    message: message.replace(/\n+$/, ""),
  };
}

const instant = (seconds: string) => new Date(Number(seconds) * 1_000).toISOString().replace(/\.\d+Z$/, "Z");

function parseEntry(line: string): TreeEntry {
  const tab = line.indexOf("\t");
  const [mode, type, sha, size] = line.slice(0, tab).split(/ +/) as [string, TreeEntry["type"], string, string];
  return { mode, type, sha, size: Number(size) || 0, path: line.slice(tab + 1) };
}

async function diffFiles(dir: string, from: string, to: string): Promise<ChangedFile[]> {
  const options = ["--no-ext-diff", "--no-textconv", "-M", "--no-color"];
  const [raw, numstat, patch] = await Promise.all([
    git(dir, ["diff", ...options, "--raw", "--no-abbrev", "-z", from, to]),
    git(dir, ["diff", ...options, "--numstat", "-z", from, to]),
    git(dir, ["diff", ...options, from, to]),
  ]);
  const counts = parseCounts(numstat);
  const patches = parsePatches(patch);
  // The three listings name the same files in the same order.
  return parseRaw(raw).map((file, index) => {
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

function parseRaw(raw: string): Omit<ChangedFile, "additions" | "deletions">[] {
  const parts = raw.split("\0");
  const files: Omit<ChangedFile, "additions" | "deletions">[] = [];
  for (let at = 0; at < parts.length && parts[at]; ) {
    const [, , oldBlob, newBlob, letter] = (parts[at] as string).slice(1).split(" ") as [
      string,
      string,
      string,
      string,
      string,
    ];
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
  return files;
}

function parseCounts(numstat: string): [number, number][] {
  const parts = numstat.split("\0");
  const counts: [number, number][] = [];
  for (let at = 0; at < parts.length && parts[at]; ) {
    const [additions, deletions, path] = (parts[at] as string).split("\t") as [string, string, string];
    counts.push([Number(additions) || 0, Number(deletions) || 0]);
    at += path === "" ? 3 : 1; // a rename has the two names as parts of their own
  }
  return counts;
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
