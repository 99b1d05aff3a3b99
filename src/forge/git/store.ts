// Changes the forge itself makes to a bare repository: creating it, moving refs, writing commits and merges.
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { User } from "../model.ts";
import { Refusal } from "../refusal.ts";
import { preReceive } from "./hook.ts";
import { writeObject } from "./objects.ts";
import { noCommit } from "./read.ts";
import { git, tryGit } from "./run.ts";

/** Makes an empty bare repository whose HEAD names the default branch, with the forge's own receive hook. */
export async function initBare(dir: string, defaultBranch: string): Promise<void> {
  const folders = ["objects/info", "objects/pack", "refs/heads", "refs/tags", "hooks"];
  for (const folder of folders) await mkdir(join(dir, folder), { recursive: true });
  await writeFile(join(dir, "HEAD"), `ref: refs/heads/${defaultBranch}\n`);
  await writeFile(join(dir, "config"), settings);
  await writeFile(join(dir, "hooks", "pre-receive"), preReceive);
  await chmod(join(dir, "hooks", "pre-receive"), 0o755);
}

const settings = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
[http]
	receivepack = true
[uploadpack]
	allowAnySHA1InWant = true
	allowFilter = true
[receive]
	fsckObjects = true
	advertisePushOptions = true
	denyDeleteCurrent = refuse
	autogc = false
[gc]
	auto = 0
`;

/** Moves, makes or (to `noCommit`) deletes a ref, only if it still is where the caller saw it. */
export async function moveRef(dir: string, ref: string, before: string, after: string): Promise<void> {
  const args = after === noCommit ? ["update-ref", "-d", ref, before] : ["update-ref", ref, after, before];
  const result = await tryGit(dir, args);
  if (result.code !== 0) throw new Refusal(422, "Reference cannot be updated");
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** An App's account signs by its login, as in `dependabot[bot]`. */
export function signatureOf({ type, login, name, email }: User, at: number): Signature {
  return { name: type === "Bot" ? login : name, email, at };
}

export async function writeCommit(
  dir: string,
  commit: { tree: string; parents: readonly string[]; message: string; author: Signature; committer?: Signature },
): Promise<string> {
  const parents = commit.parents.flatMap((parent) => ["-p", parent]);
  const env = { ...identity("AUTHOR", commit.author), ...identity("COMMITTER", commit.committer ?? commit.author) };
  return (await git(dir, ["commit-tree", commit.tree, ...parents, "-F", "-"], { input: commit.message, env })).trim();
}

export interface TreeChange {
  readonly path: string;
  readonly mode: string;
  /** Null takes the path away. */
  readonly sha: string | null;
}

/** The tree of a commit or tree (null: of nothing) with some paths changed, built in an index of its own. */
export async function changeTree(dir: string, base: string | null, changes: readonly TreeChange[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "forge-index-"));
  const env = { GIT_INDEX_FILE: join(folder, "index") };
  try {
    await git(dir, base ? ["read-tree", base] : ["read-tree", "--empty"], { env });
    const lines = changes.map(({ path, mode, sha }) =>
      sha === null ? `0 ${noCommit}\t${path}\0` : `${mode} ${sha}\t${path}\0`,
    );
    await git(dir, ["update-index", "-z", "--index-info"], { env, input: lines.join("") });
    return (await git(dir, ["write-tree"], { env })).trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function writeBlob(dir: string, bytes: Buffer): Promise<string> {
  return writeObject(dir, "blob", bytes);
}

/** The tree of a commit with one file replaced, or with null removed. */
export async function replaceFile(dir: string, commit: string, path: string, bytes: Buffer | null): Promise<string> {
  const sha = bytes && (await writeBlob(dir, bytes));
  return changeTree(dir, commit, [{ path, mode: "100644", sha }]);
}

function identity(role: "AUTHOR" | "COMMITTER", signature: Signature): Record<string, string> {
  const date = `${Math.floor(signature.at / 1_000)} +0000`;
  return { [`GIT_${role}_NAME`]: signature.name, [`GIT_${role}_EMAIL`]: signature.email, [`GIT_${role}_DATE`]: date };
}
