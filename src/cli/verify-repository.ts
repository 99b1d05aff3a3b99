// The repository that `loopgate verify` judges: its two commits, and clean checkouts of them. Nothing is written to it.
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Fault } from "../base/fault.ts";
import { runGit, tryGit } from "../gateway/git/git.ts";
import { treeWith } from "../gateway/git/replaced.ts";
import type { Replaced } from "../verify/knock-out/hunk.ts";
import { UsageError } from "./usage.ts";

export interface LocalRepository {
  readonly gitDir: string; // a bare repository of ours that borrows its objects
  readonly objectsDir: string; // the user's
  readonly base: string;
  readonly head: string;
}

/** Finds both commits. Throws UsageError where the folder is no repository, or a name is no commit in it. */
export async function openRepository(
  { dir, base, head }: { readonly dir: string; readonly base: string; readonly head: string },
  scratchDir: string,
): Promise<LocalRepository> {
  const own = await gitDirOf(resolve(dir));
  const objectsDir = join(await commonDirOf(own), "objects");
  const gitDir = join(scratchDir, "repository.git");
  await runGit({ args: ["init", "--quiet", "--bare", "--template=", "--", gitDir] }, "Could not make a repository");
  await borrow(gitDir, objectsDir);
  return { gitDir, objectsDir, base: await commitAt(own, base), head: await commitAt(own, head) };
}

/**
 * A folder with the commit's files and nothing else, detached, with the user's history; what is replaced shows as changed
 * and staged. git alone writes the files, so that no link of the commit leads out. The folder must not exist yet.
 */
export async function checkOut(
  { objectsDir }: LocalRepository,
  commit: string,
  dir: string,
  replaced: readonly Replaced[] = [],
): Promise<void> {
  const gitDir = join(dir, ".git");
  await mkdir(dir, { recursive: true });
  await runGit({ args: ["init", "--quiet", "--template=", "--", dir] }, "Could not make a checkout");
  await borrow(gitDir, objectsDir);
  await writeFile(join(gitDir, "HEAD"), `${commit}\n`);
  if (replaced.length > 0)
    await runGit({ gitDir, args: ["read-tree", commit] }, "Could not take back a part of the change");
  const tree = replaced.length === 0 ? commit : await treeWith(gitDir, replaced);
  const call = { gitDir, workTree: dir, args: ["read-tree", "--reset", "-u", tree] };
  await runGit(call, `Could not check out ${commit}`, { timeoutMs: 300_000 });
}

/** A file as it is in a commit; null where there is none. */
export async function fileAt({ gitDir }: LocalRepository, commit: string, path: string): Promise<string | null> {
  const { code, stdout } = await tryGit({ gitDir, args: ["cat-file", "blob", `${commit}:${path}`] });
  return code === 0 ? stdout.toString("utf8") : null;
}

/** Names of what is in a folder of a commit; none where there is no such folder. */
export async function namesAt({ gitDir }: LocalRepository, commit: string, folder: string): Promise<readonly string[]> {
  const { code, stdout } = await tryGit({ gitDir, args: ["ls-tree", "-z", "--name-only", `${commit}:${folder}`] });
  return code === 0
    ? stdout
        .toString("utf8")
        .split("\0")
        .filter((name) => name !== "")
    : [];
}

async function borrow(gitDir: string, objectsDir: string): Promise<void> {
  await mkdir(join(gitDir, "objects", "info"), { recursive: true });
  await writeFile(join(gitDir, "objects", "info", "alternates"), `${objectsDir}\n`);
}

/** `.git` may be a folder, a file that names one (a worktree), or the folder itself (bare). */
async function gitDirOf(dir: string): Promise<string> {
  const dotGit = join(dir, ".git");
  const found = await stat(dotGit).catch(() => null);
  if (found?.isDirectory()) return dotGit;
  if (found?.isFile()) {
    const named = /^gitdir: (.+)$/m.exec(await readFile(dotGit, "utf8"))?.[1];
    if (named !== undefined) return resolve(dir, named.trim());
  }
  const bare = await stat(join(dir, "objects")).catch(() => null);
  if (bare?.isDirectory()) return dir;
  throw new UsageError(`${dir} is not a git repository; name its top folder with --repo`);
}

async function commonDirOf(gitDir: string): Promise<string> {
  const named = await readFile(join(gitDir, "commondir"), "utf8").catch(() => null);
  return named === null ? gitDir : resolve(gitDir, named.trim());
}

async function commitAt(gitDir: string, name: string): Promise<string> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
  const { code, stdout } = await tryGit({ gitDir, args });
  const id = stdout.toString("latin1").trim();
  if (code === 0 && /^[0-9a-f]{40}$/.test(id)) return id;
  if (code === 0)
    throw new Fault("Only repositories with SHA-1 commit ids can be verified.", { kind: "refused", retry: "never" });
  throw new UsageError(`${JSON.stringify(name)} is not a commit in this repository`);
}
