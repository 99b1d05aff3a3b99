// What the tests and loop scripts call themselves: the titles that name a fault, by file.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** A title: the first text of a test, of a group, of a table's closing call, or of one of its rows. */
const title = /(?:\b(?:test|it|describe)(?:\.\w+)*\(|\)\(|\[)\s*"((?:[^"\\]|\\.)*)"/g;

/** From file to the titles in it that name a fault by its number; a loop script's title is its first line. */
export function titlesOfFaults(): ReadonlyMap<string, readonly string[]> {
  const tests = filesIn("test").filter((file) => /(\.test|\bcontract)\.ts$/.test(file));
  const titled = tests.map((file) => [file, [...textOf(file).matchAll(title)].map(([, text = ""]) => text)] as const);
  const scripts = filesIn("fixtures/loops").filter((file) => file.endsWith(".loop"));
  const headed = scripts.map((file) => [file, [textOf(file).split("\n", 1)[0]?.replace(/^# /, "") ?? ""]] as const);
  const named = [...titled, ...headed].map(
    ([file, texts]) => [file, texts.filter((text) => faultsIn(text).length > 0)] as const,
  );
  return new Map(named.filter(([, texts]) => texts.length > 0));
}

/** The faults that a text names, as numbers. */
export function faultsIn(text: string): readonly number[] {
  return [...text.matchAll(/\bF(\d{1,2})\b/g)].map(([, number]) => Number(number));
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true })
    .map((file) => `${folder}/${file}`)
    .sort();
}

function textOf(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
