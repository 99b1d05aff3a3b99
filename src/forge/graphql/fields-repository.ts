// Repositories: their refs and files, issues and pull requests, and who works on them.
import { accessOf, fullName } from "../core.ts";
import type { Issue, Pull, Repository, User } from "../model.ts";
import { repoWeb } from "../shapes/url.ts";
import { connection, type Item, itemsOf } from "./connection.ts";
import { declined } from "./errors.ts";
import { objectSource, refSource } from "./git-source.ts";
import { need, subjectSource } from "./reach.ts";
import { type Args, dateTime, type Fields, fieldsOf, type Reading, type Source, source } from "./source.ts";

export const repositoryFields: Readonly<Record<string, Fields>> = {
  Repository: fieldsOf<Repository>({
    id: (repository) => repository.nodeId,
    databaseId: (repository) => repository.id,
    name: (repository) => repository.name,
    nameWithOwner: (repository) => fullName(repository),
    description: (repository) => repository.description,
    url: (repository, _args, { world }) => repoWeb(world, repository),
    isPrivate: (repository) => repository.private,
    visibility: (repository) => (repository.private ? "PRIVATE" : "PUBLIC"),
    isArchived: (repository) => repository.archived,
    mergeCommitAllowed: ({ settings }) => settings.mergeCommits,
    squashMergeAllowed: ({ settings }) => settings.squashMerges,
    rebaseMergeAllowed: ({ settings }) => settings.rebaseMerges,
    webCommitSignoffRequired: ({ settings }) => settings.webCommitSignoff,
    isFork: ({ parent }) => parent !== null,
    createdAt: (repository) => dateTime(repository.createdAt),
    owner: ({ owner }) => source(owner.type, owner),
    defaultBranchRef: (repository, _args, reading) => {
      need(repository, reading, ["contents"]);
      return refSource(repository, `refs/heads/${repository.defaultBranch}`);
    },
    ref: (repository, { qualifiedName }, reading) => {
      need(repository, reading, ["contents"]);
      return refSource(repository, qualifiedName);
    },
    object: (repository, { oid, expression }, reading) => {
      need(repository, reading, ["contents"]);
      return objectSource(repository, { oid, expression });
    },
    issue: (repository, { number }, reading) => numbered(repository, number, reading, "Issue"),
    pullRequest: (repository, { number }, reading) => numbered(repository, number, reading, "PullRequest"),
    issueOrPullRequest: (repository, { number }, reading) => numbered(repository, number, reading, null),
    issues: (repository, args, reading, field) => {
      need(repository, reading, ["issues"]);
      return connection("IssueConnection", field, args, itemsOf("Issue", issuesWanted(repository, args)));
    },
    pullRequests: (repository, args, reading, field) => {
      need(repository, reading, ["pull_requests"]);
      return connection("PullRequestConnection", field, args, itemsOf("PullRequest", pullsWanted(repository, args)));
    },
    label: ({ labels }, { name }) => {
      const label = labels.find((one) => one.name.toLowerCase() === name.toLowerCase());
      return label ? source("Label", label) : null;
    },
    labels: ({ labels }, args, _reading, field) => connection("LabelConnection", field, args, itemsOf("Label", labels)),
    assignableUsers: (repository, args, _reading, field) =>
      connection("UserConnection", field, args, itemsOf("User", assignable(repository))),
    collaborators: (repository, args, _reading, field) =>
      connection("RepositoryCollaboratorConnection", field, args, collaborators(repository, args)),
  }),
  RepositoryCollaboratorEdge: fieldsOf<Item>({ permission: (item) => item.edge?.permission }),
};

/** Throws GitHub's NOT_FOUND when the number is not taken, or taken by the other kind. */
function numbered(repository: Repository, number: number, reading: Reading, type: Source["type"] | null): Source {
  const issue = repository.issues.get(number);
  const found = issue && subjectSource(issue, reading);
  if (found && (type === null || found.type === type)) return found;
  const kind = { Issue: "an Issue", PullRequest: "a PullRequest" }[type ?? ""] ?? "an issue or pull request";
  throw declined("NOT_FOUND", `Could not resolve to ${kind} with the number of ${number}.`);
}

function issuesWanted(repository: Repository, { labels, states }: Args): Issue[] {
  const wanted = labels?.map((name) => name.toLowerCase());
  return [...repository.issues.values()].filter(
    (issue) =>
      issue.pull === null &&
      (!states || states.includes(issue.state.toUpperCase())) &&
      (!wanted || issue.labels.some((label) => wanted.includes(label.name.toLowerCase()))),
  );
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

/** Whoever may triage or write, and members of the organisation who may read; bots are not told of. */
function assignable(repository: Repository): User[] {
  const { owner, collaborators } = repository;
  const own = [...collaborators].flatMap(([user, access]) =>
    access !== "read" || owner.members.has(user) ? [user] : [],
  );
  const members = [...owner.members.keys()].filter((user) => accessOf(user, repository) !== "none");
  return [...new Set([...(owner.type === "User" ? [owner] : []), ...own, ...members])];
}

/** People with access of their own, the owner among them where it is a person. */
function collaborators(repository: Repository, { login }: Args): Item[] {
  const { owner } = repository;
  const people: User[] = [...(owner.type === "User" ? [owner] : []), ...repository.collaborators.keys()];
  return people
    .filter((user) => !login || user.login.toLowerCase() === login.toLowerCase())
    .map((user) => ({
      key: user.nodeId,
      node: source("User", user),
      edge: { permission: accessOf(user, repository).toUpperCase() },
    }));
}
