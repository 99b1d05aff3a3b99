// Reads CI as it stands on one commit: check runs and commit statuses, in one query.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { CheckFact, CiFacts, ExpectedCheck, VerdictFacts } from "../../verify/facts.ts";
import { requireSameRepository, Time } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";
import { type Asked, asAllowed } from "./allowed.ts";
import { Annotations, annotationFacts } from "./annotations.ts";
import { AutoMerge, autoMergeFields, autoMergeOf } from "./auto-merge.ts";
import { BaseChecks, baseChecks, baseChecksFragment } from "./base-checks.ts";
import { Closed, closedFields, closerOf } from "./closed.ts";
import { Actor, actorFields, personOfActor } from "./people.ts";
import { appOfBot, BranchRules, expectedChecks, ruleFields, wantsUpToDate } from "./rules.ts";
import { Suites, suiteFields, unreported } from "./suites.ts";

/** One page of what was reported on a commit. */
const contextsOf = (workflows: boolean, page: string) => `
    contexts(${page}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        __typename
        ... on CheckRun {
          databaseId name status conclusion title summary text url detailsUrl startedAt
          isRequired(pullRequestNumber: $pull)
          checkSuite {
            databaseId app { databaseId slug }
            ${workflows ? "workflowRun { event workflow { databaseId } }" : ""}
          }
          steps(first: 1) { totalCount }
          annotations(first: 50) { nodes { path message annotationLevel location { start { line } } } }
        }
        ... on StatusContext {
          context state description targetUrl creator { ${actorFields} } isRequired(pullRequestNumber: $pull)
        }
      }
    }`;

/** Spread on a Commit as `Ci`; needs the variable `$pull`. Without `workflows` it needs no permission for Actions. */
export function ciFragment({ workflows, checks }: Asked): string {
  return `
fragment Ci on Commit {
  oid
  statusCheckRollup { ${contextsOf(workflows, `first: ${checks}`)} }
  checkSuites(first: 100) { ${suiteFields(workflows)} }
}`;
}

/** Of a pull request: whether it merges, and into what. `baseRefOid` would be the base as it was at the last push. */
export const baseFields = (rules: boolean) =>
  `mergeable mergeStateStatus baseRef { name target { oid } ${rules ? ruleFields : ""} }`;

/** What `baseFields` asks for. */
export const Mergeable = z.object({
  mergeable: z.enum(["MERGEABLE", "CONFLICTING", "UNKNOWN"]),
  mergeStateStatus: z.string(),
  baseRef: BranchRules.extend({
    name: z.string(),
    target: z.object({ oid: z.string() }).nullable(),
  }).nullable(),
});

const textOf = (asked: Asked) => `
query ReadCi($owner: String!, $name: String!, $pull: Int!, $head: GitObjectID!) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $pull) {
      headRefOid state body
      mergeable mergeStateStatus baseRef { name target { ...BaseChecks } ${asked.rules ? ruleFields : ""} }
      mergedBy { ${actorFields} } ${closedFields} ${autoMergeFields}
    }
    object(oid: $head) { ...Ci }
  }
}
${ciFragment(asked)}${baseChecksFragment(asked)}`;

const moreTextOf = ({ workflows, checks }: Asked) => `
query ReadMoreCi($owner: String!, $name: String!, $pull: Int!, $head: GitObjectID!, $after: String!) {
  repository(owner: $owner, name: $name) {
    databaseId
    object(oid: $head) { ... on Commit { oid statusCheckRollup { ${contextsOf(workflows, `first: ${checks}, after: $after`)} } } }
  }
}`;

const Run = z.object({
  __typename: z.literal("CheckRun"),
  databaseId: z.number().nullable(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  title: z.string().nullable(),
  summary: z.string().nullable(),
  text: z.string().nullable(),
  url: z.string(),
  detailsUrl: z.string().nullable(),
  isRequired: z.boolean(),
  startedAt: Time.nullable(),
  checkSuite: z.object({
    databaseId: z.number().nullable(),
    app: z.object({ databaseId: z.number().nullable(), slug: z.string() }).nullable(),
    workflowRun: z.object({ event: z.string(), workflow: z.object({ databaseId: z.number().nullable() }) }).nullish(),
  }),
  steps: z.object({ totalCount: z.number() }).nullish(),
  annotations: Annotations,
});

const Status = z.object({
  __typename: z.literal("StatusContext"),
  context: z.string(),
  state: z.enum(["ERROR", "EXPECTED", "FAILURE", "PENDING", "SUCCESS"]),
  description: z.string().nullable(),
  targetUrl: z.string().nullable(),
  creator: Actor,
  isRequired: z.boolean(),
});

export const CiCommit = z.object({
  oid: z.string(),
  checkSuites: Suites.nullish(), // not asked for again with further pages of checks
  statusCheckRollup: z
    .object({
      contexts: z.object({
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
        nodes: z.array(z.discriminatedUnion("__typename", [Run, Status])),
      }),
    })
    .nullable(),
});

const Answer = z.object({
  repository: z.object({
    databaseId: z.number(),
    pullRequest: z
      .object({
        headRefOid: z.string(),
        state: z.enum(["OPEN", "CLOSED", "MERGED"]),
        body: z.string(),
        mergedBy: Actor,
        autoMergeRequest: AutoMerge,
        timelineItems: Closed,
      })
      .extend(Mergeable.shape)
      .extend({
        baseRef: BranchRules.extend({
          name: z.string(),
          target: BaseChecks.nullable(),
        }).nullable(),
      })
      .nullable(),
    object: CiCommit.nullable(),
  }),
});

/** One request, and one more for each further hundred checks. Throws `Fault`; a commit GitHub does not know (yet) is one that may work later. */
export async function readCi(
  connection: Connection,
  repository: Repository,
  pull: number,
  head: string,
): Promise<VerdictFacts> {
  const { owner, name } = repository;
  const attempted = `Could not read CI of ${owner}/${name} at ${head.slice(0, 12)}`;
  const variables = { owner, name, pull, head };
  const answer = await asAllowed(connection, repository, (asked) =>
    query(connection, repository, { attempted, shape: Answer, text: textOf(asked), variables }),
  );
  requireSameRepository(repository, answer.repository.databaseId, attempted);
  const commit = answer.repository.object;
  if (!commit)
    throw new Fault(`${attempted}: GitHub does not know the commit. It may work later.`, {
      kind: "not_found",
      retry: "later",
    });
  const found = answer.repository.pullRequest;
  const isClosed = found !== null && found.state !== "OPEN";
  const closed = isClosed ? { merged: found.state === "MERGED", by: closerOf(found) } : null;
  const pullRead = { pull, head: found?.headRefOid ?? null, baseRef: found?.baseRef ?? null };
  const ci = await ciFacts(connection, repository, pullRead, commit);
  const target = found?.baseRef?.target ?? null;
  const onBase = target === null ? [] : await baseChecks(connection, repository, target);
  return {
    ...ci,
    ...(found === null ? {} : { body: found.body, ...baseFact(found), ...autoMergeOf(found) }),
    ...(onBase.length === 0 ? {} : { baseChecks: onBase }),
    closed,
  };
}

const mergeable = { MERGEABLE: true, CONFLICTING: false, UNKNOWN: null } as const;

/** What a merge state says of being behind: most others hide it. https://docs.github.com/graphql/reference/enums#mergestatestatus */
export function behindIn(mergeState: string): { readonly behind?: boolean } {
  if (mergeState === "BEHIND") return { behind: true };
  return ["CLEAN", "HAS_HOOKS", "UNSTABLE"].includes(mergeState) ? { behind: false } : {};
}

/** How the pull request stands to its base; nothing where that branch is gone. */
export function baseFact({
  mergeable: word,
  mergeStateStatus,
  baseRef,
}: z.infer<typeof Mergeable>): Pick<CiFacts, "base"> {
  if (baseRef === null || baseRef.target === null) return {};
  return {
    base: {
      branch: baseRef.name,
      sha: baseRef.target.oid,
      mergeable: mergeable[word],
      ...behindIn(mergeStateStatus),
      ...(wantsUpToDate(baseRef) ? { upToDate: true } : {}),
    },
  };
}

/** At most so many checks are read; what is beyond makes the verdict wait, and it says so. */
const mostChecks = 5_000;

const More = z.object({ repository: z.object({ databaseId: z.number(), object: CiCommit.nullable() }) });

/**
 * All that was reported on the commit, to the last page. A commit without a rollup has no checks at all: that is an empty
 * list, and never green. Throws `Fault`.
 */
export async function ciFacts(
  connection: Connection,
  repository: Repository,
  { pull, head: pullHead, baseRef }: PullRead,
  commit: z.infer<typeof CiCommit>,
): Promise<CiFacts> {
  const { owner, name } = repository;
  const attempted = `Could not read all checks of ${owner}/${name} at ${commit.oid.slice(0, 12)}`;
  const first = commit.statusCheckRollup?.contexts;
  const checks = [...(first?.nodes ?? [])];
  let page = first?.pageInfo;
  while (page?.hasNextPage && checks.length < mostChecks) {
    const variables = { owner, name, pull, head: commit.oid, after: page.endCursor };
    const more = await asAllowed(connection, repository, (asked) =>
      query(connection, repository, { attempted, shape: More, text: moreTextOf(asked), variables }),
    );
    requireSameRepository(repository, more.repository.databaseId, attempted);
    const contexts = more.repository.object?.statusCheckRollup?.contexts;
    checks.push(...(contexts?.nodes ?? []));
    page = contexts?.pageInfo;
  }
  const expected = baseRef === null ? [] : await expectedChecks(connection, repository, baseRef.name, baseRef);
  const facts = checks.map((one) => (one.__typename === "CheckRun" ? runFact(one) : statusFact(one)));
  return {
    head: commit.oid,
    pullHead,
    checks: await withApps(connection, repository, facts, expected),
    ...(expected.length === 0 ? {} : { expected }),
    ...(await unreported(connection, repository, commit)),
    truncated: page?.hasNextPage ?? false,
  };
}

/** Of a pull request, what its checks are read by. */
interface PullRead {
  readonly pull: number;
  readonly head: string | null;
  readonly baseRef: (z.infer<typeof BranchRules> & { readonly name: string }) | null;
}

/** Statuses by bots with the App behind each, where a rule expects one: one request for each bot in an hour. */
async function withApps(
  connection: Connection,
  repository: Repository,
  facts: readonly CheckFact[],
  expected: readonly ExpectedCheck[],
): Promise<CheckFact[]> {
  const found: CheckFact[] = [];
  for (const fact of facts) {
    const isAsked = expected.some(({ name, app }) => name === fact.name && app !== null);
    const bot = isAsked && fact.creator?.bot === true ? fact.creator.login : null;
    const app = bot === null ? null : await appOfBot(connection, repository, bot);
    found.push(app === null ? fact : { ...fact, creatorApp: app });
  }
  return found;
}

function runFact(run: z.infer<typeof Run>): CheckFact {
  const { app, databaseId, workflowRun } = run.checkSuite;
  return {
    name: run.name,
    app: app && { id: app.databaseId ?? 0, slug: app.slug },
    ...(databaseId === null ? {} : { suite: databaseId }),
    ...(workflowRun === undefined ? {} : { workflow: workflowRun?.workflow.databaseId ?? null }),
    ...(workflowRun == null ? {} : { event: workflowRun.event }),
    startedAt: run.startedAt,
    done: run.status === "COMPLETED",
    ...(run.status === "WAITING" ? { waits: true as const } : {}),
    ...(isUnstarted(run) ? { unstarted: true as const } : {}),
    conclusion: run.conclusion?.toLowerCase() ?? null,
    required: run.isRequired,
    title: run.title ?? "",
    summary: run.summary ?? "",
    text: run.text ?? "",
    url: run.url,
    job: jobOf(run),
    ...againOf(run),
    annotations: annotationFacts(run.annotations),
  };
}

/**
 * A job that got no runner fails without a step, as where the account's spending limit is reached; of another App's check, and
 * of a job whose steps GitHub does not tell, nothing is known. https://github.com/Untrivial-ai/agent-orchestrator/pull/5088
 */
function isUnstarted(run: z.infer<typeof Run>): boolean {
  return run.conclusion === "FAILURE" && run.steps?.totalCount === 0 && jobOf(run) !== null;
}

/** A job writes no output of its own: a run that has some was made by a step, and no log goes by its name. */
function jobOf({ checkSuite, detailsUrl, title, summary, text }: z.infer<typeof Run>): number | null {
  const hasOutput = [title, summary, text].some((said) => said !== null && said !== "");
  if (checkSuite.app?.slug !== "github-actions" || hasOutput) return null;
  const [, id] = /\/actions\/runs\/\d+\/job\/(\d+)$/.exec(detailsUrl ?? "") ?? [];
  return id === undefined ? null : Number(id);
}

/** A job runs again with what else failed in its workflow run: GitHub takes one at a time of them else. */
function againOf({ checkSuite, databaseId, detailsUrl }: z.infer<typeof Run>): Pick<CheckFact, "again"> {
  const [, workflow] = /\/actions\/runs\/(\d+)\/job\/\d+$/.exec(detailsUrl ?? "") ?? [];
  if (checkSuite.app?.slug === "github-actions")
    return workflow === undefined ? {} : { again: { of: "workflow", id: Number(workflow) } };
  return databaseId === null ? {} : { again: { of: "check", id: databaseId } };
}

function statusFact(status: z.infer<typeof Status>): CheckFact {
  const done = status.state !== "PENDING" && status.state !== "EXPECTED";
  return {
    name: status.context,
    app: null,
    creator: personOfActor(status.creator),
    done,
    conclusion: done ? status.state.toLowerCase() : null,
    required: status.isRequired,
    title: status.description ?? "",
    summary: "",
    text: "",
    url: status.targetUrl,
    annotations: [],
  };
}
