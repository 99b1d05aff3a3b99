// The shared object store: one bare repository per GitHub repository, holding the default branch's history and nothing of any loop.
//
// Containers read its `objects` folder through alternates. Loop branches never enter it: a reviewer could read
// the executor's commit messages there (T20), and one loop another loop's work (I23). Objects are never pruned,
// because workspaces and quarantines borrow them (F47); packs are only joined.
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { assert } from "../../base/assert.ts";
import { Fault } from "../../base/fault.ts";
import { alone } from "./alone.ts";
import { branchRef, isCommitId } from "./branch.ts";
import { gitFault, isDamage } from "./failure.ts";
import { transportOf, tryGit } from "./git.ts";
import { commitOf, refAt } from "./repository.ts";

export interface BaseRequest {
  /** Absolute folder of all stores. Containers see a store's `objects` at the same path, read-only. */
  readonly storeRoot: string;
  /** GitHub's numeric id: a renamed repository keeps its store (T28). */
  readonly repositoryId: number;
  readonly url: string;
  readonly token?: string;
  /** The default branch. */
  readonly branch: string;
  /** The base commit frozen at claim; without it, where the branch is now. */
  readonly sha?: string;
  /** Default 15 minutes: the first fetch of a large repository is a whole clone. */
  readonly timeoutMs?: number;
}

export interface ObjectStore {
  readonly gitDir: string;
  /** The only folder a container may see, read-only, at this same path. */
  readonly objectsDir: string;
  readonly base: { readonly branch: string; readonly sha: string };
}

/**
 * Brings the base commit into the repository's store, fetching only when it is not there yet, and says where it is.
 * A damaged store is rebuilt once from the remote (F47). Throws `Fault`: `conflict` when the remote no longer has
 * the commit (F45), `engine` when the disk is full (F48), and what the remote answers otherwise.
 */
export function fetchBase(request: BaseRequest): Promise<ObjectStore> {
  assert(Number.isSafeInteger(request.repositoryId) && request.repositoryId > 0, "a store needs a repository id");
  const gitDir = storeOf(request.storeRoot, request.repositoryId);
  return alone(gitDir, async () => {
    const sha = (await tryFetch(gitDir, request)) ?? (await rebuild(gitDir, request));
    return { gitDir, objectsDir: join(gitDir, "objects"), base: { branch: request.branch, sha } };
  });
}

/** Where the base commit is in the repository's store, asking nobody; null when it is not there. */
export async function findBase({ storeRoot, repositoryId, branch, sha }: BaseRequest): Promise<ObjectStore | null> {
  const gitDir = storeOf(storeRoot, repositoryId);
  const isStore = (await entriesOf(gitDir)).includes("HEAD");
  if (sha === undefined || !isStore || !(await hasCommit(gitDir, sha))) return null;
  return { gitDir, objectsDir: join(gitDir, "objects"), base: { branch, sha } };
}

/** Where the store of a repository is. */
export function storeOf(storeRoot: string, repositoryId: number): string {
  return join(storeRoot, `${repositoryId}.git`);
}

/** Whose objects the folder of a store holds; null where it is none of a store. */
export function repositoryOfObjects(objectsDir: string): number | null {
  const id = Number(/^(\d+)\.git$/.exec(basename(dirname(objectsDir)))?.[1]);
  return Number.isSafeInteger(id) ? id : null;
}

/** Notes that a store's objects could not be read, so that the next `fetchBase` rebuilds it (F47). */
export async function reportDamage(objectsDir: string): Promise<void> {
  await writeFile(join(dirname(objectsDir), damageMark), "").catch(() => undefined);
}

/** The base commit, or null when the store itself is damaged. */
async function tryFetch(gitDir: string, request: BaseRequest): Promise<string | null> {
  const isNew = await ensureStore(gitDir);
  if ((await entriesOf(gitDir)).includes(damageMark)) return null;
  if (!isNew && request.sha !== undefined && (await hasCommit(gitDir, request.sha))) return request.sha;
  const fetched = await fetchInto(gitDir, request, `+${branchRef(request.branch)}:${storedRef}`);
  if (fetched === "damaged") return null;
  const head = await refAt(gitDir, storedRef);
  const isLost = request.sha !== undefined && request.sha !== head && !(await hasCommit(gitDir, request.sha));
  if (isLost) await fetchLostBase(gitDir, request);
  await joinPacks(gitDir);
  return request.sha ?? head;
}

/** A base that the branch no longer contains: GitHub still serves it by its id for a while (F45). */
async function fetchLostBase(gitDir: string, request: BaseRequest): Promise<void> {
  assert(request.sha !== undefined && isCommitId(request.sha), "a base commit is named by its full id");
  await fetchInto(gitDir, request, `${request.sha}:refs/loopgate/kept/${request.sha}`).catch(() => undefined);
  if (await hasCommit(gitDir, request.sha)) return;
  const message = `Could not fetch base commit ${request.sha}: the branch ${request.branch} was rewritten without it`;
  throw new Fault(message, { kind: "conflict", retry: "never" });
}

async function fetchInto(gitDir: string, request: BaseRequest, refspec: string): Promise<"fetched" | "damaged"> {
  const flags = ["--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance", "--quiet"];
  const args = ["fetch", ...flags, "--", request.url, refspec];
  const call = { gitDir, args, transport: transportOf(request.url), token: request.token, config: oldOddities };
  const { code, stderr } = await tryGit(call, { timeoutMs: request.timeoutMs ?? 900_000 });
  if (code === 0) return isDamage(stderr) ? "damaged" : "fetched";
  const fault = gitFault(`Could not fetch ${request.branch} of repository ${request.repositoryId}`, stderr);
  if (isDamage(stderr) && (fault.kind === "engine" || fault.kind === "invalid")) return "damaged";
  throw fault;
}

/** A fresh store beside the damaged one, then put in its place: a failed rebuild leaves things as they were. */
async function rebuild(gitDir: string, request: BaseRequest): Promise<string> {
  const aside = await mkdtemp(`${gitDir}.new-`);
  try {
    const fresh = join(aside, "fresh.git");
    const sha = await tryFetch(fresh, request);
    if (sha === null) throw gitFault(`Could not rebuild the object store of repository ${request.repositoryId}`, "");
    await rename(gitDir, join(aside, "damaged.git"));
    await rename(fresh, gitDir);
    return sha;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Creates the store by a rename, so that a half-made one is never seen; true where there was none. */
async function ensureStore(gitDir: string): Promise<boolean> {
  if ((await entriesOf(gitDir)).includes("HEAD")) return false;
  await mkdir(join(gitDir, ".."), { recursive: true });
  const aside = await mkdtemp(`${gitDir}.new-`);
  try {
    const fresh = join(aside, "fresh.git");
    await writeStore(fresh);
    await rm(gitDir, { recursive: true, force: true });
    await rename(fresh, gitDir);
    return true;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** A bare repository written by hand, readable by containers whatever the umask: no process is started for it. */
async function writeStore(gitDir: string): Promise<void> {
  const folders = ["", "objects", "objects/info", "objects/pack", "refs", "refs/heads"].map((name) =>
    join(gitDir, name),
  );
  for (const folder of folders) {
    await mkdir(folder);
    await chmod(folder, 0o755);
  }
  await writeFile(join(gitDir, "HEAD"), "ref: refs/heads/main\n");
  const settings = ["repositoryformatversion = 0", "filemode = true", "bare = true", "sharedRepository = 0644"];
  await writeFile(join(gitDir, "config"), ["[core]", ...settings.map((line) => `\t${line}`), ""].join("\n"));
}

/** Joins packs in growing sizes when many have come together. Nothing is dropped, so borrowers are not disturbed. */
async function joinPacks(gitDir: string): Promise<void> {
  const packs = (await entriesOf(join(gitDir, "objects", "pack"))).filter((name) => name.endsWith(".pack"));
  if (packs.length < 40) return;
  const args = ["repack", "--geometric=2", "-d", "-q"];
  await tryGit({ gitDir, args }, { timeoutMs: 600_000 });
}

async function hasCommit(gitDir: string, sha: string): Promise<boolean> {
  return (await commitOf(gitDir, sha).catch(() => null)) === sha;
}

async function entriesOf(dir: string): Promise<readonly string[]> {
  return readdir(dir).catch(() => []);
}

/** Where the default branch was at the last fetch, whatever its name. */
const storedRef = "refs/loopgate/base";

const damageMark = "damaged";

/** Mistakes that old, honest histories on GitHub contain. What a container pushes is still checked strictly. */
const oldOddities = [
  "zeroPaddedFilemode",
  "missingSpaceBeforeDate",
  "badTimezone",
  "badDate",
  "badDateOverflow",
  "missingEmail",
  "badEmail",
  "missingNameBeforeEmail",
  "missingSpaceBeforeEmail",
  "badFilemode",
  "nulInCommit",
  "gitmodulesParse",
  "duplicateEntries",
  "treeNotSorted",
  "multipleAuthors",
  "zeroPaddedDate",
  "gitattributesLineLength",
  "gitattributesLarge",
  "gitmodulesLarge",
].map((name) => `fetch.fsck.${name}=ignore`);
