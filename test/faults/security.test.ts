// The table of docs/security.md: each promise names guards that are there and tests that are there, under these very titles.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isTitleIn, wrongWith } from "./shown-by.ts";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/security.md"), "utf8");
const [, promised = "", refused = ""] = page.split(/^## .+$/m);
const rows = promised
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .slice(1)
  .map((line) => line.slice(2, -2).split(" | "))
  .map(([promise = "", guards = "", shown = ""]) => ({
    promise,
    guards: guards.split(", "),
    shown: shown.split("<br>"),
  }));

describe.each(rows)("$promise", ({ guards, shown }) => {
  test("is kept and shown by what its row lists", () => {
    expect(guards.filter((file) => !/^src\/\S+\.ts$/.test(file) || !existsSync(join(root, file)))).toEqual([]);
    expect(shown.map((cell) => ({ cell, wrong: wrongWith(cell) }))).toEqual(
      shown.map((cell) => ({ cell, wrong: null })),
    );
  });
});

test("every row was read, and no promise is made twice", () => {
  expect(rows.length).toBeGreaterThan(20);
  expect(new Set(rows.map(({ promise }) => promise)).size).toBe(rows.length);
});

test("every threat that a test can try is named by a row's test, or stands among what is not promised", () => {
  const named = new Set([...(promised + refused).matchAll(/\bT(\d{1,2})\b/g)].map(([, number]) => Number(number)));
  // Shown by tests that name no number: the exact text in the thread (T4), hostile text (T15), what the App is built of (T24), its log (T25).
  const elsewhere = new Set([4, 15, 24, 25]);
  const all = Array.from({ length: 28 }, (_, index) => index + 1);
  expect(all.filter((number) => !named.has(number) && !elsewhere.has(number))).toEqual([]);
});

test("control: a title that is not there, or stands in a comment only, is no test", () => {
  expect(wrongWith("test/faults/security.test.ts: “no test is called so”")).toBe("no such title in this file");
  expect(isTitleIn('// "a comment"\nconst text = "a comment";', "a comment")).toBe(false);
  expect(isTitleIn('test("a comment", () => {});', "a comment")).toBe(true);
});
