// Which checks the base branch itself fails, read beside those of the head.
import { z } from "zod";
import type { CheckFact } from "../../verify/facts.ts";
import { requireSameRepository, Time } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";
import { type Asked, asAllowed } from "./allowed.ts";
import { Annotations, annotationFacts } from "./annotations.ts";
import { Actor, actorFields, personOfActor } from "./people.ts";

const contextsOf = (workflows: boolean, page: string) => `contexts(${page}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        __typename
        ... on CheckRun {
          name conclusion startedAt
          checkSuite {
            databaseId app { databaseId slug }
            ${workflows ? "workflowRun { event workflow { databaseId } }" : ""}
          }
          steps(first: 1) { totalCount }
          annotations(first: 5) { nodes { path message annotationLevel location { start { line } } } }
        }
        ... on StatusContext { context state creator { ${actorFields} } }
      }
    }`;

/** Spread on the Commit that the base branch is at as `BaseChecks`; no more than names and ends count. */
export function baseChecksFragment({ workflows, checks }: Asked): string {
  return `
fragment BaseChecks on Commit {
  oid
  statusCheckRollup { ${contextsOf(workflows, `first: ${checks}`)} }
}`;
}

const moreTextOf = ({ workflows, checks }: Asked) => `
query ReadMoreBaseChecks($owner: String!, $name: String!, $base: GitObjectID!, $after: String!) {
  repository(owner: $owner, name: $name) {
    databaseId
    object(oid: $base) { ... on Commit { oid statusCheckRollup { ${contextsOf(workflows, `first: ${checks}, after: $after`)} } } }
  }
}`;

const Run = z.object({
  __typename: z.literal("CheckRun"),
  name: z.string(),
  conclusion: z.string().nullable(),
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
  state: z.string(),
  creator: Actor,
});

/** What the fragment asks for. */
export const BaseChecks = z.object({
  oid: z.string(),
  statusCheckRollup: z
    .object({
      contexts: z.object({
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
        nodes: z.array(z.discriminatedUnion("__typename", [Run, Status])),
      }),
    })
    .nullish(),
});

const More = z.object({ repository: z.object({ databaseId: z.number(), object: BaseChecks.nullable() }) });

/** At most so many are read; of a longer list nothing is known, since a newer run may stand beyond it. */
const mostChecks = 1_000;

/** The checks of the base as facts, without what they say but for a few annotations, which tell a failure from an end from outside. No request for the first hundred, and one for each further. Throws `Fault`. */
export async function baseChecks(
  connection: Connection,
  repository: Repository,
  { oid: base, statusCheckRollup }: z.infer<typeof BaseChecks>,
): Promise<CheckFact[]> {
  const { owner, name } = repository;
  const attempted = `Could not read all checks of the base of ${owner}/${name} at ${base.slice(0, 12)}`;
  const checks = [...(statusCheckRollup?.contexts.nodes ?? [])];
  let page = statusCheckRollup?.contexts.pageInfo;
  while (page?.hasNextPage === true) {
    if (checks.length >= mostChecks) return [];
    const variables = { owner, name, base, after: page.endCursor };
    const more = await asAllowed(connection, repository, (asked) =>
      query(connection, repository, { attempted, shape: More, text: moreTextOf(asked), variables }),
    );
    requireSameRepository(repository, more.repository.databaseId, attempted);
    const contexts = more.repository.object?.statusCheckRollup?.contexts;
    checks.push(...(contexts?.nodes ?? []));
    page = contexts?.pageInfo;
  }
  return checks.map((one) => (one.__typename === "CheckRun" ? runFact(one) : statusFact(one)));
}

const silent = { required: false, title: "", summary: "", text: "", url: null, annotations: [] };

function runFact({ name, conclusion, startedAt, checkSuite, steps, annotations }: z.infer<typeof Run>): CheckFact {
  const { app, databaseId, workflowRun } = checkSuite;
  return {
    ...silent,
    name,
    app: app && { id: app.databaseId ?? 0, slug: app.slug },
    ...(databaseId === null ? {} : { suite: databaseId }),
    ...(workflowRun === undefined ? {} : { workflow: workflowRun?.workflow.databaseId ?? null }),
    ...(workflowRun == null ? {} : { event: workflowRun.event }),
    startedAt,
    done: conclusion !== null,
    ...(conclusion === "FAILURE" && steps?.totalCount === 0 ? { unstarted: true as const } : {}),
    conclusion: conclusion?.toLowerCase() ?? null,
    annotations: annotationFacts(annotations),
  };
}

function statusFact({ context, state, creator }: z.infer<typeof Status>): CheckFact {
  const done = state !== "PENDING" && state !== "EXPECTED";
  return {
    ...silent,
    name: context,
    app: null,
    creator: personOfActor(creator),
    done,
    conclusion: done ? state.toLowerCase() : null,
  };
}
