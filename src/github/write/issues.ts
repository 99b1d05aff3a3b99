// Issues that the App opens itself.
import { z } from "zod";
import type { Person } from "../../loop/state.ts";
import { type Connection, call, type Repository } from "../client/client.ts";

const Opened = z.object({
  number: z.number().int(),
  user: z.object({ id: z.number().int(), login: z.string(), type: z.string() }),
});

export interface IssueDraft {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
}

/**
 * Opens an issue, labels included, and says which it is and by which account. One request; GitHub makes labels that are not there yet.
 * Done twice, it opens two: whoever asks looks first. Throws `Fault`.
 */
export async function openIssue(
  connection: Connection,
  repository: Repository,
  draft: IssueDraft,
): Promise<{ readonly number: number; readonly author: Person }> {
  const { owner, name: repo } = repository;
  const attempted = `Could not open an issue in ${owner}/${repo}`;
  const { number, user } = await call(connection, repository, { attempted, shape: Opened }, (client) =>
    client.request("POST /repos/{owner}/{repo}/issues", { owner, repo, ...draft, labels: [...draft.labels] }),
  );
  return { number, author: { id: user.id, login: user.login, bot: user.type !== "User" } };
}
