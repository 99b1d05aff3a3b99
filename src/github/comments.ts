// Comments of ours on the issue, and reactions to those of others.
import { z } from "zod";
import { Fault } from "../base/fault.ts";
import type { IssueRef } from "../loop/state.ts";
import { type Connection, call } from "./client.ts";

const Created = z.object({ id: z.number().int() });
const Listed = z.array(
  z.object({
    id: z.number().int(),
    body: z.string().nullish(),
    user: z.object({ login: z.string() }).nullable(),
    performed_via_github_app: z.object({ id: z.number() }).nullish(),
  }),
);

const perPage = 100;

/**
 * Creates a comment and resolves to its id. `marker` is a hidden text in `body`: with `retrying`, a comment of ours that
 * carries it is adopted instead. GitHub has no idempotency keys, so this look is what keeps a retry from speaking twice.
 */
export async function createComment(
  connection: Connection,
  issue: IssueRef,
  body: string,
  marker: string,
  retrying: boolean,
): Promise<number> {
  const adopted = retrying ? await findOurs(connection, issue, marker) : null;
  if (adopted !== null) return adopted;
  const attempted = `Could not comment on ${nameOf(issue)}`;
  const created = await call(connection, issue, { attempted, shape: Created }, (client) =>
    client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", { ...addressOf(issue), body }),
  );
  return created.id;
}

/** Comments come oldest first, so the first match has the lowest id. A copy of the marker by anyone else is not ours. */
async function findOurs(connection: Connection, issue: IssueRef, marker: string): Promise<number | null> {
  const attempted = `Could not list the comments of ${nameOf(issue)}`;
  const bot = `${connection.self.slug}[bot]`;
  for (let page = 1; ; page++) {
    const comments = await call(connection, issue, { attempted, shape: Listed }, (client) =>
      client.request("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
        ...addressOf(issue),
        per_page: perPage,
        page,
      }),
    );
    const found = comments.find(
      ({ user, performed_via_github_app: app, body }) =>
        (user?.login === bot || app?.id === connection.self.appId) && body?.includes(marker),
    );
    if (found) return found.id;
    if (comments.length < perPage) return null;
  }
}

/** Replaces the text of a comment; resolves to false when the comment no longer exists. */
export async function editComment(
  connection: Connection,
  issue: IssueRef,
  comment: number,
  body: string,
): Promise<boolean> {
  const { owner, repo } = addressOf(issue);
  const attempted = `Could not edit comment ${comment} on ${nameOf(issue)}`;
  return unlessGone(
    call(connection, issue, { attempted, shape: Created }, (client) =>
      client.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", {
        owner,
        repo,
        comment_id: comment,
        body,
      }),
    ),
  );
}

/** A reaction is set once however often it is asked for. To a comment that is gone there is nothing to acknowledge. */
export async function react(
  connection: Connection,
  issue: IssueRef,
  comment: number,
  content: "eyes" | "rocket" | "-1" | "+1",
): Promise<void> {
  const { owner, repo } = addressOf(issue);
  const attempted = `Could not react to comment ${comment} on ${nameOf(issue)}`;
  await unlessGone(
    call(connection, issue, { attempted, shape: Created }, (client) =>
      client.request("POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", {
        owner,
        repo,
        comment_id: comment,
        content,
      }),
    ),
  );
}

async function unlessGone(done: Promise<unknown>): Promise<boolean> {
  try {
    await done;
    return true;
  } catch (error) {
    if (error instanceof Fault && error.kind === "not_found") return false;
    throw error;
  }
}

function addressOf(issue: IssueRef) {
  return { owner: issue.owner, repo: issue.name, issue_number: issue.number };
}

function nameOf(issue: IssueRef): string {
  return `${issue.owner}/${issue.name}#${issue.number}`;
}
