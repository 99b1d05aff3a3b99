// Waits for GitHub to find out whether a pull request merges, which it begins to do once it is asked.
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { requireSameRepository } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";

const text = `
query ReadMergeability($owner: String!, $name: String!, $pull: Int!) {
  repository(owner: $owner, name: $name) { databaseId pullRequest(number: $pull) { state mergeable } }
}`;

const Answer = z.object({
  repository: z.object({
    databaseId: z.number(),
    pullRequest: z.object({ state: z.string(), mergeable: z.enum(["MERGEABLE", "CONFLICTING", "UNKNOWN"]) }).nullable(),
  }),
});

/** In milliseconds, before each time it is asked: most are found out within a second or two. */
const waits = [250, 750, 2_000];

/**
 * Whether GitHub knows by now if the pull request merges, after at most three seconds and three requests: for whoever has just
 * asked for the first time since either branch moved. False too of one that is not open any more. Throws `Fault`.
 */
export async function mergeabilityFound(
  connection: Connection,
  repository: Repository,
  pull: number,
): Promise<boolean> {
  const { owner, name } = repository;
  const attempted = `Could not read whether ${owner}/${name}#${pull} merges`;
  const variables = { owner, name, pull };
  for (const ms of waits) {
    await wait(ms);
    const answer = await query(connection, repository, { attempted, shape: Answer, text, variables });
    requireSameRepository(repository, answer.repository.databaseId, attempted);
    const found = answer.repository.pullRequest;
    if (found?.state !== "OPEN") return false;
    if (found.mergeable !== "UNKNOWN") return true;
  }
  return false;
}
