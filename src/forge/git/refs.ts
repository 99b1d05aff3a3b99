// A repository's refs, read from its files: the loose ones first, so that one that is packed meanwhile is not missed.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../base/fault.ts";
import { unlessGone } from "./gone.ts";

/** All refs of a bare repository, by name: full name to object id. One that names another ref, or is broken, is left out. */
export async function listRefs(dir: string): Promise<Map<string, string>> {
  const loose = await looseRefs(dir);
  const packed = await readFile(join(dir, "packed-refs"), "utf8").catch(unlessGone(""));
  const lines = packed.split("\n").filter((line) => /^[0-9a-f]{40} /.test(line));
  const all = new Map([...lines.map((line) => [line.slice(41), line.slice(0, 40)] as const), ...loose]);
  return new Map([...all].sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other))));
}

/** The object that HEAD comes to; undefined while the branch it names has no commit. */
export async function headOf(dir: string): Promise<string | undefined> {
  const text = (await readFile(join(dir, "HEAD"), "utf8")).trim();
  return text.startsWith("ref: ") ? (await listRefs(dir)).get(text.slice("ref: ".length)) : text;
}

async function looseRefs(dir: string, folder = "refs"): Promise<(readonly [string, string])[]> {
  const listed = readdir(join(dir, folder), { withFileTypes: true });
  const entries = await listed.catch(folder === "refs" ? noRepository : unlessGone([])); // git removes empty folders
  const read = entries.map(async (entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return looseRefs(dir, name);
    const text = entry.name.endsWith(".lock") ? "" : await readFile(join(dir, name), "utf8").catch(unlessGone(""));
    return /^[0-9a-f]{40}$/.test(text.trim()) ? [[name, text.trim()] as const] : [];
  });
  return (await Promise.all(read)).flat();
}

function noRepository(cause: unknown): never {
  throw new Fault("Could not read the refs of a repository of the forge", { kind: "engine", retry: "never", cause });
}
