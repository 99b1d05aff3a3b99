// The repository, issue or other subject that a REST path names, given only to a caller who may reach it.
import { type ForgeContext, maySee, type PermissionName, requireActor, requirePermission } from "../caller.ts";
import { findRepository, requireIssue, requirePull } from "../core.ts";
import { knowCommit } from "../git/known.ts";
import { resolveCommit } from "../git/read.ts";
import { numberIn } from "../http/answer.ts";
import type { Actor, Issue, Pull, Repository } from "../model.ts";
import { notFound, Refusal } from "../refusal.ts";
import { repoUrl } from "../shapes/url.ts";
import type { World } from "../world.ts";

export interface Scope {
  readonly world: World;
  readonly c: ForgeContext;
}

type Need = readonly [anyOf: readonly PermissionName[], level: "read" | "write"];

/** Any permission may read this. */
export const metadata: Need = [["metadata"], "read"];

/** Issues and pull requests share comments, labels and reactions: either permission opens them. */
export const issuesOrPulls = (level: "read" | "write"): Need => [["issues", "pull_requests"], level];

/** The repository in the path, if the caller has one of the permissions. Throws 404 or 403 as GitHub does. */
export function repositoryIn({ world, c }: Scope, need: Need): Repository {
  const repository = findRepository(world, c.req.param("owner") ?? "", c.req.param("repo") ?? "");
  if (!repository) throw notFound();
  requirePermission(c.var.caller, repository, need[0], need[1]);
  return repository;
}

/** The caller's acting identity. */
export const actorIn = ({ c }: Scope): Actor => requireActor(c.var.caller);

/** The issue in the path; an App needs the permission that fits what it is. */
export function issueIn(scope: Scope, level: "read" | "write"): Issue {
  const repository = repositoryIn(scope, metadata);
  const issue = requirePresent(scope, repository, numberIn(scope.c, "number"));
  requireFor(scope, issue, level);
  return issue;
}

/** A deleted issue is gone, a transferred one elsewhere: https://docs.github.com/rest/issues/issues#get-an-issue */
function requirePresent({ world, c }: Scope, repository: Repository, number: number): Issue {
  const moved = repository.gone.get(number);
  if (moved === null) throw new Refusal(410, "This issue was deleted");
  if (moved === undefined || !maySee(c.var.caller, moved.repository)) return requireIssue(repository, number);
  const location = repoUrl(world, moved.repository, `/issues/${moved.number}`);
  throw new Refusal(301, "Moved Permanently", [], { location });
}

/** Throws unless the caller may handle this issue, or this pull request as an issue. */
export function requireFor({ c }: Scope, issue: Issue, level: "read" | "write"): void {
  requirePermission(c.var.caller, issue.repository, issue.pull ? ["pull_requests", "issues"] : ["issues"], level);
}

export function pullIn(scope: Scope, level: "read" | "write"): Pull {
  const repository = repositoryIn(scope, [["pull_requests"], level]);
  return requirePull(repository, numberIn(scope.c, "number"));
}

/** The commit that a branch, tag or commit id names. Throws GitHub's 422 when there is none. */
export async function commitIn(repository: Repository, ref: string): Promise<string> {
  const sha = await resolveCommit(repository.gitDir, ref);
  if (!sha) throw new Refusal(422, `No commit found for SHA: ${ref}`);
  await knowCommit(repository, sha);
  return sha;
}

/** What follows a marker in the path, decoded: for names that may hold slashes. */
export function restOfPath(c: ForgeContext, after: RegExp, before = /$/): string {
  const path = new URL(c.req.url).pathname;
  const start = after.exec(path);
  const tail = start ? path.slice(start.index + start[0].length) : "";
  const end = before.exec(tail);
  return decodeURIComponent(end ? tail.slice(0, end.index) : tail);
}
