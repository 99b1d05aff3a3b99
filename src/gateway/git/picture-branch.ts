// The branch on which pictures stand so that GitHub can show them in a thread: always one commit without a parent, so that what is dropped is gone.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../base/fault.ts";
import { pictureBranch } from "../../report/home.ts";
import type { Replaced } from "../../verify/knock-out/hunk.ts";
import { branchRef } from "./branch.ts";
import { gitFault } from "./failure.ts";
import { runGit, transportOf } from "./git.ts";
import { answerFor, isMovedMeanwhile, isOwnFailure, pushRef, rejectionOf } from "./push.ts";
import { treeWith } from "./replaced.ts";
import { remoteHead } from "./repository.ts";

/** Of all pictures on the branch together; whoever clones the repository fetches them. */
const mostBytes = 40 * 1024 * 1024;

/** Others may push to the branch meanwhile, for another loop of the repository. */
const tries = 5;

const doing = `Could not put pictures on ${pictureBranch}`;

/** A folder for each day, so that what is old is known by its path. */
const ours = /^(\d{4}-\d\d-\d\d)\/[0-9a-f]{64}\.png$/;

export interface BranchPicture {
  /** `YYYY-MM-DD/` and its id, with `.png` behind it. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface PictureBranchRequest {
  /** Below it a repository is made for as long as this takes. */
  readonly root: string;
  readonly url: string;
  readonly token?: string;
  readonly identity: { readonly name: string; readonly email: string };
  readonly pictures: readonly BranchPicture[];
  /** Pictures of earlier days go, in the form `YYYY-MM-DD`. */
  readonly since: string;
}

export type PicturesPut =
  | { readonly status: "put" } // all of them are there
  | { readonly status: "refused"; readonly message: string };

/** Puts those that are not there yet; doing it twice is doing it once. Throws Fault. */
export async function putPictures(request: PictureBranchRequest): Promise<PicturesPut> {
  await mkdir(request.root, { recursive: true, mode: 0o700 });
  const gitDir = await mkdtemp(join(request.root, ".pictures-"));
  try {
    await emptyRepository(gitDir);
    for (let left = tries; left > 0; left -= 1) {
      const put = await putOnce(gitDir, request);
      if (put !== "moved") return put;
    }
    throw new Fault(`${doing}: others push to it all the time`, { kind: "conflict", retry: "later" });
  } finally {
    await rm(gitDir, { recursive: true, force: true });
  }
}

async function emptyRepository(gitDir: string): Promise<void> {
  await mkdir(join(gitDir, "objects"));
  await mkdir(join(gitDir, "refs", "heads"), { recursive: true });
  await writeFile(join(gitDir, "HEAD"), `ref: ${branchRef(pictureBranch)}\n`);
  await writeFile(join(gitDir, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
}

async function putOnce(gitDir: string, request: PictureBranchRequest): Promise<PicturesPut | "moved"> {
  const { url, token, pictures, since } = request;
  const ref = branchRef(pictureBranch);
  const before = await remoteHead({ url, token, ref });
  const there = before === null ? [] : await fetched(gitDir, request, before);
  const foreign = there.find(({ path }) => !ours.test(path));
  if (foreign !== undefined)
    return { status: "refused", message: `the branch ${pictureBranch} has other files than pictures of loops` };
  const missing = pictures.filter(({ path }) => !there.some((one) => one.path === path));
  if (missing.length === 0) return { status: "put" };
  await runGit({ gitDir, args: ["read-tree", before ?? "--empty"] }, doing);
  const kept = new Set(pictures.map(({ path }) => path));
  const dropped = droppedOf(there, kept, since, sum(missing.map(({ bytes }) => bytes.byteLength)));
  const tree = await treeWith(gitDir, [
    ...dropped.map((path): Replaced => ({ path, mode: "100644", text: null })),
    ...missing.map(({ path, bytes }): Replaced => ({ path, mode: "100644", text: latin1(bytes) })),
  ]);
  const args = ["commit-tree", tree, "-m", "Pictures for the threads of loops"];
  const commit = (await runGit({ gitDir, args, env: authorOf(request) }, doing)).toString("latin1").trim();
  const result = await pushRef({ gitDir, url, token, ref, to: commit, lease: before ?? "" });
  const line = answerFor(ref, result);
  if (line === undefined) throw gitFault(doing, result.stderr);
  if (!line.startsWith("!")) return { status: "put" };
  const { reason, whole } = rejectionOf(line, result.stderr);
  if (isOwnFailure(reason) || isMovedMeanwhile(reason)) return "moved";
  return { status: "refused", message: whole };
}

interface Listed {
  readonly path: string;
  readonly bytes: number;
}

/** What the branch has, at one commit alone: it has no history. */
async function fetched(gitDir: string, { url, token }: PictureBranchRequest, commit: string): Promise<Listed[]> {
  const flags = ["--depth=1", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--quiet"];
  const args = ["fetch", ...flags, "--", url, `+${branchRef(pictureBranch)}:${branchRef(pictureBranch)}`];
  await runGit({ gitDir, args, transport: transportOf(url), token }, doing, { timeoutMs: 300_000 });
  const listed = await runGit({ gitDir, args: ["ls-tree", "-r", "-z", "-l", commit, "--"] }, doing);
  return listed
    .toString("utf8")
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const [facts = "", path = ""] = line.split("\t");
      return { path, bytes: Number(facts.trim().split(/\s+/)[3] ?? 0) };
    });
}

/** What is too old goes, and the oldest of the rest for which there is no room. */
function droppedOf(there: readonly Listed[], kept: ReadonlySet<string>, since: string, added: number): string[] {
  const dropped: string[] = [];
  let bytes = added + sum(there.map((one) => one.bytes));
  for (const one of there.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const isOld = (ours.exec(one.path)?.[1] ?? "") < since;
    if (kept.has(one.path) || (!isOld && bytes <= mostBytes)) continue;
    dropped.push(one.path);
    bytes -= one.bytes;
  }
  return dropped;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function authorOf({ identity }: PictureBranchRequest): Record<string, string> {
  const { name, email } = identity;
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
}
