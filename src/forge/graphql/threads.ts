// Threads of comments on lines: what they hold, replies, and settling them.
import { threadId, threadOf } from "../actions/reviews.ts";
import type { Pull, ReviewComment } from "../model.ts";
import { connection, itemsOf } from "./connection.ts";
import { noSuchNode } from "./errors.ts";
import { need, nodeSource } from "./reach.ts";
import { type Args, actorSource, type Fields, fieldsOf, type Reading, type Source, source } from "./source.ts";

/** The threads of a pull request, in the order in which they began. */
export function threadsOf(pull: Pull, args: Args, field: string): Source {
  const roots = pull.reviewComments.filter((comment) => comment.inReplyTo === null);
  const items = roots.map((root) => ({ key: threadId(root), node: source("PullRequestReviewThread", root) }));
  return connection("PullRequestReviewThreadConnection", field, args, items);
}

interface Done {
  readonly comment: ReviewComment;
  readonly input: Args["input"];
}

const payload = fieldsOf<Done>({
  thread: ({ comment }) => source("PullRequestReviewThread", comment),
  clientMutationId: ({ input }) => input.clientMutationId ?? null,
});

export const threadFields: Readonly<Record<string, Fields>> = {
  PullRequestReviewThread: fieldsOf<ReviewComment>({
    id: (root) => threadId(root),
    isResolved: (root) => root.resolvedBy !== null,
    resolvedBy: (root) => actorSource(root.resolvedBy),
    isOutdated: (root) => root.commitId !== root.pull.head.sha,
    path: (root) => root.path,
    line: (root) => root.line,
    pullRequest: ({ pull }) => source("PullRequest", pull),
    comments: (root, args, _reading, field) =>
      connection(
        "PullRequestReviewCommentConnection",
        field,
        args,
        itemsOf("PullRequestReviewComment", threadOf(root)),
      ),
  }),
  ResolveReviewThreadPayload: payload,
  UnresolveReviewThreadPayload: payload,
  AddPullRequestReviewThreadReplyPayload: fieldsOf<Done>({
    comment: ({ comment }) => source("PullRequestReviewComment", comment),
    clientMutationId: ({ input }) => input.clientMutationId ?? null,
  }),
};

const settle =
  (type: string, resolved: boolean) =>
  (_root: null, { input }: Args, reading: Reading) => {
    const comment = rootOf(input.threadId, reading);
    reading.world.resolveThread(reading.actor, comment, resolved);
    return source(type, { comment, input });
  };

export const threadMutations: Fields = fieldsOf<null>({
  resolveReviewThread: settle("ResolveReviewThreadPayload", true),
  unresolveReviewThread: settle("UnresolveReviewThreadPayload", false),
  addPullRequestReviewThreadReply: (_root, { input }, reading) => {
    const root = rootOf(input.pullRequestReviewThreadId, reading);
    const reply = { body: input.body ?? "", path: root.path, inReplyTo: root.id };
    const comment = reading.world.createReviewComment(reading.actor, root.pull, reply);
    return source("AddPullRequestReviewThreadReplyPayload", { comment, input });
  },
});

/** The comment that began the thread of that id, for a caller who may write pull requests. */
function rootOf(id: string | undefined, reading: Reading): ReviewComment {
  const found = nodeSource(id ?? "", reading);
  if (found.type !== "PullRequestReviewThread") throw noSuchNode(id ?? "");
  const root = found.value as ReviewComment;
  need(root.pull.issue.repository, reading, ["pull_requests"], "write");
  return root;
}
