// The events `repository`, `installation` and `installation_repositories`: the ground under loops goes away, comes back, or changes its name.
import { z } from "zod";
import type { Gone } from "../../../loop/cause.ts";
import type { LoopEvent } from "../../../loop/event.ts";
import { reading } from "../payload.ts";
import { ignored, type Route, type Translated } from "../translated.ts";

const Id = z.number().int().nonnegative();
const Name = z.string().min(1);
const Repository = z.object({
  action: z.string(),
  repository: z.object({ id: Id, name: Name, owner: z.object({ login: Name }) }),
  installation: z.object({ id: Id }),
});
/** The whole installation, `app_id` included: other events carry only its id (threat T17). */
const Installation = z.object({ action: z.string(), installation: z.object({ id: Id, app_id: Id }) });
const Covered = Installation.extend({ repositories: z.array(z.object({ id: Id })).optional() });
const Repositories = Installation.extend({
  repositories_added: z.array(z.object({ id: Id })),
  repositories_removed: z.array(z.object({ id: Id })),
  repository_selection: z.string().optional(),
});

const repositoryEndings = new Map<string, Gone>([
  ["deleted", "repository_deleted"],
  ["archived", "repository_archived"],
  ["transferred", "repository_transferred"],
  ["publicized", "repository_publicized"],
]);

const repositoryReturns = ["unarchived", "privatized"];

/** Threat T28: no write follows a change of owner or visibility. A rename changes names only: ids are what counts. */
export const translateRepository = reading(Repository, ({ action, repository, installation }) => {
  const route = { repository: true } as const;
  if (action === "renamed") {
    const { owner, name } = repository;
    return about(repository.id, route, { type: "renamed", owner: owner.login, name });
  }
  if (repositoryReturns.includes(action)) return back(repository.id, route, installation.id);
  const why = repositoryEndings.get(action);
  if (!why) return ignored(`repository.${action} changes no loop`);
  return gone(repository.id, route, why);
});

export const translateInstallation = reading(Covered, ({ action, installation, repositories }, self) => {
  if (installation.app_id !== self.appId) return ignored("the installation is another App's");
  if (action === "unsuspend") return back(null, { installation: installation.id }, installation.id);
  if (action === "created") return installed(installation.id, repositories ?? []);
  if (action !== "deleted" && action !== "suspend") return ignored(`installation.${action} changes no loop`);
  const why = action === "deleted" ? "app_uninstalled" : "app_suspended";
  return gone(null, { installation: installation.id }, why);
});

export const translateInstallationRepositories = reading(Repositories, (payload, self) => {
  if (payload.installation.app_id !== self.appId) return ignored("the installation is another App's");
  const { action, installation, repositories_added: added, repository_selection: selection } = payload;
  if (action === "added") return installed(installation.id, added, selection === "all");
  const repositories = payload.repositories_removed.map((repository) => repository.id);
  if (action !== "removed" || repositories.length === 0) return ignored("no repository was removed");
  return gone(null, { repositories }, "access_removed");
});

/** A new installation has a new id: loops from before are found by their repositories. */
function installed(
  installationId: number,
  covered: readonly { readonly id: number }[],
  isUnchosen = false,
): Translated {
  const repositories = covered.map(({ id }) => id);
  if (repositories.length === 0) return ignored("no repository was added");
  return back(null, { repositories, ...(isUnchosen ? { unchosen: true } : {}) }, installationId);
}

function gone(repositoryId: number | null, route: Route, why: Gone): Translated {
  return about(repositoryId, route, { type: "issue_gone", why });
}

function back(repositoryId: number | null, route: Route, installationId: number): Translated {
  return about(repositoryId, route, { type: "issue_back", installationId });
}

function about(repositoryId: number | null, route: Route, event: LoopEvent): Translated {
  return { kind: "event", repositoryId, route, events: [event] };
}
