// What a set-up left in its workspace: paths that git does not track, and tracked files that it changed.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** What a set-up left beside the tracked files; paths are below the workspace. */
export interface Leftovers {
  /** What git ignores: a folder stands for all it holds. */
  readonly ignored: readonly string[];
  /** Folders that are neither tracked nor ignored and that some of the above is in, each after the one it is in. */
  readonly holders: readonly string[];
  /** What git would add; a folder, with a slash at its end, stands for all it holds. */
  readonly strays: readonly string[];
}

/** Those of the paths that git ignores, where a folder is one by the slash at its end: `name/` in an ignore file is for folders. */
export type AskIgnored = (paths: readonly string[]) => Promise<ReadonlySet<string>>;

/**
 * Sorts what is untracked, links not followed. A folder that is not ignored is looked into, since what it holds may be: patterns such as
 * `.yarn/*`. So is one that ignores all it holds by a `.gitignore` of its own, as virtualenv, uv and pytest write it.
 */
export async function leftIn(
  workspace: string,
  tracked: readonly string[],
  askIgnored: AskIgnored,
): Promise<Leftovers> {
  const ignored: string[] = [];
  const lost: string[] = [];
  let open = await untrackedIn(workspace, tracked);
  const tops = new Set(open.filter(isFolder));
  while (open.length > 0) {
    const hidden = await askIgnored(open);
    const next: string[] = [];
    for (const path of open) {
      if (hidden.has(path) || (isFolder(path) && (await hidesItself(workspace, path)))) ignored.push(bare(path));
      else if (isFolder(path)) next.push(...(await namesIn(workspace, path)));
      else lost.push(path);
    }
    open = next;
  }
  /** The folders that a path is in, from the untracked one nearest to the root on. */
  const untrackedOf = (path: string) => {
    const folders = foldersOf(path);
    const top = folders.findIndex((folder) => tops.has(`${folder}/`));
    return top === -1 ? [] : folders.slice(top);
  };
  const holders = new Set(ignored.flatMap(untrackedOf));
  const strays = new Set<string>();
  for (const path of lost) {
    const [top] = untrackedOf(path);
    strays.add(top === undefined || holders.has(top) ? path : `${top}/`);
  }
  return { ignored: ignored.sort(), holders: [...holders].sort(), strays: [...strays].sort() };
}

function isFolder(path: string): boolean {
  return path.endsWith("/");
}

function bare(path: string): string {
  return isFolder(path) ? path.slice(0, -1) : path;
}

/** The untracked paths nearest to the root, folders with a slash at their end. */
async function untrackedIn(workspace: string, tracked: readonly string[]): Promise<readonly string[]> {
  const files = new Set(tracked);
  const folders = new Set(tracked.flatMap(foldersOf));
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const path of await namesIn(workspace, folder)) {
      if (path === ".git/" || path === ".git" || files.has(bare(path))) continue;
      if (!folders.has(bare(path))) found.push(path);
      else if (isFolder(path)) await walk(path);
    }
  };
  await walk("");
  return found;
}

/** What stands in a folder, itself "" or with a slash at its end. */
async function namesIn(workspace: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(workspace, folder), { withFileTypes: true });
  return entries.map((entry) => `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`);
}

/** A longer ignore file is somebody's own. */
const longestOwnIgnore = 1_000;

async function hidesItself(workspace: string, folder: string): Promise<boolean> {
  const file = join(workspace, folder, ".gitignore");
  const facts = await lstat(file).catch(() => null);
  if (facts === null || !facts.isFile() || facts.size > longestOwnIgnore) return false;
  const lines = (await readFile(file, "utf8")).split("\n").map((line) => line.trim());
  const patterns = lines.filter((line) => line !== "" && !line.startsWith("#"));
  return patterns.length === 1 && patterns[0] === "*";
}

function foldersOf(path: string): string[] {
  const names = path.split("/");
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join("/"));
}

/** The tracked paths that are not as they were checked out: gone, of another kind, or with another content. */
export async function changedIn(
  workspace: string,
  pristine: string,
  tracked: readonly string[],
): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const path of tracked) if (!(await isSame(pristine, workspace, path))) changed.push(path);
  return changed;
}

/** What a set-up wrote is read only where it is as long as before: it may be longer than memory. */
async function isSame(pristine: string, workspace: string, path: string): Promise<boolean> {
  const [was, is] = [await kindOf(pristine, path), await kindOf(workspace, path)];
  if (was !== is) return false;
  return !was.startsWith("file") || (await sumOf(join(pristine, path))) === (await sumOf(join(workspace, path)));
}

/** What stands at a path, a file with its length and a link with its target; no folder on the way to it may be a link. */
async function kindOf(root: string, path: string): Promise<string> {
  for (const folder of foldersOf(path)) {
    const facts = await lstat(join(root, folder)).catch(() => null);
    if (facts === null || !facts.isDirectory()) return "gone";
  }
  const at = join(root, path);
  const facts = await lstat(at).catch(() => null);
  if (facts === null) return "gone";
  if (facts.isSymbolicLink()) return `link ${await readlink(at)}`;
  return facts.isFile() ? `file ${facts.size}` : "other";
}

async function sumOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
