// Pull requests as GitHub shows them: in lists and reviews a simple form, alone the full one.
import { knownMergeability, mergeStateOf } from "../actions/merge-state.ts";
import type { Core } from "../core.ts";
import type { Pull, PullSide } from "../model.ts";
import { issueWeb } from "./issue.ts";
import { labelShape } from "./label.ts";
import { repositoryShape } from "./repository.ts";
import { instant, maybeInstant, repoUrl } from "./url.ts";
import { association, userShape } from "./user.ts";

/** With `simple`, without the counts and the mergeable state that only a single pull request has. */
export function pullShape(core: Core, pull: Pull, options: { simple?: boolean } = {}) {
  const { issue } = pull;
  const assignees = issue.assignees.map((user) => userShape(core, user));
  return {
    ...addresses(core, pull),
    id: pull.id,
    node_id: pull.nodeId,
    number: issue.number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user: userShape(core, issue.user),
    body: issue.body,
    created_at: instant(issue.createdAt),
    updated_at: instant(issue.updatedAt),
    closed_at: maybeInstant(issue.closedAt),
    merged_at: maybeInstant(pull.mergedAt),
    merge_commit_sha: pull.mergeCommitSha,
    assignee: assignees[0] ?? null,
    assignees,
    requested_reviewers: pull.requestedReviewers.map((user) => userShape(core, user)),
    requested_teams: [],
    labels: issue.labels.map((label) => labelShape(core, issue.repository, label)),
    milestone: null,
    draft: pull.draft,
    head: sideShape(core, pull.head),
    base: sideShape(core, pull.base),
    author_association: association(issue.user, issue.repository),
    auto_merge: pull.autoMerge && {
      enabled_by: userShape(core, pull.autoMerge.by),
      merge_method: pull.autoMerge.method,
      commit_title: null,
      commit_message: null,
    },
    active_lock_reason: null,
    ...(options.simple ? {} : details(core, pull)),
  };
}

function details(core: Core, pull: Pull) {
  const mergeable = knownMergeability(pull)?.mergeable ?? null;
  return {
    merged: pull.merged,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: mergeStateOf(pull) as string,
    merged_by: pull.mergedBy && userShape(core, pull.mergedBy),
    comments: pull.issue.comments.length,
    review_comments: pull.reviewComments.length,
    maintainer_can_modify: false,
    commits: pull.stats.commits,
    additions: pull.stats.additions,
    deletions: pull.stats.deletions,
    changed_files: pull.stats.changedFiles,
  };
}

function sideShape(core: Core, side: PullSide) {
  const { custom_properties, ...repo } = repositoryShape(core, side.repository);
  return {
    label: `${side.repository.owner.login}:${side.ref}`,
    ref: side.ref,
    sha: side.sha,
    user: userShape(core, side.repository.owner),
    repo,
  };
}

function addresses(core: Core, pull: Pull) {
  const { issue } = pull;
  const { repository } = issue;
  const url = repoUrl(core, repository, `/pulls/${issue.number}`);
  const issueUrl = repoUrl(core, repository, `/issues/${issue.number}`);
  const html = issueWeb(core, issue);
  const comment = repoUrl(core, repository, "/pulls/comments{/number}");
  const statuses = repoUrl(core, repository, `/statuses/${pull.head.sha}`);
  return {
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issueUrl,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: comment,
    comments_url: `${issueUrl}/comments`,
    statuses_url: statuses,
    _links: {
      self: { href: url },
      html: { href: html },
      issue: { href: issueUrl },
      comments: { href: `${issueUrl}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: comment },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
  };
}

/** A pull request as a check run names it. */
export function pullReference(core: Core, pull: Pull) {
  const side = ({ repository, ref, sha }: PullSide) => ({
    ref,
    sha,
    repo: { id: repository.id, url: repoUrl(core, repository), name: repository.name },
  });
  return {
    url: repoUrl(core, pull.issue.repository, `/pulls/${pull.issue.number}`),
    id: pull.id,
    number: pull.issue.number,
    head: side(pull.head),
    base: side(pull.base),
  };
}
