// What a set-up left in its workspace: paths that git does not track, and tracked files that it changed.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** The untracked paths nearest to the root, links not followed; a folder without any tracked file in it stands for all it holds. */
export async function untrackedIn(workspace: string, tracked: readonly string[]): Promise<readonly string[]> {
  const files = new Set(tracked);
  const folders = new Set(tracked.flatMap(foldersOf));
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(workspace, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (path === ".git" || files.has(path)) continue;
      if (entry.isDirectory() && folders.has(path)) await walk(path);
      else if (!folders.has(path)) found.push(path);
    }
  };
  await walk("");
  return found.sort();
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
