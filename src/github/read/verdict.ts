// Reads CI as it stands on one commit: check runs and commit statuses, in one query.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { CheckFact, CiFacts, VerdictFacts } from "../../verify/facts.ts";
import { requireSameRepository } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";
import { Actor, actorFields, personOfActor } from "./people.ts";

/** Spread on a Commit; needs the variable `$pull`. */
export const ciFragment = `
fragment Ci on Commit {
  oid
  statusCheckRollup {
    contexts(first: 100) {
      totalCount
      nodes {
        __typename
        ... on CheckRun {
          name status conclusion title summary text url
          isRequired(pullRequestNumber: $pull)
          checkSuite { app { databaseId slug } }
          annotations(first: 50) { nodes { path message location { start { line } } } }
        }
        ... on StatusContext { context state description targetUrl isRequired(pullRequestNumber: $pull) }
      }
    }
  }
}`;

const text = `
query ReadCi($owner: String!, $name: String!, $pull: Int!, $head: GitObjectID!) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $pull) { headRefOid state mergedBy { ${actorFields} } }
    object(oid: $head) { ...Ci }
  }
}
${ciFragment}`;

const Run = z.object({
  __typename: z.literal("CheckRun"),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  title: z.string().nullable(),
  summary: z.string().nullable(),
  text: z.string().nullable(),
  url: z.string(),
  isRequired: z.boolean(),
  checkSuite: z.object({ app: z.object({ databaseId: z.number().nullable(), slug: z.string() }).nullable() }),
  annotations: z
    .object({
      nodes: z.array(
        z.object({
          path: z.string(),
          message: z.string(),
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
        totalCount: z.number(),
        nodes: z.array(z.discriminatedUnion("__typename", [Run, Status])),
      }),
    })
    .nullable(),
});

const Answer = z.object({
  repository: z.object({
    databaseId: z.number(),
    pullRequest: z
      .object({ headRefOid: z.string(), state: z.enum(["OPEN", "CLOSED", "MERGED"]), mergedBy: Actor })
      .nullable(),
    object: CiCommit.nullable(),
  }),
});

/** One request. Throws `Fault`; a commit GitHub does not know (yet) is one that may work later. */
export async function readCi(
  connection: Connection,
  repository: Repository,
  pull: number,
  head: string,
): Promise<VerdictFacts> {
  const { owner, name } = repository;
  const attempted = `Could not read CI of ${owner}/${name} at ${head.slice(0, 12)}`;
  const variables = { owner, name, pull, head };
  const answer = await query(connection, repository, { attempted, shape: Answer, text, variables });
  requireSameRepository(repository, answer.repository.databaseId, attempted);
  const commit = answer.repository.object;
  if (!commit)
    throw new Fault(`${attempted}: GitHub does not know the commit. It may work later.`, {
      kind: "not_found",
      retry: "later",
    });
  const found = answer.repository.pullRequest;
  const isClosed = found !== null && found.state !== "OPEN";
  const closed = isClosed ? { merged: found.state === "MERGED", by: personOfActor(found.mergedBy) } : null;
  return { ...ciFacts(commit, found?.headRefOid ?? null), closed };
}

/** A commit without a rollup has no checks at all: that is an empty list, and never green. */
export function ciFacts(commit: z.infer<typeof CiCommit>, pullHead: string | null): CiFacts {
  const contexts = commit.statusCheckRollup?.contexts ?? { totalCount: 0, nodes: [] };
  return {
    head: commit.oid,
    pullHead,
    checks: contexts.nodes.map((one) => (one.__typename === "CheckRun" ? runFact(one) : statusFact(one))),
    truncated: contexts.totalCount > contexts.nodes.length,
  };
}

function runFact(run: z.infer<typeof Run>): CheckFact {
  const { app } = run.checkSuite;
  return {
    name: run.name,
    app: app && { id: app.databaseId ?? 0, slug: app.slug },
    done: run.status === "COMPLETED",
    conclusion: run.conclusion?.toLowerCase() ?? null,
    required: run.isRequired,
    title: run.title ?? "",
    summary: run.summary ?? "",
    text: run.text ?? "",
    url: run.url,
    annotations: (run.annotations?.nodes ?? []).map(({ path, message, location }) => ({
      path,
      message,
      line: location.start.line,
    })),
  };
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
