// What a branch rule asks of a pull request before its merge.
import { hasAccess } from "../core.ts";
import type { BranchRule, Pull, ReviewComment } from "../model.ts";
import { Refusal } from "../refusal.ts";
import { countedApprovals, decisiveReviews } from "./decisive.ts";
import { latestRuns } from "./latest.ts";
import { latestStatuses } from "./statuses.ts";

/** What the rule asks before a merge, of checks and of people. Throws GitHub's 405 `Refusal` for the first that is missing. */
export function requireRule(pull: Pull, rule: BranchRule): void {
  if (rule.mergeQueue) throw new Refusal(405, "Changes must be made through the merge queue");
  const missing = rule.requiredChecks.filter((check) => !isGreen(pull, check));
  if (missing.length > 0) throw new Refusal(405, `Required status check "${missing[0]?.context}" is expected.`);
  const rejected = decisiveReviews(pull).some((review) => review.state === "CHANGES_REQUESTED");
  if (rule.requiredApprovals > 0 && (rejected || countedApprovals(pull) < rule.requiredApprovals))
    throw new Refusal(
      405,
      `At least ${rule.requiredApprovals} approving review is required by reviewers with write access.`,
    );
  const lacking = rule.codeOwners ? unheardOwners(pull) : [];
  if (lacking.length > 0)
    throw new Refusal(405, violation(rule, `Waiting on code owner review from ${lacking.join(" and/or ")}.`));
  if (rule.lastPushApproval && !approvedByAnother(pull))
    throw new Refusal(405, "New changes require approval from someone other than the last pusher.");
  if (rule.resolvedThreads && pull.reviewComments.some(isOpenThread))
    throw new Refusal(405, violation(rule, "A conversation must be resolved before this pull request can be merged."));
}

/** Owners of files that none of their owners has approved; of a pull request whose mergeability is not known, nobody is. */
function unheardOwners(pull: Pull): readonly string[] {
  const approved = new Set(
    decisiveReviews(pull)
      .filter(({ state }) => state === "APPROVED")
      .map(({ user }) => user),
  );
  const unheard = (pull.mergeability?.owners ?? []).filter((users) => !users.some((user) => approved.has(user)));
  return [...new Set(unheard.flat().map(({ login }) => login))].sort();
}

function isOpenThread({ inReplyTo, resolvedBy, review }: ReviewComment): boolean {
  return inReplyTo === null && resolvedBy === null && review.state !== "PENDING";
}

/** Rulesets put a line above what is missing, and classic protection says no more than that. */
function violation({ classic }: BranchRule, message: string): string {
  return classic === true ? message : `Repository rule violations found\n\n${message}\n\n`;
}

function approvedByAnother(pull: Pull): boolean {
  const { repository, ref } = pull.head;
  const pusher = repository.moves.findLast((move) => move.ref === `refs/heads/${ref}`)?.user;
  const approvals = decisiveReviews(pull).filter((review) => review.state === "APPROVED");
  return approvals.some(({ user }) => user !== pusher && hasAccess(user, pull.base.repository, "write"));
}

/** Whether the rule of the base keeps the pull request from being merged, beside conflicts and being out of date. */
export function isBlocked(pull: Pull): boolean {
  const rule = pull.base.repository.rules.get(pull.base.ref);
  if (!rule) return false;
  try {
    requireRule(pull, { ...rule, mergeQueue: false });
    return false;
  } catch {
    return true;
  }
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
