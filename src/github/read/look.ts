// One look at a repository: labelled issues, and how things stand with the issue, branch and pull request of each live loop.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { SurveyedLoop } from "../../engine/ports.ts";
import { policyPath } from "../../policy/near-name.ts";
import { requireSameRepository } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";
import { branchDeleterOf, Closed, closedFields, closerOf } from "./closed.ts";
import { Actor, actorFields, nobody, personOfActor } from "./people.ts";
import { LabelEvent, lastLabelling, same } from "./timeline.ts";
import { behindIn } from "./verdict.ts";

/** So many loops are asked after in one request. */
const loopsPerRequest = 20;

const labelEvent = `createdAt label { name } actor { ${actorFields} }`;

const fragments = `
fragment Labels on Issue {
  state title
  labels(first: 100) { nodes { name } }
}
fragment Ended on Issue {
  timelineItems(itemTypes: [UNLABELED_EVENT, CLOSED_EVENT], last: 30) {
    nodes {
      __typename
      ... on UnlabeledEvent { ${labelEvent} }
      ... on ClosedEvent { actor { ${actorFields} } }
    }
  }
}
fragment Tip on Ref { target { oid ... on Commit { committer { email } } } }
fragment Pull on PullRequest {
  id number url state isDraft isInMergeQueue mergeable mergeStateStatus baseRef { target { oid } } headRefOid
  isCrossRepository
  mergedBy { ${actorFields} } ${closedFields}
  reviews(last: 100, states: [APPROVED, CHANGES_REQUESTED, DISMISSED]) { nodes { fullDatabaseId state authorCanPushToRepository commit { oid } } }
  tip: commits(last: 1) { nodes { commit { oid statusCheckRollup { state } } } }
}`;

/** A page of the open issues with the trigger label, newest pages first. */
const labelledIssues = (page: string) => `issues(labels: [$label], states: [OPEN], ${page}) {
      pageInfo { hasPreviousPage startCursor }
      nodes {
        number ...Labels
        timelineItems(itemTypes: [LABELED_EVENT], last: 30) { nodes { __typename ... on LabeledEvent { ${labelEvent} } } }
      }
    }`;

const labelsFragment = fragments.slice(0, fragments.indexOf("fragment Ended"));

const earlierText = `
query SurveyLabelled($owner: String!, $name: String!, $label: String!, $before: String!) {
  repository(owner: $owner, name: $name) { databaseId ${labelledIssues("last: 100, before: $before")} }
}
${labelsFragment}`;

function textFor(loops: readonly SurveyedLoop[]): string {
  const variables = loops.map((_, index) => `$issue${index}: Int!, $branch${index}: String!, $ref${index}: String!`);
  const looks = loops.map(
    (_, index) => `
    issue${index}: issueOrPullRequest(number: $issue${index}) { __typename ... on Issue { ...Labels ...Ended } }
    ref${index}: ref(qualifiedName: $ref${index}) { ...Tip }
    pulls${index}: pullRequests(headRefName: $branch${index}, last: 20) { nodes { ...Pull } }`,
  );
  const used = loops.length > 0 ? fragments : labelsFragment;
  return `
query Survey(${["$owner: String!, $name: String!, $label: String!", ...variables].join(", ")}) {
  repository(owner: $owner, name: $name) {
    databaseId
    policy: object(expression: "HEAD:${policyPath}") { oid ... on Blob { text } }
    ${labelledIssues("last: 100")}${looks.join("")}
  }
}
${used}`;
}

const Names = z.object({ nodes: z.array(z.object({ name: z.string() })) }).nullable();
const Labelled = z.object({
  number: z.number().int(),
  title: z.string(),
  labels: Names,
  timelineItems: z.object({ nodes: z.array(LabelEvent) }),
});
const Closing = z.object({ __typename: z.literal("ClosedEvent"), actor: Actor });
const IssueNow = z.object({
  __typename: z.literal("Issue"),
  state: z.enum(["OPEN", "CLOSED"]),
  labels: Names,
  timelineItems: z.object({ nodes: z.array(z.union([Closing, LabelEvent])) }),
});
const RefNow = z
  .object({ target: z.object({ oid: z.string(), committer: z.object({ email: z.string().nullable() }).nullish() }) })
  .nullable();
const ReviewNow = z.object({
  fullDatabaseId: z.union([z.string(), z.number()]),
  state: z.string(),
  authorCanPushToRepository: z.boolean(),
  commit: z.object({ oid: z.string() }).nullable(),
});
const PullNow = z.object({
  id: z.string(),
  number: z.number().int(),
  url: z.string(),
  state: z.enum(["OPEN", "CLOSED", "MERGED"]),
  isDraft: z.boolean(),
  isInMergeQueue: z.boolean(),
  mergeable: z.enum(["MERGEABLE", "CONFLICTING", "UNKNOWN"]),
  mergeStateStatus: z.string(),
  baseRef: z.object({ target: z.object({ oid: z.string() }).nullable() }).nullable(),
  headRefOid: z.string(),
  isCrossRepository: z.boolean(),
  mergedBy: Actor,
  timelineItems: Closed,
  reviews: z
    .object({
      nodes: z.array(ReviewNow),
    })
    .nullable(),
  tip: z.object({
    nodes: z.array(
      z.object({
        commit: z.object({ oid: z.string(), statusCheckRollup: z.object({ state: z.string() }).nullable() }),
      }),
    ),
  }),
});
const Answer = z.object({
  repository: z
    .object({
      databaseId: z.number(),
      policy: z.object({ oid: z.string(), text: z.string().nullish() }).nullish(), // on the first page only
      issues: z.object({
        pageInfo: z.object({ hasPreviousPage: z.boolean(), startCursor: z.string().nullable() }),
        nodes: z.array(Labelled),
      }),
    })
    .catchall(z.unknown()),
});
type Answer = z.infer<typeof Answer>["repository"];

/** One request for each twenty loops. An issue that is no longer there is told from a repository that cannot be read. */
export async function survey(
  connection: Connection,
  repository: Repository,
  label: string,
  loops: readonly SurveyedLoop[],
) {
  const first = await look(connection, repository, label, loops.slice(0, loopsPerRequest));
  const rest: ReturnType<typeof loopNow>[] = [];
  for (let from = loopsPerRequest; from < loops.length; from += loopsPerRequest) {
    rest.push(...(await look(connection, repository, label, loops.slice(from, from + loopsPerRequest))).loops);
  }
  const earlier = await earlierPages(connection, repository, label, first.page);
  return { labelled: [...earlier, ...first.labelled], loops: [...first.loops, ...rest], schedules: first.schedules };
}

/** The labelled issues before the newest hundred, to the first. One request for each further hundred. */
async function earlierPages(
  connection: Connection,
  repository: Repository,
  label: string,
  newest: Answer["issues"]["pageInfo"],
) {
  const { owner, name } = repository;
  const attempted = `Could not list the labelled issues of ${owner}/${name}`;
  const found: ReturnType<typeof labelledNow>[] = [];
  for (let page = newest; page.hasPreviousPage; ) {
    const variables = { owner, name, label, before: page.startCursor };
    const answer = await query(connection, repository, { attempted, shape: Answer, text: earlierText, variables });
    requireSameRepository(repository, answer.repository.databaseId, attempted);
    const { nodes, pageInfo } = answer.repository.issues;
    found.unshift(...nodes.map((issue) => labelledNow(issue, label)));
    page = pageInfo;
  }
  return found;
}

interface Look {
  readonly labelled: ReturnType<typeof labelledNow>[];
  readonly page: Answer["issues"]["pageInfo"];
  readonly schedules: string | null;
  readonly loops: ReturnType<typeof loopNow>[];
}

async function look(
  connection: Connection,
  repository: Repository,
  label: string,
  loops: readonly SurveyedLoop[],
): Promise<Look> {
  try {
    const answer = await ask(connection, repository, label, loops);
    return {
      labelled: answer.issues.nodes.map((issue) => labelledNow(issue, label)),
      page: answer.issues.pageInfo,
      schedules: schedulesIn(answer),
      loops: loops.map((loop, index) => loopNow(connection, answer, loop, index, label)),
    };
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== "not_found" || loops.length === 0) throw error;
    return lookSingly(connection, repository, label, loops);
  }
}

/** GraphQL answers nothing at all where one issue of many is gone, so each is asked after by itself. */
async function lookSingly(
  connection: Connection,
  repository: Repository,
  label: string,
  loops: readonly SurveyedLoop[],
): Promise<Look> {
  const { labelled, page, schedules } = await look(connection, repository, label, []);
  if (loops.length === 1) return { labelled, page, schedules, loops: loops.map(({ issue }) => goneNow(issue)) };
  const looks: ReturnType<typeof loopNow>[] = [];
  for (const loop of loops) looks.push(...(await look(connection, repository, label, [loop])).loops);
  return { labelled, page, schedules, loops: looks };
}

/** The policy file's blob id, where schedules are spoken of in it. */
function schedulesIn({ policy }: Answer): string | null {
  return policy?.text != null && /schedules/.test(policy.text) ? policy.oid : null;
}

async function ask(
  connection: Connection,
  repository: Repository,
  label: string,
  loops: readonly SurveyedLoop[],
): Promise<Answer> {
  const { owner, name } = repository;
  const attempted = `Could not look at ${owner}/${name}`;
  const asked = loops.flatMap(({ issue, branch }, index) => [
    [`issue${index}`, issue],
    [`branch${index}`, branch ?? ""],
    [`ref${index}`, `refs/heads/${branch ?? ""}`],
  ]);
  const variables = { owner, name, label, ...Object.fromEntries(asked) };
  const answer = await query(connection, repository, { attempted, shape: Answer, text: textFor(loops), variables });
  requireSameRepository(repository, answer.repository.databaseId, attempted);
  return answer.repository;
}

function labelledNow({ number, title, labels, timelineItems }: z.infer<typeof Labelled>, label: string) {
  const names = namesOf(labels);
  return { number, title, labels: names, labelledBy: lastLabelling(timelineItems.nodes, label, names) };
}

function loopNow(connection: Connection, answer: Answer, loop: SurveyedLoop, index: number, label: string) {
  const issue = IssueNow.safeParse(answer[`issue${index}`]);
  if (!issue.success) return goneNow(loop.issue);
  const { state, labels, timelineItems } = issue.data;
  const closing = timelineItems.nodes.findLast((event) => event.__typename === "ClosedEvent");
  const unlabelling = timelineItems.nodes.findLast(
    (event) => "label" in event && event.__typename === "UnlabeledEvent" && same(event.label.name, label),
  );
  const ref = loop.branch === null ? null : RefNow.parse(answer[`ref${index}`] ?? null);
  // A fork's branch may have the name of ours: its pull request is no business of the loop's.
  const pulls = z
    .object({ nodes: z.array(PullNow) })
    .parse(answer[`pulls${index}`])
    .nodes.filter((one) => !one.isCrossRepository);
  const pull = loop.pull === null ? pulls.at(-1) : pulls.find(({ number }) => number === loop.pull);
  return {
    issue: loop.issue,
    gone: false,
    open: state === "OPEN",
    closedBy: closing === undefined ? nobody : personOfActor(closing.actor),
    labels: namesOf(labels),
    unlabelledBy: unlabelling === undefined ? nobody : personOfActor(unlabelling.actor),
    branch: ref && { head: ref.target.oid, ours: ref.target.committer?.email === ourEmail(connection) },
    pull: loop.branch === null || pull === undefined ? null : pullNow(pull),
  };
}

function pullNow(pull: z.infer<typeof PullNow>) {
  const decisive = (pull.reviews?.nodes ?? []).filter((review) => review.commit?.oid === pull.headRefOid);
  const tip = pull.tip.nodes[0]?.commit;
  const checks = tip?.oid === pull.headRefOid ? (tip.statusCheckRollup?.state ?? "") : "";
  return {
    number: pull.number,
    nodeId: pull.id,
    url: pull.url,
    open: pull.state === "OPEN",
    merged: pull.state === "MERGED",
    draft: pull.isDraft,
    queued: pull.isInMergeQueue,
    head: pull.headRefOid,
    conflicts: pull.mergeable === "CONFLICTING",
    ...behindIn(pull.mergeStateStatus),
    baseHead: pull.baseRef?.target?.oid ?? null,
    closedBy: closerOf(pull),
    branchDeletedBy: branchDeleterOf(pull),
    reviews: decisive.map(wordOf).join(", "),
    checksDone: ["SUCCESS", "FAILURE", "ERROR"].includes(checks),
  };
}

/** What makes a review count: it changes also where its author gains or loses write access, of which no webhook tells. */
function wordOf({ fullDatabaseId, state, authorCanPushToRepository }: z.infer<typeof ReviewNow>): string {
  return `${fullDatabaseId} ${state}${authorCanPushToRepository ? "" : " without write access"}`;
}

function goneNow(issue: number) {
  return {
    issue,
    gone: true,
    open: false,
    closedBy: nobody,
    labels: [] as string[],
    unlabelledBy: nobody,
    branch: null as { head: string; ours: boolean } | null,
    pull: null as ReturnType<typeof pullNow> | null,
  };
}

/** The address under which our commits are made: wire.ts gives the same to the containers. */
function ourEmail({ self }: Connection): string {
  return `${self.appId}+${self.slug}[bot]@users.noreply.github.com`;
}

function namesOf(labels: z.infer<typeof Names>): string[] {
  return labels?.nodes.map(({ name }) => name) ?? [];
}
