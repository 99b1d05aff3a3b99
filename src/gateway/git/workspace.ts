// Makes the working copy that a run gets: its own small `.git`, the history borrowed from the shared object store.
//
// Git touches the folder only before its container exists; afterwards the host never runs git in it (T9).

import { mkdir, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { assert } from "../../base/assert.ts";
import { Fault } from "../../base/fault.ts";
import { removeTree } from "../../base/remove-tree.ts";
import { keepAsTheyAre } from "./as-they-are.ts";
import { checkedOutWithAttributes } from "./attributes.ts";
import { branchRef } from "./branch.ts";
import { gitFault, isDamage } from "./failure.ts";
import { tryGit } from "./git.ts";
import { reportDamage } from "./objects.ts";
import { branchHead, copyCommit, type Quarantine, reviewCommit } from "./quarantine.ts";

export interface WorkspaceRequest {
  /** Absolute path; must not exist yet or be empty. */
  readonly dir: string;
  readonly quarantine: Quarantine;
  /** Who the commits are by. */
  readonly identity: { readonly name: string; readonly email: string };
}

export interface Workspace {
  readonly dir: string;
  /** What is checked out: for a reviewer a commit of our own with the head's tree. */
  readonly commit: string;
  /** To be mounted read-only at this same path, or `git` in the container finds no history. */
  readonly objectsDir: string;
}

/**
 * The executor's workspace: on the loop's branch, at the branch so far or, without one, at the base. `origin` is a
 * placeholder until the entry script sets it from `LOOP_GIT_URL`.
 */
export async function makeWorkspace(request: WorkspaceRequest): Promise<Workspace> {
  const { quarantine } = request;
  const head = await branchHead(quarantine);
  const commit = head ?? quarantine.base.sha;
  return build(request, commit, { head: `ref: ${branchRef(quarantine.branch)}`, branch: commit, remoteBranch: head });
}

/**
 * A workspace to judge `head` in: its tree, on a commit of ours directly on the base, so that no message, author or
 * intermediate commit of the executor is in it (T20). Detached; the base is `origin/<base branch>`.
 */
export async function makeReviewWorkspace(request: WorkspaceRequest & { readonly head: string }): Promise<Workspace> {
  const commit = await reviewCommit(request.quarantine, request.head);
  return build(request, commit, { head: commit, branch: null, remoteBranch: null });
}

/** A checkout of one commit, on no branch. */
export async function makeCheckout(request: WorkspaceRequest & { readonly commit: string }): Promise<Workspace> {
  return build(request, request.commit, { head: request.commit, branch: null, remoteBranch: null });
}

/** Removes a workspace, or another folder that a container wrote, after it is gone; modes, names and depth do not matter. */
export async function removeWorkspace(dir: string): Promise<void> {
  assert(isAbsolute(dir) && dir.split("/").filter(Boolean).length > 1, "a workspace is a folder of ours");
  await removeTree(dir).catch((cause) => {
    throw new Fault(`Could not remove ${dir}`, { kind: "engine", retry: "later", cause });
  });
}

interface Pointers {
  readonly head: string;
  readonly branch: string | null;
  readonly remoteBranch: string | null;
}

async function build(request: WorkspaceRequest, commit: string, pointers: Pointers): Promise<Workspace> {
  const { dir, quarantine } = request;
  assert(isAbsolute(dir), "a workspace has an absolute path");
  const gitDir = join(dir, ".git");
  await writeRepository(gitDir, request, pointers);
  if (commit !== quarantine.base.sha) await copyCommit(quarantine, commit, join(gitDir, "objects"));
  await checkOut(gitDir, request, commit);
  if (await checkedOutWithAttributes(gitDir, commit)) await keepAsTheyAre(gitDir, dir);
  return { dir, commit, objectsDir: quarantine.objectsDir };
}

/** The repository, written by hand: no template, no hook, nothing but what is listed here. */
async function writeRepository(gitDir: string, request: WorkspaceRequest, pointers: Pointers): Promise<void> {
  const { base, branch, objectsDir } = request.quarantine;
  await mkdir(join(gitDir, "objects", "info"), { recursive: true });
  await mkdir(join(gitDir, "objects", "pack"));
  await mkdir(join(gitDir, "refs", "heads"), { recursive: true });
  const refs: [string, string | null][] = [
    [branchRef(branch), pointers.branch],
    [`refs/remotes/origin/${base.branch}`, base.sha],
    [`refs/remotes/origin/${branch}`, pointers.remoteBranch],
  ];
  const lines = refs.flatMap(([name, sha]) => (sha === null ? [] : [`${sha} ${name}\n`]));
  await writeFile(join(gitDir, "HEAD"), `${pointers.head}\n`);
  await writeFile(join(gitDir, "packed-refs"), lines.join(""));
  await writeFile(join(gitDir, "objects", "info", "alternates"), `${objectsDir}\n`);
  await writeFile(join(gitDir, "config"), configOf(request, pointers.remoteBranch !== null));
}

/** Only trees that came from GitHub or were judged are checked out here, with no filter defined and no hook. */
async function checkOut(gitDir: string, request: WorkspaceRequest, commit: string): Promise<void> {
  const args = ["read-tree", "--reset", "-u", commit];
  const call = {
    gitDir,
    workTree: request.dir,
    args,
    config: ["checkout.workers=0", "checkout.thresholdForParallelism=1000"],
  };
  const { code, stderr } = await tryGit(call, { timeoutMs: 300_000 });
  if (code === 0) return;
  if (isDamage(stderr)) await reportDamage(request.quarantine.objectsDir);
  throw gitFault(`Could not check out ${commit}`, stderr);
}

/** Index entries are compared by size and time only: the owner changes after the checkout, the content does not. */
function configOf(request: WorkspaceRequest, follows: boolean): string {
  const { identity, quarantine } = request;
  return `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
\tcheckStat = minimal
\ttrustctime = false
[user]
\tname = ${quote(identity.name)}
\temail = ${quote(identity.email)}
[gc]
\tauto = 0
[push]
\tdefault = current
\tautoSetupRemote = true
[remote "origin"]
\turl = http://gateway.invalid/repo.git
\tfetch = +refs/heads/*:refs/remotes/origin/*
${follows ? following(quarantine.branch) : ""}`;
}

/** What `git status` and `git pull` compare with; left out while there is nothing to compare with. */
function following(branch: string): string {
  return `[branch ${quote(branch)}]
\tremote = origin
\tmerge = ${branchRef(branch)}
`;
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&").replace(/[\x00-\x1f\x7f]/g, " ")}"`;
}
