// Which pull requests of loops are open in a repository.
import { z } from "zod";
import { requireSameRepository } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";
import { isLoopBranch } from "../deliveries/webhooks/push.ts";
import { Actor, actorFields, isOurs, personOfActor } from "./people.ts";

const text = `
query OpenPulls($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequests(states: OPEN, first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { number headRefName author { ${actorFields} } }
    }
  }
}`;

const Answer = z.object({
  repository: z.object({
    databaseId: z.number(),
    pullRequests: z.object({
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
      nodes: z.array(z.object({ number: z.number(), headRefName: z.string(), author: Actor })),
    }),
  }),
});

/** Their numbers; one request for each hundred that are open, whoever opened them. Throws `Fault`. */
export async function openPulls(connection: Connection, repository: Repository): Promise<readonly number[]> {
  const { owner, name } = repository;
  const attempted = `Could not read the open pull requests of ${owner}/${name}`;
  const found: number[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const variables: Record<string, unknown> = { owner, name, after };
    const answer: z.infer<typeof Answer> = await query(connection, repository, {
      attempted,
      shape: Answer,
      text,
      variables,
    });
    requireSameRepository(repository, answer.repository.databaseId, attempted);
    const { nodes, pageInfo } = answer.repository.pullRequests;
    const ours = nodes.filter(({ author }) => isOurs(connection, personOfActor(author)));
    found.push(...ours.filter(({ headRefName }) => isLoopBranch(headRefName)).map(({ number }) => number));
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage;
  }
  return found;
}
