// Answers in the threads of comments on lines of a pull request.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { ThreadAnswer } from "../../engine/ports.ts";
import { type Connection, call, type Repository } from "../client/client.ts";

const Listed = z.array(
  z.object({
    body: z.string(),
    user: z.object({ login: z.string() }).nullable(),
    in_reply_to_id: z.number().int().optional(),
  }),
);

/** So many pages of a hundred comments are looked through for an answer of ours. */
const pages = 10;

/**
 * Answers the comment that a thread began with; GitHub takes replies to no other. A comment that is gone needs no answer, and
 * where GitHub refuses one, as in a locked conversation, there is none. Throws every other `Fault`.
 */
export async function answerThread(
  connection: Connection,
  repository: Repository,
  answer: ThreadAnswer,
  retrying: boolean,
): Promise<void> {
  if (retrying && (await isAnswered(connection, repository, answer))) return;
  const { owner, name: repo } = repository;
  const { pull, thread, body } = answer;
  const attempted = `Could not answer comment ${thread} on ${owner}/${repo}#${pull}`;
  try {
    await call(connection, repository, { attempted, shape: z.object({ id: z.number() }) }, (client) =>
      client.request("POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies", {
        owner,
        repo,
        pull_number: pull,
        comment_id: thread,
        body,
      }),
    );
  } catch (error) {
    if (!(error instanceof Fault) || (error.kind !== "refused" && error.kind !== "not_found")) throw error;
  }
}

/** A copy of the marker by anyone else is not ours. */
async function isAnswered(
  connection: Connection,
  repository: Repository,
  { pull, thread, marker }: ThreadAnswer,
): Promise<boolean> {
  const bot = `${connection.self.slug}[bot]`.toLowerCase();
  const { owner, name: repo } = repository;
  const attempted = `Could not list the comments on lines of ${owner}/${repo}#${pull}`;
  for (let page = 1; page <= pages; page++) {
    const listed = await call(connection, repository, { attempted, shape: Listed }, (client) =>
      client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/comments", {
        owner,
        repo,
        pull_number: pull,
        per_page: 100,
        page,
      }),
    );
    const isOurs = ({ user, body, in_reply_to_id }: (typeof listed)[number]) =>
      in_reply_to_id === thread && user?.login.toLowerCase() === bot && body.includes(marker);
    if (listed.some(isOurs)) return true;
    if (listed.length < 100) return false;
  }
  return false;
}
