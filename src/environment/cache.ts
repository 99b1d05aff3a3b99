// What set-ups left, kept by key: made aside, verified, renamed into place, and given away as copies, or shown where nobody can write to it.

import { createHash, randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { giveTo } from "../base/give.ts";
import { parseJson } from "../base/parse-json.ts";
import { removeTree } from "../base/remove-tree.ts";
import { PackagesFetched } from "../loop/state.ts";
import { copyTree, measureTree } from "./copy.ts";
import type { Leftovers } from "./left.ts";

/** What is written down of an entry beside its files. */
const Note = z.object({
  version: z.literal(1),
  key: z.string(),
  roots: z.array(z.object({ path: z.string(), sum: z.string() })),
  holders: z.array(z.string()), // folders that are made for them, each after the one it is in
  bytes: z.number(),
  files: z.number(),
  tookMs: z.number(),
  changed: z.array(z.string()), // tracked files that the set-up changed
  strays: z.array(z.string()), // what it left outside ignored folders
  packages: PackagesFetched.optional(), // what it fetched from registries; absent: nothing
  refused: z.array(z.string()).optional(), // what its gateways refused to it by policy; absent: nothing
});
export type Note = z.infer<typeof Note>;

export interface CacheParts {
  /** Absolute folder of all entries, reachable by the host only. */
  readonly root: string;
  /** What all entries together may take; the least recently used go first. */
  readonly mostBytes: number;
}

/** What a set-up came to, still where it was made. */
export interface Left extends Leftovers {
  readonly workspace: string;
  readonly tookMs: number;
  readonly changed: readonly string[];
  readonly packages?: PackagesFetched;
  readonly refused?: readonly string[];
}

export interface SetUpCache {
  /** The entry's note, or null where there is none that can be relied on. */
  find(key: string): Promise<Note | null>;
  /** Keeps what a set-up left. Rejects as the file system does, and then nothing of it is there. */
  keep(key: string, left: Left): Promise<Note>;
  /**
   * Copies the entry into a workspace that no container has seen yet; a path whose folder is not there, is a link, or that is taken
   * already is left out. False where the entry is damaged, which then goes, and the workspace with it: it may hold a part.
   */
  give(key: string, note: Note, workspace: string): Promise<boolean>;
  /**
   * Lets a workspace that no container has seen yet stand on the entry, which stays while the workspace is there: the folder to be shown
   * beneath it, whose files are the user's whose run left them. Null where the entry would show more than a copy would have. False as for `give`.
   */
  lend(key: string, note: Note, workspace: string): Promise<string | null | false>;
  /** The folder that `lend` is going to name. */
  folderOf(key: string): string;
  /** A folder of its own in which a set-up may be made, on the entries' file system. */
  aside(): Promise<string>;
  /** Removes what killed processes left half made. To be called before this one makes any of its own. */
  clear(): Promise<void>;
}

/** The cache below this folder; one process uses it. */
export function setUpCache({ root, mostBytes }: CacheParts): SetUpCache {
  const inUse = new Map<string, number>();
  const looked = new Set<string>(); // entries that this process has found whole
  const place = (key: string) => join(root, key);
  const folderOf = (key: string) => join(place(key), "tree");
  const holds = join(root, "held");

  async function find(key: string): Promise<Note | null> {
    const text = await readFile(join(place(key), "note.json"), "utf8").catch(() => null);
    const note = text === null ? null : noteIn(text);
    return note?.key === key ? note : null;
  }

  async function aside(): Promise<string> {
    const folder = join(root, `.making-${randomBytes(8).toString("hex")}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  async function using<T>(key: string, work: () => Promise<T>): Promise<T> {
    inUse.set(key, (inUse.get(key) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const count = (inUse.get(key) ?? 1) - 1;
      if (count === 0) inUse.delete(key);
      else inUse.set(key, count);
    }
  }

  /** Keys of the entries that a workspace stands on. What was written down of one that is gone goes. */
  async function held(): Promise<ReadonlySet<string>> {
    const keys = new Set<string>();
    for (const name of await readdir(holds).catch(() => [])) {
      const hold = holdIn(await readFile(join(holds, name), "utf8").catch(() => ""));
      if (hold !== null && (await lstat(hold.workspace).catch(() => null)) !== null) keys.add(hold.key);
      else await rm(join(holds, name), { force: true });
    }
    return keys;
  }

  /** What was taken out of the way while a workspace stood on it goes once none does. */
  async function clearGone(kept: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(root).catch(() => [])) {
      const key = /^\.gone-([0-9a-f]{64})-/.exec(name)?.[1];
      if (key !== undefined && !kept.has(key)) await removeTree(join(root, name));
    }
  }

  /** Entries that were used longest ago go until the rest fits; never one that is being copied or stood on, nor `but`. */
  async function bound(but: string): Promise<void> {
    const kept = await held();
    await clearGone(kept);
    const entries = await Promise.all(
      (await readdir(root)).filter(isKey).map(async (key) => {
        const note = await find(key);
        const facts = await lstat(join(place(key), "note.json")).catch(() => null);
        return { key, bytes: note?.bytes ?? 0, usedAt: note === null ? 0 : (facts?.mtimeMs ?? 0) };
      }),
    );
    let total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { key, bytes } of entries.sort((a, b) => a.usedAt - b.usedAt)) {
      if (total <= mostBytes) return;
      if (key === but || inUse.has(key) || kept.has(key)) continue;
      await remove(key);
      total -= bytes;
    }
  }

  /** Out of the way first, so that nobody finds half of it; there it stays while a workspace stands on it. */
  async function remove(key: string): Promise<void> {
    looked.delete(key);
    const away = join(root, `.gone-${key}-${randomBytes(8).toString("hex")}`);
    await rename(place(key), away).catch(() => {});
    if (!inUse.has(key) && !(await held()).has(key)) await removeTree(away);
  }

  /** Whether the entry is what its note says; looked at once, for nobody but this process writes there. */
  async function isWhole(key: string, { roots }: Note): Promise<boolean> {
    if (looked.has(key)) return true;
    for (const { path, sum } of roots) {
      const found = await measureTree(join(folderOf(key), path)).catch(unlessMissing);
      if (found?.sum !== sum) return false;
    }
    looked.add(key);
    return true;
  }

  async function use(key: string): Promise<void> {
    const now = new Date();
    await utimes(join(place(key), "note.json"), now, now).catch(() => {});
  }

  return {
    find,
    aside,
    folderOf,
    async keep(key, { workspace, ignored, holders, tookMs, changed, strays, packages, refused }) {
      const made = await aside();
      try {
        const roots: Note["roots"] = [];
        let [bytes, files] = [0, 0];
        const tree = join(made, "tree");
        await mkdir(tree, { mode: 0o755 });
        for (const path of holders) await mkdir(join(tree, path), { recursive: true, mode: 0o755 });
        for (const path of ignored) {
          const to = join(tree, path);
          await mkdir(dirname(to), { recursive: true, mode: 0o755 });
          const copied = await copyTree(join(workspace, path), to);
          const again = await measureTree(to);
          if (again.sum !== copied.sum) throw new Error(`the copy of ${path} is not what was copied`);
          roots.push({ path, sum: copied.sum });
          bytes += copied.bytes;
          files += copied.files;
        }
        await giveAs(workspace, tree);
        const lists = { holders: [...holders], changed: [...changed], strays: [...strays] };
        const note: Note = {
          version: 1,
          key,
          roots,
          bytes,
          files,
          tookMs,
          ...lists,
          ...(packages ? { packages } : {}),
          ...(refused?.length ? { refused: [...refused] } : {}),
        };
        await writeFile(join(made, "note.json"), JSON.stringify(note), { mode: 0o600 });
        await remove(key);
        await rename(made, place(key));
        looked.add(key);
        await bound(key);
        return note;
      } catch (error) {
        await removeTree(made);
        throw error;
      }
    },
    give: (key, note, workspace) =>
      using(key, async () => {
        await use(key);
        for (const path of note.holders)
          if (await isFree(workspace, path)) await mkdir(join(workspace, path), { mode: 0o755 });
        for (const { path, sum } of note.roots) {
          if (!(await isFree(workspace, path))) continue;
          const copied = await copyTree(join(folderOf(key), path), join(workspace, path)).catch(unlessMissing);
          if (copied?.sum === sum) continue;
          await remove(key);
          return false;
        }
        return true;
      }),
    lend: (key, note, workspace) =>
      using(key, async () => {
        for (const path of [...note.holders, ...note.roots.map((one) => one.path)])
          if (!(await mayShow(workspace, path, note.holders))) return null;
        if (!(await isWhole(key, note))) {
          await remove(key);
          return false;
        }
        await use(key);
        await mkdir(holds, { recursive: true, mode: 0o700 });
        const name = createHash("sha256").update(workspace).digest("hex");
        const written = join(root, `.making-${randomBytes(8).toString("hex")}`); // or who reads half of it takes it for none
        await writeFile(written, JSON.stringify({ key, workspace }), { mode: 0o600 });
        await rename(written, join(holds, name));
        return (await find(key)) !== null && folderOf(key); // what was taken away meanwhile is not there
      }),
    async clear() {
      await clearGone(await held());
      const names = await readdir(root).catch(() => []);
      const half = names.filter((one) => one.startsWith(".") && !one.startsWith(".gone-"));
      for (const name of half) await removeTree(join(root, name));
    },
  };
}

/** Whoever left it keeps it: a run that stands on it is the same user. */
async function giveAs(workspace: string, tree: string): Promise<void> {
  const { uid, gid } = await lstat(workspace);
  if (uid !== process.getuid?.()) await giveTo({ uid, gid }, tree);
}

/** A file of an entry that is not there is damage; anything else is the disk's. */
function unlessMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

function isKey(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

function noteIn(text: string): Note | null {
  return Note.safeParse(parseJson(text)).data ?? null;
}

const Hold = z.object({ key: z.string(), workspace: z.string() });

/** Which workspace stands on which entry, as it was written down; null where it cannot be read. */
function holdIn(text: string): z.infer<typeof Hold> | null {
  return Hold.safeParse(parseJson(text)).data ?? null;
}

/** Whether what is kept at a path may be shown there: it would have been copied there. A holder that is missing is one that is shown, too. */
async function mayShow(workspace: string, path: string, holders: readonly string[]): Promise<boolean> {
  const holder = holders.find((one) => path.startsWith(`${one}/`));
  return isFree(workspace, holder ?? path);
}

/** Whether every folder on the way is a folder, no link among them, and nothing stands at the path. */
async function isFree(workspace: string, path: string): Promise<boolean> {
  const names = path.split("/");
  if (path === "" || names.some((name) => ["", ".", "..", ".git"].includes(name))) return false;
  for (const [index] of names.slice(1).entries()) {
    const facts = await lstat(join(workspace, ...names.slice(0, index + 1))).catch(() => null);
    if (facts === null || !facts.isDirectory()) return false;
  }
  return (await lstat(join(workspace, path)).catch(() => null)) === null;
}
