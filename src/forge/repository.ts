// Making a repository for a story: its first commit, its people, its CI, and the App installed on it.
import { findUser } from "./core.ts";
import type { Access, App, CiSettings, MergeMethod, Repository, WorkflowFile } from "./model.ts";
import { type Files, seedFiles, seedFrom } from "./seed.ts";
import type { World } from "./world.ts";

export interface RepositoryRequest {
  /** A login; an organisation of that name is made if there is none. */
  readonly owner: string;
  readonly name: string;
  readonly private?: boolean;
  readonly description?: string;
  /** The first commit's files, or the folder of a repository whose committed HEAD is copied. */
  readonly files?: Files;
  readonly fromDir?: string;
  readonly defaultBranch?: string;
  /** Logins to their access; people who do not exist yet are made. */
  readonly collaborators?: Readonly<Record<string, Access>>;
  /** Default true. */
  readonly installed?: boolean;
  /** With `actions`, the CI is GitHub Actions: workflows, or just its jobs' commands by name in a workflow `CI`. */
  readonly ci?: CiSettings | { readonly actions: readonly WorkflowFile[] | Readonly<Record<string, string>> };
  /** Whether pull requests can be drafts; default true. */
  readonly drafts?: boolean;
  /** How pull requests may be merged; default by a merge commit or squashed. */
  readonly mergeMethods?: readonly MergeMethod[];
}

/** The CI of repositories that do not have their own: a command, or null for none. */
export interface DefaultCi {
  readonly command: string | null;
  readonly name?: string;
  readonly timeoutMs?: number;
}

/** Makes the owner and the collaborators too, where they do not exist. */
export async function createRepository(
  world: World,
  app: App,
  fallback: DefaultCi | undefined,
  request: RepositoryRequest,
): Promise<Repository> {
  const owner = findUser(world, request.owner) ?? world.createUser(request.owner, { type: "Organization" });
  const { name, private: isPrivate, description, defaultBranch } = request;
  const ci = request.ci ? settingsOf(request.ci) : defaultCi(fallback);
  const repository = await world.createRepository({
    owner,
    name,
    private: isPrivate ?? false,
    description: description ?? null,
    defaultBranch: defaultBranch ?? "main",
    ci,
    ...(request.drafts === undefined ? {} : { drafts: request.drafts }),
    ...(request.mergeMethods ? { mergeMethods: request.mergeMethods } : {}),
  });
  if (request.fromDir) await seedFrom(repository, request.fromDir);
  else await seedFiles(repository, owner, world.now(), request.files ?? { "README.md": `# ${name}\n` });
  const actor = { user: owner, app: null };
  for (const [login, access] of Object.entries(request.collaborators ?? {})) {
    world.addCollaborator(actor, repository, findUser(world, login) ?? world.createUser(login), access);
  }
  if (request.installed ?? true) world.install(actor, app, repository);
  return repository;
}

function settingsOf(ci: NonNullable<RepositoryRequest["ci"]>): CiSettings {
  if ("mode" in ci) return ci;
  if (isWorkflows(ci.actions)) return { mode: "actions", workflows: ci.actions };
  const jobs = Object.entries(ci.actions).map(([name, command]) => ({ name, command }));
  return { mode: "actions", workflows: [{ name: "CI", jobs }] };
}

const isWorkflows = (value: object): value is readonly WorkflowFile[] => Array.isArray(value);

function defaultCi(ci: DefaultCi | undefined): CiSettings {
  if (!ci?.command) return { mode: "off" };
  return {
    mode: "run",
    command: ci.command,
    ...(ci.name ? { name: ci.name } : {}),
    ...(ci.timeoutMs ? { timeoutMs: ci.timeoutMs } : {}),
  };
}
