// Trees: one entry of one, and writing those of a table of files.
import { assert } from "../../base/assert.ts";
import { readObject, writeObject } from "./objects.ts";

/** The id of one entry of a tree; undefined where the tree is none or has none of that name. */
export async function entryOf(dir: string, tree: string, name: string): Promise<string | undefined> {
  const object = await readObject(dir, tree);
  if (object?.type !== "tree") return undefined;
  const { body } = object;
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf(0, at);
    const entry = body.subarray(at, end).toString();
    if (entry.slice(entry.indexOf(" ") + 1) === name) return body.subarray(end + 1, end + 21).toString("hex");
    at = end + 21;
  }
  return undefined;
}

/** One file of a tree that is to be written. */
export interface TreeFile {
  readonly path: string;
  readonly mode: "100644" | "100755";
  readonly blob: string;
}

/** Writes the tree of these files and every tree in it; gives its id. The paths are the caller's own, and unlike. */
export async function writeTree(dir: string, files: readonly TreeFile[]): Promise<string> {
  const folders = new Map<string, TreeFile[]>();
  const entries: { key: string; head: string; id: string }[] = [];
  for (const file of files) {
    const [name = "", ...rest] = file.path.split("/");
    assert(!["", ".", "..", ".git"].includes(name), `a path that git takes: ${file.path}`);
    if (rest.length === 0) entries.push({ key: name, head: `${file.mode} ${name}`, id: file.blob });
    else folders.set(name, [...(folders.get(name) ?? []), { ...file, path: rest.join("/") }]);
  }
  for (const [name, inside] of folders)
    entries.push({ key: `${name}/`, head: `40000 ${name}`, id: await writeTree(dir, inside) });
  // Git orders the entries by their bytes, a folder as if its name ended with a slash.
  entries.sort((one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)));
  const parts = entries.flatMap(({ head, id }) => [Buffer.from(`${head}\0`), Buffer.from(id, "hex")]);
  return writeObject(dir, "tree", Buffer.concat(parts));
}
