// The loop's pull request: opened as a draft, made ready, reviewers asked.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { OpenedPull, PullDraft } from "../../engine/ports.ts";
import { type Connection, call, query, type Repository } from "../client/client.ts";

const Pull = z.object({
  number: z.number().int(),
  node_id: z.string(),
  html_url: z.string(),
  draft: z.boolean().optional(),
});

/** GitHub's limit for titles, in characters. */
const titleLimit = 256;

/** Opens a draft where one is wanted, or an ordinary one where the repository has no drafts, or adopts the open pull request that this branch already has: there can be only one for a base. */
export async function openPull(
  connection: Connection,
  repository: Repository,
  draft: PullDraft,
  retrying: boolean,
): Promise<OpenedPull> {
  const existing = retrying ? await findOpen(connection, repository, draft) : null;
  if (existing) return existing;
  try {
    return await create(connection, repository, draft, draft.draft);
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== "refused") throw error;
    // Private repositories of some plans have no drafts, and say so only when one is asked for.
    if (/draft pull requests (?:are|is) not supported/i.test(error.message))
      return create(connection, repository, draft, false);
    const found = /already exists/i.test(error.message) ? await findOpen(connection, repository, draft) : null;
    if (found) return found;
    throw error;
  }
}

async function create(
  connection: Connection,
  repository: Repository,
  draft: PullDraft,
  asDraft: boolean,
): Promise<OpenedPull> {
  const { owner, name: repo } = repository;
  const attempted = `Could not open a pull request for ${draft.head} on ${owner}/${repo}`;
  const pull = await call(connection, repository, { attempted, shape: Pull }, (client) =>
    client.request("POST /repos/{owner}/{repo}/pulls", {
      owner,
      repo,
      head: draft.head,
      base: draft.base,
      title: [...draft.title].slice(0, titleLimit).join(""),
      body: draft.body,
      draft: asDraft,
    }),
  );
  return opened(pull);
}

async function findOpen(connection: Connection, repository: Repository, draft: PullDraft): Promise<OpenedPull | null> {
  const { owner, name: repo } = repository;
  const attempted = `Could not look for a pull request of ${draft.head} on ${owner}/${repo}`;
  const pulls = await call(connection, repository, { attempted, shape: z.array(Pull) }, (client) =>
    client.request("GET /repos/{owner}/{repo}/pulls", {
      owner,
      repo,
      head: `${owner}:${draft.head}`,
      base: draft.base,
      state: "open",
    }),
  );
  return pulls[0] ? opened(pulls[0]) : null;
}

function opened(pull: z.infer<typeof Pull>): OpenedPull {
  return { number: pull.number, nodeId: pull.node_id, url: pull.html_url, draft: pull.draft ?? false };
}

const readyText = `
mutation MarkReady($pull: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $pull }) { pullRequest { isDraft body } }
}`;
/** GitHub performs the mutations of one request one after the other, so the first tells what the second overwrites. */
const readyAndBodyText = `
mutation MarkReady($pull: ID!, $body: String!) {
  markPullRequestReadyForReview(input: { pullRequestId: $pull }) { pullRequest { isDraft body } }
  updatePullRequest(input: { pullRequestId: $pull, body: $body }) { pullRequest { number } }
}`;
const draftText = "query ReadDraft($pull: ID!) { node(id: $pull) { ... on PullRequest { isDraft body } } }";

const Marked = z.object({
  markPullRequestReadyForReview: z.object({ pullRequest: z.object({ isDraft: z.literal(false), body: z.string() }) }),
});
const DraftState = z.object({ node: z.object({ isDraft: z.boolean(), body: z.string() }) });

/**
 * GraphQL only. Where GitHub declines, the pull request may have been ready all along, and that is as good. Resolves to the
 * description as it was before, and whether it was replaced by `body`; where it was ready, to the description as it is now,
 * since the second mutation is performed whatever became of the first. Throws `Fault`.
 */
export async function markReady(
  connection: Connection,
  repository: Repository,
  nodeId: string,
  body: string | null,
): Promise<{ readonly before: string; readonly written: boolean }> {
  const attempted = `Could not mark the pull request of ${repository.owner}/${repository.name} ready for review`;
  const text = body === null ? readyText : readyAndBodyText;
  const variables = { pull: nodeId, ...(body === null ? {} : { body }) };
  try {
    const marked = await query(connection, repository, { attempted, shape: Marked, text, variables });
    return { before: marked.markPullRequestReadyForReview.pullRequest.body, written: body !== null };
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== "refused") throw error;
    const question = { attempted, shape: DraftState, text: draftText, variables: { pull: nodeId } };
    const now = await query(connection, repository, question);
    if (now.node.isDraft) throw error;
    return { before: now.node.body, written: false };
  }
}

/** The description as it is now. Throws `Fault`. */
export async function readPullBody(connection: Connection, repository: Repository, nodeId: string): Promise<string> {
  const attempted = `Could not read the description of a pull request of ${repository.owner}/${repository.name}`;
  const variables = { pull: nodeId };
  const read = await query(connection, repository, { attempted, shape: DraftState, text: draftText, variables });
  return read.node.body;
}

/** Replaces the description. Where GitHub refuses, as on a locked conversation, the old one stays. Throws every other `Fault`. */
export async function editPullBody(
  connection: Connection,
  repository: Repository,
  pull: number,
  body: string,
): Promise<void> {
  const { owner, name: repo } = repository;
  const attempted = `Could not rewrite the description of ${owner}/${repo}#${pull}`;
  try {
    await call(connection, repository, { attempted, shape: z.object({ number: z.number() }) }, (client) =>
      client.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", { owner, repo, pull_number: pull, body }),
    );
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== "refused") throw error;
  }
}

/**
 * `logins` are people, or teams written as `organisation/team`. GitHub asks all of a request or none: where it declines,
 * each is asked by itself. Resolves to those it would not ask. Nothing is sent when there is none. Throws `Fault`.
 */
export async function requestReviewers(
  connection: Connection,
  repository: Repository,
  pull: number,
  logins: readonly string[],
): Promise<readonly string[]> {
  if (logins.length === 0 || (await mayAsk(connection, repository, pull, logins))) return [];
  if (logins.length === 1) return logins;
  const missed: string[] = [];
  for (const login of logins) if (!(await mayAsk(connection, repository, pull, [login]))) missed.push(login);
  return missed;
}

/** Asks them; false where GitHub will not ask at least one of them. */
async function mayAsk(
  connection: Connection,
  repository: Repository,
  pull: number,
  logins: readonly string[],
): Promise<boolean> {
  const { owner, name: repo } = repository;
  const attempted = `Could not ask ${logins.join(", ")} to review ${owner}/${repo}#${pull}`;
  try {
    await call(connection, repository, { attempted, shape: z.object({ number: z.number() }) }, (client) =>
      client.request("POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", {
        owner,
        repo,
        pull_number: pull,
        reviewers: logins.filter((login) => !login.includes("/")),
        team_reviewers: logins.flatMap((login) => (login.includes("/") ? [login.slice(login.indexOf("/") + 1)] : [])),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof Fault && error.kind === "refused") return false;
    throw error;
  }
}
