// Git's objects, read and written here where they lie loose, as a push leaves them: a process for each would cost the most of a story.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";
import { unlessGone } from "./gone.ts";
import { tryGit } from "./run.ts";

export type ObjectType = "blob" | "tree" | "commit" | "tag";

export interface GitObject {
  readonly type: ObjectType;
  readonly body: Buffer;
}

export const isObjectId = (text: string) => /^[0-9a-f]{40}$/.test(text);

/** The object of that id, loose or in a pack; undefined when the repository does not have it. */
export async function readObject(dir: string, id: string): Promise<GitObject | undefined> {
  return isObjectId(id) ? ((await readLoose(dir, id)) ?? readWithGit(dir, id)) : undefined;
}

/** The same without what lies in packs: it never starts a process. */
export async function readLoose(dir: string, id: string): Promise<GitObject | undefined> {
  const packed = await readFile(placeOf(dir, id)).catch(unlessGone(null));
  return packed === null ? undefined : parse(await promisify(inflate)(packed));
}

/** Writes a loose object and gives its id; one that is there already is left as it is. https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
export async function writeObject(dir: string, type: ObjectType, body: Buffer): Promise<string> {
  const whole = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body]);
  const id = createHash("sha1").update(whole).digest("hex");
  const place = placeOf(dir, id);
  await mkdir(join(place, ".."), { recursive: true });
  const aside = join(dir, "objects", `tmp_obj_${randomUUID()}`);
  await writeFile(aside, await promisify(deflate)(whole), { mode: 0o444 });
  await rename(aside, place);
  return id;
}

const placeOf = (dir: string, id: string) => join(dir, "objects", id.slice(0, 2), id.slice(2));

function parse(whole: Buffer): GitObject {
  const end = whole.indexOf(0);
  const type = whole.subarray(0, end).toString("latin1").split(" ")[0] as ObjectType;
  return { type, body: whole.subarray(end + 1) };
}

async function readWithGit(dir: string, id: string): Promise<GitObject | undefined> {
  const { code, stdout } = await tryGit(dir, ["cat-file", "--batch"], { input: `${id}\n` });
  const end = stdout.indexOf(10);
  const [, type, size] = stdout.subarray(0, end).toString("latin1").split(" ");
  if (code !== 0 || size === undefined) return undefined;
  return { type: type as ObjectType, body: stdout.subarray(end + 1, end + 1 + Number(size)) };
}
