// Reviews and their comments as GitHub shows them.
import type { Core } from "../core.ts";
import type { Review, ReviewComment } from "../model.ts";
import { issueWeb } from "./issue.ts";
import { rollup } from "./reaction.ts";
import { instant, maybeInstant, repoUrl } from "./url.ts";
import { association, userOrNobody } from "./user.ts";

export function reviewShape(core: Core, review: Review) {
  const { issue } = review.pull;
  const html = `${issueWeb(core, issue)}#pullrequestreview-${review.id}`;
  const pullUrl = repoUrl(core, issue.repository, `/pulls/${issue.number}`);
  return {
    id: review.id,
    node_id: review.nodeId,
    user: userOrNobody(core, review.user),
    body: review.body,
    state: review.state as string,
    html_url: html,
    pull_request_url: pullUrl,
    author_association: association(review.user, issue.repository),
    _links: { html: { href: html }, pull_request: { href: pullUrl } },
    ...(review.submittedAt === null ? {} : { submitted_at: maybeInstant(review.submittedAt) }),
    commit_id: review.commitId,
  };
}

export function reviewCommentShape(core: Core, comment: ReviewComment) {
  const { issue } = comment.pull;
  const url = repoUrl(core, issue.repository, `/pulls/comments/${comment.id}`);
  const html = `${issueWeb(core, issue)}#discussion_r${comment.id}`;
  const pullUrl = repoUrl(core, issue.repository, `/pulls/${issue.number}`);
  return {
    url,
    pull_request_review_id: comment.review.id,
    id: comment.id,
    node_id: comment.nodeId,
    diff_hunk: comment.diffHunk,
    path: comment.path,
    commit_id: comment.commitId,
    original_commit_id: comment.commitId,
    user: userOrNobody(core, comment.user),
    body: comment.body,
    created_at: instant(comment.createdAt),
    updated_at: instant(comment.updatedAt),
    html_url: html,
    pull_request_url: pullUrl,
    author_association: association(comment.user, issue.repository),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pullUrl } },
    reactions: rollup(url, []),
    start_line: null,
    original_start_line: null,
    start_side: null,
    line: comment.line,
    original_line: comment.line,
    side: comment.side,
    position: comment.line,
    original_position: comment.line,
    subject_type: comment.line === null ? "file" : "line",
    ...(comment.inReplyTo ? { in_reply_to_id: comment.inReplyTo.id } : {}),
  };
}
