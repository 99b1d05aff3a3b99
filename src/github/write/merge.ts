// Merges exactly one commit, where policy says that Loopgate may.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import { type Connection, call, query, type Repository } from "../client/client.ts";

type Merge = { readonly ok: true | "queued" } | { readonly ok: false; readonly message: string };

const Merged = z.object({ merged: z.literal(true) });
const Pull = z.object({ merged: z.boolean(), node_id: z.string(), head: z.object({ sha: z.string() }) });

const methods = ["merge", "squash", "rebase"] as const;

/** GitHub's words for a method that the repository, or a rule of linear history, does not allow. */
const otherMethod =
  /not allowed on this repository|merge commits?.*not allowed|must not contain merge commits|linear history/i;

/**
 * Merges by the first method that the repository allows: one request where merge commits are, as by default. Which ones are
 * allowed is found out by trying: asking would be a request more for everyone, and a rule may forbid what the settings allow. A refusal that GitHub explains is a value: a rule, or a conflict of the two branches. After one, the pull request is
 * read: an earlier try whose answer was lost may have merged it. Where the base has a merge queue, exactly `head` is put into
 * it, one request more; the queue has its own method. Throws `Fault`, and one of kind `conflict` where either
 * branch moved meanwhile: another merge came between, or another head than `head` is there.
 */
export async function merge(
  connection: Connection,
  repository: Repository,
  pull: number,
  head: string,
): Promise<Merge> {
  const { owner, name: repo } = repository;
  const address = { owner, repo, pull_number: pull };
  try {
    await mergeAsAllowed(connection, repository, pull, head);
    return { ok: true };
  } catch (error) {
    if (!(error instanceof Fault) || (error.kind !== "refused" && error.kind !== "conflict")) throw error;
    const attempted = `Could not read ${owner}/${repo}#${pull} after its merge was declined`;
    const now = await call(connection, repository, { attempted, shape: Pull }, (client) =>
      client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", address),
    );
    if (now.merged && now.head.sha === head) return { ok: true };
    if (error.kind === "conflict") throw error;
    if (/merge queue/i.test(error.message)) return enqueue(connection, repository, now.node_id, head);
    return { ok: false, message: error.message };
  }
}

const enqueueText = `
mutation Enqueue($pull: ID!, $head: GitObjectID!) {
  enqueuePullRequest(input: { pullRequestId: $pull, expectedHeadOid: $head }) { mergeQueueEntry { id } }
}`;
const Enqueued = z.object({ enqueuePullRequest: z.object({ mergeQueueEntry: z.object({ id: z.string() }) }) });

const dequeueText = `
mutation Dequeue($pull: ID!) { dequeuePullRequest(input: { id: $pull }) { clientMutationId } }`;
const Dequeued = z.object({ dequeuePullRequest: z.object({}) });

/** By GraphQL only: https://docs.github.com/graphql/reference/mutations#enqueuepullrequest */
async function enqueue(connection: Connection, repository: Repository, pull: string, head: string): Promise<Merge> {
  const attempted = `Could not put a pull request of ${repository.owner}/${repository.name} into the merge queue`;
  try {
    await query(connection, repository, { attempted, shape: Enqueued, text: enqueueText, variables: { pull, head } });
    return { ok: "queued" };
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== "refused") throw error;
    return { ok: false, message: error.message };
  }
}

/** Takes a pull request, by its node id, out of the merge queue. One that is in none, or merged, is left as it is. Throws `Fault`. */
export async function leaveQueue(connection: Connection, repository: Repository, pull: string): Promise<void> {
  const attempted = `Could not take a pull request of ${repository.owner}/${repository.name} out of the merge queue`;
  try {
    await query(connection, repository, { attempted, shape: Dequeued, text: dequeueText, variables: { pull } });
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== "refused") throw error;
  }
}

async function mergeAsAllowed(
  connection: Connection,
  repository: Repository,
  pull: number,
  head: string,
  [method, ...others]: readonly (typeof methods)[number][] = methods,
): Promise<void> {
  const { owner, name: repo } = repository;
  const attempted = `Could not merge ${owner}/${repo}#${pull}`;
  try {
    await call(connection, repository, { attempted, shape: Merged }, (client) =>
      client.request("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge", {
        owner,
        repo,
        pull_number: pull,
        sha: head,
        ...(method === undefined ? {} : { merge_method: method }),
      }),
    );
  } catch (error) {
    const isMethod = error instanceof Fault && error.kind === "refused" && otherMethod.test(error.message);
    if (!isMethod || others.length === 0) throw error;
    await mergeAsAllowed(connection, repository, pull, head, others);
  }
}
