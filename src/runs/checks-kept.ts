// What own checks showed of which files, kept on this host: what was judged is not run again.

import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "../base/parse-json.ts";
import { treeOf } from "../gateway/git/kept.ts";
import { CheckSeen, Isolation, KnockOutSeen, type OwnCheck, type Rules } from "../loop/state.ts";
import { readIfThere, writeWhole } from "./whole-file.ts";

/** Whatever a check's result depends on. */
export interface CheckSource {
  readonly repositoryId: number;
  readonly commit: string;
  readonly base: string;
  /** Patterns of files that are as on the base. */
  readonly asOnBase: readonly string[];
  readonly check: OwnCheck;
  /** The image by content. */
  readonly image: string;
  readonly environment: Rules["environment"] | null;
  readonly packages: Rules["packages"] | null;
}

/** Grows whenever entries of earlier versions are not to be taken. */
const version = 2;

/** 64 hexadecimal digits: equal for equal files, whatever commit has them. Throws Fault. */
export async function keyOfCheck(gitDir: string, source: CheckSource): Promise<string> {
  const { repositoryId, commit, base, asOnBase, check, image, environment, packages } = source;
  const tree = await treeOf(gitDir, commit);
  const from = asOnBase.length === 0 ? null : [asOnBase, await treeOf(gitDir, base)];
  const platform = `${process.platform}-${process.arch}`;
  const parts = [version, repositoryId, tree, from, check, image, environment, packages, platform];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** Whatever it depends on which hunks a test holds. */
export interface KnockOutSource {
  /** Of each check, the key of what it judges at the head. */
  readonly heads: readonly string[];
  /** The tree that the change is measured against. */
  readonly base: string;
  readonly hunks: number;
}

/** 64 hexadecimal digits: equal where the same checks judge the same files, changed from the same ones, and as many hunks are tried. */
export function keyOfKnockOut({ heads, base, hunks }: KnockOutSource): string {
  return createHash("sha256")
    .update(JSON.stringify(["without", version, heads, base, hunks]))
    .digest("hex");
}

/** What its tests were, as far as that says something of a run without a part of the change. */
const Remembered = z.object({
  canTell: z.boolean(),
  passed: z
    .array(z.object({ file: z.string().nullable(), suite: z.array(z.string()).readonly(), name: z.string() }))
    .readonly(),
});

export const KeptCheck = z.object({
  seen: CheckSeen,
  isolation: Isolation,
  exitCode: z.number().int().nullable(),
  pictures: z.array(z.object({ id: z.string(), base64: z.string() })).optional(), // those that `seen` names; absent: it names none
  remembered: Remembered.optional(), // of one that was green; absent: of an earlier version
});
export type KeptCheck = z.infer<typeof KeptCheck>;

export const KeptKnockOut = z.object({ seen: KnockOutSeen });

export interface KeptResults<Result> {
  /** Null where nothing is kept, or it cannot be read. */
  find(key: string): Promise<Result | null>;
  /** Rejects as the file system does. */
  keep(key: string, result: Result): Promise<void>;
}

/** So many are kept, a few kilobytes each but for pictures, and so many bytes. Those that were written longest ago go first. */
const mostKept = 2_000;
const mostBytes = 512 * 1024 * 1024;

export function keptResults<Result>(folder: string, shape: z.ZodType<Result>): KeptResults<Result> {
  const fileOf = (key: string) => join(folder, `${key}.json`);
  return {
    async find(key) {
      const read = shape.safeParse(parseJson((await readIfThere(fileOf(key))) ?? ""));
      return read.success ? read.data : null;
    },
    async keep(key, result) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeWhole(fileOf(key), JSON.stringify(result));
      await makeRoom(folder);
    },
  };
}

async function makeRoom(folder: string): Promise<void> {
  const names = await readdir(folder);
  const files = await Promise.all(
    names.map(async (name) => {
      const facts = await stat(join(folder, name)).catch(() => null);
      return { name, at: facts?.mtimeMs ?? 0, bytes: facts?.size ?? 0 };
    }),
  );
  let [count, bytes] = [files.length, files.reduce((sum, file) => sum + file.bytes, 0)];
  for (const oldest of files.sort((a, b) => a.at - b.at)) {
    if (count <= mostKept && bytes <= mostBytes) return;
    await rm(join(folder, oldest.name), { force: true });
    [count, bytes] = [count - 1, bytes - oldest.bytes];
  }
}
