// Users, Apps and where these are installed.
import { randomBytes } from "node:crypto";
import { type Core, findUser, fullName, nodeId } from "../core.ts";
import type { Actor, App, Installation, Permissions, Repository, User } from "../model.ts";
import { unprocessable } from "../refusal.ts";
import { installationShape, selectionOf } from "../shapes/installation.ts";

export interface NewApp {
  readonly slug: string;
  readonly name: string;
  readonly owner: User;
  readonly publicKey: string;
  readonly permissions: Permissions;
  readonly events: readonly string[];
  readonly url?: string;
  readonly description?: string;
  readonly callbackUrls?: readonly string[];
  readonly setupUrl?: string | null;
  /** Default true. */
  readonly isPublic?: boolean;
  /** Its own and its bot's; default: the next ones. An App that has them has no webhook. */
  readonly ids?: { readonly app: number; readonly bot: number };
}

interface NewUser {
  readonly type?: User["type"];
  readonly name?: string;
  /** Default: the next one. */
  readonly id?: number;
}

export interface AccountActions {
  createUser(login: string, options?: NewUser): User;
  /** Gives an account another login. The old one is free, redirects for its repositories only, and its ids stay. */
  renameUser(user: User, login: string): void;
  /** Deletes an account: what it wrote stays, under `ghost` or under nobody. */
  deleteUser(user: User): void;
  /** Makes somebody a member of an organisation; a private one is told to others as any contributor is. */
  addMember(organisation: User, user: User, visibility: "public" | "private"): void;
  createApp(app: NewApp): App;
  /** Who acts when the App does. */
  actorOf(app: App): Actor;
  /** Installs the App on repositories of one account (making its installation if there is none) and tells the App of all of them at once. */
  install(actor: Actor, app: App, ...repositories: readonly [Repository, ...Repository[]]): Installation;
  /** Has the installation cover each repository that its account gets from now on. */
  coverAll(installation: Installation): void;
  /** Takes one repository out of an installation, and tells the App. */
  uninstall(actor: Actor, installation: Installation, repository: Repository): void;
  /** Takes the App away from the account: its tokens are worth nothing from then on. */
  deleteInstallation(actor: Actor, installation: Installation): void;
  suspend(actor: Actor, installation: Installation, suspended: boolean): void;
  /** Switches an account's IP allow list on, with nobody's address here on it, or off. No webhook tells of it. */
  setIpAllowList(account: User, isOn: boolean): void;
}

export function accountActions(core: Core): AccountActions {
  return {
    createUser: (login, options = {}) => createUser(core, login, options),
    renameUser: (user, login) => renameUser(core, user, login),
    deleteUser: (user) => deleteUser(core, user),
    addMember: (organisation, user, visibility) => void organisation.members.set(user, visibility),
    createApp: (wanted) => createApp(core, wanted),
    actorOf: (app) => ({ user: app.bot, app }),
    install: (actor, app, ...repositories) => install(core, actor, app, repositories),
    coverAll: (installation) => {
      installation.coversAll = true;
    },
    uninstall: (actor, installation, repository) => {
      installation.repositoryIds.delete(repository.id);
      const body = {
        installation: installationShape(core, installation),
        repositories_added: [],
        repositories_removed: [brief(repository)],
        repository_selection: selectionOf(installation),
        requester: null,
      };
      core.emit({
        event: "installation_repositories",
        action: "removed",
        actor,
        repository: null,
        onlyApp: installation.app,
        body,
      });
    },
    deleteInstallation: (actor, installation) => {
      const covered = [...installation.repositoryIds].flatMap((id) => core.repositories.get(id) ?? []);
      const body = { installation: installationShape(core, installation), repositories: covered.map(brief) };
      core.emit({ event: "installation", action: "deleted", actor, repository: null, onlyApp: installation.app, body });
      core.installations.splice(core.installations.indexOf(installation), 1);
    },
    setIpAllowList: (account, isOn) => {
      account.ipAllowList = isOn;
    },
    suspend: (actor, installation, suspended) => {
      installation.suspendedAt = suspended ? core.now() : null;
      const body = { installation: installationShape(core, installation) };
      core.emit({
        event: "installation",
        action: suspended ? "suspend" : "unsuspend",
        actor,
        repository: null,
        onlyApp: installation.app,
        body,
      });
    },
  };
}

function createUser(core: Core, login: string, options: NewUser): User {
  const { type = "User", name = login } = options;
  const known = findUser(core, login);
  if (known) throw unprocessable({ resource: "User", code: "already_exists", field: "login" });
  const id = options.id ?? core.nextId();
  const prefix = { User: "U", Bot: "BOT", Organization: "O" }[type];
  const user: User = {
    id,
    nodeId: nodeId(prefix, id),
    login,
    type,
    name,
    email: `${id}+${login}@users.noreply.forge.test`,
    createdAt: core.now(),
    members: new Map(),
    ipAllowList: false,
    deleted: false,
  };
  core.users.set(login.toLowerCase(), user);
  core.register({ type: "User", value: user });
  return user;
}

function renameUser(core: Core, user: User, login: string): void {
  if (findUser(core, login)) throw unprocessable({ resource: "User", code: "already_exists", field: "login" });
  for (const repository of core.repositories.values())
    if (repository.owner === user) core.formerNames.set(fullName(repository).toLowerCase(), repository);
  core.users.delete(user.login.toLowerCase());
  user.login = login;
  core.users.set(login.toLowerCase(), user);
}

function deleteUser(core: Core, user: User): void {
  user.deleted = true;
  core.users.delete(user.login.toLowerCase());
  core.nodes.delete(user.nodeId);
  for (const token of core.tokens.values()) if (token.actor.user === user) token.revoked = true;
  for (const { members } of core.users.values()) members.delete(user);
  for (const repository of core.repositories.values()) repository.collaborators.delete(user);
}

function createApp(core: Core, wanted: NewApp): App {
  const { ids, ...described } = wanted;
  const id = ids?.app ?? core.nextId();
  const ofBot = { type: "Bot", name: wanted.name } as const;
  const bot = createUser(core, `${wanted.slug}[bot]`, ids === undefined ? ofBot : { ...ofBot, id: ids.bot });
  const app: App = {
    ...described,
    events: [...wanted.events],
    clientSecret: null,
    url: wanted.url ?? "",
    description: wanted.description ?? "",
    callbackUrls: [...(wanted.callbackUrls ?? [])],
    setupUrl: wanted.setupUrl ?? null,
    isPublic: wanted.isPublic ?? true,
    id,
    nodeId: nodeId("A", id),
    clientId: `Iv23li${randomBytes(7).toString("hex")}`,
    bot,
    hookId: ids?.app ?? core.nextId(),
    webhook: null,
    createdAt: core.now(),
  };
  core.apps.push(app);
  core.register({ type: "App", value: app });
  return app;
}

function install(
  core: Core,
  actor: Actor,
  app: App,
  repositories: readonly [Repository, ...Repository[]],
): Installation {
  const [{ owner }] = repositories;
  const known = core.installations.find((one) => one.app === app && one.account === owner);
  const installation = known ?? newInstallation(core, app, owner);
  for (const { id } of repositories) installation.repositoryIds.add(id);
  installation.updatedAt = core.now();
  const body = { installation: installationShape(core, installation), requester: null };
  if (!known) {
    core.installations.push(installation);
    core.register({ type: "Installation", value: installation });
    core.emit({
      event: "installation",
      action: "created",
      actor,
      repository: null,
      onlyApp: app,
      body: { ...body, repositories: repositories.map(brief) },
    });
    return installation;
  }
  tellOfAdded(core, actor, installation, repositories);
  return installation;
}

/** Tells the App which repositories its installation covers besides now. */
export function tellOfAdded(
  core: Core,
  actor: Actor,
  installation: Installation,
  repositories: readonly Repository[],
): void {
  core.emit({
    event: "installation_repositories",
    action: "added",
    actor,
    repository: null,
    onlyApp: installation.app,
    body: {
      installation: installationShape(core, installation),
      requester: null,
      repository_selection: selectionOf(installation),
      repositories_added: repositories.map(brief),
      repositories_removed: [],
    },
  });
}

function newInstallation(core: Core, app: App, account: User): Installation {
  const id = core.nextId();
  const now = core.now();
  return {
    id,
    nodeId: nodeId("MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9u", id),
    app,
    account,
    coversAll: false,
    repositoryIds: new Set(),
    permissions: app.permissions,
    events: app.events,
    suspendedAt: null,
    createdAt: now,
    updatedAt: now,
  };
}

function brief(repository: Repository) {
  return {
    id: repository.id,
    node_id: repository.nodeId,
    name: repository.name,
    full_name: `${repository.owner.login}/${repository.name}`,
    private: repository.private,
  };
}
