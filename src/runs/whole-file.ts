// Small files that are there whole or not at all, whenever the App is killed.
import { open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Only the App's own user may read it. Rejects as the file system does; what was there before then stays. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await clearingTheWay(path, async (made) => {
    await writeFile(made, text, { mode: 0o600 });
    await rename(made, path);
  });
}

/** The same, and it outlasts a power cut: file and folder are on the disk when this resolves. */
export async function writeDurably(path: string, text: string): Promise<void> {
  await clearingTheWay(path, async (made) => {
    const file = await open(made, "w", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(made, path);
    await syncFolder(dirname(path));
  });
}

/** That a folder's entries are there outlasts a power cut once this resolves. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A folder or whatever else stands where a file of ours belongs is nobody's: it makes way. */
async function clearingTheWay(path: string, write: (made: string) => Promise<void>): Promise<void> {
  const made = `${path}.new`;
  try {
    await write(made);
  } catch (error) {
    if (!isInTheWay.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    for (const one of [made, path]) await rm(one, { recursive: true, force: true });
    await write(made);
  }
}

const isInTheWay: readonly string[] = ["EISDIR", "ENOTEMPTY", "EEXIST", "EACCES", "EPERM", "ELOOP"];

/** Null where there is no such file. A file that is there and cannot be read is an empty one: its content is not known. */
export async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => (isAbsent(error) ? null : ""));
}

function isAbsent({ code }: NodeJS.ErrnoException): boolean {
  return code === "ENOENT" || code === "ENOTDIR";
}
