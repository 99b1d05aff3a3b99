// Reads one comment as it is now: whose it is, and the command in it.
import { z } from "zod";
import type { Command } from "../../loop/event.ts";
import type { IssueRef, Person } from "../../loop/state.ts";
import { type Connection, call, unlessGone } from "../client/client.ts";
import { parseCommand } from "../deliveries/command.ts";

const Comment = z.object({
  body: z.string().nullish(),
  user: z.object({ id: z.number().int(), login: z.string(), type: z.string() }).nullable(),
});

interface CommentNow {
  readonly author: Person;
  readonly command: Pick<Command, "verb" | "argument"> | null;
}

/** One request; null when the comment, or the account of its author, is gone. Throws `Fault`. */
export async function readComment(
  connection: Connection,
  issue: IssueRef,
  comment: number,
): Promise<CommentNow | null> {
  const { owner, name: repo } = issue;
  const attempted = `Could not read comment ${comment} on ${owner}/${repo}#${issue.number}`;
  const asked = call(connection, issue, { attempted, shape: Comment }, (client) =>
    client.request("GET /repos/{owner}/{repo}/issues/comments/{comment_id}", { owner, repo, comment_id: comment }),
  );
  const { body = "", user = null } = (await unlessGone(asked)) ?? {};
  if (user === null) return null;
  const author = { id: user.id, login: user.login, bot: user.type !== "User" };
  return { author, command: parseCommand(body ?? "", connection.self.slug) };
}
