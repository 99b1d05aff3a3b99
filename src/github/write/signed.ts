// Commits that GitHub makes for the App, and so signs: made anew from those that wait under a ref beside the branches.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { PlainCommit, SignedOutcome, SignedPush } from "../../engine/ports.ts";
import { type Connection, call, type Repository, unlessGone } from "../client/client.ts";

const Made = z.object({
  sha: z.string(),
  tree: z.object({ sha: z.string() }),
  parents: z.array(z.object({ sha: z.string() })),
  message: z.string(),
  verification: z.object({ verified: z.boolean(), reason: z.string() }),
});
const Ref = z.object({ object: z.object({ sha: z.string() }) });

/**
 * Makes the commits anew, oldest first, and moves the branch to the last of them. GitHub signs a commit for an App that
 * names neither author nor committer, and is the committer then; the App stays the author. Done again after a try whose end
 * is unknown, a branch that is at such a commit already is left. Throws `Fault`.
 * https://docs.github.com/authentication/managing-commit-signature-verification/about-commit-signature-verification#signature-verification-for-bots
 */
export async function publishSigned(
  connection: Connection,
  repository: Repository,
  push: SignedPush,
): Promise<SignedOutcome> {
  const { branch, expected, commits } = push;
  const now = await headOf(connection, repository, branch);
  if (now !== expected) {
    const isDone = now !== null && (await isMadeOf(connection, repository, now, commits.at(-1)));
    return isDone ? { status: "pushed", head: now } : { status: "moved", head: now };
  }
  if (commits.length === 0 && expected !== null) return { status: "pushed", head: expected };
  const signed = new Map<string, string>();
  for (const commit of commits) {
    const made = await make(connection, repository, {
      ...commit,
      parents: commit.parents.map((one) => signed.get(one) ?? one),
    });
    if (!made.verification.verified) return { status: "refused", message: unsigned(made.verification.reason) };
    signed.set(commit.sha, made.sha);
  }
  const head = [...signed.values()].at(-1) ?? "";
  return move(connection, repository, { branch, expected, head });
}

function unsigned(reason: string): string {
  return `The base branch takes signed commits only, and GitHub did not sign the commit that it made for the App (${reason}).`;
}

function make(connection: Connection, repository: Repository, { tree, parents, message }: Omit<PlainCommit, "sha">) {
  const { owner, name: repo } = repository;
  const attempted = `Could not have GitHub sign a commit in ${owner}/${repo}`;
  return call(connection, repository, { attempted, shape: Made }, (client) =>
    client.request("POST /repos/{owner}/{repo}/git/commits", { owner, repo, tree, parents: [...parents], message }),
  );
}

/** Whether the branch is where an earlier try has left it. */
async function isMadeOf(
  connection: Connection,
  repository: Repository,
  sha: string,
  last: PlainCommit | undefined,
): Promise<boolean> {
  const { owner, name: repo } = repository;
  const attempted = `Could not read commit ${sha} in ${owner}/${repo}`;
  const there = await call(connection, repository, { attempted, shape: Made }, (client) =>
    client.request("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", { owner, repo, commit_sha: sha }),
  );
  return (
    there.verification.verified &&
    there.tree.sha === last?.tree &&
    there.parents.length === last.parents.length &&
    there.message.trim() === last.message.trim()
  );
}

/** Only ever forward: a commit that came meanwhile stays, and is told. */
async function move(
  connection: Connection,
  repository: Repository,
  { branch, expected, head }: { branch: string; expected: string | null; head: string },
): Promise<SignedOutcome> {
  const { owner, name: repo } = repository;
  const attempted = `Could not move the branch ${branch} of ${owner}/${repo}`;
  const question = { attempted, shape: Ref };
  try {
    await (expected === null
      ? call(connection, repository, question, (client) =>
          client.request("POST /repos/{owner}/{repo}/git/refs", {
            owner,
            repo,
            ref: `refs/heads/${branch}`,
            sha: head,
          }),
        )
      : call(connection, repository, question, (client) =>
          client.request("PATCH /repos/{owner}/{repo}/git/refs/{ref}", {
            owner,
            repo,
            ref: `heads/${branch}`,
            sha: head,
            force: false,
          }),
        ));
    return { status: "pushed", head };
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== "refused") throw error;
    const now = await headOf(connection, repository, branch);
    if (now === head) return { status: "pushed", head };
    return now === expected ? { status: "refused", message: error.message } : { status: "moved", head: now };
  }
}

async function headOf(connection: Connection, repository: Repository, branch: string): Promise<string | null> {
  const { owner, name: repo } = repository;
  const attempted = `Could not read the branch ${branch} of ${owner}/${repo}`;
  const asked = call(connection, repository, { attempted, shape: Ref }, (client) =>
    client.request("GET /repos/{owner}/{repo}/git/ref/{ref}", { owner, repo, ref: `heads/${branch}` }),
  );
  return (await unlessGone(asked))?.object.sha ?? null;
}
