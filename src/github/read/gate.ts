// Reads the pull request as the gate sees it: head, reviews with what their authors may do now, CI. One query.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { Merged, PullFacts, ReviewFact } from "../../verify/facts.ts";
import { BigId, requireSameRepository, Time } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";
import { parseCommand } from "../deliveries/command.ts";
import { type Asked, asAllowed } from "./allowed.ts";
import { AutoMerge, autoMergeFields, autoMergeOf } from "./auto-merge.ts";
import { Actor, actorFields, personOfActor } from "./people.ts";
import { baseFact, baseFields, CiCommit, ciFacts, ciFragment, Mergeable } from "./verdict.ts";

const lineFields = `
  pageInfo { hasNextPage endCursor }
  nodes { fullDatabaseId path line body isMinimized replyTo { fullDatabaseId } }`;

const reviewFields = `
  pageInfo { hasNextPage endCursor }
  nodes {
    id fullDatabaseId author { ${actorFields} } authorCanPushToRepository
    state commit { oid } submittedAt body
    comments(first: 50) { ${lineFields} }
  }`;

const textOf = (asked: Asked) => `
query ReadPull($owner: String!, $name: String!, $pull: Int!) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $pull) {
      headRefOid state isDraft ${baseFields(asked.rules)} mergedAt mergedBy { ${actorFields} }
      isInMergeQueue ${autoMergeFields}
      queue: timelineItems(itemTypes: [REMOVED_FROM_MERGE_QUEUE_EVENT], last: 1) {
        nodes { __typename ... on RemovedFromMergeQueueEvent { reason } }
      }
      reviews(first: 100) { ${reviewFields} }
      tip: commits(last: 1) { nodes { commit { ...Ci } } }
    }
  }
}
${ciFragment(asked)}`;

const moreText = `
query ReadReviews($owner: String!, $name: String!, $pull: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $pull) { reviews(first: 100, after: $after) { ${reviewFields} } }
  }
}`;

const moreLinesText = `
query ReadReviewComments($owner: String!, $name: String!, $review: ID!, $after: String) {
  repository(owner: $owner, name: $name) { databaseId }
  node(id: $review) { ... on PullRequestReview { comments(first: 100, after: $after) { ${lineFields} } } }
}`;

/** So many pages of a hundred reviews are read; of a longer list nothing counts. */
const pages = 30;

const Lines = z.object({
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  nodes: z.array(
    z.object({
      fullDatabaseId: BigId,
      path: z.string(),
      line: z.number().nullable(),
      body: z.string(),
      isMinimized: z.boolean(),
      replyTo: z.object({ fullDatabaseId: BigId }).nullable(),
    }),
  ),
});

const Review = z.object({
  id: z.string(),
  fullDatabaseId: BigId,
  author: Actor,
  authorCanPushToRepository: z.boolean(),
  state: z.enum(["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]),
  commit: z.object({ oid: z.string() }).nullable(),
  submittedAt: Time.nullable(),
  body: z.string(),
  comments: Lines,
});

const Reviews = z.object({
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  nodes: z.array(Review),
});

const Pull = Mergeable.extend({
  headRefOid: z.string(),
  state: z.enum(["OPEN", "CLOSED", "MERGED"]),
  isDraft: z.boolean(),
  mergedAt: Time.nullable(),
  mergedBy: Actor,
  isInMergeQueue: z.boolean(),
  autoMergeRequest: AutoMerge,
  queue: z.object({ nodes: z.array(z.object({ reason: z.string().nullish() })) }),
  reviews: Reviews.nullable(),
  tip: z.object({ nodes: z.array(z.object({ commit: CiCommit })) }),
});

const Answer = z.object({
  repository: z.object({ databaseId: z.number(), pullRequest: Pull.nullable() }),
});

const More = z.object({
  repository: z.object({ databaseId: z.number(), pullRequest: z.object({ reviews: Reviews }).nullable() }),
});

const MoreLines = z.object({
  repository: z.object({ databaseId: z.number() }),
  node: z.object({ comments: Lines }).nullable(),
});

/** One request, and one for each further hundred reviews, or comments of one that asks for changes. Throws `Fault`. */
export async function readPull(connection: Connection, repository: Repository, pull: number): Promise<PullFacts> {
  const { owner, name } = repository;
  const attempted = `Could not read the pull request ${owner}/${name}#${pull}`;
  const variables = { owner, name, pull };
  const answer = await asAllowed(connection, repository, (asked) =>
    query(connection, repository, { attempted, shape: Answer, text: textOf(asked), variables }),
  );
  requireSameRepository(repository, answer.repository.databaseId, attempted);
  const found = answer.repository.pullRequest;
  const tip = found?.tip.nodes[0];
  if (!found || !tip) throw missing(attempted);
  const listed = await allReviews(connection, repository, { pull, attempted, first: found.reviews });
  const pullRead = { pull, head: found.headRefOid, baseRef: found.baseRef };
  const until = found.mergedAt ?? Number.POSITIVE_INFINITY;
  return {
    head: found.headRefOid,
    open: found.state === "OPEN",
    merged: found.state === "MERGED" ? mergeOf(found, connection.self.slug) : null,
    draft: found.isDraft,
    ...autoMergeOf(found),
    ...(found.isInMergeQueue ? { queued: true as const } : {}),
    ...removalOf(found),
    reviews: listed.reviews
      .map((review) => reviewFact(review, connection.self.slug))
      .filter(({ submittedAt }) => submittedAt <= until),
    unread: listed.isCut ? { what: "reviews", read: listed.reviews.length } : null,
    ci: { ...(await ciFacts(connection, repository, pullRead, tip.commit)), ...baseFact(found) },
  };
}

interface FirstReviews {
  readonly pull: number;
  readonly attempted: string;
  readonly first: z.infer<typeof Reviews> | null;
}

/** Comments on lines matter where changes are asked for: of such a review all, of others the first. */
async function withAllLines(
  connection: Connection,
  repository: Repository,
  review: z.infer<typeof Review>,
): Promise<z.infer<typeof Review>> {
  const { owner, name } = repository;
  const attempted = `Could not read all comments of a review in ${owner}/${name}`;
  const nodes = [...review.comments.nodes];
  let at = review.state === "CHANGES_REQUESTED" ? review.comments.pageInfo : null;
  for (let page = 1; page < pages && at?.hasNextPage === true; page++) {
    const variables = { owner, name, review: review.id, after: at.endCursor };
    const more = await query(connection, repository, { attempted, shape: MoreLines, text: moreLinesText, variables });
    requireSameRepository(repository, more.repository.databaseId, attempted);
    nodes.push(...(more.node?.comments.nodes ?? []));
    at = more.node?.comments.pageInfo ?? null;
  }
  return { ...review, comments: { ...review.comments, nodes } };
}

async function allReviews(connection: Connection, repository: Repository, { pull, attempted, first }: FirstReviews) {
  const { owner, name } = repository;
  const reviews = [...(first?.nodes ?? [])];
  let at = first?.pageInfo ?? null;
  for (let page = 1; page < pages && at?.hasNextPage === true; page++) {
    const variables = { owner, name, pull, after: at.endCursor };
    const more = await query(connection, repository, { attempted, shape: More, text: moreText, variables });
    requireSameRepository(repository, more.repository.databaseId, attempted);
    if (!more.repository.pullRequest) throw missing(attempted);
    reviews.push(...more.repository.pullRequest.reviews.nodes);
    at = more.repository.pullRequest.reviews.pageInfo;
  }
  const whole: z.infer<typeof Review>[] = [];
  for (const review of reviews) whole.push(await withAllLines(connection, repository, review));
  return { reviews: whole, isCut: at?.hasNextPage === true };
}

function missing(attempted: string): Fault {
  return new Fault(`${attempted}: it is not there. It may work later.`, { kind: "not_found", retry: "later" });
}

function removalOf({ queue }: z.infer<typeof Pull>): Pick<PullFacts, "unqueued"> {
  const [removal] = queue.nodes;
  return removal === undefined ? {} : { unqueued: removal.reason ?? "unknown" };
}

function mergeOf({ mergedBy, mergedAt }: z.infer<typeof Pull>, slug: string): Merged {
  const by = personOfActor(mergedBy);
  const ours = by.bot && by.login.toLowerCase() === `${slug}[bot]`.toLowerCase();
  return { by, ours, at: mergedAt ?? Number.POSITIVE_INFINITY };
}

/** What is said beside a command. */
function withoutCommand(body: string, slug: string): string {
  return parseCommand(body, slug) === null ? body : body.replace(/^[^\r\n]*/, "");
}

function reviewFact(review: z.infer<typeof Review>, slug: string): ReviewFact {
  const command = parseCommand(review.body, slug);
  return {
    id: review.fullDatabaseId,
    author: personOfActor(review.author),
    canPush: review.authorCanPushToRepository,
    state: review.state.toLowerCase() as ReviewFact["state"],
    head: review.commit?.oid ?? "",
    submittedAt: review.submittedAt ?? 0,
    body: withoutCommand(review.body, slug),
    ...(command === null ? {} : { command }),
    comments: review.comments.nodes
      .filter(({ isMinimized }) => !isMinimized)
      .map(({ fullDatabaseId, replyTo, path, line, body }) => ({
        path,
        line,
        body: withoutCommand(body, slug),
        thread: replyTo?.fullDatabaseId ?? fullDatabaseId,
      }))
      .filter(({ body }) => body.trim() !== ""),
  };
}
