// Who may do what: a person's permission in a repository, and accounts as GraphQL shows them.
import { z } from "zod";
import type { Permission } from "../../loop/event.ts";
import type { Person } from "../../loop/state.ts";
import { type Connection, call, type Repository, unlessGone } from "../client/client.ts";

const levels: readonly Permission[] = ["none", "read", "triage", "write", "maintain", "admin"];

const Held = z.object({
  permission: z.string(),
  role_name: z.string().optional(),
  user: z.object({ id: z.number().int() }).nullish(),
});

/**
 * What the account with this id may do. One request, and up to two more where its login was changed since: GitHub answers by
 * login only, and a login that was given up may be somebody else's. `permission` knows only admin, write, read and none;
 * `role_name` also maintain and triage, but may be an organisation's own role, which then counts as what `permission` says
 * of it. Someone unknown has none.
 */
export async function permission(connection: Connection, repository: Repository, person: Person): Promise<Permission> {
  const known = await heldBy(connection, repository, person.login);
  if (known?.user?.id === person.id) return levelIn(known);
  const login = await loginNow(connection, repository, person);
  if (login === null || login === person.login) return "none";
  const now = await heldBy(connection, repository, login);
  return now?.user?.id === person.id ? levelIn(now) : "none";
}

function heldBy(connection: Connection, repository: Repository, login: string): Promise<z.infer<typeof Held> | null> {
  const { owner, name: repo } = repository;
  const attempted = `Could not read what ${login} may do in ${owner}/${repo}`;
  return unlessGone(
    call(connection, repository, { attempted, shape: Held }, (client) =>
      client.request("GET /repos/{owner}/{repo}/collaborators/{username}/permission", {
        owner,
        repo,
        username: login,
      }),
    ),
  );
}

/** https://docs.github.com/rest/users/users#get-a-user-using-their-id */
async function loginNow(connection: Connection, repository: Repository, { id, login }: Person): Promise<string | null> {
  const attempted = `Could not look up who ${login} is now`;
  const asked = call(connection, repository, { attempted, shape: z.object({ login: z.string() }) }, (client) =>
    client.request("GET /user/{account_id}", { account_id: id }),
  );
  return (await unlessGone(asked))?.login ?? null;
}

function levelIn(held: z.infer<typeof Held>): Permission {
  return levelOf(held.role_name) ?? levelOf(held.permission) ?? "none";
}

function levelOf(word: string | undefined): Permission | undefined {
  return levels.find((level) => level === word);
}

/** The selection for an `Actor`; a deleted account is null. */
export const actorFields = "__typename login ... on User { databaseId } ... on Bot { databaseId }";

export const Actor = z
  .object({ __typename: z.string(), login: z.string(), databaseId: z.number().int().nullish() })
  .nullable();

/** Where GitHub does not say who it was. */
export const nobody: Person = { id: 0, login: "", bot: false };

/** GraphQL leaves `[bot]` out of a bot's login; here it is as everywhere else. A deleted account is the ghost. */
export function personOfActor(actor: z.infer<typeof Actor>): Person {
  if (!actor) return { id: 0, login: "ghost", bot: false };
  const login = actor.__typename === "Bot" ? `${actor.login.replace(/\[bot\]$/, "")}[bot]` : actor.login;
  return { id: actor.databaseId ?? 0, login, bot: actor.__typename !== "User" };
}

/** Whether this is the account under which our App acts. */
export function isOurs({ self }: Connection, { login }: Pick<Person, "login">): boolean {
  return login.toLowerCase() === `${self.slug}[bot]`.toLowerCase();
}
