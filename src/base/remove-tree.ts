// Removes what a run wrote, whatever that is: names that are no text, folders that nobody may enter, paths longer than a path may be.
import { chmod, mkdtemp, readdir, rename, rm, rmdir, unlink } from "node:fs/promises";
import { childOf } from "./entries.ts";

/** Linux takes paths of 4,095 bytes (PATH_MAX): one of at most this length still has room for a name below it. */
const longest = 3_500;

/** Removes the folder and all that is in it; what is not there is removed. Links are not followed. Rejects as the file system does. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch {
    await removeByDescent(folder);
  }
}

/** `rm` ends at its first failure while it still removes elsewhere: what it takes away meanwhile is gone, as it should be. */
async function unlessGone<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Folders too deep to be named are moved up beside it first. */
async function removeByDescent(folder: string): Promise<void> {
  const aside = await mkdtemp(`${folder}.deep-`);
  const waiting: Buffer[] = [Buffer.from(folder)];
  let moved = 0;
  async function empty(within: Buffer): Promise<void> {
    await chmod(within, 0o700).catch(() => {}); // of somebody else's, or a link by now: the next call says so
    const names = readdir(Buffer.from(within), { withFileTypes: true, encoding: "buffer" });
    for (const entry of (await unlessGone(names)) ?? []) {
      const child = childOf(within, entry.name);
      if (!entry.isDirectory()) await unlessGone(unlink(child));
      else if (child.length <= longest) await remove(child);
      else waiting.push(await moveUp(child));
    }
  }
  async function remove(child: Buffer): Promise<void> {
    await empty(child);
    await unlessGone(rmdir(child));
  }
  async function moveUp(child: Buffer): Promise<Buffer> {
    moved += 1;
    const place = Buffer.from(`${aside}/${moved}`);
    await unlessGone(chmod(child, 0o700)); // a folder that may not be written keeps its place
    await unlessGone(rename(child, place));
    return place;
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await remove(next);
  await rmdir(aside);
}
