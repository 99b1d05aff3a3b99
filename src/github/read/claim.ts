// Reads everything a claim needs about an issue and its repository, in one query and so at one moment.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { ClaimRead } from "../../engine/ports.ts";
import type { IssueRef } from "../../loop/state.ts";
import { BigId, requireSameRepository, Time } from "../client/answers.ts";
import { type Connection, query } from "../client/client.ts";
import { Label, LabelsOfRepository, rememberLabels, statusLabelFields } from "./labels.ts";
import { Actor, actorFields, personOfActor } from "./people.ts";

/** GitHub allows 100 labels on an issue, so labels are complete; comments are the oldest 100. */
const text = `
query ReadClaim($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    id databaseId ${statusLabelFields}
    defaultBranchRef { name target { oid } }
    policy: object(expression: "HEAD:.github/loop.yml") { __typename oid ... on Blob { text isTruncated } }
    issueOrPullRequest(number: $number) {
      __typename
      ... on Issue {
        id state locked title body
        labels(first: 100) { nodes { id name } }
        comments(first: 100) {
          totalCount
          nodes { fullDatabaseId author { ${actorFields} } authorAssociation body createdAt }
        }
      }
    }
  }
}`;

const Comment = z.object({
  fullDatabaseId: BigId,
  author: Actor,
  authorAssociation: z.string(),
  body: z.string(),
  createdAt: Time,
});

const Issue = z.object({
  __typename: z.literal("Issue"),
  id: z.string(),
  state: z.enum(["OPEN", "CLOSED"]),
  locked: z.boolean(),
  title: z.string(),
  body: z.string(),
  labels: z.object({ nodes: z.array(Label) }).nullable(),
  comments: z.object({ totalCount: z.number(), nodes: z.array(Comment) }),
});

const PolicyFile = z.object({
  __typename: z.string(),
  oid: z.string(),
  text: z.string().nullish(),
  isTruncated: z.boolean().optional(),
});

const Answer = z.object({
  repository: LabelsOfRepository.extend({
    databaseId: z.number(),
    defaultBranchRef: z.object({ name: z.string(), target: z.object({ oid: z.string() }) }).nullable(),
    policy: PolicyFile.nullable(),
    issueOrPullRequest: z.discriminatedUnion("__typename", [Issue, z.object({ __typename: z.literal("PullRequest") })]),
  }),
});

/** One request. Throws `Fault`; an empty repository, and a policy path that is no text file, are faults too. */
export async function readClaim(connection: Connection, issue: IssueRef): Promise<ClaimRead> {
  const attempted = `Could not read ${issue.owner}/${issue.name}#${issue.number} and its policy`;
  const { owner, name, number } = issue;
  const { repository } = await query(connection, issue, {
    attempted,
    shape: Answer,
    text,
    variables: { owner, name, number },
  });
  requireSameRepository(issue, repository.databaseId, attempted);
  if (!repository.defaultBranchRef) throw declined(`${attempted}: the repository has no commit`);
  rememberLabels(connection, issue, repository, repository.issueOrPullRequest);
  return {
    ...issueFacts(repository.issueOrPullRequest),
    base: { branch: repository.defaultBranchRef.name, sha: repository.defaultBranchRef.target.oid },
    policy: repository.policy && policyFile(repository.policy, attempted),
  };
}

function issueFacts(found: z.infer<typeof Answer>["repository"]["issueOrPullRequest"]) {
  if (found.__typename === "PullRequest") return pullInstead;
  const { comments } = found;
  return {
    open: found.state === "OPEN",
    isPull: false,
    locked: found.locked,
    title: found.title,
    body: found.body,
    labels: found.labels?.nodes.map((label) => label.name) ?? [],
    comments: comments.nodes.map((comment) => ({
      id: comment.fullDatabaseId,
      author: personOfActor(comment.author),
      association: comment.authorAssociation,
      body: comment.body,
      at: comment.createdAt,
    })),
    commentsTruncated: comments.totalCount > comments.nodes.length,
  };
}

/** Nothing of a pull request is claimed, so nothing of it is read. */
const pullInstead = {
  open: false,
  isPull: true,
  locked: false,
  title: "",
  body: "",
  labels: [],
  comments: [],
  commentsTruncated: false,
};

function policyFile(file: z.infer<typeof PolicyFile>, attempted: string): { text: string; sha: string } {
  const isText = file.__typename === "Blob" && typeof file.text === "string" && !file.isTruncated;
  if (!isText) throw declined(`${attempted}: .github/loop.yml is no text file, or too large to be one`);
  return { text: file.text ?? "", sha: file.oid };
}

function declined(message: string): Fault {
  return new Fault(`${message}. It is not tried again by itself.`, { kind: "invalid", retry: "never" });
}
