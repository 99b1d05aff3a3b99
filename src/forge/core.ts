// The forge's state and the few things every action needs: ids, time, look-ups, access, and telling the world what happened.
import type { Background } from "./background.ts";
import type { Access, Actor, App, Installation, Issue, Node, Pull, Repository, Token, User } from "./model.ts";
import { notFound, Refusal } from "./refusal.ts";

/** Something happened: the App's webhooks, the CI and the tests hear of it. */
export interface WorldEvent {
  readonly event: string;
  readonly action: string | null;
  readonly actor: Actor;
  readonly repository: Repository | null;
  /** Set when only this App is told, such as the installation's own events and requested check suites. */
  readonly onlyApp: App | null;
  /** The payload without `action`, `repository`, `sender` and `installation`, as it was at that moment. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the forge signed and when; nobody but the forge can tell such a signature from another. */
export interface ForgeSignature {
  readonly signature: string;
  readonly payload: string;
  readonly at: number;
}

export interface Limits {
  /** Requests an hour for each installation or person. */
  readonly primaryPerHour: number;
  /** Requests that create content: a minute, and an hour, for each installation or person. */
  readonly contentPerMinute: number;
  readonly contentPerHour: number;
  readonly pointsPerMinute: number;
  readonly commentBytes: number;
  readonly commentsPerIssue: number;
}

export interface Core {
  readonly now: () => number;
  readonly limits: Limits;
  readonly dataDir: string;
  readonly users: Map<string, User>;
  readonly repositories: Map<number, Repository>;
  /** Where repositories were before a rename or a transfer, in lower case; a name that is taken again leads nowhere else. */
  readonly formerNames: Map<string, Repository>;
  readonly apps: App[];
  readonly installations: Installation[];
  readonly tokens: Map<string, Token>;
  readonly nodes: Map<string, Node>;
  /** Commits that the forge has signed, by their id. */
  readonly signatures: Map<string, ForgeSignature>;
  readonly background: Background;
  /** Where the forge listens, without a trailing slash; REST addresses in bodies are below `/api/v3`. */
  origin: string;
  nextId(): number;
  /** Registers the value under its node id, so that `node(id:)` finds it. */
  register(node: Node): void;
  emit(event: Omit<WorldEvent, "onlyApp"> & { onlyApp?: App }): void;
  /** Calls the listener for each event, in order; returns the way to stop. */
  listen(listener: (event: WorldEvent) => void): () => void;
}

/** GitHub's published limits; `startForge` can lower them for a test. */
export const defaultLimits: Limits = {
  primaryPerHour: 5_000,
  contentPerMinute: 80,
  contentPerHour: 500,
  pointsPerMinute: 900,
  commentBytes: 262_144,
  commentsPerIssue: 2_500,
};

const standing = (id: number, login: string, name: string, email: string): User => ({
  id,
  nodeId: `U_standing${id}`,
  login,
  type: "User",
  name,
  email,
  createdAt: 0,
  members: new Map(),
  ipAllowList: false,
  deleted: false,
});

/** Whom GitHub shows in place of a deleted account, under its real id: https://api.github.com/users/ghost */
export const ghost = standing(10_137, "ghost", "Deleted user", "ghost@users.noreply.forge.test");

/** The committer of what GitHub itself commits, under its real id and address: https://api.github.com/users/web-flow */
export const webFlow = standing(19_864_447, "web-flow", "GitHub", "noreply@github.com");

export type CoreOptions = Pick<Core, "dataDir" | "now" | "limits" | "background">;

export function createCore(options: CoreOptions): Core {
  let lastId = 1_000;
  const listeners = new Set<(event: WorldEvent) => void>();
  const nodes = new Map<string, Node>();
  return {
    ...options,
    users: new Map([ghost, webFlow].map((user) => [user.login, user])),
    repositories: new Map(),
    formerNames: new Map(),
    apps: [],
    installations: [],
    tokens: new Map(),
    nodes,
    signatures: new Map(),
    origin: "http://127.0.0.1",
    nextId: () => ++lastId,
    register: (node) => void nodes.set(node.value.nodeId, node),
    emit: (event) => {
      for (const listener of listeners) listener({ onlyApp: null, ...event });
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** A node id in the new GitHub style: a prefix and an opaque word that is unique per id. */
export function nodeId(prefix: string, id: number): string {
  return `${prefix}_kwDO${Buffer.from(`forge${id}`).toString("base64url")}`;
}

export const fullName = (repository: Repository) => `${repository.owner.login}/${repository.name}`;

export function findUser(core: Core, login: string): User | undefined {
  return core.users.get(login.toLowerCase());
}

export function findRepository(core: Core, owner: string, name: string): Repository | undefined {
  const wanted = `${owner}/${name}`.toLowerCase();
  return [...core.repositories.values()].find((repository) => fullName(repository).toLowerCase() === wanted);
}

/** The repository that had this name, when none has it now. */
export function movedFrom(core: Core, owner: string, name: string): Repository | undefined {
  if (findRepository(core, owner, name)) return undefined;
  return core.formerNames.get(`${owner}/${name}`.toLowerCase());
}

/** Throws a 404 `Refusal` when there is no such issue (or, with `pull`, no such pull request). */
export function requireIssue(repository: Repository, number: number): Issue {
  const issue = repository.issues.get(number);
  if (!issue) throw notFound();
  return issue;
}

export function requirePull(repository: Repository, number: number): Pull {
  const pull = repository.issues.get(number)?.pull;
  if (!pull) throw notFound();
  return pull;
}

/** Open or all pull requests of a repository, oldest first. */
export function pullsOf(repository: Repository): Pull[] {
  return [...repository.issues.values()].flatMap((issue) => (issue.pull ? [issue.pull] : []));
}

const ladder: readonly Access[] = ["none", "read", "triage", "write", "maintain", "admin"];

/** What a user may do in a repository: the owner administers, others as collaborators, everyone reads what is public. */
export function accessOf(user: User, repository: Repository): Access {
  if (user === repository.owner) return "admin";
  return repository.collaborators.get(user) ?? (repository.private ? "none" : "read");
}

export function hasAccess(user: User, repository: Repository, wanted: Access): boolean {
  return ladder.indexOf(accessOf(user, repository)) >= ladder.indexOf(wanted);
}

/**
 * Throws the `Refusal` GitHub gives when a person may not change this: 404 for what they cannot see, else 403.
 * An App is judged by its token's permissions where the request comes in, so it passes here.
 */
export function requireAccess(actor: Actor, repository: Repository, wanted: Access): void {
  if (!actor.app && !hasAccess(actor.user, repository, "read")) throw notFound();
  if (repository.archived) throw new Refusal(403, "Repository was archived so is read-only.");
  if (!actor.app && !hasAccess(actor.user, repository, wanted))
    throw new Refusal(403, "Must have admin rights to Repository.");
}

/** The installation of an App that covers a repository, if any. */
export function installationFor(core: Core, app: App, repository: Repository): Installation | undefined {
  return core.installations.find((one) => one.app === app && one.repositoryIds.has(repository.id));
}
