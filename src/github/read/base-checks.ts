// Which checks the base branch itself fails, read beside those of the head.
import { z } from "zod";
import type { CheckFact } from "../../verify/facts.ts";
import { Time } from "../client/answers.ts";
import { Actor, actorFields, personOfActor } from "./people.ts";

/** Spread on the Commit that the base branch is at as `BaseChecks`: the first hundred, of which no more than names and ends count. */
export function baseChecksFragment(workflows: boolean): string {
  return `
fragment BaseChecks on Commit {
  statusCheckRollup {
    contexts(first: 100) {
      nodes {
        __typename
        ... on CheckRun {
          name conclusion startedAt
          checkSuite {
            databaseId app { databaseId slug }
            ${workflows ? "workflowRun { workflow { databaseId } }" : ""}
          }
        }
        ... on StatusContext { context state creator { ${actorFields} } }
      }
    }
  }
}`;
}

const Run = z.object({
  __typename: z.literal("CheckRun"),
  name: z.string(),
  conclusion: z.string().nullable(),
  startedAt: Time.nullable(),
  checkSuite: z.object({
    databaseId: z.number().nullable(),
    app: z.object({ databaseId: z.number().nullable(), slug: z.string() }).nullable(),
    workflowRun: z.object({ workflow: z.object({ databaseId: z.number().nullable() }) }).nullish(),
  }),
});

const Status = z.object({
  __typename: z.literal("StatusContext"),
  context: z.string(),
  state: z.string(),
  creator: Actor,
});

/** What the fragment asks for. */
export const BaseChecks = z.object({
  statusCheckRollup: z
    .object({ contexts: z.object({ nodes: z.array(z.discriminatedUnion("__typename", [Run, Status])) }) })
    .nullish(),
});

/** The checks of the base as facts, without what they say. */
export function baseChecks({ statusCheckRollup }: z.infer<typeof BaseChecks>): CheckFact[] {
  const nodes = statusCheckRollup?.contexts.nodes ?? [];
  return nodes.map((one) => (one.__typename === "CheckRun" ? runFact(one) : statusFact(one)));
}

const silent = { required: false, title: "", summary: "", text: "", url: null, annotations: [] };

function runFact({ name, conclusion, startedAt, checkSuite }: z.infer<typeof Run>): CheckFact {
  const { app, databaseId, workflowRun } = checkSuite;
  return {
    ...silent,
    name,
    app: app && { id: app.databaseId ?? 0, slug: app.slug },
    ...(databaseId === null ? {} : { suite: databaseId }),
    ...(workflowRun === undefined ? {} : { workflow: workflowRun?.workflow.databaseId ?? null }),
    startedAt,
    done: conclusion !== null,
    conclusion: conclusion?.toLowerCase() ?? null,
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
