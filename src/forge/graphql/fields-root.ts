// Where queries begin, and the two mutations that REST does not have.
import type { Pull, QueueEntry, ReactionContent, Review, ReviewComment } from "../model.ts";
import { noSuchNode, orError } from "./errors.ts";
import { labelMutations } from "./fields-labels.ts";
import { need, nodeSource, repositoryNamed } from "./reach.ts";
import { type Args, dateTime, type Fields, fieldsOf, type Reading, source } from "./source.ts";
import { threadMutations } from "./threads.ts";

interface Done {
  readonly pull: Pull;
  readonly input: Args["input"];
}

interface Queued extends Pick<Done, "input"> {
  readonly entry: QueueEntry;
}

const payload = fieldsOf<Done>({
  pullRequest: ({ pull }) => source("PullRequest", pull),
  clientMutationId: ({ input }) => input.clientMutationId ?? null,
});

export const rootFields: Readonly<Record<string, Fields>> = {
  Query: fieldsOf<null>({
    repository: (_root, { owner, name }, reading) => repositoryNamed(owner, name, reading),
    node: (_root, { id }, reading) => nodeSource(id, reading),
    nodes: (_root, { ids }, reading) => ids.map((id) => orError(() => nodeSource(id, reading))),
    // Of type User even for a bot, which keeps its suffix here and only here.
    viewer: (_root, _args, { actor }) => source("User", actor.user),
    rateLimit: (_root, _args, { rate }) => source("RateLimit", rate),
  }),
  RateLimit: fieldsOf<Reading["rate"]>({
    cost: () => 1,
    limit: (rate) => rate.limit,
    used: (rate) => rate.used,
    remaining: (rate) => Math.max(0, rate.limit - rate.used),
    resetAt: (rate) => dateTime(rate.resetAt),
  }),
  Mutation: fieldsOf<null>({
    ...labelMutations.fields,
    ...threadMutations,
    addReaction: (_root, { input }, reading) => {
      reading.world.addReaction(
        reading.actor,
        reviewToReactTo(input.subjectId, reading),
        restNames[input.content] ?? "+1",
      );
      return source("AddReactionPayload", { input });
    },
    markPullRequestReadyForReview: (_root, { input }, reading) => {
      const pull = draftable(input.pullRequestId, reading);
      return source("MarkPullRequestReadyForReviewPayload", {
        pull: reading.world.markReady(reading.actor, pull),
        input,
      });
    },
    updatePullRequest: async (_root, { input }, reading) => {
      const pull = writable(input.pullRequestId, reading);
      const text = input.body == null ? {} : { body: input.body };
      await reading.world.updatePull(reading.actor, pull, text);
      return source("UpdatePullRequestPayload", { pull, input });
    },
    enqueuePullRequest: async (_root, { input }, reading) => {
      const pull = draftable(input.pullRequestId, reading);
      const entry = await reading.world.enqueuePull(reading.actor, pull, input.expectedHeadOid ?? undefined);
      return source("EnqueuePullRequestPayload", { entry, input });
    },
    dequeuePullRequest: (_root, { input }, reading) => {
      const pull = draftable(input.id, reading);
      const entry = pull.queueEntry;
      reading.world.dequeuePull(reading.actor, pull);
      return source("DequeuePullRequestPayload", { entry, input });
    },
    convertPullRequestToDraft: (_root, { input }, reading) => {
      const pull = draftable(input.pullRequestId, reading);
      return source("ConvertPullRequestToDraftPayload", {
        pull: reading.world.convertToDraft(reading.actor, pull),
        input,
      });
    },
  }),
  EnqueuePullRequestPayload: fieldsOf<Queued>({
    mergeQueueEntry: ({ entry }) => source("MergeQueueEntry", entry),
    clientMutationId: ({ input }) => input.clientMutationId ?? null,
  }),
  DequeuePullRequestPayload: fieldsOf<Queued>({
    mergeQueueEntry: ({ entry }) => source("MergeQueueEntry", entry),
    clientMutationId: ({ input }) => input.clientMutationId ?? null,
  }),
  AddReactionPayload: fieldsOf<Pick<Done, "input">>({
    clientMutationId: ({ input }) => input.clientMutationId ?? null,
  }),
  MarkPullRequestReadyForReviewPayload: payload,
  ConvertPullRequestToDraftPayload: payload,
  UpdatePullRequestPayload: payload,
  ...labelMutations.payloads,
};

/**
 * The pull request whose draft state the caller may change, or its place in the merge queue. GitHub refuses an App that may write pull requests but not
 * contents: https://github.com/cli/cli/issues/8910 and https://github.com/cli/cli/discussions/6924.
 */
function draftable(id: string, reading: Reading): Pull {
  const pull = writable(id, reading);
  need(pull.issue.repository, reading, ["contents"], "write");
  return pull;
}

const restNames: Readonly<Record<string, ReactionContent>> = {
  THUMBS_UP: "+1",
  THUMBS_DOWN: "-1",
  LAUGH: "laugh",
  CONFUSED: "confused",
  HEART: "heart",
  HOORAY: "hooray",
  ROCKET: "rocket",
  EYES: "eyes",
};

/** A review, or a comment of one, that the caller may react to; of other subjects REST is asked here. */
function reviewToReactTo(id: string, reading: Reading): Review | ReviewComment {
  const found = nodeSource(id, reading);
  if (found.type !== "PullRequestReview" && found.type !== "PullRequestReviewComment") throw noSuchNode(id);
  const review = found.value as Review | ReviewComment;
  need(review.pull.issue.repository, reading, ["pull_requests"], "write");
  return review;
}

/** The pull request whose texts the caller may change. */
function writable(id: string, reading: Reading): Pull {
  const found = nodeSource(id, reading);
  if (found.type !== "PullRequest") throw noSuchNode(id);
  const pull = found.value as Pull;
  need(pull.issue.repository, reading, ["pull_requests"], "write");
  return pull;
}

/** One node that is refused leaves the others: an error in a list is an error of that place only. */
function _orError<T>(find: () => T): T | Error {
  try {
    return find();
  } catch (error) {
    return error as Error;
  }
}
