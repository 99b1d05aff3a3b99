// Commit statuses: the older, simpler form of a check, which anyone with write access may set.
import { type Core, nodeId, requireAccess } from "../core.ts";
import type { Commit } from "../git/commits.ts";
import { knowCommit } from "../git/known.ts";
import type { Actor, CommitStatus, Repository } from "../model.ts";
import { unprocessable } from "../refusal.ts";
import { commitShape } from "../shapes/commit.ts";
import { userShape } from "../shapes/user.ts";

export interface NewStatus {
  readonly sha: string;
  readonly state: CommitStatus["state"];
  readonly context?: string;
  readonly description?: string | null;
  readonly targetUrl?: string | null;
}

export interface StatusActions {
  createStatus(actor: Actor, repository: Repository, wanted: NewStatus): Promise<CommitStatus>;
}

export function statusActions(core: Core): StatusActions {
  return {
    createStatus: async (actor, repository, wanted) => {
      requireAccess(actor, repository, "write");
      if (!["error", "failure", "pending", "success"].includes(wanted.state))
        throw unprocessable({
          resource: "Status",
          code: "custom",
          field: "state",
          message: "state is not included in the list",
        });
      const commit = await knowCommit(repository, wanted.sha);
      const id = core.nextId();
      const now = core.now();
      const status: CommitStatus = {
        id,
        nodeId: nodeId("SC", id),
        repository,
        sha: wanted.sha,
        context: wanted.context ?? "default",
        state: wanted.state,
        description: wanted.description ?? null,
        targetUrl: wanted.targetUrl ?? null,
        creator: actor.user,
        createdAt: now,
        updatedAt: now,
      };
      repository.statuses.push(status);
      core.register({ type: "StatusContext", value: status });
      emitStatus(core, actor, status, commit);
      return status;
    },
  };
}

/** The newest status of each context on a commit. */
export function latestStatuses(repository: Repository, sha: string): CommitStatus[] {
  const latest = new Map<string, CommitStatus>();
  for (const status of repository.statuses) if (status.sha === sha) latest.set(status.context, status);
  return [...latest.values()];
}

/** Failure before pending before success; nothing at all is pending. */
export function combinedState(statuses: readonly CommitStatus[]): "failure" | "pending" | "success" {
  if (statuses.some((status) => status.state === "failure" || status.state === "error")) return "failure";
  return statuses.length > 0 && statuses.every((status) => status.state === "success") ? "success" : "pending";
}

function emitStatus(core: Core, actor: Actor, status: CommitStatus, commit: Commit): void {
  const { repository } = status;
  const at = new Date(status.createdAt).toISOString().replace(/\.\d+Z$/, "+00:00");
  core.emit({
    event: "status",
    action: null,
    actor,
    repository,
    body: {
      id: status.id,
      sha: status.sha,
      name: `${repository.owner.login}/${repository.name}`,
      avatar_url: userShape(core, actor.user).avatar_url,
      target_url: status.targetUrl,
      context: status.context,
      description: status.description,
      state: status.state,
      commit: commitShape(core, repository, commit),
      branches: [],
      created_at: at,
      updated_at: at,
    },
  });
}
