// Reads git's machine output: `diff-tree --raw --numstat -z` and `log -z`, byte for byte, nothing quoted.
import { Fault } from "../../base/fault.ts";
import type { ChangeCommit } from "./change.ts";

/** One line of a raw diff. `path` is null when its bytes are not UTF-8; `pathBytes` always has them. */
export interface RawEntry {
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldId: string;
  readonly newId: string;
  readonly letter: "A" | "M" | "D" | "T";
  readonly pathBytes: Buffer;
  readonly path: string | null;
}

export interface LineCount {
  /** Null for binary files. */
  readonly additions: number | null;
  readonly deletions: number | null;
}

export interface TreeDiff {
  readonly entries: readonly RawEntry[];
  /** Line counts by path bytes in latin1. */
  readonly counts: ReadonlyMap<string, LineCount>;
}

/** Parses the output of `git diff-tree -r -z --raw --numstat --no-renames`. Throws `Fault` on anything unexpected. */
export function readTreeDiff(output: Buffer): TreeDiff {
  const tokens = splitNul(output);
  const entries: RawEntry[] = [];
  const counts = new Map<string, LineCount>();
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? "";
    if (token.startsWith(":")) entries.push(readRaw(token, tokens[++at]));
    else readCount(token, counts);
  }
  return { entries, counts };
}

/** The fields of `commitFormat`, one commit after the other, with git's mark for where a range ends. */
export function readCommits(
  output: Buffer,
): readonly { readonly commit: ChangeCommit; readonly isBoundary: boolean }[] {
  const fields = splitNul(output).map((field) => Buffer.from(field, "latin1").toString("utf8"));
  const commits: { commit: ChangeCommit; isBoundary: boolean }[] = [];
  for (let at = 0; at + 9 <= fields.length; at += 9) {
    const [mark, sha, parents, authorName, authorEmail, committerName, committerEmail, time, body] = fields.slice(
      at,
    ) as Fields;
    const message = body.replace(/(?<!\n)\n+$/, "");
    const who = { authorName, authorEmail, committerName, committerEmail };
    const subject = message.split("\n", 1)[0] ?? "";
    const commit = {
      sha,
      parents: parents.split(" ").filter(Boolean),
      ...who,
      committedAt: Number(time),
      subject,
      message,
    };
    commits.push({ commit, isBoundary: mark === "-" });
  }
  return commits;
}

/** For `git log -z --format=…`: nine fields, each ended by a NUL. */
const commitFormat = "%m%x00%H%x00%P%x00%an%x00%ae%x00%cn%x00%ce%x00%ct%x00%B";

/** How git is asked for what `readCommits` reads, before the commits that are meant. */
export const logCommits: readonly string[] = [
  "log",
  "-z",
  "--no-color",
  "--no-show-signature",
  "--no-mailmap",
  "--encoding=UTF-8",
  "--topo-order",
  `--format=${commitFormat}`,
];

type Fields = [string, string, string, string, string, string, string, string, string];

function readRaw(token: string, path: string | undefined): RawEntry {
  const [, oldMode, newMode, oldId, newId, letter] =
    /^:(\d{6}) (\d{6}) ([0-9a-f]{40}) ([0-9a-f]{40}) ([AMDT])\d*$/.exec(token) ?? [];
  if (oldMode && newMode && oldId && newId && letter && path !== undefined) {
    const pathBytes = Buffer.from(path, "latin1");
    return { oldMode, newMode, oldId, newId, letter: letter as RawEntry["letter"], pathBytes, path: decode(pathBytes) };
  }
  throw new Fault("Could not read git's raw diff", { kind: "invalid", retry: "never" });
}

function readCount(token: string, counts: Map<string, LineCount>): void {
  const [, added, deleted, path] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(token) ?? [];
  if (added === undefined || deleted === undefined || path === undefined) {
    throw new Fault("Could not read git's line counts", { kind: "invalid", retry: "never" });
  }
  counts.set(path, { additions: count(added), deletions: count(deleted) });
}

function count(text: string): number | null {
  return text === "-" ? null : Number(text);
}

function decode(bytes: Buffer): string | null {
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : null;
}

function splitNul(output: Buffer): string[] {
  const tokens = output.toString("latin1").split("\0");
  return tokens.at(-1) === "" ? tokens.slice(0, -1) : tokens;
}
