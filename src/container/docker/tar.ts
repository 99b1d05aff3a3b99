// Writes a small tar archive in memory: directories, files and symbolic links, the same bytes for the same entries.
import { assert } from "../../base/assert.ts";

export type TarEntry =
  | { readonly type: "directory"; readonly path: string; readonly mode: number }
  | { readonly type: "file"; readonly path: string; readonly mode: number; readonly content: string }
  | { readonly type: "link"; readonly path: string; readonly target: string };

const BLOCK = 512;
const TYPE_FLAG = { file: "0", link: "2", directory: "5" } as const;

/** The entries as a ustar archive, owned by root and dated 1970. Paths and targets are at most 99 bytes long. */
export function writeTar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(writeEntry), Buffer.alloc(2 * BLOCK)]);
}

function writeEntry(entry: TarEntry): Buffer[] {
  const content = Buffer.from(entry.type === "file" ? entry.content : "");
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return [header(entry, content.length), content, padding];
}

/** A POSIX.1-1988 header block; the checksum is computed with its own field as spaces. */
function header(entry: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, "0")}\0`;
  text(block, 0, 100, entry.path);
  text(block, 100, 8, octal(entry.type === "link" ? 0o777 : entry.mode, 8));
  text(block, 108, 8, octal(0, 8));
  text(block, 116, 8, octal(0, 8));
  text(block, 124, 12, octal(size, 12));
  text(block, 136, 12, octal(0, 12));
  text(block, 148, 8, " ".repeat(8));
  text(block, 156, 1, TYPE_FLAG[entry.type]);
  if (entry.type === "link") text(block, 157, 100, entry.target);
  text(block, 257, 8, "ustar\x0000");
  const sum = block.reduce((total, byte) => total + byte, 0);
  text(block, 148, 8, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}

function text(block: Buffer, offset: number, length: number, value: string): void {
  const bytes = Buffer.from(value);
  assert(bytes.length <= length && (length !== 100 || bytes.length < 100), `tar field too long: ${value}`);
  bytes.copy(block, offset);
}
