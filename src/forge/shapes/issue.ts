// Issues as GitHub shows them; a pull request appears here too, with its links.
import type { Core } from "../core.ts";
import type { Issue } from "../model.ts";
import { viaShape } from "./app.ts";
import { labelShape } from "./label.ts";
import { rollup } from "./reaction.ts";
import { instant, maybeInstant, repoUrl, repoWeb } from "./url.ts";
import { association, userShape } from "./user.ts";

export function issueShape(core: Core, issue: Issue) {
  const { repository } = issue;
  const url = repoUrl(core, repository, `/issues/${issue.number}`);
  const assignees = issue.assignees.map((user) => userShape(core, user));
  return {
    url,
    repository_url: repoUrl(core, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: issueWeb(core, issue),
    id: issue.id,
    node_id: issue.pull?.nodeId ?? issue.nodeId,
    number: issue.number,
    title: issue.title,
    user: userShape(core, issue.user),
    labels: issue.labels.map((label) => labelShape(core, repository, label)),
    state: issue.state,
    locked: issue.locked,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    comments: issue.comments.length,
    created_at: instant(issue.createdAt),
    updated_at: instant(issue.updatedAt),
    closed_at: maybeInstant(issue.closedAt),
    author_association: association(issue.user, repository),
    type: null,
    active_lock_reason: null,
    ...(issue.pull ? pullLinks(core, issue) : {}),
    sub_issues_summary: { total: 0, completed: 0, percent_completed: 0 },
    issue_dependencies_summary: { blocked_by: 0, total_blocked_by: 0, blocking: 0, total_blocking: 0 },
    body: issue.body,
    reactions: rollup(url, issue.reactions),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: viaShape(core, issue.via),
    state_reason: issue.stateReason,
  };
}

/** The issue asked for by number. */
export function fullIssueShape(core: Core, issue: Issue) {
  return { ...issueShape(core, issue), closed_by: issue.closedBy && userShape(core, issue.closedBy) };
}

/** The page of an issue or pull request. */
export function issueWeb(core: Core, issue: Issue): string {
  return repoWeb(core, issue.repository, `/${issue.pull ? "pull" : "issues"}/${issue.number}`);
}

function pullLinks(core: Core, issue: Issue) {
  const html = issueWeb(core, issue);
  return {
    draft: issue.pull?.draft ?? false,
    pull_request: {
      url: repoUrl(core, issue.repository, `/pulls/${issue.number}`),
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: maybeInstant(issue.pull?.mergedAt ?? null),
    },
  };
}
