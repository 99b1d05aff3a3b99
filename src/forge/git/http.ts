// Git over HTTP: who may fetch and push, the same tokens as REST, and what a push sets in motion.
import type { IncomingMessage, ServerResponse } from "node:http";
import { pushRulesFor } from "../actions/push-rules.ts";
import { closedRefs, keptRefs, signedRefs } from "../actions/refs.ts";
import { type Caller, keptOut, mayPush, maySee, requireActor } from "../caller.ts";
import { findRepository, fullName } from "../core.ts";
import type { Activity } from "../http/activity.ts";
import { authenticate } from "../http/authenticate.ts";
import { noteOf, type RequestEntry } from "../http/requests.ts";
import type { RefUpdate, Repository } from "../model.ts";
import { Refusal } from "../refusal.ts";
import type { World } from "../world.ts";
import { type Backend, runBackend } from "./backend.ts";
import { noCommit } from "./read.ts";
import { listRefs } from "./refs.ts";

export interface GitServer {
  /** Whether the path is one that git asks for. */
  owns(url: string): boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface GitServerOptions {
  readonly world: World;
  readonly activity: Activity;
  readonly requests: RequestEntry[];
  /** A larger request body is cut off. */
  readonly maxPushBytes: number;
}

const pattern = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

export function createGitServer(options: GitServerOptions): GitServer {
  const turns = new Map<number, Promise<unknown>>();
  /** Pushes to one repository take turns, so that each one's refs can be told apart. */
  const inTurn = (repository: Repository, work: () => Promise<void>): Promise<void> => {
    const before = turns.get(repository.id) ?? Promise.resolve();
    const mine = before.then(work);
    turns.set(
      repository.id,
      mine.catch(() => {}),
    );
    return mine;
  };
  return {
    owns: (url) => pattern.test(url.split("?")[0] ?? ""),
    handle: (request, response) => options.activity.during(handle(options, inTurn, request, response)),
  };
}

type InTurn = (repository: Repository, work: () => Promise<void>) => Promise<void>;

async function handle(
  options: GitServerOptions,
  inTurn: InTurn,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { world } = options;
  const url = new URL(request.url ?? "/", world.origin);
  const [, owner = "", name = "", action = ""] = pattern.exec(url.pathname) ?? [];
  const isPush = action === "git-receive-pack" || url.searchParams.get("service") === "git-receive-pack";
  const entry = {
    at: world.now(),
    method: request.method ?? "GET",
    path: url.pathname,
    route: `/:owner/:repo.git/${action}`,
    group: "git" as const,
  };
  const kind = action === "info/refs" ? "git refs" : isPush ? "git push" : "git fetch";
  let caller: Caller = { kind: "anonymous" };
  try {
    caller = authenticateGit(world, request.headers.authorization);
    const repository = requireGit(world, caller, { owner, name, isPush });
    const backend = backendFor(options, repository, caller, isPush);
    if (action === "git-receive-pack")
      await inTurn(repository, () => push(options, { repository, caller, backend, request, response }));
    else await runBackend(backend, request, response);
  } catch (error) {
    refuse(response, error);
  } finally {
    options.requests.push({ ...entry, kind, caller: noteOf(caller), status: response.statusCode });
  }
}

function authenticateGit(world: World, header: string | undefined): Caller {
  try {
    return authenticate(world, header);
  } catch (error) {
    if (error instanceof Refusal && error.status === 403) throw error;
    throw new Refusal(401, "Invalid username or token.", [], { "www-authenticate": 'Basic realm="GitHub"' });
  }
}

/** The repository, if this caller may fetch from it or push to it; refused in the words git shows. */
function requireGit(
  world: World,
  caller: Caller,
  wanted: { owner: string; name: string; isPush: boolean },
): Repository {
  const repository = findRepository(world, wanted.owner, wanted.name);
  const isUnknown = !repository || !maySee(caller, repository);
  // Anyone who has not signed in is asked to, whether there is such a repository or not.
  if (caller.kind === "anonymous" && (isUnknown || wanted.isPush))
    throw new Refusal(401, "Repository not found.", [], { "www-authenticate": 'Basic realm="GitHub"' });
  if (isUnknown || caller.kind === "app") throw new Refusal(404, "Repository not found.");
  const refused = keptOut(caller, repository.owner);
  if (refused !== undefined) throw new Refusal(403, refused);
  if (repository.blocked?.reason === "dmca") throw new Refusal(451, "Repository unavailable due to DMCA takedown.");
  if (repository.blocked !== null)
    throw new Refusal(403, "Access to this repository has been disabled by GitHub staff.");
  if (wanted.isPush && !mayPush(caller, repository))
    throw new Refusal(403, `Permission to ${fullName(repository)}.git denied to ${requireActor(caller).user.login}.`);
  if (wanted.isPush && repository.archived) throw new Refusal(403, "This repository was archived so it is read-only.");
  if (caller.kind === "installation" && !caller.token.permissions.contents)
    throw new Refusal(403, "Write access to repository not granted.");
  return repository;
}

function backendFor(options: GitServerOptions, repository: Repository, caller: Caller, isPush: boolean): Backend {
  if (!isPush || caller.kind === "anonymous")
    return { gitDir: repository.gitDir, maxBytes: options.maxPushBytes, user: "", env: {} };
  const actor = requireActor(caller);
  const mayWorkflow = caller.kind !== "installation" || caller.token.permissions.workflows === "write";
  const env = {
    FORGE_CLOSED: closedRefs(actor, repository).join(" "),
    FORGE_KEEP: keptRefs(repository).join(" "),
    FORGE_SIGNED: signedRefs(repository).join(" "),
    FORGE_RULES: pushRulesFor(repository),
    FORGE_RULES_URL: new URL(`/${fullName(repository)}/rules`, options.world.origin).href,
    FORGE_NO_WORKFLOWS: mayWorkflow ? "0" : "1",
  };
  return { gitDir: repository.gitDir, maxBytes: options.maxPushBytes, user: actor.user.login, env };
}

interface Push {
  readonly repository: Repository;
  readonly caller: Caller;
  readonly backend: Backend;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** The answer ends only after the world knows of the moved refs: whoever pushed may then rely on it. */
async function push(
  { world }: GitServerOptions,
  { repository, caller, backend, request, response }: Push,
): Promise<void> {
  const before = await listRefs(repository.gitDir);
  const announce = async () => {
    const updates = moved(before, await listRefs(repository.gitDir));
    if (updates.length > 0) await world.refsMoved(requireActor(caller), repository, updates);
  };
  await runBackend(backend, request, response, announce);
}

function moved(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): RefUpdate[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  const updates = [...names].map((ref) => ({
    ref,
    before: before.get(ref) ?? noCommit,
    after: after.get(ref) ?? noCommit,
  }));
  return updates.filter((update) => update.before !== update.after);
}

function refuse(response: ServerResponse, error: unknown): void {
  const refusal = error instanceof Refusal ? error : new Refusal(500, "Internal Server Error");
  if (response.headersSent) return void response.destroy();
  response.writeHead(refusal.status, { "content-type": "text/plain; charset=utf-8", ...refusal.headers });
  response.end(refusal.message);
}
