// Small files that are there whole or not at all, whenever the App is killed.
import { readFile, rename, writeFile } from "node:fs/promises";

/** Only the App's own user may read it. Rejects as the file system does; what was there before then stays. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Null where there is no such file. A file that is there and cannot be read is an empty one: its content is not known. */
export async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? null : ""));
}

/** Undefined where the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
