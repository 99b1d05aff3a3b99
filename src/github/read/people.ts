// Who may do what: a person's permission in a repository, and accounts as GraphQL shows them.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { Permission } from "../../loop/event.ts";
import type { Person } from "../../loop/state.ts";
import { type Connection, call, type Repository } from "../client/client.ts";

const levels: readonly Permission[] = ["none", "read", "triage", "write", "maintain", "admin"];

/**
 * One request. `permission` knows only admin, write, read and none; `role_name` also maintain and triage, but may be an
 * organisation's own role, which then counts as what `permission` says of it. Someone unknown has none.
 */
export async function permission(connection: Connection, repository: Repository, login: string): Promise<Permission> {
  const { owner, name: repo } = repository;
  const attempted = `Could not read what ${login} may do in ${owner}/${repo}`;
  try {
    const answer = await call(
      connection,
      repository,
      { attempted, shape: z.object({ permission: z.string(), role_name: z.string().optional() }) },
      (client) =>
        client.request("GET /repos/{owner}/{repo}/collaborators/{username}/permission", {
          owner,
          repo,
          username: login,
        }),
    );
    return levelOf(answer.role_name) ?? levelOf(answer.permission) ?? "none";
  } catch (error) {
    if (error instanceof Fault && error.kind === "not_found") return "none";
    throw error;
  }
}

function levelOf(word: string | undefined): Permission | undefined {
  return levels.find((level) => level === word);
}

/** The selection for an `Actor`; a deleted account is null. */
export const actorFields = "__typename login ... on User { databaseId } ... on Bot { databaseId }";

export const Actor = z
  .object({ __typename: z.string(), login: z.string(), databaseId: z.number().int().nullish() })
  .nullable();

/** GraphQL leaves `[bot]` out of a bot's login; here it is as everywhere else. A deleted account is the ghost. */
export function personOfActor(actor: z.infer<typeof Actor>): Person {
  if (!actor) return { id: 0, login: "ghost", bot: false };
  const login = actor.__typename === "Bot" ? `${actor.login.replace(/\[bot\]$/, "")}[bot]` : actor.login;
  return { id: actor.databaseId ?? 0, login, bot: actor.__typename !== "User" };
}
