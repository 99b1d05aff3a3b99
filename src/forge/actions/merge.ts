// Merging a pull request, and noting that one was merged.
import { type Core, requireAccess } from "../core.ts";
import { resolveBranch } from "../git/read.ts";
import { writeSigned } from "../git/signed.ts";
import { mergeTree, moveRef, signatureOf } from "../git/store.ts";
import type { Actor, BranchRule, MergeMethod, Pull } from "../model.ts";
import { Refusal } from "../refusal.ts";
import { latestRuns } from "./checks.ts";
import { markMerged } from "./merged.ts";
import { refActions } from "./refs.ts";
import { countedApprovals, decisiveReviews } from "./reviews.ts";
import { latestStatuses } from "./statuses.ts";

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
  if (rule) requireRule(pull, rule);
  const base = await resolveBranch(repository.gitDir, ref);
  if (!base) throw new Refusal(405, "Base branch was deleted");
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

function requireRule(pull: Pull, rule: BranchRule): void {
  const missing = rule.requiredChecks.filter((check) => !isGreen(pull, check));
  if (missing.length > 0) throw new Refusal(405, `Required status check "${missing[0]?.context}" is expected.`);
  const rejected = decisiveReviews(pull).some((review) => review.state === "CHANGES_REQUESTED");
  if (rule.requiredApprovals > 0 && (rejected || countedApprovals(pull) < rule.requiredApprovals))
    throw new Refusal(
      405,
      `At least ${rule.requiredApprovals} approving review is required by reviewers with write access.`,
    );
}

function isGreen(pull: Pull, check: BranchRule["requiredChecks"][number]): boolean {
  const { repository } = pull.base;
  const runs = latestRuns(repository.runs.filter((run) => run.headSha === pull.head.sha && run.name === check.context));
  const expected = runs.filter((run) => check.appId === null || run.app.id === check.appId);
  if (expected.length > 0)
    return expected.every((run) => ["success", "neutral", "skipped"].includes(run.conclusion ?? ""));
  const status = latestStatuses(repository, pull.head.sha).find((one) => one.context === check.context);
  return check.appId === null && status?.state === "success";
}

/** GitHub says "Merge commits are not allowed", and "Squash merges", "Rebase merges". The forge itself never rebases. */
const methodWords: Readonly<Record<MergeMethod, string>> = {
  merge: "Merge commits",
  squash: "Squash merges",
  rebase: "Rebase merges",
};

async function writeMerge(core: Core, actor: Actor, pull: Pull, base: string, request: MergeRequest): Promise<string> {
  const { gitDir } = pull.base.repository;
  const method = request.method ?? "merge";
  if (method === "rebase" || !pull.base.repository.mergeMethods.includes(method))
    throw new Refusal(405, `${methodWords[method]} are not allowed on this repository.`);
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
