// Comments on issues and pull requests, with GitHub's limits on them.
import { type Core, hasAccess, nodeId, requireAccess } from "../core.ts";
import type { Actor, Comment, Issue, ReviewComment } from "../model.ts";
import { Refusal, unprocessable } from "../refusal.ts";
import { commentShape } from "../shapes/comment.ts";
import { issueShape } from "../shapes/issue.ts";
import { maxBody, tooLong } from "./issues.ts";

export interface CommentActions {
  createComment(actor: Actor, issue: Issue, body: string): Comment;
  editComment(actor: Actor, comment: Comment, body: string): Comment;
  deleteComment(actor: Actor, comment: Comment): void;
  /** Hides a comment, for a reason such as `spam` or `outdated`; null shows it again. No webhook tells of it. */
  minimize(actor: Actor, comment: Comment | ReviewComment, reason: string | null): void;
}

export function commentActions(core: Core): CommentActions {
  return {
    createComment: (actor, issue, body) => {
      requireAccess(actor, issue.repository, "read");
      requireUnlocked(actor, issue);
      requireBody(core, body);
      // https://github.com/orgs/community/discussions: the cap counts deleted comments too and never goes away.
      if (issue.commentsEver >= core.limits.commentsPerIssue)
        throw new Refusal(
          403,
          `Commenting is disabled on issues with more than ${core.limits.commentsPerIssue} comments`,
        );
      const comment = newComment(core, actor, issue, body);
      emitComment(core, actor, comment, "created");
      return comment;
    },
    editComment: (actor, comment, body) => {
      requireOwnOrWrite(actor, comment);
      requireBody(core, body);
      const from = comment.body;
      comment.body = body;
      comment.editedBy = actor.user;
      comment.updatedAt = comment.issue.updatedAt = core.now();
      emitComment(core, actor, comment, "edited", { changes: { body: { from } } });
      return comment;
    },
    deleteComment: (actor, comment) => {
      requireOwnOrWrite(actor, comment);
      comment.issue.comments = comment.issue.comments.filter((one) => one !== comment);
      core.nodes.delete(comment.nodeId);
      comment.issue.updatedAt = core.now();
      emitComment(core, actor, comment, "deleted");
    },
    minimize: (actor, comment, reason) => {
      const { repository } = "issue" in comment ? comment.issue : comment.pull.issue;
      requireAccess(actor, repository, actor.user === comment.user ? "read" : "write");
      comment.minimized = reason;
    },
  };
}

function newComment(core: Core, actor: Actor, issue: Issue, body: string): Comment {
  const id = core.nextId();
  const now = core.now();
  const comment: Comment = {
    id,
    nodeId: nodeId("IC", id),
    issue,
    user: actor.user,
    via: actor.app ?? actor.via ?? null,
    body,
    reactions: [],
    createdAt: now,
    updatedAt: now,
    editedBy: null,
    minimized: null,
  };
  issue.comments.push(comment);
  issue.commentsEver += 1;
  issue.updatedAt = now;
  core.register({ type: "IssueComment", value: comment });
  return comment;
}

function emitComment(
  core: Core,
  actor: Actor,
  comment: Comment,
  action: string,
  more: Record<string, unknown> = {},
): void {
  const { issue } = comment;
  const body = { issue: issueShape(core, issue), comment: commentShape(core, comment), ...more };
  core.emit({ event: "issue_comment", action, actor, repository: issue.repository, body });
}

/** The error text names 65,536 characters while the measured cap is in bytes: a comment over either is refused. */
function requireBody(core: Core, body: string): void {
  if (typeof body !== "string" || body.trim() === "")
    throw unprocessable({ resource: "IssueComment", code: "missing_field", field: "body" });
  if ([...body].length > maxBody || Buffer.byteLength(body) > core.limits.commentBytes) throw tooLong("IssueComment");
}

function requireUnlocked(actor: Actor, issue: Issue): void {
  const maySpeak = !issue.locked || (!actor.app && hasAccess(actor.user, issue.repository, "write"));
  if (!maySpeak) throw new Refusal(403, "Unable to create comment because issue is locked.");
}

function requireOwnOrWrite(actor: Actor, comment: Comment): void {
  requireAccess(actor, comment.issue.repository, actor.user === comment.user ? "read" : "write");
}
