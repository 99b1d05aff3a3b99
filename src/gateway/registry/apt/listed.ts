// An archive's index of packages: each file's sum, and which package it is. Such an index is tens of megabytes, and is read once.
import type { FileHandle } from "node:fs/promises";
import { pipeline as pipe, Readable, type Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import xz from "xz-decompress";
import { Refused } from "../refused.ts";

export interface Listed {
  readonly name: string;
  readonly version: string;
  /** SHA-256 in hexadecimal. */
  readonly sum: string;
}

/** Files by their path in the archive. */
export type Listing = ReadonlyMap<string, Listed>;

/** What it may come to once it is unpacked, and its longest line; more is nothing that an archive has. */
const most = { bytes: 512 * 1024 ** 2, line: 1024 ** 2 };

/** Reads an index, whichever way it is packed, and closes it. Throws `Refused` where it is none. */
export async function readListing(file: FileHandle, what: string): Promise<Listing> {
  const found = new Map<string, Listed>();
  let stanza: Record<string, string> = {};
  const end = () => {
    const { Package: name = "", Version: version = "", Filename: path = "", SHA256: sum = "" } = stanza;
    if (name !== "" && version !== "" && path !== "" && /^[0-9a-f]{64}$/.test(sum))
      found.set(path.replace(/^\.\//, ""), { name, version, sum });
    stanza = {};
  };
  try {
    for await (const line of linesIn(await unpacked(file), what)) {
      if (line === "") end();
      const [, field = "", value = ""] = /^(Package|Version|Filename|SHA256):[ \t]*(\S+)/.exec(line) ?? [];
      if (field !== "") stanza[field] = value;
    }
    end();
    return found;
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(422, `What the registry sent as ${what} cannot be unpacked.`);
  } finally {
    await file.close();
  }
}

const magics = { gzip: "1f8b", xz: "fd377a585a00" };

async function unpacked(file: FileHandle): Promise<AsyncIterable<Uint8Array>> {
  const { buffer } = await file.read(Buffer.alloc(6), 0, 6, 0);
  const begins = buffer.toString("hex");
  const stream = file.createReadStream({ start: 0, autoClose: false });
  if (begins.startsWith(magics.gzip)) return pipe(stream, createGunzip(), () => {}) as Transform;
  if (begins !== magics.xz) return stream;
  return new xz.XzReadableStream(Readable.toWeb(stream) as ReadableStream<Uint8Array>) as AsyncIterable<Uint8Array>;
}

async function* linesIn(from: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<string> {
  const text = new TextDecoder();
  let [bytes, rest] = [0, ""];
  for await (const chunk of from) {
    bytes += chunk.length;
    const lines = (rest + text.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (bytes > most.bytes || rest.length > most.line)
      throw new Refused(413, `What the registry sent as ${what} comes to too much.`);
    yield* lines;
  }
  yield rest;
}
