// A commit's own bytes, as GitHub would publish them: what `git log` leaves out or puts into another encoding is in them too.
import type { ChangeCommit, Problem } from "./change.ts";
import { readObjects } from "./object-reader.ts";
import { findSecrets } from "./secrets.ts";

/** A commit of more bytes than this is a message that nobody reads. */
const mostBytes = 256 * 1024;

/** The headers that git writes for whoever neither signs nor asks for another encoding (git-commit-tree(1)). */
const headers = new Set(["tree", "parent", "author", "committer"]);

/**
 * What is wrong with the bytes of a run's own commits: headers beside the few that every commit has, text that is no UTF-8,
 * and secrets anywhere. Throws `Fault` when the repository cannot be read.
 */
export async function rawProblems(gitDir: string, commits: readonly ChangeCommit[]): Promise<readonly Problem[]> {
  const ids = commits.map(({ sha }) => sha);
  const sizes = await readObjects(gitDir, "sizes", ids);
  const small = ids.filter((_, index) => (sizes[index]?.size ?? 0) <= mostBytes);
  const large = ids.filter((id) => !small.includes(id));
  const read = await readObjects(gitDir, "contents", small);
  const judged = await Promise.all(small.map((id, index) => problemsOf(id, read[index]?.content ?? Buffer.alloc(0))));
  return [...large.map((id) => unusual(id, `has more than ${mostBytes} bytes`)), ...judged.flat()];
}

async function problemsOf(id: string, bytes: Buffer): Promise<readonly Problem[]> {
  const where = nameOf(id);
  const secrets = await findSecrets([{ where, text: bytes.toString("utf8") }]);
  const found = secrets.map(({ rule }): Problem => {
    return { name: "secret_found", detail: `${where} holds what looks like a secret (${rule})`, path: where };
  });
  const odd = oddityOf(bytes);
  return odd === null ? found : [...found, unusual(id, odd)];
}

/** What a commit has that an ordinary one has not; null where it is one. */
export function oddityOf(bytes: Buffer): string | null {
  const end = bytes.indexOf("\n\n");
  const head = bytes.subarray(0, end < 0 ? bytes.length : end).toString("latin1");
  const other = head.split("\n").find((line) => !headers.has(line.split(" ", 1)[0] ?? ""));
  if (other !== undefined) return `has the header ${shown(other)}, which only signed or re-encoded commits have`;
  if (!asGitWrites.test(head)) return "has headers that git does not write in this way";
  if (!isPlainText(bytes)) return "is not plain UTF-8 text";
  const message = bytes.subarray(head.length).toString("utf8");
  return acting.test(message) ? "has characters in its message that move or hide others" : null;
}

/**
 * Each header once and in its order, and nothing more: readers differ in which of two they heed, and in which address counts where
 * one line has two (git takes the first, libgit2 the last).
 */
const person = "[^<>\\n]+ <[^<>\\s]+> \\d{1,12} [+-](?:0\\d|1[0-4])[0-5]\\d";
const asGitWrites = new RegExp(
  `^tree [0-9a-f]{40}(?:\\nparent [0-9a-f]{40})*\\nauthor ${person}\\ncommitter ${person}$`,
);

/** Controls but for tabs and ends of lines, and marks of direction. */
const acting = /(?!\t|\r?\n)\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

function isPlainText(bytes: Buffer): boolean {
  try {
    return !new TextDecoder("utf-8", { fatal: true }).decode(bytes).includes("\0");
  } catch {
    return false;
  }
}

/** The header's name where it is one; a line that goes on from the one before has none. */
function shown(line: string): string {
  return /^[a-z][a-z0-9-]{0,30}(?= )/.exec(line)?.[0] ?? "without a name";
}

function unusual(id: string, what: string): Problem {
  return { name: "commit_unusual", detail: `commit ${id.slice(0, 12)} ${what}; commit it anew without that` };
}

/** As findings on its message call it, so that the same secret is named once. */
function nameOf(id: string): string {
  return `the message of commit ${id.slice(0, 12)}`;
}
