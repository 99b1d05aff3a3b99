// The events `repository`, `installation` and `installation_repositories`: the ground under loops goes away.
import { z } from "zod";
import { reading } from "../payload.ts";
import { ignored, type Route, type Translated } from "../translated.ts";

const Id = z.number().int().nonnegative();
const Repository = z.object({ action: z.string(), repository: z.object({ id: Id }) });
/** The whole installation, `app_id` included: other events carry only its id (threat T17). */
const Installation = z.object({ action: z.string(), installation: z.object({ id: Id, app_id: Id }) });
const Repositories = Installation.extend({ repositories_removed: z.array(z.object({ id: Id })) });

const repositoryEndings = new Map([
  ["deleted", "The repository was deleted."],
  ["archived", "The repository was archived."],
  ["transferred", "The repository was transferred to another owner."],
  ["publicized", "The repository was made public."],
]);

/** Threat T28: no write follows a change of owner or visibility. A rename changes nothing, since ids are what counts. */
export const translateRepository = reading(Repository, ({ action, repository }) => {
  const why = repositoryEndings.get(action);
  if (!why) return ignored(`repository.${action} changes no loop`);
  return gone(repository.id, { repository: true }, why);
});

export const translateInstallation = reading(Installation, ({ action, installation }, self) => {
  if (installation.app_id !== self.appId) return ignored("the installation is another App's");
  if (action !== "deleted" && action !== "suspend") return ignored(`installation.${action} changes no loop`);
  const why = action === "deleted" ? "The App was uninstalled." : "The App's installation was suspended.";
  return gone(null, { installation: installation.id }, why);
});

export const translateInstallationRepositories = reading(Repositories, (payload, self) => {
  if (payload.installation.app_id !== self.appId) return ignored("the installation is another App's");
  const repositories = payload.repositories_removed.map((repository) => repository.id);
  if (payload.action !== "removed" || repositories.length === 0) return ignored("no repository was removed");
  return gone(null, { repositories }, "The App's access to the repository was removed.");
});

function gone(repositoryId: number | null, route: Route, why: string): Translated {
  return { kind: "event", repositoryId, route, events: [{ type: "issue_gone", why }] };
}
