// Parts of pages that are generated from the code.
import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";

/** The text between the two marks of a generated part; with UPDATE_DOCS set, it is written first. */
export function part(file: string, name: string, current: string): string {
  const path = new URL(`../../${file}`, import.meta.url);
  const [begin, end] = [`<!-- generated: ${name} -->\n\n`, `\n<!-- end: ${name} -->`];
  const text = readFileSync(path, "utf8");
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  expect(from, `${file} has a part for ${name}`).toBeGreaterThanOrEqual(begin.length);
  expect(to, `${file} ends its part for ${name}`).toBeGreaterThanOrEqual(from);
  if (process.env.UPDATE_DOCS) writeFileSync(path, text.slice(0, from) + current + text.slice(to));
  const written = readFileSync(path, "utf8");
  return written.slice(from, written.indexOf(end));
}
