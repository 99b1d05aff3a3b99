// Merging a pull request, and noting that one was merged.

import { type Core, requireAccess } from "../core.ts";
import { isAncestor } from "../git/ancestry.ts";
import { log } from "../git/commits.ts";
import { mergeTree } from "../git/merging.ts";
import { resolveBranch } from "../git/read.ts";
import { writeSigned } from "../git/signed.ts";
import { moveRef, signatureOf } from "../git/store.ts";
import type { Actor, BranchRule, MergeMethod, Pull } from "../model.ts";
import { Refusal } from "../refusal.ts";
import { mergeability } from "./mergeability.ts";
import { markMerged } from "./merged.ts";
import { refActions } from "./refs.ts";
import { requireRule } from "./requirements.ts";

export interface MergeRequest {
  readonly method?: MergeMethod;
  /** The head that the caller saw; another one is refused with 409. */
  readonly sha?: string;
  readonly title?: string;
  readonly message?: string;
}

export interface MergeActions {
  /** Merges, moves the base branch, closes the pull request; gives the merge commit. */
  mergePull(actor: Actor, pull: Pull, request?: MergeRequest): Promise<string>;
}

export function mergeActions(core: Core): MergeActions {
  return { mergePull: (actor, pull, request = {}) => mergePull(core, actor, pull, request) };
}

async function mergePull(core: Core, actor: Actor, pull: Pull, request: MergeRequest): Promise<string> {
  const { repository, ref } = pull.base;
  requireAccess(actor, repository, "write");
  if (pull.merged) throw new Refusal(405, "Pull Request is not mergeable");
  if (pull.issue.state === "closed") throw new Refusal(405, "Pull Request is closed");
  if (pull.draft) throw new Refusal(405, "Pull Request is still a draft");
  if (request.sha && request.sha !== pull.head.sha)
    throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
  const rule = repository.rules.get(ref);
  requireMethod(pull, request.method ?? "merge", rule);
  if (rule?.codeOwners) await mergeability(core, pull);
  if (rule) requireRule(pull, rule);
  const base = await resolveBranch(repository.gitDir, ref);
  if (!base) throw new Refusal(405, "Base branch was deleted");
  if (rule) await requireCommits(core, pull, rule, base);
  return mergeInto(core, actor, pull, base, request);
}

/** What the merge queue merges was judged when it went in. `before`: what is told before the merge is. */
export async function mergeQueued(core: Core, bot: Actor, pull: Pull, before: () => void): Promise<void> {
  const base = await resolveBranch(pull.base.repository.gitDir, pull.base.ref);
  if (!base) throw new Refusal(405, "Base branch was deleted");
  before();
  await mergeInto(core, bot, pull, base, {});
}

async function mergeInto(core: Core, actor: Actor, pull: Pull, base: string, request: MergeRequest): Promise<string> {
  const { repository, ref } = pull.base;
  const sha = await writeMerge(core, actor, pull, base, request);
  await moveRef(repository.gitDir, `refs/heads/${ref}`, base, sha).catch((error) => {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(405, "Base branch was modified. Review and try the merge again.");
  });
  markMerged(core, actor, pull, sha);
  await refActions(core).refsMoved(
    actor,
    repository,
    [{ ref: `refs/heads/${ref}`, before: base, after: sha }],
    "pr_merge",
  );
  return sha;
}

function requireMethod({ base }: Pull, method: NonNullable<MergeRequest["method"]>, rule?: BranchRule): void {
  const { mergeCommits, squashMerges, rebaseMerges } = base.repository.settings;
  const allowed = { merge: mergeCommits && !rule?.linearHistory, squash: squashMerges, rebase: rebaseMerges };
  const name = { merge: "Merge commits", squash: "Squash merges", rebase: "Rebase merges" }[method];
  if (!allowed[method]) throw new Refusal(405, `${name} are not allowed on this repository.`);
}

/** What the rule asks of the commits themselves. */
async function requireCommits(core: Core, pull: Pull, rule: BranchRule, base: string): Promise<void> {
  const { gitDir } = pull.base.repository;
  if (rule.upToDate && !(await isAncestor(gitDir, base, pull.head.sha)))
    throw new Refusal(405, "Head branch is out of date with the base branch.");
  if (!rule.signatures) return;
  const commits = await log(gitDir, [`${base}..${pull.head.sha}`]);
  if (!commits.every(({ sha }) => core.signatures.has(sha)))
    throw new Refusal(405, "Commits must have verified signatures.");
}

async function writeMerge(core: Core, actor: Actor, pull: Pull, base: string, request: MergeRequest): Promise<string> {
  const { gitDir } = pull.base.repository;
  const method = request.method ?? "merge";
  if (method === "rebase") throw new Refusal(405, "Rebase merges are not allowed on this repository."); // the forge never rebases
  const head = pull.head.sha;
  const tree = await mergeTree(gitDir, base, head);
  const number = pull.issue.number;
  const owner = pull.base.repository.owner.login;
  const title =
    request.title ??
    (method === "squash"
      ? `${pull.issue.title} (#${number})`
      : `Merge pull request #${number} from ${owner}/${pull.head.ref}`);
  const message = request.message ?? (method === "squash" ? "" : pull.issue.title);
  const parents = method === "squash" ? [base] : [base, head];
  return writeSigned(core, gitDir, {
    tree,
    parents,
    message: message ? `${title}\n\n${message}\n` : `${title}\n`,
    author: signatureOf(actor.user, core.now()),
  });
}
