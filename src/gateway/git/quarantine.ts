// The quarantine: a bare repository of the host per run, where what a container pushes waits to be judged (T9).
//
// It borrows the base's objects from the shared store, runs no hooks and no clean-up, and holds two branches at
// most: the base, and the loop's branch once there is one. It stays until the loop settles, and is found again by
// its run id after a restart.
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { assert } from "../../base/assert.ts";
import { isBranchName } from "../../base/branch-name.ts";
import { Fault } from "../../base/fault.ts";
import type { Replaced } from "../../verify/knock-out/hunk.ts";
import { branchRef, isCommitId } from "./branch.ts";
import { defaultChangeLimits } from "./change.ts";
import { gitFault } from "./failure.ts";
import { runGit, transportOf, tryGit } from "./git.ts";
import { readHistory } from "./history.ts";
import { treeWith } from "./replaced.ts";
import { forkPoint, refAt } from "./repository.ts";

export interface Quarantine {
  readonly gitDir: string;
  readonly runId: string;
  readonly objectsDir: string;
  readonly base: { readonly branch: string; readonly sha: string };
  /** The loop's branch, by its short name; `branchHead` says where it is. */
  readonly branch: string;
}

export interface QuarantineRequest extends Omit<Quarantine, "gitDir"> {
  /** Absolute folder of all quarantines, reachable by the host only. */
  readonly root: string;
  /** Default 100 MiB: a larger pack is refused on arrival. */
  readonly maxPackBytes?: number;
}

/** The run's quarantine, made or, after a restart, found again with all it holds. */
export async function openQuarantine(request: QuarantineRequest): Promise<Quarantine> {
  const found = await findQuarantine(request.root, request.runId);
  if (found !== null) return found;
  assert(isCommitId(request.base.sha), "a quarantine starts at a full commit id");
  await mkdir(request.root, { recursive: true, mode: 0o700 });
  const aside = await mkdtemp(join(request.root, ".new-"));
  await writeRepository(aside, request);
  const gitDir = placeOf(request.root, request.runId);
  await rm(gitDir, { recursive: true, force: true }); // one whose note cannot be read
  await rename(aside, gitDir);
  return descriptionOf(gitDir, request);
}

/** The quarantine of an earlier process's run, or null when there is none; one that does not say what it is counts as none. */
export async function findQuarantine(root: string, runId: string): Promise<Quarantine | null> {
  const gitDir = placeOf(root, runId);
  const note = await readFile(join(gitDir, noteName), "utf8").catch(() => null);
  const described = note === null ? null : readNote(note);
  return described === null ? null : { ...described, gitDir };
}

function readNote(text: string): Omit<Quarantine, "gitDir"> | null {
  try {
    const note = JSON.parse(text) as Omit<Quarantine, "gitDir"> | null;
    return typeof note?.branch === "string" ? note : null;
  } catch {
    return null;
  }
}

/** Where the loop's branch is in the quarantine; null when nothing was pushed or fetched yet. */
export function branchHead(quarantine: Quarantine): Promise<string | null> {
  return refAt(quarantine.gitDir, branchRef(quarantine.branch));
}

/**
 * Brings the loop's branch as it is on GitHub now, a person's commits included, into the quarantine, and returns its
 * head; null when GitHub has no such branch. Call before the run starts: it sets the branch to what GitHub has.
 */
export async function fetchBranch(
  quarantine: Quarantine,
  remote: { readonly url: string; readonly token?: string; readonly timeoutMs?: number },
): Promise<string | null> {
  const ref = branchRef(quarantine.branch);
  const flags = ["--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance", "--quiet"];
  const args = ["fetch", ...flags, "--", remote.url, `+${ref}:${ref}`];
  const call = { gitDir: quarantine.gitDir, args, transport: transportOf(remote.url), token: remote.token };
  const { code, stderr } = await tryGit(call, { timeoutMs: remote.timeoutMs ?? 300_000 });
  if (code === 0) return branchHead(quarantine);
  const fault = gitFault(`Could not fetch the branch ${quarantine.branch}`, stderr);
  if (fault.kind === "not_found" && /couldn't find remote ref/.test(stderr)) return null;
  throw fault;
}

/**
 * The commit from which the change up to `head` is told: the base where it is in the history of `head`, else, once there is a
 * branch, the newest commit that the two share: the base may have moved on since the branch began. Throws `Fault` on damage.
 */
export async function changeBase({ gitDir, base }: Pick<Quarantine, "gitDir" | "base">, head: string): Promise<string> {
  const { descends } = await readHistory({ gitDir, base: base.sha, head, most: defaultChangeLimits.commits });
  if (descends) return base.sha;
  return (await forkPoint(gitDir, base.sha, head)) ?? base.sha;
}

/**
 * A commit for the reviewer: the tree of `head` directly on the base, with a neutral message and author, so that the
 * executor's commit messages never reach the reviewer (T20). The same inputs give the same commit.
 */
export async function reviewCommit(quarantine: Quarantine, head: string): Promise<string> {
  const { gitDir } = quarantine;
  const base = await changeBase(quarantine, head);
  const { descends, baseAt } = await readHistory({ gitDir, base, head, most: defaultChangeLimits.commits });
  if (!descends) {
    const message = `Could not prepare ${head} for review: it shares no commit with the base ${base}`;
    throw new Fault(message, { kind: "conflict", retry: "never" });
  }
  const date = `${baseAt ?? (await committedAt(gitDir, base))} +0000`;
  const args = ["commit-tree", `${head}^{tree}`, "-p", base, "-m", "The change under review"];
  const made = await runGit({ gitDir, args, env: neutralAuthor(date) }, "Could not prepare the commit for review");
  return made.toString("latin1").trim();
}

/** A commit of ours on top of `head`, with one file other than it has it; the same inputs give the same commit. Throws Fault. */
export async function childWith({ gitDir }: Quarantine, head: string, replaced: Replaced): Promise<string> {
  const doing = "Could not prepare a commit for review";
  await runGit({ gitDir, args: ["read-tree", head] }, doing);
  const tree = await treeWith(gitDir, [replaced]);
  const args = ["commit-tree", tree, "-p", head, "-m", "The change under review"];
  const env = neutralAuthor(`${await committedAt(gitDir, head)} +0000`);
  return (await runGit({ gitDir, args, env }, doing)).toString("latin1").trim();
}

async function committedAt(gitDir: string, commit: string): Promise<string> {
  const dated = await runGit({ gitDir, args: ["show", "-s", "--format=%ct", commit] }, "Could not read the base");
  return dated.toString("latin1").trim();
}

/** Removes a run's quarantine; removing what is gone is fine. */
export async function removeQuarantine(root: string, runId: string): Promise<void> {
  await rm(placeOf(root, runId), { recursive: true, force: true });
}

/** Writes a pack of what `commit` has and the base lacks into another repository's `objects` folder. */
export async function copyCommit(quarantine: Quarantine, commit: string, objectsDir: string): Promise<void> {
  const args = ["pack-objects", "--revs", "--quiet", join(objectsDir, "pack", "pack")];
  const call = { gitDir: quarantine.gitDir, args };
  const input = `${commit}\n^${quarantine.base.sha}\n`;
  await runGit(call, `Could not copy ${commit} out of the quarantine`, { input, timeoutMs: 300_000 });
}

const noteName = "loopgate.json";

function placeOf(root: string, runId: string): string {
  assert(isAbsolute(root) && /^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/.test(runId), "a run id that cannot name a folder");
  return join(root, `${runId}.git`);
}

function descriptionOf(gitDir: string, request: QuarantineRequest): Quarantine {
  const { runId, objectsDir, base, branch } = request;
  return { gitDir, runId, objectsDir, base, branch };
}

/** A bare repository written by hand: nothing is in it but what is listed here, and no process is started for it. */
async function writeRepository(gitDir: string, request: QuarantineRequest): Promise<void> {
  const { base, branch, objectsDir, maxPackBytes = 100 * 1024 * 1024 } = request;
  assert(isBranchName(branch) && branch !== base.branch, "the loop's branch is never the base");
  const { gitDir: _, ...note } = descriptionOf(gitDir, request);
  await mkdir(join(gitDir, "objects", "info"), { recursive: true });
  await mkdir(join(gitDir, "objects", "pack"));
  await mkdir(join(gitDir, "refs", "heads"), { recursive: true });
  await writeFile(join(gitDir, "objects", "info", "alternates"), `${objectsDir}\n`);
  await writeFile(join(gitDir, "packed-refs"), `${base.sha} ${branchRef(base.branch)}\n`);
  await writeFile(join(gitDir, "HEAD"), `ref: ${branchRef(base.branch)}\n`);
  await writeFile(join(gitDir, "config"), configOf(maxPackBytes));
  await writeFile(join(gitDir, noteName), JSON.stringify(note));
}

function configOf(maxPackBytes: number): string {
  return `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\thooksPath = /dev/null
[gc]
\tauto = 0
[receive]
\tfsckObjects = true
\tmaxInputSize = ${maxPackBytes}
\tunpackLimit = 1
\tautogc = false
\tdenyDeletes = true
\tdenyNonFastForwards = true
\tadvertisePushOptions = false
\tadvertiseAtomic = false
\thideRefs = refs/loopgate
[uploadpack]
\thideRefs = refs/loopgate
`;
}

function neutralAuthor(date: string): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: "Loopgate",
    GIT_AUTHOR_EMAIL: "loopgate@localhost",
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: "Loopgate",
    GIT_COMMITTER_EMAIL: "loopgate@localhost",
    GIT_COMMITTER_DATE: date,
  };
}
