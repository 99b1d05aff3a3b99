// Reads what a restore needs of an issue: whether it is open, who labelled it, and our own comments with their editors.
import { z } from "zod";
import type { IssueRef, Person } from "../../loop/state.ts";
import { BigId, requireSameRepository, Time } from "../client/answers.ts";
import { type Connection, query } from "../client/client.ts";
import { Actor, actorFields, isOurs, personOfActor } from "./people.ts";
import { LabelEvent, lastLabelling } from "./timeline.ts";

const text = `
query ReadThread($owner: String!, $name: String!, $number: Int!, $before: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    issueOrPullRequest(number: $number) {
      __typename
      ... on Issue {
        state title
        labels(first: 100) { nodes { name } }
        timelineItems(itemTypes: [LABELED_EVENT], last: 100) {
          nodes { __typename ... on LabeledEvent { createdAt label { name } actor { ${actorFields} } } }
        }
        comments(last: 100, before: $before) {
          pageInfo { hasPreviousPage startCursor }
          nodes {
            fullDatabaseId author { ${actorFields} } body updatedAt editor { ${actorFields} }
          }
        }
      }
    }
  }
}`;

const Comment = z.object({
  fullDatabaseId: BigId,
  author: Actor,
  body: z.string(),
  updatedAt: Time,
  editor: Actor,
});

const Issue = z.object({
  __typename: z.literal("Issue"),
  state: z.enum(["OPEN", "CLOSED"]),
  title: z.string(),
  labels: z.object({ nodes: z.array(z.object({ name: z.string() })) }).nullable(),
  timelineItems: z.object({ nodes: z.array(LabelEvent) }),
  comments: z.object({
    pageInfo: z.object({ hasPreviousPage: z.boolean(), startCursor: z.string().nullable() }),
    nodes: z.array(Comment),
  }),
});

const Answer = z.object({
  repository: z.object({
    databaseId: z.number(),
    issueOrPullRequest: z.discriminatedUnion("__typename", [Issue, z.object({ __typename: z.literal("PullRequest") })]),
  }),
});

/**
 * Reads backwards until one of our comments carries `marker`: one request, and one more for each hundred comments that
 * were written after it. GraphQL cannot list comments by author.
 */
export async function readThread(connection: Connection, issue: IssueRef, label: string, marker: string) {
  const ours: ReturnType<typeof ourComment>[] = [];
  for (let before: string | null = null; ; ) {
    const found = await page(connection, issue, before);
    if (found.__typename === "PullRequest") return pullInstead;
    const own = found.comments.nodes.filter((comment) => isOurs(connection, personOfActor(comment.author)));
    ours.unshift(...own.map((comment) => ourComment(connection, comment)));
    const { hasPreviousPage, startCursor } = found.comments.pageInfo;
    if (!hasPreviousPage || own.some((comment) => comment.body.includes(marker))) {
      const labels = found.labels?.nodes.map(({ name }) => name) ?? [];
      return {
        open: found.state === "OPEN",
        isPull: false,
        title: found.title,
        labels,
        labelledBy: lastLabelling(found.timelineItems.nodes, label, labels),
        ours,
      };
    }
    before = startCursor;
  }
}

const pullInstead = { open: false, isPull: true, title: "", labels: [], labelledBy: null, ours: [] };

async function page(connection: Connection, issue: IssueRef, before: string | null) {
  const { owner, name, number } = issue;
  const attempted = `Could not read the thread of ${owner}/${name}#${number}`;
  const variables = { owner, name, number, before };
  const { repository } = await query(connection, issue, { attempted, shape: Answer, text, variables });
  requireSameRepository(issue, repository.databaseId, attempted);
  return repository.issueOrPullRequest;
}

function ourComment(connection: Connection, { fullDatabaseId, body, updatedAt, editor }: z.infer<typeof Comment>) {
  const by: Person | null = editor === null ? null : personOfActor(editor);
  const editedBy = by === null || isOurs(connection, by) ? null : by;
  return { id: fullDatabaseId, body, changedAt: updatedAt, editedBy };
}
