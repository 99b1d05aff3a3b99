// Pull requests, their reviews and their commits.
import { decisiveReviews } from "../actions/decisive.ts";
import { knownMergeability, mergeStateOf } from "../actions/merge-state.ts";
import { hasAccess } from "../core.ts";
import { rangeFrom } from "../git/ancestry.ts";
import { log } from "../git/commits.ts";
import { type ChangedFile, changedFiles } from "../git/history.ts";
import type { Pull, QueueEntry, Review, ReviewComment, User } from "../model.ts";
import { issueWeb } from "../shapes/issue.ts";
import { association } from "../shapes/user.ts";
import type { World } from "../world.ts";
import { connection, itemsOf } from "./connection.ts";
import { rollupOf } from "./fields-checks.ts";
import { timelineOf } from "./fields-timeline.ts";
import { commitSource, refSource } from "./git-source.ts";
import {
  type Args,
  actorSource,
  dateTime,
  dateTimeOrNull,
  type Fields,
  fieldsOf,
  type Source,
  source,
} from "./source.ts";
import { threadsOf } from "./threads.ts";

export const pullFields: Readonly<Record<string, Fields>> = {
  PullRequest: fieldsOf<Pull>({
    id: (pull) => pull.nodeId,
    databaseId: (pull) => pull.id,
    fullDatabaseId: (pull) => String(pull.id),
    number: ({ issue }) => issue.number,
    title: ({ issue }) => issue.title,
    body: ({ issue }) => issue.body ?? "",
    state: (pull) => (pull.merged ? "MERGED" : pull.issue.state.toUpperCase()),
    url: ({ issue }, _args, { world }) => issueWeb(world, issue),
    isDraft: (pull) => pull.draft,
    merged: (pull) => pull.merged,
    mergeable: (pull, _args, { world }) => {
      const known = knownMergeability(pull);
      if (!known) computeLater(world, pull);
      return known ? (known.mergeable ? "MERGEABLE" : "CONFLICTING") : "UNKNOWN";
    },
    mergeStateStatus: (pull, _args, { world }) => {
      const state = mergeStateOf(pull);
      if (state === "unknown") computeLater(world, pull);
      return state.toUpperCase();
    },
    autoMergeRequest: (pull) => pull.autoMerge && source("AutoMergeRequest", pull.autoMerge),
    isInMergeQueue: (pull) => pull.queueEntry !== null,
    isMergeQueueEnabled: ({ base }) => base.repository.rules.get(base.ref)?.mergeQueue === true,
    mergeQueueEntry: (pull) => pull.queueEntry && source("MergeQueueEntry", pull.queueEntry),
    mergedAt: (pull) => dateTimeOrNull(pull.mergedAt),
    mergeCommit: ({ issue, mergeCommitSha }) => mergeCommitSha && commitSource(issue.repository, mergeCommitSha),
    closed: ({ issue }) => issue.state === "closed",
    closedAt: ({ issue }) => dateTimeOrNull(issue.closedAt),
    locked: ({ issue }) => issue.locked,
    updatedAt: ({ issue }) => dateTime(issue.updatedAt),
    authorAssociation: ({ issue }) => association(issue.user, issue.repository),
    viewerDidAuthor: ({ issue }, _args, { actor }) => issue.user === actor.user,
    additions: ({ stats }) => stats.additions,
    deletions: ({ stats }) => stats.deletions,
    changedFiles: ({ stats }) => stats.changedFiles,
    files: (pull, args, _reading, field) => filesOf(pull, args, field),
    headRef: ({ head }) => refSource(head.repository, `refs/heads/${head.ref}`),
    baseRef: ({ base }) => refSource(base.repository, `refs/heads/${base.ref}`),
    isCrossRepository: ({ head, base }) => head.repository !== base.repository,
    headRepository: ({ head }) => source("Repository", head.repository),
    headRepositoryOwner: ({ head }) => actorSource(head.repository.owner),
    timelineItems: ({ issue }, args, _reading, field) =>
      timelineOf(issue, args, field, "PullRequestTimelineItemsConnection"),
    statusCheckRollup: ({ issue, head }, _args, _reading, _field, selects) =>
      rollupOf(issue.repository, head.sha, selects("contexts")),
    reviewRequests: (pull, args, _reading, field) =>
      connection(
        "ReviewRequestConnection",
        field,
        args,
        pull.requestedReviewers.map((user) => ({ key: user.nodeId, node: source("ReviewRequest", user) })),
      ),
    mergedBy: (pull) => actorSource(pull.mergedBy),
    headRefName: (pull) => pull.head.ref,
    headRefOid: (pull) => pull.head.sha,
    baseRefName: (pull) => pull.base.ref,
    baseRefOid: (pull) => pull.base.sha,
    createdAt: ({ issue }) => dateTime(issue.createdAt),
    author: ({ issue }) => actorSource(issue.user),
    repository: ({ issue }) => source("Repository", issue.repository),
    reviewDecision: (pull) => reviewDecision(pull),
    labels: ({ issue }, args, _reading, field) =>
      connection("LabelConnection", field, args, itemsOf("Label", issue.labels)),
    comments: ({ issue }, args, _reading, field) =>
      connection("IssueCommentConnection", field, args, itemsOf("IssueComment", issue.comments)),
    reviews: (pull, args, { actor }, field) => {
      const reviews = reviewsWanted(pull, args, actor.user);
      return connection("PullRequestReviewConnection", field, args, itemsOf("PullRequestReview", reviews));
    },
    reviewThreads: (pull, args, _reading, field) => threadsOf(pull, args, field),
    commits: (pull, args, _reading, field) => commitsOf(pull, args, field),
  }),
  MergeQueueEntry: fieldsOf<QueueEntry>({
    id: (entry) => entry.nodeId,
    enqueuedAt: (entry) => dateTime(entry.at),
    enqueuer: (entry) => actorSource(entry.enqueuer),
    state: () => "AWAITING_CHECKS",
  }),
  AutoMergeRequest: fieldsOf<NonNullable<Pull["autoMerge"]>>({
    enabledAt: ({ at }) => dateTime(at),
    enabledBy: ({ by }) => actorSource(by),
    mergeMethod: ({ method }) => method.toUpperCase(),
  }),
  PullRequestCommit: fieldsOf<Source>({ commit: (commit) => commit }),
  PullRequestChangedFile: fieldsOf<ChangedFile>({
    path: ({ path }) => path,
    additions: ({ additions }) => additions,
    deletions: ({ deletions }) => deletions,
    changeType: ({ status }) => (status === "removed" ? "DELETED" : status.toUpperCase()),
  }),
  ReviewRequest: fieldsOf<User>({ requestedReviewer: (user) => actorSource(user) }),
  PullRequestReview: fieldsOf<Review>({
    id: (review) => review.nodeId,
    databaseId: (review) => review.id,
    fullDatabaseId: (review) => String(review.id),
    state: (review) => review.state,
    body: (review) => review.body,
    submittedAt: (review) => dateTimeOrNull(review.submittedAt),
    url: (review, _args, { world }) => `${issueWeb(world, review.pull.issue)}#pullrequestreview-${review.id}`,
    pullRequest: ({ pull }) => source("PullRequest", pull),
    viewerDidAuthor: (review, _args, { actor }) => review.user === actor.user,
    author: (review) => actorSource(review.user),
    authorAssociation: (review) => association(review.user, review.pull.issue.repository),
    authorCanPushToRepository: (review) => hasAccess(review.user, review.pull.issue.repository, "write"),
    commit: (review) => commitSource(review.pull.issue.repository, review.commitId),
    comments: (review, args, _reading, field) => {
      const own = review.pull.reviewComments.filter((comment) => comment.review === review);
      return connection("PullRequestReviewCommentConnection", field, args, itemsOf("PullRequestReviewComment", own));
    },
  }),
  PullRequestReviewComment: fieldsOf<ReviewComment>({
    id: (comment) => comment.nodeId,
    databaseId: (comment) => comment.id,
    fullDatabaseId: (comment) => String(comment.id),
    url: (comment, _args, { world }) => `${issueWeb(world, comment.pull.issue)}#discussion_r${comment.id}`,
    createdAt: (comment) => dateTime(comment.createdAt),
    updatedAt: (comment) => dateTime(comment.updatedAt),
    commit: (comment) => commitSource(comment.pull.issue.repository, comment.commitId),
    pullRequestReview: ({ review }) => source("PullRequestReview", review),
    authorAssociation: (comment) => association(comment.user, comment.pull.issue.repository),
    replyTo: ({ inReplyTo }) => (inReplyTo === null ? null : source("PullRequestReviewComment", inReplyTo)),
    path: (comment) => comment.path,
    line: (comment) => comment.line,
    body: (comment) => comment.body,
    author: (comment) => actorSource(comment.user),
    isMinimized: (comment) => comment.minimized !== null,
    minimizedReason: (comment) => comment.minimized,
  }),
};

/** The first to ask hears that it is unknown, and sets the computation going. */
function computeLater(world: World, pull: Pull): void {
  world.findMergeability(pull);
}

/** A pending review is seen by its author only. */
function reviewsWanted(pull: Pull, { states, author }: Args, viewer: User): Review[] {
  return pull.reviews.filter(
    (review) =>
      (review.state !== "PENDING" || review.user === viewer) &&
      (!states || states.includes(review.state)) &&
      (!author || author === review.user.login),
  );
}

/** Oldest first, as GitHub lists them. */
async function commitsOf(pull: Pull, args: Args, field: string): Promise<Source> {
  const { repository } = pull.issue;
  const from = await rangeFrom(repository.gitDir, pull.base.sha, pull.head.sha);
  const commits = (await log(repository.gitDir, ["--reverse", `${from}..${pull.head.sha}`])).map((commit) => ({
    key: commit.sha,
    node: source("PullRequestCommit", source("Commit", { repository, commit })),
  }));
  return connection("PullRequestCommitConnection", field, args, commits);
}

/** By the base that both have in common, a renamed file under its new name, and no more of them than GitHub shows of a change. */
async function filesOf(pull: Pull, args: Args, field: string): Promise<Source> {
  const { gitDir } = pull.issue.repository;
  const files = (await changedFiles(gitDir, pull.base.sha, pull.head.sha)).slice(0, mostFiles);
  const items = files.map((file) => ({ key: file.path, node: source("PullRequestChangedFile", file) }));
  return connection("PullRequestChangedFileConnection", field, args, items);
}

/** https://docs.github.com/rest/pulls/pulls#list-pull-requests-files */
const mostFiles = 3000;

/** Null where the base branch asks for no approval. */
function reviewDecision(pull: Pull): "APPROVED" | "CHANGES_REQUESTED" | "REVIEW_REQUIRED" | null {
  const { repository } = pull.issue;
  const counted = decisiveReviews(pull).filter((review) => hasAccess(review.user, repository, "write"));
  if (counted.some((review) => review.state === "CHANGES_REQUESTED")) return "CHANGES_REQUESTED";
  const wanted = repository.rules.get(pull.base.ref)?.requiredApprovals ?? 0;
  if (wanted === 0) return null;
  const approvals = counted.filter((review) => review.state === "APPROVED").length;
  return approvals >= wanted ? "APPROVED" : "REVIEW_REQUIRED";
}
