// One branch merged into another at GitHub: by "Update branch" of a pull request, or by itself.
import { type Core, requireAccess } from "../core.ts";
import { isAncestor } from "../git/ancestry.ts";
import { conflictFree, mergeTree } from "../git/merging.ts";
import { writeSigned } from "../git/signed.ts";
import { signatureOf } from "../git/store.ts";
import type { Actor, Pull, Repository } from "../model.ts";
import { Refusal, unprocessable } from "../refusal.ts";
import { requireMergeCommits } from "./push-rules.ts";
import { refActions } from "./refs.ts";

/** What is merged: a commit, into a branch whose tip is `into`. */
export interface BranchMerge {
  readonly branch: string;
  readonly into: string;
  readonly head: string;
  readonly message: string;
}

/**
 * Makes the merge commit, authored by whoever asked and signed by GitHub, and moves the branch; null where the branch contains
 * the commit already. Throws 409 where they conflict. https://docs.github.com/rest/branches/branches#merge-a-branch
 */
export async function mergeInto(
  core: Core,
  actor: Actor,
  repository: Repository,
  { branch, into, head, message }: BranchMerge,
): Promise<string | null> {
  requireAccess(actor, repository, "write");
  const { gitDir } = repository;
  if (await isAncestor(gitDir, head, into)) return null;
  if (!(await conflictFree(gitDir, head, into))) throw new Refusal(409, "Merge conflict");
  requireMergeCommits(repository, branch);
  const tree = await mergeTree(gitDir, into, head);
  const author = signatureOf(actor.user, core.now());
  const sha = await writeSigned(core, gitDir, { tree, parents: [into, head], message, author });
  await refActions(core).updateRef(actor, repository, `refs/heads/${branch}`, sha);
  return sha;
}

/** What "Update branch" says at once; what comes of it is done later. Throws 422. */
export async function requireUpdatable(actor: Actor, pull: Pull, expectedHead?: string): Promise<void> {
  const { head, base } = pull;
  requireAccess(actor, head.repository, "write");
  if (expectedHead !== undefined && expectedHead !== head.sha)
    throw unprocessable("expected_head_sha does not match the current head of the pull request");
  const { gitDir } = head.repository;
  if (await isAncestor(gitDir, base.sha, head.sha)) throw unprocessable("There are no new commits on the base branch.");
  if (!(await conflictFree(gitDir, base.sha, head.sha))) throw unprocessable("merge conflict between base and head");
}

/** The merge of the base into the head, as it is by then. */
export async function bringBaseIn(core: Core, actor: Actor, pull: Pull): Promise<void> {
  const { head, base } = pull;
  const message = `Merge branch '${base.ref}' into ${head.ref}\n`;
  await mergeInto(core, actor, head.repository, { branch: head.ref, into: head.sha, head: base.sha, message });
}
