// Reads the file in which an agent answers: anything may lie in its place, and only a plain, small one is an answer.
import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** result.json beyond this is no answer. */
const resultBytes = 256 * 1024;

/** The agent's answer: a regular file of a sane size, links not followed; null when there is none. */
export async function readResult(path: string): Promise<string | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (file === null) return null;
  try {
    const facts = await file.stat();
    if (!facts.isFile() || facts.size > resultBytes) return null;
    return (await file.readFile()).toString("utf8");
  } finally {
    await file.close();
  }
}
