// The check suites of a commit: runs of workflows that are nowhere else on it, since they have no job.
import { z } from "zod";
import type { CiFacts } from "../../verify/facts.ts";
import { requireSameRepository } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";
import { asAllowed } from "./allowed.ts";

/** Of a page of suites. Without `workflows` it needs no permission for Actions. */
export function suiteFields(workflows: boolean): string {
  return `
    pageInfo { hasNextPage endCursor }
    nodes {
      conclusion app { slug } checkRuns(first: 1) { totalCount }
      ${workflows ? "workflowRun { event workflow { databaseId name } }" : ""}
    }`;
}

const Suite = z.object({
  conclusion: z.string().nullable(),
  app: z.object({ slug: z.string() }).nullable(),
  checkRuns: z.object({ totalCount: z.number() }).nullable(),
  workflowRun: z
    .object({ event: z.string(), workflow: z.object({ databaseId: z.number().nullable(), name: z.string() }) })
    .nullish(),
});
type Suite = z.infer<typeof Suite>;

/** What `suiteFields` asks for. */
export const Suites = z.object({
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  nodes: z.array(Suite),
});

const moreTextOf = (workflows: boolean) => `
query ReadSuites($owner: String!, $name: String!, $head: GitObjectID!, $after: String!) {
  repository(owner: $owner, name: $name) {
    databaseId
    object(oid: $head) { ... on Commit { checkSuites(first: 100, after: $after) { ${suiteFields(workflows)} } } }
  }
}`;

const More = z.object({
  repository: z.object({ databaseId: z.number(), object: z.object({ checkSuites: Suites.nullish() }).nullable() }),
});

/** At most so many pages of a hundred are read; beyond them a run without a job is not seen. */
const mostPages = 10;

interface ReadCommit {
  readonly oid: string;
  readonly checkSuites?: z.infer<typeof Suites> | null | undefined;
}

/** Runs of workflows that wait for a person, and workflows that could not be started. One request for each hundred suites beyond the first. */
export async function unreported(
  connection: Connection,
  repository: Repository,
  commit: ReadCommit,
): Promise<Pick<CiFacts, "held" | "unstartable">> {
  const suites = (await allSuites(connection, repository, commit)).filter(isWithoutJob);
  const unstartable = suites.filter((suite) => suite.conclusion === "STARTUP_FAILURE").map(nameOf);
  return {
    ...(suites.some((suite) => suite.conclusion === "ACTION_REQUIRED") ? { held: true as const } : {}),
    ...(unstartable.length === 0 ? {} : { unstartable: [...new Set(unstartable)] }),
  };
}

async function allSuites(connection: Connection, repository: Repository, commit: ReadCommit): Promise<Suite[]> {
  const { owner, name } = repository;
  const attempted = `Could not read all check suites of ${owner}/${name} at ${commit.oid.slice(0, 12)}`;
  const suites = [...(commit.checkSuites?.nodes ?? [])];
  let page = commit.checkSuites?.pageInfo;
  for (let read = 1; page?.hasNextPage === true && read < mostPages; read++) {
    const variables = { owner, name, head: commit.oid, after: page.endCursor };
    const more = await asAllowed(connection, repository, ({ workflows }) =>
      query(connection, repository, { attempted, shape: More, text: moreTextOf(workflows), variables }),
    );
    requireSameRepository(repository, more.repository.databaseId, attempted);
    suites.push(...(more.repository.object?.checkSuites?.nodes ?? []));
    page = more.repository.object?.checkSuites?.pageInfo;
  }
  return newestOfEach(suites);
}

/** Of each workflow and event the newest; of a suite of which that is not known, each. */
function newestOfEach(suites: readonly Suite[]): Suite[] {
  const newest = new Map<unknown, Suite>();
  for (const suite of suites) {
    const { workflowRun: run } = suite;
    newest.set(run == null ? suite : `${run.workflow.databaseId} ${run.event}`, suite);
  }
  return [...newest.values()];
}

/** It has ended, so to speak, and has no job. */
function isWithoutJob({ app, checkRuns }: Suite): boolean {
  return app?.slug === "github-actions" && checkRuns?.totalCount === 0;
}

/** GitHub calls a workflow whose file it cannot read by its path. */
function nameOf({ workflowRun }: Suite): string {
  return workflowRun?.workflow.name ?? "a workflow";
}
