// Merges the base into a loop's branch, where branch rules take only a branch that contains it.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { UpdateOutcome } from "../../loop/event.ts";
import type { BaseTip } from "../../loop/state.ts";
import { type Connection, call, type Repository } from "../client/client.ts";
import { isOurs } from "../read/people.ts";

const Commit = z.object({
  sha: z.string(),
  parents: z.array(z.object({ sha: z.string() })),
  author: z.object({ login: z.string().optional() }).nullable(),
});
type Commit = z.infer<typeof Commit>;

/** Nothing (204) where there was nothing to merge. */
const Merged = z.preprocess((answer) => (answer === "" ? undefined : answer), Commit.optional());

interface Update {
  readonly branch: string;
  readonly head: string; // where the branch was last seen
  readonly base: BaseTip;
}

/**
 * Merges exactly `base.sha`, and names the commit that comes of it: GitHub's own "Update branch" does the same later, and says
 * of which commit only by a webhook. One request, and one more where there was nothing left to merge: an earlier try whose
 * answer was lost may have done it. Whatever came to the branch meanwhile stays below the merge, and is `moved`. An App
 * without the permission for workflows is refused where the base brings changes of them. Throws `Fault` only where it may work
 * later. https://docs.github.com/rest/branches/branches#merge-a-branch
 */
export async function updateBranch(
  connection: Connection,
  repository: Repository,
  update: Update,
): Promise<UpdateOutcome> {
  const { owner, name: repo } = repository;
  const { branch, base } = update;
  const attempted = `Could not merge ${base.branch} into ${branch} in ${owner}/${repo}`;
  try {
    const merged = await call(connection, repository, { attempted, shape: Merged }, (client) =>
      client.request("POST /repos/{owner}/{repo}/merges", { owner, repo, base: branch, head: base.sha }),
    );
    return outcomeOf(connection, merged ?? (await tipOf(connection, repository, branch)), update);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // A rule that wants no merge commit on the branch is told with the status of a conflict.
    if (error.kind === "conflict" && /\bmerge conflict\b/i.test(error.message)) return { status: "conflict" };
    if (error.kind !== "conflict" && error.retry === "later") throw error;
    return { status: "refused", message: error.message };
  }
}

/** A commit of ours that merges the two as they were, or another one: then somebody else pushed as well. */
function outcomeOf(connection: Connection, { sha, parents, author }: Commit, { head, base }: Update): UpdateOutcome {
  if (sha === head) return { status: "current" };
  const isOfUs = isOurs(connection, { login: author?.login ?? "" });
  const isOfBoth = parents[0]?.sha === head && parents[1]?.sha === base.sha;
  return { status: isOfUs && isOfBoth ? "updated" : "moved", head: sha };
}

function tipOf(connection: Connection, repository: Repository, branch: string): Promise<Commit> {
  const { owner, name: repo } = repository;
  const attempted = `Could not read the tip of ${branch} in ${owner}/${repo}`;
  return call(connection, repository, { attempted, shape: Commit }, (client) =>
    client.request("GET /repos/{owner}/{repo}/commits/{ref}", { owner, repo, ref: `heads/${branch}` }),
  );
}
