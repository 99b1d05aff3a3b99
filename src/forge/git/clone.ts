// A clone of one of the forge's repositories, written by hand: it borrows the objects, so that no process and no copy is needed.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { listRefs } from "./refs.ts";

export interface CloneRequest {
  /** The repository whose objects are borrowed, and whose branches and tags are remembered as `git clone` would. */
  readonly from: string;
  /** Where the clone's files are going to be. They are put there by `git reset --hard`. */
  readonly folder: string;
  /** What `origin` is. */
  readonly url: string;
  /** A commit, or a branch of the clone's own with the commit it is at. */
  readonly head: string | { readonly branch: string; readonly sha: string };
}

export async function writeClone({ from, folder, url, head }: CloneRequest): Promise<void> {
  const dir = join(folder, ".git");
  for (const one of ["objects/info", "objects/pack", "refs/heads", "refs/tags"])
    await mkdir(join(dir, one), { recursive: true });
  const known = [...(await listRefs(from))]
    .filter(([ref]) => /^refs\/(heads|tags)\//.test(ref))
    .map(([ref, id]) => [ref.replace(/^refs\/heads\//, "refs/remotes/origin/"), id] as const);
  const own = typeof head === "string" ? [] : [[`refs/heads/${head.branch}`, head.sha] as const];
  await writeFile(join(dir, "packed-refs"), [...known, ...own].map(([ref, id]) => `${id} ${ref}\n`).join(""));
  await writeFile(join(dir, "objects", "info", "alternates"), `${join(from, "objects")}\n`);
  await writeFile(join(dir, "config"), configOf(url));
  await writeFile(join(dir, "HEAD"), typeof head === "string" ? `${head}\n` : `ref: refs/heads/${head.branch}\n`);
}

const configOf = (url: string) => `[core]
	repositoryformatversion = 0
	filemode = true
	bare = false
	logallrefupdates = true
[remote "origin"]
	url = ${url}
	fetch = +refs/heads/*:refs/remotes/origin/*
[gc]
	auto = 0
[maintenance]
	auto = false
`;
