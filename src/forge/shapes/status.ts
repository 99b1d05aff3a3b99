// Commit statuses as GitHub shows them.
import { combinedState } from "../actions/statuses.ts";
import type { Core } from "../core.ts";
import type { CommitStatus, Repository } from "../model.ts";
import { minimalRepositoryShape } from "./repository.ts";
import { instant, repoUrl } from "./url.ts";
import { userShape } from "./user.ts";

export function statusShape(core: Core, status: CommitStatus) {
  return { ...simple(core, status), creator: userShape(core, status.creator) };
}

/** The newest status of each context, and what they come to. */
export function combinedStatusShape(
  core: Core,
  repository: Repository,
  sha: string,
  statuses: readonly CommitStatus[],
) {
  return {
    state: combinedState(statuses),
    statuses: statuses.map((status) => simple(core, status)),
    sha,
    total_count: statuses.length,
    repository: minimalRepositoryShape(core, repository),
    commit_url: repoUrl(core, repository, `/commits/${sha}`),
    url: repoUrl(core, repository, `/commits/${sha}/status`),
  };
}

function simple(core: Core, status: CommitStatus) {
  return {
    url: repoUrl(core, status.repository, `/statuses/${status.sha}`),
    avatar_url: userShape(core, status.creator).avatar_url,
    id: status.id,
    node_id: status.nodeId,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: instant(status.createdAt),
    updated_at: instant(status.updatedAt),
  };
}
