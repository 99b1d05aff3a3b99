// Reads CI as it stands on one commit: check runs and commit statuses, in one query.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { CheckFact, CiFacts, VerdictFacts } from "../../verify/facts.ts";
import { requireSameRepository, Time } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";
import { BaseChecks, baseChecks, baseChecksFragment } from "./base-checks.ts";
import { Closed, closedFields, closerOf } from "./closed.ts";
import { Actor, actorFields } from "./people.ts";

/** One page of what was reported on a commit. */
const contextsOf = (workflows: boolean, page: string) => `
    contexts(${page}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        __typename
        ... on CheckRun {
          name status conclusion title summary text url detailsUrl startedAt
          isRequired(pullRequestNumber: $pull)
          checkSuite {
            databaseId app { databaseId slug }
            ${workflows ? "workflowRun { workflow { databaseId } }" : ""}
          }
          annotations(first: 50) { nodes { path message annotationLevel location { start { line } } } }
        }
        ... on StatusContext { context state description targetUrl isRequired(pullRequestNumber: $pull) }
      }
    }`;

/** Spread on a Commit as `Ci`; needs the variable `$pull`. Without `workflows` it needs no permission for Actions. */
export function ciFragment(workflows: boolean): string {
  return `
fragment Ci on Commit {
  oid
  statusCheckRollup { ${contextsOf(workflows, "first: 100")} }
}`;
}

/** Of a pull request: whether it merges, and into what. `baseRefOid` would be the base as it was at the last push. */
export const baseFields = "mergeable baseRef { name target { oid } }";

/** What `baseFields` asks for. */
export const Mergeable = z.object({
  mergeable: z.enum(["MERGEABLE", "CONFLICTING", "UNKNOWN"]),
  baseRef: z.object({ name: z.string(), target: z.object({ oid: z.string() }).nullable() }).nullable(),
});

const textOf = (workflows: boolean) => `
query ReadCi($owner: String!, $name: String!, $pull: Int!, $head: GitObjectID!) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $pull) {
      headRefOid state mergeable baseRef { name target { oid ...BaseChecks } } mergedBy { ${actorFields} } ${closedFields}
    }
    object(oid: $head) { ...Ci }
  }
}
${ciFragment(workflows)}${baseChecksFragment(workflows)}`;

const moreTextOf = (workflows: boolean) => `
query ReadMoreCi($owner: String!, $name: String!, $pull: Int!, $head: GitObjectID!, $after: String!) {
  repository(owner: $owner, name: $name) {
    databaseId
    object(oid: $head) { ... on Commit { oid statusCheckRollup { ${contextsOf(workflows, "first: 100, after: $after")} } } }
  }
}`;

const Run = z.object({
  __typename: z.literal("CheckRun"),
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
    workflowRun: z.object({ workflow: z.object({ databaseId: z.number().nullable() }) }).nullish(),
  }),
  annotations: z
    .object({
      nodes: z.array(
        z.object({
          path: z.string(),
          message: z.string(),
          annotationLevel: z.string().nullable(),
          location: z.object({ start: z.object({ line: z.number() }) }),
        }),
      ),
    })
    .nullable(),
});

const Status = z.object({
  __typename: z.literal("StatusContext"),
  context: z.string(),
  state: z.enum(["ERROR", "EXPECTED", "FAILURE", "PENDING", "SUCCESS"]),
  description: z.string().nullable(),
  targetUrl: z.string().nullable(),
  isRequired: z.boolean(),
});

export const CiCommit = z.object({
  oid: z.string(),
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
        mergedBy: Actor,
        timelineItems: Closed,
      })
      .extend(Mergeable.shape)
      .extend({
        baseRef: z.object({ name: z.string(), target: BaseChecks.extend({ oid: z.string() }).nullable() }).nullable(),
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
  const answer = await withWorkflows(connection, repository, (workflows) =>
    query(connection, repository, { attempted, shape: Answer, text: textOf(workflows), variables }),
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
  const ci = await ciFacts(connection, repository, pull, commit, found?.headRefOid ?? null);
  const target = found?.baseRef?.target ?? null;
  const onBase = target === null ? [] : baseChecks(target);
  return {
    ...ci,
    ...(found === null ? {} : baseFact(found)),
    ...(onBase.length === 0 ? {} : { baseChecks: onBase }),
    closed,
  };
}

const mergeable = { MERGEABLE: true, CONFLICTING: false, UNKNOWN: null } as const;

/** How the pull request stands to its base; nothing where that branch is gone. */
export function baseFact({ mergeable: word, baseRef }: z.infer<typeof Mergeable>): Pick<CiFacts, "base"> {
  if (baseRef === null || baseRef.target === null) return {};
  return { base: { branch: baseRef.name, sha: baseRef.target.oid, mergeable: mergeable[word] } };
}

/** An hour after it was refused, GitHub is asked again which workflow a run belongs to: the permission may have been accepted. */
const askAgainMs = 3_600_000;

/**
 * Reads with the workflow of each run, and without where the installation has not accepted the permission `actions` (yet):
 * then runs of one name take each other's place within a check suite only.
 */
export async function withWorkflows<T>(
  { nodes, now }: Connection,
  repository: Repository,
  read: (workflows: boolean) => Promise<T>,
): Promise<T> {
  const key = `installation/${repository.installationId}/no-actions`;
  if (now() < Number(nodes.get(key) ?? 0) + askAgainMs) return read(false);
  try {
    return await read(true);
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== "forbidden") throw error;
    const found = await read(false);
    nodes.keep(key, String(now()));
    return found;
  }
}

/** At most so many pages of a hundred are read; what is beyond makes the verdict wait, and it says so. */
const mostPages = 50;

const More = z.object({ repository: z.object({ databaseId: z.number(), object: CiCommit.nullable() }) });

/**
 * All that was reported on the commit, to the last page. A commit without a rollup has no checks at all: that is an empty
 * list, and never green. Throws `Fault`.
 */
export async function ciFacts(
  connection: Connection,
  repository: Repository,
  pull: number,
  commit: z.infer<typeof CiCommit>,
  pullHead: string | null,
): Promise<CiFacts> {
  const { owner, name } = repository;
  const attempted = `Could not read all checks of ${owner}/${name} at ${commit.oid.slice(0, 12)}`;
  const first = commit.statusCheckRollup?.contexts;
  const checks = [...(first?.nodes ?? [])];
  let page = first?.pageInfo;
  for (let read = 1; page?.hasNextPage && read < mostPages; read++) {
    const variables = { owner, name, pull, head: commit.oid, after: page.endCursor };
    const more = await withWorkflows(connection, repository, (workflows) =>
      query(connection, repository, { attempted, shape: More, text: moreTextOf(workflows), variables }),
    );
    requireSameRepository(repository, more.repository.databaseId, attempted);
    const contexts = more.repository.object?.statusCheckRollup?.contexts;
    checks.push(...(contexts?.nodes ?? []));
    page = contexts?.pageInfo;
  }
  return {
    head: commit.oid,
    pullHead,
    checks: checks.map((one) => (one.__typename === "CheckRun" ? runFact(one) : statusFact(one))),
    truncated: page?.hasNextPage ?? false,
  };
}

function runFact(run: z.infer<typeof Run>): CheckFact {
  const { app, databaseId, workflowRun } = run.checkSuite;
  return {
    name: run.name,
    app: app && { id: app.databaseId ?? 0, slug: app.slug },
    ...(databaseId === null ? {} : { suite: databaseId }),
    ...(workflowRun === undefined ? {} : { workflow: workflowRun?.workflow.databaseId ?? null }),
    startedAt: run.startedAt,
    done: run.status === "COMPLETED",
    conclusion: run.conclusion?.toLowerCase() ?? null,
    required: run.isRequired,
    title: run.title ?? "",
    summary: run.summary ?? "",
    text: run.text ?? "",
    url: run.url,
    job: jobOf(run),
    annotations: (run.annotations?.nodes ?? []).map(({ path, message, location, annotationLevel }) => ({
      path,
      message,
      line: location.start.line,
      ...levelOf(annotationLevel),
    })),
  };
}

/** A job writes no output of its own: a run that has some was made by a step, and no log goes by its name. */
function jobOf({ checkSuite, detailsUrl, title, summary, text }: z.infer<typeof Run>): number | null {
  const hasOutput = [title, summary, text].some((said) => said !== null && said !== "");
  if (checkSuite.app?.slug !== "github-actions" || hasOutput) return null;
  const [, id] = /\/actions\/runs\/\d+\/job\/(\d+)$/.exec(detailsUrl ?? "") ?? [];
  return id === undefined ? null : Number(id);
}

function levelOf(level: string | null): { level?: "failure" | "warning" | "notice" } {
  const known = level?.toLowerCase();
  return known === "failure" || known === "warning" || known === "notice" ? { level: known } : {};
}

function statusFact(status: z.infer<typeof Status>): CheckFact {
  const done = status.state !== "PENDING" && status.state !== "EXPECTED";
  return {
    name: status.context,
    app: null,
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
