// Lists every repository that the App is installed on.
import { z } from "zod";
import { type Connection, call, guarded, type Repository, understood } from "../client/client.ts";

const Installations = z.array(z.object({ id: z.number().int(), suspended_at: z.string().nullish() }));
const Repositories = z.object({
  repositories: z.array(
    z.object({
      id: z.number().int(),
      name: z.string(),
      owner: z.object({ login: z.string() }),
      archived: z.boolean().optional(),
      disabled: z.boolean().optional(),
    }),
  ),
});

const perPage = 100;

/** One request for each hundred installations, and one for each hundred repositories of each. Throws `Fault`. */
export async function listRepositories(connection: Connection): Promise<readonly Repository[]> {
  const found: Repository[] = [];
  for (const installationId of await installations(connection)) {
    found.push(...(await repositoriesOf(connection, installationId)));
  }
  return found;
}

async function installations(connection: Connection): Promise<readonly number[]> {
  const attempted = "Could not list the installations of the App";
  const found: number[] = [];
  for (let page = 1; ; page++) {
    const { data } = await guarded(connection, attempted, () =>
      connection.clients.forApp().request("GET /app/installations", { per_page: perPage, page }),
    );
    const listed = understood({ attempted, shape: Installations }, data);
    found.push(...listed.filter((one) => !one.suspended_at).map((one) => one.id));
    if (listed.length < perPage) return found;
  }
}

/** Archived repositories take no comment and no push, so no loop can live there. */
async function repositoriesOf(connection: Connection, installationId: number): Promise<readonly Repository[]> {
  const attempted = `Could not list the repositories of installation ${installationId}`;
  const found: Repository[] = [];
  for (let page = 1; ; page++) {
    const { repositories } = await call(
      connection,
      { installationId, repositoryId: 0, owner: "", name: "" },
      { attempted, shape: Repositories },
      (client) => client.request("GET /installation/repositories", { per_page: perPage, page }),
    );
    for (const { id, name, owner, archived, disabled } of repositories) {
      if (!archived && !disabled) found.push({ installationId, repositoryId: id, owner: owner.login, name });
    }
    if (repositories.length < perPage) return found;
  }
}
