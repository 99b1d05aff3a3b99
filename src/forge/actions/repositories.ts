// Repositories, their collaborators and branch rules.
import { join } from "node:path";
import { type Core, findRepository, fullName, nodeId, requireAccess } from "../core.ts";
import { git } from "../git/run.ts";
import { initBare } from "../git/store.ts";
import type {
  Access,
  Actor,
  Block,
  BranchRule,
  CiSettings,
  MergeMethod,
  Repository,
  RepositorySettings,
  User,
} from "../model.ts";
import { unprocessable } from "../refusal.ts";
import { organizationShape, userShape } from "../shapes/user.ts";
import { tellOfAdded } from "./accounts.ts";
import { ensureLabel } from "./labels.ts";

export interface NewRepository {
  readonly owner: User;
  readonly name: string;
  readonly private?: boolean;
  readonly description?: string | null;
  readonly defaultBranch?: string;
  readonly ci?: CiSettings;
  readonly drafts?: boolean; // default true
  readonly mergeMethods?: readonly MergeMethod[]; // default merge and squash
}

export interface RepositoryActions {
  /** Makes the record and an empty bare repository on disk; the first push brings commits. */
  createRepository(wanted: NewRepository): Promise<Repository>;
  /** Gives a user access; `none` takes it away. */
  addCollaborator(actor: Actor, repository: Repository, user: User, access: Access): void;
  /** Sets, or with null removes, the rule of one branch. */
  setRule(actor: Actor, repository: Repository, branch: string, rule: Partial<BranchRule> | null): void;
  changeSettings(actor: Actor, repository: Repository, settings: Partial<RepositorySettings>): void;
  /** A copy of the actor's own, with its branches; its pull requests go to the repository it came from. */
  fork(actor: Actor, repository: Repository): Promise<Repository>;
  archive(actor: Actor, repository: Repository, archived: boolean): void;
  /** Closes it to everyone, as GitHub's staff does, or with null opens it again. Nobody is told by a webhook. */
  block(repository: Repository, reason: Block["reason"] | null): void;
  /** Gives it another name; the old one redirects until another repository takes it. */
  renameRepository(actor: Actor, repository: Repository, name: string): void;
  /** Gives it to another account; the old address redirects, and the old account's installations no longer cover it. */
  transferRepository(actor: Actor, repository: Repository, owner: User): void;
  /** Makes it private, or public. */
  setPrivate(actor: Actor, repository: Repository, isPrivate: boolean): void;
  deleteRepository(actor: Actor, repository: Repository): void;
}

const firstLabels = [
  ["bug", "d73a4a", "Something isn't working"],
  ["documentation", "0075ca", "Improvements or additions to documentation"],
  ["enhancement", "a2eeef", "New feature or request"],
] as const;

export function repositoryActions(core: Core): RepositoryActions {
  return {
    createRepository: (wanted) => createRepository(core, wanted),
    addCollaborator: (actor, repository, user, access) => {
      requireAccess(actor, repository, "admin");
      if (access === "none") repository.collaborators.delete(user);
      else repository.collaborators.set(user, access);
    },
    setRule: (actor, repository, branch, rule) => {
      requireAccess(actor, repository, "admin");
      if (rule === null) repository.rules.delete(branch);
      else repository.rules.set(branch, { ...openRule, ...repository.rules.get(branch), ...rule });
    },
    changeSettings: (actor, repository, settings) => {
      requireAccess(actor, repository, "admin");
      Object.assign(repository.settings, settings);
    },
    fork: async (actor, repository) => {
      requireAccess(actor, repository, "read");
      const { name, description, private: isPrivate, defaultBranch } = repository;
      const wanted = { owner: actor.user, name, private: isPrivate, description, defaultBranch };
      const fork = await createRepository(core, wanted);
      fork.parent = repository;
      await git(fork.gitDir, ["fetch", "--quiet", repository.gitDir, "+refs/heads/*:refs/heads/*"]);
      return fork;
    },
    archive: (actor, repository, archived) => {
      requireAccess(actor, { ...repository, archived: false }, "admin");
      repository.archived = archived;
      core.emit({ event: "repository", action: archived ? "archived" : "unarchived", actor, repository, body: {} });
    },
    block: (repository, reason) => {
      repository.blocked = reason === null ? null : { reason, at: core.now() };
    },
    renameRepository: (actor, repository, name) => {
      requireAccess(actor, repository, "admin");
      const from = repository.name;
      core.formerNames.set(fullName(repository).toLowerCase(), repository);
      repository.name = name;
      core.emit({
        event: "repository",
        action: "renamed",
        actor,
        repository,
        body: { changes: { repository: { name: { from } } } },
      });
    },
    transferRepository: (actor, repository, owner) => transfer(core, actor, repository, owner),
    setPrivate: (actor, repository, isPrivate) => {
      requireAccess(actor, repository, "admin");
      repository.private = isPrivate;
      core.emit({ event: "repository", action: isPrivate ? "privatized" : "publicized", actor, repository, body: {} });
    },
    deleteRepository: (actor, repository) => {
      requireAccess(actor, repository, "admin");
      core.emit({ event: "repository", action: "deleted", actor, repository, body: {} });
      core.repositories.delete(repository.id);
      for (const { repositoryIds } of core.installations) repositoryIds.delete(repository.id);
    },
  };
}

function transfer(core: Core, actor: Actor, repository: Repository, owner: User): void {
  requireAccess(actor, repository, "admin");
  const from = repository.owner;
  core.formerNames.set(fullName(repository).toLowerCase(), repository);
  repository.owner = owner;
  const isOrganization = from.type === "Organization";
  const before = isOrganization ? { organization: organizationShape(core, from) } : { user: userShape(core, from) };
  const body = { changes: { owner: { from: before } } };
  core.emit({ event: "repository", action: "transferred", actor, repository, body });
  for (const one of core.installations) if (one.account === from) one.repositoryIds.delete(repository.id);
}

const openRule: BranchRule = {
  requiredChecks: [],
  requiredApprovals: 0,
  restrictPushes: false,
  allowForcePushes: false,
};

async function createRepository(core: Core, wanted: NewRepository): Promise<Repository> {
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(wanted.name) || wanted.name.endsWith(".git"))
    throw unprocessable({ resource: "Repository", code: "invalid", field: "name" });
  if (findRepository(core, wanted.owner.login, wanted.name))
    throw unprocessable({
      resource: "Repository",
      code: "custom",
      field: "name",
      message: "name already exists on this account",
    });
  const id = core.nextId();
  const now = core.now();
  const repository: Repository = {
    id,
    nodeId: nodeId("R", id),
    owner: wanted.owner,
    name: wanted.name,
    description: wanted.description ?? null,
    private: wanted.private ?? false,
    archived: false,
    blocked: null,
    defaultBranch: wanted.defaultBranch ?? "main",
    gitDir: join(core.dataDir, "repositories", `${id}.git`),
    commits: new Map(),
    collaborators: new Map(),
    labels: [],
    issues: new Map(),
    lastNumber: 0,
    suites: [],
    runs: [],
    statuses: [],
    workflowRuns: [],
    moves: [],
    rules: new Map(),
    pushRules: [],
    environments: [],
    formerBranches: new Map(),
    ci: wanted.ci ?? { mode: "off" },
    settings: settingsOf(wanted),
    parent: null,
    gone: new Map(),
    createdAt: now,
    updatedAt: now,
    pushedAt: now,
  };
  for (const [name, color, description] of firstLabels) ensureLabel(core, repository, name, { color, description });
  core.repositories.set(id, repository);
  core.register({ type: "Repository", value: repository });
  await initBare(repository.gitDir, repository.defaultBranch);
  for (const installation of core.installations) {
    if (installation.account !== repository.owner || !installation.coversAll) continue;
    installation.repositoryIds.add(id);
    tellOfAdded(core, { user: repository.owner, app: null }, installation, [repository]);
  }
  return repository;
}

function settingsOf({ drafts = true, mergeMethods = ["merge", "squash"] }: NewRepository): RepositorySettings {
  return {
    drafts,
    mergeCommits: mergeMethods.includes("merge"),
    squashMerges: mergeMethods.includes("squash"),
    rebaseMerges: mergeMethods.includes("rebase"),
    autoMerge: false,
    webCommitSignoff: false,
  };
}
