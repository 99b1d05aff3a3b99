// What a power cut, or a hand, may leave where a small file was.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const damages: Readonly<Record<string, (file: string) => void>> = {
  "of no length": (file) => writeFileSync(file, ""),
  "of zeros": (file) => writeFileSync(file, Buffer.alloc(64)),
  "cut off": (file) => writeFileSync(file, '{"spentNa'),
  "another's JSON": (file) => writeFileSync(file, "[null]"),
  "null alone": (file) => writeFileSync(file, "null"),
  "with nothing in it": (file) => writeFileSync(file, "{}"),
  "not text": (file) => writeFileSync(file, Buffer.from([0xff, 0xfe, 0x7b, 0x80])),
  "a folder": (file) => {
    rmSync(file, { force: true });
    mkdirSync(join(file, "in", "the", "way"), { recursive: true });
  },
  "a link to itself": (file) => {
    rmSync(file, { force: true });
    symlinkSync(file, file);
  },
};
