// Reviews of pull requests and the comments that belong to them.
import { type Core, nodeId, requireAccess } from "../core.ts";
import type { Actor, Pull, Review, ReviewComment, ReviewState } from "../model.ts";
import { notFound, Refusal, unprocessable } from "../refusal.ts";
import { pullShape } from "../shapes/pull.ts";
import { reviewCommentShape, reviewShape } from "../shapes/review.ts";

export interface NewReview {
  /** Absent leaves the review pending, as on GitHub. */
  readonly event?: "APPROVE" | "REQUEST_CHANGES" | "COMMENT";
  readonly body?: string;
  /** Default: the head now. */
  readonly commitId?: string;
  readonly comments?: readonly { path: string; line?: number; side?: "LEFT" | "RIGHT"; body: string }[];
}

export interface ReviewActions {
  submitReview(actor: Actor, pull: Pull, wanted: NewReview): Review;
  /** Settles the thread that this comment began, or opens it again. */
  resolveThread(actor: Actor, root: ReviewComment, resolved: boolean): void;
  dismissReview(actor: Actor, review: Review, message: string): Review;
  /** Its author, and nobody else here, changes its text. */
  editReview(actor: Actor, review: Review, body: string): Review;
  createReviewComment(
    actor: Actor,
    pull: Pull,
    wanted: {
      body: string;
      path: string;
      line?: number;
      side?: "LEFT" | "RIGHT";
      commitId?: string;
      inReplyTo?: number;
    },
  ): ReviewComment;
}

const states: Record<NonNullable<NewReview["event"]>, ReviewState> = {
  APPROVE: "APPROVED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
  COMMENT: "COMMENTED",
};

export function reviewActions(core: Core): ReviewActions {
  return {
    submitReview: (actor, pull, wanted) => submitReview(core, actor, pull, wanted),
    dismissReview: (actor, review, message) => {
      requireAccess(actor, review.pull.issue.repository, "write");
      if (!message) throw unprocessable({ resource: "PullRequestReview", code: "missing_field", field: "message" });
      if (review.state !== "APPROVED" && review.state !== "CHANGES_REQUESTED")
        throw new Refusal(422, "Validation Failed", ["Can not dismiss a commented pull request review"]);
      return dismiss(core, actor, review);
    },
    editReview: (actor, review, body) => {
      if (actor.user !== review.user) throw notFound();
      const changes = { body: { from: review.body } };
      review.body = body;
      emitReview(core, actor, review, "edited", { changes });
      return review;
    },
    resolveThread: (actor, root, resolved) => setResolved(core, actor, root, resolved),
    createReviewComment: (actor, pull, wanted) => {
      requireAccess(actor, pull.issue.repository, "read");
      const found = pull.reviewComments.find((one) => one.id === wanted.inReplyTo);
      // A reply to a reply belongs to the comment that began the thread.
      const parent = found?.inReplyTo ?? found;
      if (wanted.inReplyTo !== undefined && !parent) throw notFound();
      const review = newReview(core, actor, pull, {
        event: "COMMENT",
        ...(wanted.commitId ? { commitId: wanted.commitId } : {}),
      });
      const comment = newReviewComment(
        core,
        review,
        parent ? { ...wanted, path: parent.path, line: parent.line ?? undefined } : wanted,
        parent ?? null,
      );
      emitReview(core, actor, review, "submitted");
      emitReviewComment(core, actor, comment);
      return comment;
    },
  };
}

function dismiss(core: Core, actor: Actor, review: Review): Review {
  review.state = "DISMISSED";
  emitReview(core, actor, review, "dismissed");
  return review;
}

/** Whoever pushed dismisses the approvals: a rule of the base says so, and what they approved is no longer what there is. */
export function dismissStale(core: Core, actor: Actor, pull: Pull): void {
  for (const review of pull.reviews.filter(({ state }) => state === "APPROVED")) dismiss(core, actor, review);
}

function submitReview(core: Core, actor: Actor, pull: Pull, wanted: NewReview): Review {
  requireAccess(actor, pull.issue.repository, "read");
  const decides = wanted.event === "APPROVE" || wanted.event === "REQUEST_CHANGES";
  if (decides && actor.user === pull.issue.user)
    throw new Refusal(422, "Unprocessable Entity", [
      wanted.event === "APPROVE"
        ? "Can not approve your own pull request"
        : "Can not request changes on your own pull request",
    ]);
  if (wanted.event && wanted.event !== "APPROVE" && !wanted.body?.trim() && !wanted.comments?.length)
    throw new Refusal(422, "Unprocessable Entity", ["Body can't be blank"]);
  const review = newReview(core, actor, pull, wanted);
  const comments = (wanted.comments ?? []).map((one) => newReviewComment(core, review, one, null));
  if (review.state === "PENDING") return review;
  pull.requestedReviewers = pull.requestedReviewers.filter((user) => user !== actor.user);
  emitReview(core, actor, review, "submitted");
  for (const comment of comments) emitReviewComment(core, actor, comment);
  return review;
}

function newReview(core: Core, actor: Actor, pull: Pull, wanted: NewReview): Review {
  const id = core.nextId();
  const review: Review = {
    id,
    nodeId: nodeId("PRR", id),
    pull,
    user: actor.user,
    via: actor.app ?? actor.via ?? null,
    body: wanted.body ?? "",
    state: wanted.event ? states[wanted.event] : "PENDING",
    commitId: wanted.commitId ?? pull.head.sha,
    submittedAt: wanted.event ? core.now() : null,
    reactions: [],
  };
  pull.reviews.push(review);
  pull.issue.updatedAt = core.now();
  core.register({ type: "PullRequestReview", value: review });
  return review;
}

function newReviewComment(
  core: Core,
  review: Review,
  wanted: { body: string; path: string; line?: number; side?: "LEFT" | "RIGHT" },
  inReplyTo: ReviewComment | null,
): ReviewComment {
  if (!wanted.body?.trim())
    throw unprocessable({ resource: "PullRequestReviewComment", code: "missing_field", field: "body" });
  const id = core.nextId();
  const now = core.now();
  const comment: ReviewComment = {
    id,
    nodeId: nodeId("PRRC", id),
    pull: review.pull,
    review,
    user: review.user,
    via: review.via,
    body: wanted.body,
    path: wanted.path,
    line: wanted.line ?? null,
    side: wanted.side ?? "RIGHT",
    commitId: review.commitId,
    inReplyTo,
    minimized: null,
    reactions: [],
    resolvedBy: null,
    diffHunk: wanted.line ? `@@ -${wanted.line} +${wanted.line} @@` : "",
    createdAt: now,
    updatedAt: now,
  };
  review.pull.reviewComments.push(comment);
  core.register({ type: "PullRequestReviewComment", value: comment });
  if (!inReplyTo)
    core.register({ type: "PullRequestReviewThread", value: { nodeId: threadId(comment), root: comment } });
  return comment;
}

/** The node id of the thread that a comment begins. */
export const threadId = (root: ReviewComment) => nodeId("PRRT", root.id);

/** A thread: the comment that began it, then the replies, oldest first. */
export function threadOf(root: ReviewComment): ReviewComment[] {
  return [root, ...root.pull.reviewComments.filter((one) => one.inReplyTo === root)];
}

/** Whoever wrote the pull request, and whoever may write, settles or reopens a thread. */
function setResolved(core: Core, actor: Actor, root: ReviewComment, resolved: boolean): void {
  const { issue } = root.pull;
  requireAccess(actor, issue.repository, actor.user === issue.user ? "read" : "write");
  if ((root.resolvedBy !== null) === resolved) return;
  root.resolvedBy = resolved ? actor.user : null;
  core.emit({
    event: "pull_request_review_thread",
    action: resolved ? "resolved" : "unresolved",
    actor,
    repository: issue.repository,
    body: {
      thread: { node_id: threadId(root), comments: threadOf(root).map((one) => reviewCommentShape(core, one)) },
      pull_request: pullShape(core, root.pull, { simple: true }),
    },
  });
}

function emitReview(core: Core, actor: Actor, review: Review, action: string, more: object = {}): void {
  const { pull } = review;
  const body = {
    ...more,
    review: { ...reviewShape(core, review), state: review.state.toLowerCase() },
    pull_request: pullShape(core, pull, { simple: true }),
  };
  core.emit({ event: "pull_request_review", action, actor, repository: pull.issue.repository, body });
}

function emitReviewComment(core: Core, actor: Actor, comment: ReviewComment): void {
  const body = {
    comment: reviewCommentShape(core, comment),
    pull_request: pullShape(core, comment.pull, { simple: true }),
  };
  core.emit({
    event: "pull_request_review_comment",
    action: "created",
    actor,
    repository: comment.pull.issue.repository,
    body,
  });
}
