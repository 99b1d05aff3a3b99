// Installations and their tokens as GitHub shows them.
import type { Core } from "../core.ts";
import type { Installation, Repository, Token } from "../model.ts";
import { repositoryShape } from "./repository.ts";
import { apiUrl, instant, maybeInstant, webUrl } from "./url.ts";
import { userShape } from "./user.ts";

export function installationShape(core: Core, installation: Installation) {
  const { account, app } = installation;
  return {
    id: installation.id,
    client_id: app.clientId,
    account: userShape(core, account),
    repository_selection: selectionOf(installation),
    access_tokens_url: apiUrl(core, `/app/installations/${installation.id}/access_tokens`),
    repositories_url: apiUrl(core, "/installation/repositories"),
    html_url: webUrl(core, `/settings/installations/${installation.id}`),
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: installation.permissions,
    events: installation.events,
    created_at: instant(installation.createdAt),
    updated_at: instant(installation.updatedAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: maybeInstant(installation.suspendedAt),
  };
}

/** As GitHub calls it, whether an installation covers all of the account's repositories or those that were chosen. */
export function selectionOf({ coversAll }: Installation): "all" | "selected" {
  return coversAll ? "all" : "selected";
}

export function tokenShape(core: Core, token: Token) {
  const chosen = token.repositoryIds && [...token.repositoryIds].flatMap((id) => core.repositories.get(id) ?? []);
  return {
    token: token.value,
    expires_at: instant(token.expiresAt ?? 0),
    permissions: token.permissions,
    repository_selection: "selected",
    ...(chosen ? { repositories: chosen.map((repository) => chosenShape(core, repository)) } : {}),
  };
}

function chosenShape(core: Core, repository: Repository) {
  const { custom_properties, ...shape } = repositoryShape(core, repository);
  return shape;
}
