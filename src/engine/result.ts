// Reads what an agent left in files: anything may lie in their place, and only a plain, small one is read.
import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** result.json beyond this is no answer. */
const resultBytes = 256 * 1024;

/** The agent's answer; null when there is none. */
export function readResult(path: string): Promise<string | null> {
  return readPlain(path, resultBytes);
}

/** The text of a regular file of at most so many bytes, links not followed; null for anything else. */
export async function readPlain(path: string, bytes: number): Promise<string | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (file === null) return null;
  try {
    const facts = await file.stat();
    if (!facts.isFile() || facts.size > bytes) return null;
    return (await file.readFile()).toString("utf8");
  } finally {
    await file.close();
  }
}
