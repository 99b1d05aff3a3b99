// Commits that GitHub is to sign: brought there under a ref of their own, which is no branch, so that nothing begins at it.
import { assert } from "../../base/assert.ts";
import { Fault } from "../../base/fault.ts";
import { gitFault } from "./failure.ts";
import { runGit } from "./git.ts";
import { readObjects } from "./object-reader.ts";
import { answerFor, isOwnFailure, pushRef, rejectionOf } from "./push.ts";

/** A commit by what it says, as GitHub's git database takes it. */
export interface PlainCommit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
}

interface Remote {
  readonly gitDir: string;
  readonly url: string;
  readonly token?: string;
  readonly ref: string;
}

export type Staged =
  | { readonly status: "staged"; readonly commits: readonly PlainCommit[] } // oldest first
  | { readonly status: "refused"; readonly message: string };

/** So many commits of one attempt are signed, each by a request; GitHub takes 80 such requests in a minute. */
const mostCommits = 50;

/** The ref of a loop. GitHub takes refs beside branches and tags, tells nobody of them, and no rule of branches covers them. */
export function stagingRef(loop: string): string {
  assert(/^[A-Za-z0-9-]{1,80}$/.test(loop), "the loop id cannot be part of a ref");
  return `refs/loopgate/${loop}`;
}

/** Brings `head` there, and reads those of its commits that none of `known`, which GitHub has, contains. Throws `Fault`. */
export async function stage(remote: Remote, head: string, known: readonly string[]): Promise<Staged> {
  const { gitDir, ref } = remote;
  const commits = await plainCommits(gitDir, head, known);
  if (commits.length > mostCommits)
    return {
      status: "refused",
      message: `The base branch takes signed commits only, and at most ${mostCommits} commits of one attempt are given to GitHub to sign.`,
    };
  const result = await pushRef({ ...remote, to: head });
  const line = answerFor(ref, result);
  if (line === undefined) throw gitFault(`Could not push to ${ref}`, result.stderr);
  if (!line.startsWith("!")) return { status: "staged", commits };
  const { reason, whole } = rejectionOf(line, result.stderr);
  if (isOwnFailure(reason))
    throw new Fault(`Could not push to ${ref}: the remote failed to move it`, { kind: "conflict", retry: "later" });
  return { status: "refused", message: whole };
}

/** Removes the ref; one that is gone is fine. Throws `Fault` when the remote cannot be reached. */
export async function unstage(remote: Remote): Promise<void> {
  const result = await pushRef({ ...remote, to: null });
  if (answerFor(remote.ref, result) === undefined && !/remote ref does not exist/.test(result.stderr))
    throw gitFault(`Could not remove ${remote.ref}`, result.stderr);
}

async function plainCommits(gitDir: string, head: string, known: readonly string[]): Promise<PlainCommit[]> {
  const args = ["rev-list", "--topo-order", "--reverse", head, "--not", ...known, "--"];
  const listed = await runGit({ gitDir, args }, "Could not list the commits to sign");
  const ids = listed.toString("latin1").split("\n").filter(Boolean);
  const found = await readObjects(gitDir, "contents", ids);
  return found.map((object, index) => plain(ids[index] ?? "", object?.content ?? Buffer.alloc(0)));
}

/** By now it is known that these have ordinary headers and plain UTF-8 only. */
function plain(sha: string, bytes: Buffer): PlainCommit {
  const text = bytes.toString("utf8");
  const end = text.indexOf("\n\n");
  assert(end > 0, `commit ${sha} has no message`);
  const headers = text.slice(0, end).split("\n");
  const valuesOf = (name: string) =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  return { sha, tree: valuesOf("tree")[0] ?? "", parents: valuesOf("parent"), message: text.slice(end + 2) };
}
