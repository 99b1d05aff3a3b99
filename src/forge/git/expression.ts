// What an expression such as `HEAD:path` names.
import { type GitObject, isObjectId, readObject } from "./objects.ts";
import { headOf } from "./refs.ts";
import { tryGit } from "./run.ts";
import { entryOf } from "./trees.ts";

export interface NamedObject extends GitObject {
  readonly id: string;
}

/** The object that an id or an expression of git's names; undefined when it names nothing. */
export async function objectAt(dir: string, expression: string): Promise<NamedObject | undefined> {
  const id = isObjectId(expression) ? expression : await idOf(dir, expression);
  const object = id === undefined ? undefined : await readObject(dir, id);
  return object && id !== undefined ? { id, ...object } : undefined;
}

/** A plain path at HEAD or at a commit, as most ask for, is followed here; git understands the rest. */
async function idOf(dir: string, expression: string): Promise<string | undefined> {
  const [, revision = "", path] = /^(HEAD|[0-9a-f]{40}):((?:[^/]+\/)*[^/]+)$/.exec(expression) ?? [];
  const start = revision === "HEAD" ? await headOf(dir) : revision;
  if (path !== undefined && start !== undefined && !/(^|\/)\.\.?(\/|$)/.test(path)) return idUnder(dir, start, path);
  const named = await tryGit(dir, ["rev-parse", "--verify", "--quiet", "--end-of-options", expression]);
  return named.code === 0 ? named.stdout.toString().trim() : undefined;
}

async function idUnder(dir: string, commit: string, path: string): Promise<string | undefined> {
  let id: string | undefined = /^tree ([0-9a-f]{40})\n/.exec(
    (await readObject(dir, commit))?.body.toString("latin1") ?? "",
  )?.[1];
  for (const name of path.split("/")) id = id === undefined ? undefined : await entryOf(dir, id, name);
  return id;
}
