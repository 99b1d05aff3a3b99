// What a schedule goes by: the policy on the default branch, the issues that its passes opened, and whether anybody answered them.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { IssueAnswers, ScheduleRead } from "../../engine/ports.ts";
import type { Person } from "../../loop/state.ts";
import { requireSameRepository } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";
import { PolicyAsked, policyFields, policyIn } from "./claim.ts";
import { Actor, actorFields, isOurs, personOfActor } from "./people.ts";

const policyText = `
query ReadSchedules($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
    databaseId name owner { login }
    defaultBranchRef { name target { oid } }
    ${policyFields}
  }
}`;

const PolicyAnswer = z.object({
  repository: z.object({
    ...PolicyAsked.shape,
    databaseId: z.number(),
    name: z.string(),
    owner: z.object({ login: z.string() }),
    defaultBranchRef: z.object({ name: z.string(), target: z.object({ oid: z.string() }) }).nullable(),
  }),
});

/** The repository's own policy, with the repository by the names it has now. One request. Throws `Fault`. */
export async function readSchedules(connection: Connection, repository: Repository): Promise<ScheduleRead> {
  const attempted = `Could not read the schedules of ${repository.owner}/${repository.name}`;
  const variables = { owner: repository.owner, name: repository.name };
  const answer = await query(connection, repository, { attempted, shape: PolicyAnswer, text: policyText, variables });
  const { databaseId, name, owner, defaultBranchRef } = answer.repository;
  requireSameRepository(repository, databaseId, attempted);
  return {
    repository: { ...repository, owner: owner.login, name },
    base: defaultBranchRef === null ? null : { branch: defaultBranchRef.name, sha: defaultBranchRef.target.oid },
    ...policyIn(answer.repository),
  };
}

const issuesText = `
query ReadPasses($owner: String!, $name: String!, $label: String!) {
  repository(owner: $owner, name: $name) {
    databaseId
    issues(labels: [$label], last: 100) { nodes { number body state author { ${actorFields} } } }
  }
}`;

const IssuesAnswer = z.object({
  repository: z.object({
    databaseId: z.number(),
    issues: z.object({
      nodes: z.array(
        z.object({ number: z.number().int(), body: z.string(), state: z.enum(["OPEN", "CLOSED"]), author: Actor }),
      ),
    }),
  }),
});

/**
 * Of the issues with this label the newest hundred that the App itself opened, oldest first. They are found by their label: GitHub's
 * filter by author finds nothing of an App's where the Enterprise Cloud has a domain of its own
 * (https://github.com/renovatebot/renovate/issues/44730). One request. Throws `Fault`.
 */
export async function readOwnIssues(
  connection: Connection,
  repository: Repository,
  label: string,
): Promise<
  readonly { readonly number: number; readonly body: string; readonly author: Person; readonly open: boolean }[]
> {
  const attempted = `Could not list the issues of ${repository.owner}/${repository.name} that schedules opened`;
  const variables = { owner: repository.owner, name: repository.name, label };
  const answer = await query(connection, repository, { attempted, shape: IssuesAnswer, text: issuesText, variables });
  requireSameRepository(repository, answer.repository.databaseId, attempted);
  return answer.repository.issues.nodes
    .map(({ number, body, state, author }) => ({ number, body, open: state === "OPEN", author: personOfActor(author) }))
    .filter(({ author }) => isOurs(connection, author));
}

const answersFragment = `
fragment Answers on Issue {
  labels(first: 100) { nodes { name } }
  comments(last: 100) { nodes { author { ${actorFields} } } }
  timelineItems(itemTypes: [CLOSED_EVENT, REOPENED_EVENT, LABELED_EVENT, UNLABELED_EVENT], last: 100) {
    nodes {
      ... on ClosedEvent { actor { ${actorFields} } }
      ... on ReopenedEvent { actor { ${actorFields} } }
      ... on LabeledEvent { actor { ${actorFields} } }
      ... on UnlabeledEvent { actor { ${actorFields} } }
    }
  }
}`;

const Answers = z.object({
  labels: z.object({ nodes: z.array(z.object({ name: z.string() })) }).nullable(),
  comments: z.object({ nodes: z.array(z.object({ author: Actor })) }),
  timelineItems: z.object({ nodes: z.array(z.object({ actor: Actor.optional() })) }),
});

/** By number; an issue that is gone is not among them. One request for all of them; one for each where one is gone. Throws `Fault`. */
export async function readAnswers(
  connection: Connection,
  repository: Repository,
  issues: readonly number[],
): Promise<ReadonlyMap<number, IssueAnswers>> {
  try {
    return await answersTo(connection, repository, issues);
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== "not_found" || error.retry === "never") throw error;
    if (issues.length === 1) return new Map();
    const found = new Map<number, IssueAnswers>();
    for (const issue of issues)
      for (const [number, answers] of await readAnswers(connection, repository, [issue])) found.set(number, answers);
    return found;
  }
}

async function answersTo(
  connection: Connection,
  repository: Repository,
  issues: readonly number[],
): Promise<ReadonlyMap<number, IssueAnswers>> {
  const attempted = `Could not read whether anybody answered issues of ${repository.owner}/${repository.name}`;
  const asked = issues.map(
    (number, index) => `issue${index}: issueOrPullRequest(number: ${number}) { __typename ...Answers }`,
  );
  const text = `query ReadAnswers($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { databaseId ${asked.join("\n    ")} }
}
${answersFragment}`;
  const shape = z.object({ repository: z.object({ databaseId: z.number() }).catchall(z.unknown()) });
  const variables = { owner: repository.owner, name: repository.name };
  const { repository: found } = await query(connection, repository, { attempted, shape, text, variables });
  requireSameRepository(repository, found.databaseId, attempted);
  return new Map(
    issues.flatMap((number, index) => {
      const read = Answers.safeParse(found[`issue${index}`]);
      return read.success ? [[number, answersIn(read.data)] as const] : [];
    }),
  );
}

function answersIn({ labels, comments, timelineItems }: z.infer<typeof Answers>): IssueAnswers {
  const people = (actors: readonly z.infer<typeof Actor>[]) =>
    actors.map(personOfActor).filter(({ id, bot }) => !bot && id > 0);
  const speakers = people(comments.nodes.map(({ author }) => author)).reverse();
  return {
    labels: labels?.nodes.map(({ name }) => name) ?? [],
    triaged: people(timelineItems.nodes.map(({ actor }) => actor ?? null)).length > 0,
    speakers: [...new Map(speakers.reverse().map((one) => [one.id, one])).values()].reverse(),
  };
}
