// What registries sent, kept on disk by content: made aside, verified, renamed into place, looked at again before it is given.

import { createHash, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { parseJson } from "../../base/parse-json.ts";
import { Refused } from "./refused.ts";

/** What is written down of one answer: under which name it is found, and what it holds. */
const Note = z.object({
  version: z.literal(1),
  key: z.string(),
  sum: z.string().regex(/^[0-9a-f]{128}$/), // SHA-512 of the content, in hexadecimal
  bytes: z.number().int(),
  facts: z.record(z.string(), z.string()), // what the protocol wants to know of it
});
export type Note = z.infer<typeof Note>;

export interface KeptParts {
  /** Absolute folder, reachable by the host only. */
  readonly root: string;
  /** What all contents together may take; the least recently used go first. */
  readonly mostBytes: number;
}

/** An answer whose content was found whole. */
export interface KeptAnswer {
  readonly note: Note;
  /** Open at its beginning; whoever takes it closes it. It stays readable although it is removed meanwhile. */
  readonly file: FileHandle;
}

export interface Kept {
  /** The answer under this key; null where there is none, or one that is not what was written. */
  find(key: string): Promise<KeptAnswer | null>;
  /** What is written down of it, without a look at its content. */
  note(key: string): Promise<Note | null>;
  /** Writes other facts down of what is there. */
  tell(key: string, facts: Note["facts"]): Promise<void>;
  /**
   * Keeps a stream under a key, at most `most` bytes of it. `verify` is given what arrived, and throws where it must not be kept;
   * whatever throws, nothing of it stays.
   */
  keep(
    key: string,
    from: AsyncIterable<Uint8Array>,
    most: number,
    verify: (made: { readonly path: string; readonly bytes: number }) => Promise<Note["facts"]>,
  ): Promise<void>;
}

/** The answers below this folder; one process uses it. */
export function keptAnswers({ root, mostBytes }: KeptParts): Kept {
  const contents = join(root, "content");
  const names = join(root, "name");
  const aside = join(root, "aside");
  const nameOf = (key: string) => join(names, `${createHash("sha256").update(key).digest("hex")}.json`);
  let total: Promise<number> | null = null;

  /** Makes the folders, removes what killed processes left half made, and counts what is there. Once. */
  async function prepare(): Promise<number> {
    await rm(aside, { recursive: true, force: true });
    for (const folder of [contents, names, aside]) await mkdir(folder, { recursive: true, mode: 0o700 });
    return (await sizes()).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  const ready = () => {
    total ??= prepare();
    return total;
  };

  async function sizes() {
    const files = await readdir(contents);
    return Promise.all(
      files.map(async (file) => {
        const facts = await stat(join(contents, file)).catch(() => null);
        return { file, bytes: facts?.size ?? 0, usedAt: facts?.mtimeMs ?? 0 };
      }),
    );
  }

  /** Contents that were used longest ago go until the rest fits, some room besides; a name without content is as good as none. */
  async function bound(): Promise<void> {
    const found = (await sizes()).sort((a, b) => a.usedAt - b.usedAt);
    let left = found.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { file, bytes } of found.slice(0, -1)) {
      if (left <= mostBytes * 0.9) break;
      await rm(join(contents, file), { force: true });
      left -= bytes;
    }
    total = Promise.resolve(left);
  }

  async function note(key: string): Promise<Note | null> {
    const text = await readFile(nameOf(key), "utf8").catch(() => null);
    const found = text === null ? null : noteIn(text);
    return found?.key === key ? found : null;
  }

  return {
    note,
    async find(key) {
      const found = await note(key);
      const path = join(contents, found?.sum ?? "");
      const file = found === null ? null : await open(path, "r").catch(() => null);
      if (found === null || file === null) return null;
      if ((await sumOf(file)) === found.sum) {
        const now = new Date();
        await utimes(path, now, now).catch(() => {});
        return { note: found, file };
      }
      await file.close();
      await rm(path, { force: true });
      return null;
    },
    async tell(key, facts) {
      const found = await note(key);
      if (found === null) return;
      const named = join(aside, `${randomBytes(8).toString("hex")}.json`);
      await ready();
      await writeFile(named, JSON.stringify({ ...found, facts }), { mode: 0o600 });
      await rename(named, nameOf(key));
    },
    async keep(key, from, most, verify) {
      await ready();
      const path = join(aside, randomBytes(8).toString("hex"));
      try {
        const { sum, bytes } = await take(from, path, most);
        const facts = await verify({ path, bytes });
        const named = `${path}.json`;
        const written: Note = { version: 1, key, sum, bytes, facts };
        await writeFile(named, JSON.stringify(written), { mode: 0o600 });
        await rename(path, join(contents, sum));
        await rename(named, nameOf(key));
        const now = (await ready()) + bytes;
        total = Promise.resolve(now);
        if (now > mostBytes) await bound();
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

/** Writes what arrives, and its sum. Throws `Refused` where it is too much or breaks off. */
async function take(from: AsyncIterable<Uint8Array>, path: string, most: number) {
  const hash = createHash("sha512");
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(bytes > most ? new Refused(413, `The registry sends more than ${most} bytes.`) : null, chunk);
    },
  });
  await pipeline(from, counted, createWriteStream(path, { mode: 0o600 })).catch((error) => {
    const isOurs = error instanceof Refused || ["open", "write"].includes(error.syscall);
    throw isOurs ? error : new Refused(502, "The registry's answer broke off.");
  });
  return { sum: hash.digest("hex"), bytes };
}

async function sumOf(file: FileHandle): Promise<string> {
  const hash = createHash("sha512");
  const chunk = Buffer.allocUnsafe(262_144);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) return hash.digest("hex");
    hash.update(chunk.subarray(0, bytesRead));
    at += bytesRead;
  }
}

function noteIn(text: string): Note | null {
  return Note.safeParse(parseJson(text)).data ?? null;
}
