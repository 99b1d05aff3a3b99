// What a GraphQL caller may reach: repositories by name, nodes by id, and the permissions that open them.
import { type Caller, keptOut, maySee, type PermissionName, requirePermission } from "../caller.ts";
import { findRepository, movedFrom } from "../core.ts";
import type { Issue, Node, Repository } from "../model.ts";
import { declined, noSuchNode } from "./errors.ts";
import { actorSource, type Reading, type Source, source } from "./source.ts";

/** Throws the `Refusal` GitHub gives unless the caller has one of the permissions on the repository. */
export function need(
  repository: Repository,
  { caller }: Reading,
  anyOf: readonly PermissionName[],
  level: "read" | "write" = "read",
): void {
  requirePermission(caller, repository, anyOf, level);
}

export function repositoryNamed(owner: string, name: string, { world, caller }: Reading): Source<Repository> {
  const repository = findRepository(world, owner, name) ?? movedFrom(world, owner, name);
  if (!repository || !maySee(caller, repository)) {
    throw declined("NOT_FOUND", `Could not resolve to a Repository with the name '${owner}/${name}'.`);
  }
  requireOpen(repository, caller);
  return source("Repository", repository);
}

/**
 * GitHub's words in GraphQL for what its staff has closed are known to nobody here; it is refused as what may not be read is. An IP
 * allow list refuses in the words of REST: https://github.com/cli/cli/issues/12150
 */
function requireOpen({ blocked, owner }: Repository, caller: Caller): void {
  const refused = keptOut(caller, owner);
  if (refused !== undefined) throw declined("FORBIDDEN", refused);
  if (blocked !== null) throw declined("FORBIDDEN", "Repository access blocked");
}

/** An issue or pull request under its own type. */
export function subjectSource(issue: Issue, reading: Reading): Source {
  need(issue.repository, reading, issue.pull ? ["pull_requests"] : ["issues"]);
  return issue.pull ? source("PullRequest", issue.pull) : source("Issue", issue);
}

/** The value with that node id, which is the `node_id` that REST shows. */
export function nodeSource(id: string, reading: Reading): Source {
  const node = reading.world.nodes.get(id);
  if (node === undefined) throw noSuchNode(id);
  const home = homeOf(node, reading);
  if (home !== null) {
    if (!maySee(reading.caller, home.repository)) throw noSuchNode(id);
    requireOpen(home.repository, reading.caller);
    need(home.repository, reading, home.anyOf);
  }
  if (node.type === "PullRequestReviewThread") return source(node.type, node.value.root);
  return node.type === "User" ? (actorSource(node.value) as Source) : source(node.type, node.value);
}

interface Home {
  readonly repository: Repository;
  readonly anyOf: readonly PermissionName[];
}

/** Where a node belongs and what opens it; null for what everyone may see. */
function homeOf(node: Node, { world }: Reading): Home | null {
  switch (node.type) {
    case "User":
    case "App":
      return null;
    case "Repository":
      return { repository: node.value, anyOf: ["metadata"] };
    case "Issue":
      return ofIssue(node.value);
    case "IssueComment":
      return ofIssue(node.value.issue);
    case "PullRequest":
      return ofIssue(node.value.issue);
    case "PullRequestReview":
    case "PullRequestReviewComment":
      return ofIssue(node.value.pull.issue);
    case "PullRequestReviewThread":
      return ofIssue(node.value.root.pull.issue);
    case "CheckSuite":
    case "CheckRun":
      return { repository: node.value.repository, anyOf: ["checks"] };
    case "StatusContext":
      return { repository: node.value.repository, anyOf: ["statuses"] };
    case "Label": {
      const repository = [...world.repositories.values()].find((one) => one.labels.includes(node.value));
      if (repository === undefined) throw noSuchNode(node.value.nodeId);
      return { repository, anyOf: ["metadata"] };
    }
    case "Installation":
    case "Reaction":
      throw declined("NOT_SERVED_BY_FORGE", `The forge does not serve a node of the type '${node.type}'.`);
  }
}

function ofIssue(issue: Issue): Home {
  return { repository: issue.repository, anyOf: issue.pull ? ["pull_requests"] : ["issues"] };
}
