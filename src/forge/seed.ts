// The first commits of a repository: from a table of files, or from a repository that already exists.

import { git } from "./git/run.ts";
import { signatureOf, writeBlob, writeCommit } from "./git/store.ts";
import { type TreeFile, writeTree } from "./git/trees.ts";
import type { Repository, User } from "./model.ts";

/** Path to text; an entry with `executable` gets the mode bit. */
export type Files = Readonly<Record<string, string | { text: string; executable: boolean }>>;

/** Commits the files to the default branch of an empty repository. */
export async function seedFiles(repository: Repository, author: User, at: number, files: Files): Promise<string> {
  const { gitDir, defaultBranch } = repository;
  const tree = await writeTree(gitDir, await Promise.all(Object.entries(files).map((entry) => fileOf(gitDir, entry))));
  const sha = await writeCommit(gitDir, {
    tree,
    parents: [],
    message: "Initial commit\n",
    author: signatureOf(author, at),
  });
  await git(gitDir, ["update-ref", `refs/heads/${defaultBranch}`, sha]);
  return sha;
}

/** Copies what HEAD of another repository has committed. That repository is only read; what is not committed stays out. */
export async function seedFrom(repository: Repository, dir: string): Promise<string> {
  const { gitDir, defaultBranch } = repository;
  // The folder may belong to somebody else: the one git that reads it is told to trust it, no configuration is changed.
  const reader = "git -c safe.directory=* upload-pack";
  await git(gitDir, [
    "fetch",
    "--quiet",
    "--no-tags",
    "--update-shallow",
    `--upload-pack=${reader}`,
    dir,
    `+HEAD:refs/heads/${defaultBranch}`,
  ]);
  return (await git(gitDir, ["rev-parse", `refs/heads/${defaultBranch}`])).trim();
}

async function fileOf(gitDir: string, [path, entry]: [string, Files[string]]): Promise<TreeFile> {
  const { text, executable } = typeof entry === "string" ? { text: entry, executable: false } : entry;
  return { path, mode: executable ? "100755" : "100644", blob: await writeBlob(gitDir, Buffer.from(text)) };
}
