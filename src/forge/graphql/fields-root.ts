// Where queries begin, and the two mutations that REST does not have.
import { maySee, type PermissionName, requireActor, requirePermission } from "../caller.ts";
import { findRepository, fullName } from "../core.ts";
import type { Pull, Repository } from "../model.ts";
import { connection, itemsOf } from "./connection.ts";
import { declined, noSuchNode } from "./errors.ts";
import { objectSource, refSource } from "./fields-git.ts";
import { type Args, type Fields, fieldsOf, type Reading, type Source, source } from "./source.ts";

export const rootFields: Readonly<Record<string, Fields>> = {
  Query: fieldsOf<null>({
    repository: (_root, { owner, name }, reading) => repositoryNamed(owner, name, reading),
    node: (_root, { id }, reading) => nodeOf(id, reading),
    viewer: (_root, _args, { actor }) => source(actor.user.type, actor.user),
  }),
  Mutation: fieldsOf<null>({
    markPullRequestReadyForReview: (_root, { input }, reading) => {
      const pull = pullOf(input.pullRequestId, reading, "write");
      return source("MarkPullRequestReadyForReviewPayload", {
        pull: reading.world.markReady(reading.actor, pull),
        input,
      });
    },
    convertPullRequestToDraft: (_root, { input }, reading) => {
      const pull = pullOf(input.pullRequestId, reading, "write");
      return source("ConvertPullRequestToDraftPayload", {
        pull: reading.world.convertToDraft(reading.actor, pull),
        input,
      });
    },
  }),
  MarkPullRequestReadyForReviewPayload: payload(),
  ConvertPullRequestToDraftPayload: payload(),
  Repository: fieldsOf<Repository>({
    id: (repository) => repository.nodeId,
    databaseId: (repository) => repository.id,
    name: (repository) => repository.name,
    nameWithOwner: (repository) => fullName(repository),
    isPrivate: (repository) => repository.private,
    isArchived: (repository) => repository.archived,
    owner: ({ owner }) => source(owner.type, owner),
    defaultBranchRef: (repository, _args, reading) => {
      need(repository, reading, ["contents"]);
      return refSource(repository, repository.defaultBranch);
    },
    ref: (repository, { qualifiedName }, reading) => {
      need(repository, reading, ["contents"]);
      return refSource(repository, qualifiedName);
    },
    object: (repository, args, reading) => {
      need(repository, reading, ["contents"]);
      return objectSource(repository, args);
    },
    issue: (repository, { number }, reading) => {
      const found = issueOrPull(repository, number, reading);
      if (found?.type !== "Issue") throw noSuchNumber("Issue", number);
      return found;
    },
    pullRequest: (repository, { number }, reading) => {
      const found = issueOrPull(repository, number, reading);
      if (found?.type !== "PullRequest") throw noSuchNumber("PullRequest", number);
      return found;
    },
    issueOrPullRequest: (repository, { number }, reading) => {
      const found = issueOrPull(repository, number, reading);
      if (found === null) throw noSuchNumber("issue or pull request", number);
      return found;
    },
    pullRequests: (repository, args, reading, field) => {
      need(repository, reading, ["pull_requests"]);
      return connection("PullRequestConnection", field, args, itemsOf("PullRequest", pullsWanted(repository, args)));
    },
  }),
};

interface Done {
  readonly pull: Pull;
  readonly input: Args["input"];
}

function payload(): Fields {
  return fieldsOf<Done>({
    pullRequest: ({ pull }) => source("PullRequest", pull),
    clientMutationId: ({ input }) => input.clientMutationId ?? null,
  });
}

function need(
  repository: Repository,
  { caller }: Reading,
  anyOf: readonly PermissionName[],
  level: "read" | "write" = "read",
): void {
  requirePermission(caller, repository, anyOf, level);
}

function repositoryNamed(owner: string, name: string, { world, caller }: Reading): Source<Repository> {
  const repository = findRepository(world, owner, name);
  requireActor(caller);
  if (!repository || !maySee(caller, repository)) {
    throw declined("NOT_FOUND", `Could not resolve to a Repository with the name '${owner}/${name}'.`);
  }
  return source("Repository", repository);
}

function noSuchNumber(kind: string, number: number) {
  return declined("NOT_FOUND", `Could not resolve to an ${kind} with the number of ${number}.`);
}

function issueOrPull(repository: Repository, number: number, reading: Reading): Source | null {
  const issue = repository.issues.get(number);
  if (!issue) return null;
  need(repository, reading, issue.pull ? ["pull_requests"] : ["issues"]);
  return issue.pull ? source("PullRequest", issue.pull) : source("Issue", issue);
}

function pullsWanted(repository: Repository, { headRefName, baseRefName, states }: Args): Pull[] {
  const pulls = [...repository.issues.values()].flatMap((issue) => (issue.pull ? [issue.pull] : []));
  const state = (pull: Pull) => (pull.merged ? "MERGED" : pull.issue.state.toUpperCase());
  return pulls.filter(
    (pull) =>
      (!headRefName || pull.head.ref === headRefName) &&
      (!baseRefName || pull.base.ref === baseRefName) &&
      (!states || states.includes(state(pull))),
  );
}

function nodeOf(id: string, reading: Reading): Source {
  for (const repository of reading.world.repositories.values()) {
    if (!maySee(reading.caller, repository)) continue;
    if (repository.nodeId === id) return source("Repository", repository);
    for (const issue of repository.issues.values()) {
      if (issue.nodeId === id || issue.pull?.nodeId === id) {
        return issueOrPull(repository, issue.number, reading) as Source;
      }
    }
  }
  throw noSuchNode(id);
}

function pullOf(id: string, reading: Reading, level: "read" | "write"): Pull {
  const found = nodeOf(id, reading);
  if (found.type !== "PullRequest") throw noSuchNode(id);
  const pull = found.value as Pull;
  need(pull.issue.repository, reading, ["pull_requests"], level);
  return pull;
}
