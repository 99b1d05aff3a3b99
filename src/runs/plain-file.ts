// Files where something that we do not trust could write.
import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** As `readBytes`, as text. */
export async function readPlain(path: string, bytes: number): Promise<string | null> {
  return (await readBytes(path, bytes))?.toString("utf8") ?? null;
}

/** Anything may lie where an agent wrote: a regular file of at most so many bytes, links not followed; null for anything else. */
export async function readBytes(path: string, bytes: number): Promise<Buffer | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (file === null) return null;
  try {
    const facts = await file.stat();
    if (!facts.isFile() || facts.size > bytes) return null;
    const read = Buffer.alloc(facts.size); // not more, should it grow meanwhile
    return read.subarray(0, (await file.read(read, 0, read.length, 0)).bytesRead);
  } finally {
    await file.close();
  }
}
