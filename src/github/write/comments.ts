// Comments of ours on the issue, and reactions to those of others.
import { z } from "zod";
import type { IssueRef } from "../../loop/state.ts";
import { BigId, requireSameRepository } from "../client/answers.ts";
import { type Connection, call, query, type Repository, unlessGone } from "../client/client.ts";
import { Actor, actorFields, personOfActor } from "../read/people.ts";

const Created = z.object({ id: z.number().int() });

const listing = `
query ListComments($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    issueOrPullRequest(number: $number) {
      ... on Issue {
        comments(first: 100, after: $after) {
          pageInfo { hasNextPage endCursor }
          nodes { fullDatabaseId author { ${actorFields} } body }
        }
      }
    }
  }
}`;

const Listed = z.object({
  repository: z.object({
    databaseId: z.number(),
    issueOrPullRequest: z.object({
      comments: z.object({
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
        nodes: z.array(z.object({ fullDatabaseId: BigId, author: Actor, body: z.string() })),
      }),
    }),
  }),
});

/**
 * Creates a comment and resolves to its id. `marker` is a hidden text in `body`: with `retrying`, a comment of ours that
 * carries it is adopted instead. GitHub has no idempotency keys, so this look is what keeps a retry from speaking twice.
 */
export async function createComment(
  connection: Connection,
  issue: IssueRef,
  body: string,
  marker: string,
  retrying: boolean,
): Promise<number> {
  const adopted = retrying ? await findOurs(connection, issue, marker) : null;
  if (adopted !== null) return adopted;
  const attempted = `Could not comment on ${nameOf(issue)}`;
  const created = await call(connection, issue, { attempted, shape: Created }, (client) =>
    client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", { ...addressOf(issue), body }),
  );
  return created.id;
}

/**
 * Comments come oldest first, so the first match has the lowest id. A copy of the marker by anyone else is not ours. Read
 * by cursors: by page numbers, a comment deleted meanwhile would move ours to a page that was read before (F35).
 */
async function findOurs(connection: Connection, issue: IssueRef, marker: string): Promise<number | null> {
  const bot = `${connection.self.slug}[bot]`.toLowerCase();
  for (let after: string | null = null; ; ) {
    const { pageInfo, nodes } = await listed(connection, issue, after);
    const found = nodes.find(
      ({ author, body }) => personOfActor(author).login.toLowerCase() === bot && body.includes(marker),
    );
    if (found) return found.fullDatabaseId;
    if (!pageInfo.hasNextPage) return null;
    after = pageInfo.endCursor;
  }
}

async function listed(connection: Connection, issue: IssueRef, after: string | null) {
  const { owner, name, number } = issue;
  const attempted = `Could not list the comments of ${nameOf(issue)}`;
  const variables = { owner, name, number, after };
  const { repository } = await query(connection, issue, { attempted, shape: Listed, text: listing, variables });
  requireSameRepository(issue, repository.databaseId, attempted);
  return repository.issueOrPullRequest.comments;
}

/** Replaces the text of a comment; resolves to false when the comment no longer exists. */
export async function editComment(
  connection: Connection,
  issue: IssueRef,
  comment: number,
  body: string,
): Promise<boolean> {
  const { owner, repo } = addressOf(issue);
  const attempted = `Could not edit comment ${comment} on ${nameOf(issue)}`;
  const edited = await unlessGone(
    call(connection, issue, { attempted, shape: Created }, (client) =>
      client.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", {
        owner,
        repo,
        comment_id: comment,
        body,
      }),
    ),
  );
  return edited !== null;
}

/** A reaction is set once however often it is asked for. To a comment that is gone there is nothing to acknowledge. */
export async function react(
  connection: Connection,
  issue: IssueRef,
  comment: number,
  content: "eyes" | "rocket" | "-1" | "+1",
): Promise<void> {
  const { owner, repo } = addressOf(issue);
  const attempted = `Could not react to comment ${comment} on ${nameOf(issue)}`;
  await unlessGone(
    call(connection, issue, { attempted, shape: Created }, (client) =>
      client.request("POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", {
        owner,
        repo,
        comment_id: comment,
        content,
      }),
    ),
  );
}

const reactions = { eyes: "EYES", rocket: "ROCKET", "-1": "THUMBS_DOWN", "+1": "THUMBS_UP" } as const;

/** As `react`, for a review: REST has no reactions to those. https://docs.github.com/graphql/reference/mutations#addreaction */
export async function reactToReview(
  connection: Connection,
  repository: Repository,
  review: string,
  content: keyof typeof reactions,
): Promise<void> {
  const attempted = `Could not react to a review in ${repository.owner}/${repository.name}`;
  const text = `mutation React($review: ID!, $content: ReactionContent!) {
    addReaction(input: { subjectId: $review, content: $content }) { clientMutationId }
  }`;
  const variables = { review, content: reactions[content] };
  await unlessGone(query(connection, repository, { attempted, shape: z.unknown(), text, variables }));
}

function addressOf(issue: IssueRef) {
  return { owner: issue.owner, repo: issue.name, issue_number: issue.number };
}

function nameOf(issue: IssueRef): string {
  return `${issue.owner}/${issue.name}#${issue.number}`;
}
