// Lists where the App is installed, and the repositories of each installation.
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

export interface Installed {
  readonly id: number;
  readonly suspended: boolean;
}

/** One request for each hundred installations. Throws `Fault`. */
export async function listInstallations(connection: Connection): Promise<readonly Installed[]> {
  const attempted = "Could not list the installations of the App";
  const found: Installed[] = [];
  for (let page = 1; ; page++) {
    const { data } = await guarded(connection, attempted, () =>
      connection.clients.forApp().request("GET /app/installations", { per_page: perPage, page }),
    );
    const listed = understood({ attempted, shape: Installations }, data);
    found.push(...listed.map(({ id, suspended_at }) => ({ id, suspended: Boolean(suspended_at) })));
    if (listed.length < perPage) return found;
  }
}

/**
 * One request for each hundred repositories. Archived ones take no comment and no push, and disabled ones nothing at all, so no
 * loop can live there. Throws `Fault`.
 */
export async function listRepositories(
  connection: Connection,
  installationId: number,
): Promise<readonly (Repository & { readonly takesPart: boolean })[]> {
  const attempted = `Could not list the repositories of installation ${installationId}`;
  const found: (Repository & { readonly takesPart: boolean })[] = [];
  for (let page = 1; ; page++) {
    const { repositories } = await call(
      connection,
      { installationId, repositoryId: 0, owner: "", name: "" },
      { attempted, shape: Repositories },
      (client) => client.request("GET /installation/repositories", { per_page: perPage, page }),
    );
    for (const { id, name, owner, archived, disabled } of repositories) {
      const takesPart = !archived && !disabled;
      found.push({ installationId, repositoryId: id, owner: owner.login, name, takesPart });
    }
    if (repositories.length < perPage) return found;
  }
}
