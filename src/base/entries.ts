// What is in a folder, in bytes: a file's name on Linux is any bytes but two of them, and need not be text.
import type { Dirent } from "node:fs";
import { opendir } from "node:fs/promises";

/** One thing in a folder, and its path. */
export interface Entry {
  readonly entry: Pick<Dirent, "isDirectory">;
  readonly child: Buffer;
}

/** One after the other, however many there are. Rejects as the file system does. */
export async function* entriesOf(folder: Uint8Array): AsyncGenerator<Entry> {
  const opened = await opendir(Buffer.from(folder), { encoding: "buffer" as BufferEncoding });
  for await (const entry of opened) yield { entry, child: childOf(folder, entry.name as unknown as Uint8Array) };
}

/** The path of what has this name in the folder. */
export function childOf(folder: Uint8Array, name: Uint8Array): Buffer {
  return Buffer.concat([folder, Buffer.from("/"), name]);
}
