// Reads everything a claim needs about an issue and its repository, in one query and so at one moment.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { ClaimRead } from "../../engine/ports.ts";
import { notesLabel } from "../../loop/notes.ts";
import type { IssueRef } from "../../loop/state.ts";
import { devcontainersApart, environmentFiles } from "../../policy/found/find.ts";
import { isNearName, namesAtRoot, nearFault, policyPath } from "../../policy/near-name.ts";
import { anyNoteMarker, anyStatusMarker } from "../../record/markers.ts";
import { BigId, requireSameRepository, Time } from "../client/answers.ts";
import { type Connection, query } from "../client/client.ts";
import { type Asked, asAllowed } from "./allowed.ts";
import { BaseRef, baseFields, baseRead } from "./base.ts";
import { baseChecksFragment } from "./base-checks.ts";
import { FilesAsked, filesRead, filesText } from "./files.ts";
import { Label, LabelsOfRepository, rememberLabels, statusLabelFields } from "./labels.ts";
import { defaultsRepository, readOwnersPolicy } from "./owners-policy.ts";
import { Actor, actorFields, isOurs, personOfActor } from "./people.ts";

/** The selection for a repository's own policy file, and for files that may be meant as one. */
export const policyFields = `policy: object(expression: "HEAD:${policyPath}") { __typename oid ... on Blob { text isTruncated } }
    beside: object(expression: "HEAD:.github") { ... on Tree { entries { name } } }
    ${namesAtRoot.map((name, index) => `root${index}: object(expression: "HEAD:${name}") { oid }`).join("\n    ")}`;

/** Branches of loops are below it; where it is a branch itself, git can make none of them. */
const branchAbove = "loop";

const commentsPage = (page: string) => `comments(last: 100${page}) {
          pageInfo { hasPreviousPage startCursor }
          nodes { fullDatabaseId author { ${actorFields} } authorAssociation body createdAt isMinimized }
        }`;

/** GitHub allows 100 labels on an issue, so labels are complete; of the comments these are the newest hundred. */
const textOf = (asked: Asked) => `
query ReadClaim($owner: String!, $name: String!, $number: Int!, $known: String!, $asksKnown: Boolean!) {
  repository(owner: $owner, name: $name) {
    id databaseId owner { login } visibility ${statusLabelFields}
    assignableUsers(first: 100) { nodes { databaseId } }
    above: ref(qualifiedName: "refs/heads/${branchAbove}") { name }
    known: ref(qualifiedName: $known) @include(if: $asksKnown) { name }
    defaultBranchRef { ${baseFields(asked.rules)} }
    ${policyFields}
    notes: issues(labels: [${JSON.stringify(notesLabel)}], states: [OPEN], last: 1) {
      nodes { number author { ${actorFields} } comments(last: 50) { nodes { author { ${actorFields} } body isMinimized } } }
    }
    devcontainers: object(expression: "HEAD:.devcontainer") {
      ... on Tree { entries { name object { ... on Tree { entries { name } } } } }
    }
    ${filesText(environmentFiles.map((path) => JSON.stringify(`HEAD:${path}`)))}
    issueOrPullRequest(number: $number) {
      __typename
      ... on Issue {
        id state locked title body
        labels(first: 100) { nodes { id name } }
        ${commentsPage("")}
      }
    }
  }
}
${baseChecksFragment(asked)}`;

const earlierText = `
query ReadEarlierComments($owner: String!, $name: String!, $number: Int!, $before: String!) {
  repository(owner: $owner, name: $name) {
    databaseId
    issue(number: $number) { ${commentsPage(", before: $before")} }
  }
}`;

const Comment = z.object({
  fullDatabaseId: BigId,
  author: Actor,
  authorAssociation: z.string(),
  body: z.string(),
  createdAt: Time,
  isMinimized: z.boolean(),
});

const CommentsPage = z.object({
  pageInfo: z.object({ hasPreviousPage: z.boolean(), startCursor: z.string().nullable() }),
  nodes: z.array(Comment),
});

const Issue = z.object({
  __typename: z.literal("Issue"),
  id: z.string(),
  state: z.enum(["OPEN", "CLOSED"]),
  locked: z.boolean(),
  title: z.string(),
  body: z.string(),
  labels: z.object({ nodes: z.array(Label) }).nullable(),
  comments: CommentsPage,
});

export const PolicyFile = z.object({
  __typename: z.string(),
  oid: z.string(),
  text: z.string().nullish(),
  isTruncated: z.boolean().optional(),
});

const AtRoot = z.object({ oid: z.string() }).nullable();
const filesAtRoot = Object.fromEntries(namesAtRoot.map((_, index) => [`root${index}`, AtRoot]));

/** What those fields are answered with. */
export const PolicyAsked = z.object({
  policy: PolicyFile.nullable(),
  beside: z.object({ entries: z.array(z.object({ name: z.string() })).nullish() }).nullable(),
  ...filesAtRoot,
});

const NotesIssue = z.object({
  number: z.number().int(),
  author: Actor,
  comments: z.object({ nodes: z.array(z.object({ author: Actor, body: z.string(), isMinimized: z.boolean() })) }),
});

const Folder = z.object({
  name: z.string(),
  object: z.object({ entries: z.array(z.object({ name: z.string() })).nullish() }).nullable(),
});

const Answer = z.object({
  repository: LabelsOfRepository.extend({
    ...FilesAsked.shape,
    ...PolicyAsked.shape,
    databaseId: z.number(),
    devcontainers: z.object({ entries: z.array(Folder).nullish() }).nullable(),
    notes: z.object({ nodes: z.array(NotesIssue) }),
    owner: z.object({ login: z.string() }),
    visibility: z.string(),
    assignableUsers: z.object({ nodes: z.array(z.object({ databaseId: z.number() })) }),
    above: z.object({ name: z.string() }).nullable(),
    known: z.object({ name: z.string() }).nullish(),
    defaultBranchRef: BaseRef.nullable(),
    issueOrPullRequest: z.discriminatedUnion("__typename", [Issue, z.object({ __typename: z.literal("PullRequest") })]),
  }),
});

/**
 * One request, one or two more where the repository has no policy of its own, and one more for each further hundred comments: GitHub
 * allows 2,500 on an issue for ever, so that is the bound. `known` is the base that the loop has, where it has one. Throws `Fault`; an empty repository is one too.
 */
export async function readClaim(connection: Connection, issue: IssueRef, known?: string): Promise<ClaimRead> {
  const attempted = `Could not read ${issue.owner}/${issue.name}#${issue.number} and its policy`;
  const { owner, name, number } = issue;
  const variables = { owner, name, number, known: `refs/heads/${known}`, asksKnown: known !== undefined };
  const { repository } = await asAllowed(connection, issue, (asked) =>
    query(connection, issue, { attempted, shape: Answer, text: textOf(asked), variables }),
  );
  requireSameRepository(issue, repository.databaseId, attempted);
  if (!repository.defaultBranchRef) throw declined(`${attempted}: the repository has no commit`);
  rememberLabels(connection, issue, repository, repository.issueOrPullRequest);
  const found = repository.issueOrPullRequest;
  const comments = found.__typename === "Issue" ? await allComments(connection, issue, found.comments) : [];
  return {
    ...issueFacts(found),
    comments: comments.map(commentFact),
    hasRecord: comments.some(
      ({ author, body }) => isOurs(connection, personOfActor(author)) && body.includes(anyStatusMarker),
    ),
    ...(await baseRead(connection, issue, repository.defaultBranchRef)),
    ...(repository.known === null ? { knownGone: true } : {}),
    ...(repository.above === null ? {} : { inTheWay: repository.above.name }),
    ...notesIn(connection, repository.notes.nodes[0]),
    assignable: repository.assignableUsers.nodes.map(({ databaseId }) => databaseId),
    ...soleAssignee(repository.assignableUsers.nodes),
    ...(repository.beside?.entries?.some(({ name }) => name === "workflows") ? { workflows: true } : {}),
    ...(await policyOf(connection, issue, repository)),
    files: filesRead(environmentFiles, repository),
    ...apartIn(repository.devcontainers?.entries ?? []),
  };
}

/** Devcontainers in folders of their own. */
function apartIn(entries: readonly z.infer<typeof Folder>[]): Pick<ClaimRead, "devcontainers"> {
  const folders = entries.filter(({ object }) => object?.entries?.some(({ name }) => name === "devcontainer.json"));
  return folders.length === 0 ? {} : { devcontainers: devcontainersApart(folders.map(({ name }) => name)) };
}

/** The repository's own, whole and alone, or the owner's. Nothing of a pull request is claimed. */
async function policyOf(
  connection: Connection,
  issue: IssueRef,
  repository: z.infer<typeof Answer>["repository"],
): Promise<Pick<ClaimRead, "policy" | "policyFault">> {
  const own = policyIn(repository);
  const isAbsent = own.policy === null && own.policyFault === null;
  const isClaimed = repository.issueOrPullRequest.__typename === "Issue";
  if (!isAbsent || !isClaimed || issue.name === defaultsRepository) return own;
  return readOwnersPolicy(connection, issue, { owner: repository.owner.login, visibility: repository.visibility });
}

/** What we wrote in an issue of ours, as people have left it; what they hid is forgotten. */
function notesIn(connection: Connection, found: z.infer<typeof NotesIssue> | undefined): Pick<ClaimRead, "notes"> {
  if (found === undefined || !isOurs(connection, personOfActor(found.author))) return {};
  const ours = found.comments.nodes.filter(
    ({ author, body, isMinimized }) =>
      !isMinimized && body.includes(anyNoteMarker) && isOurs(connection, personOfActor(author)),
  );
  const texts = ours.map(({ body }) => body.replace(/<!--[\s\S]*?-->/g, "").trim()).filter((text) => text !== "");
  return texts.length === 0 ? {} : { notes: { issue: found.number, texts } };
}

/** Collaborators are told to people with write access only; whom issues can be assigned to, to everybody. */
function soleAssignee(people: readonly { readonly databaseId: number }[]): Pick<ClaimRead, "soleAssignee"> {
  const [one, other] = people;
  return one === undefined || other !== undefined ? {} : { soleAssignee: one.databaseId };
}

/** Read backwards to the first; a comment that was written meanwhile is behind the page that was read first. */
async function allComments(
  connection: Connection,
  issue: IssueRef,
  newest: z.infer<typeof CommentsPage>,
): Promise<readonly z.infer<typeof Comment>[]> {
  const { owner, name, number } = issue;
  const attempted = `Could not read the earlier comments of ${owner}/${name}#${number}`;
  const found = [...newest.nodes];
  for (let page = newest.pageInfo; page.hasPreviousPage; ) {
    const variables = { owner, name, number, before: page.startCursor };
    const { repository } = await query(connection, issue, { attempted, shape: Earlier, text: earlierText, variables });
    requireSameRepository(issue, repository.databaseId, attempted);
    found.unshift(...repository.issue.comments.nodes);
    page = repository.issue.comments.pageInfo;
  }
  return found;
}

const Earlier = z.object({
  repository: z.object({ databaseId: z.number(), issue: z.object({ comments: CommentsPage }) }),
});

function commentFact(comment: z.infer<typeof Comment>): ClaimRead["comments"][number] {
  return {
    id: comment.fullDatabaseId,
    author: personOfActor(comment.author),
    association: comment.authorAssociation,
    body: comment.body,
    at: comment.createdAt,
    ...(comment.isMinimized ? { hidden: true as const } : {}),
  };
}

function issueFacts(found: z.infer<typeof Answer>["repository"]["issueOrPullRequest"]) {
  if (found.__typename === "PullRequest") return pullInstead;
  return {
    open: found.state === "OPEN",
    isPull: false,
    locked: found.locked,
    title: found.title,
    body: found.body,
    labels: found.labels?.nodes.map((label) => label.name) ?? [],
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
};

/** The policy, or why it cannot be read: that is the repository's to mend, and the thread says it. */
export function policyIn(repository: z.infer<typeof PolicyAsked>): Pick<ClaimRead, "policy" | "policyFault"> {
  const { policy, beside } = repository;
  const asked: Readonly<Record<string, unknown>> = repository;
  const near = [
    ...(beside?.entries ?? []).map(({ name }) => `.github/${name}`).filter(isNearName),
    ...namesAtRoot.filter((_, index) => asked[`root${index}`] !== null),
  ];
  if (near.length > 0) return { policy: null, policyFault: nearFault(near, policy !== null) };
  if (policy === null) return { policy: null, policyFault: null };
  const policyFault = unreadFault(policy);
  return { policy: policyFault === null ? { text: policy.text ?? "", sha: policy.oid } : null, policyFault };
}

/** Why this is no file that could be read as a policy, as part of a sentence; null: it can be. */
export function unreadFault({ __typename, text, isTruncated }: z.infer<typeof PolicyFile>): string | null {
  if (__typename !== "Blob") return "`.github/loop.yml` is not a file";
  if (typeof text !== "string") return "`.github/loop.yml` is not text in UTF-8 (UTF-16, perhaps): save it as UTF-8";
  return isTruncated ? "`.github/loop.yml` is too large to be read whole" : null;
}

function declined(message: string): Fault {
  return new Fault(`${message}. It is not tried again by itself.`, { kind: "invalid", retry: "never" });
}
