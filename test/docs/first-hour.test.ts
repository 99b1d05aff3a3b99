// docs/first-hour.md: each row names tests that are there, under these very titles.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { wrongWith } from "../faults/shown-by.ts";

const page = readFileSync(new URL("../../docs/first-hour.md", import.meta.url), "utf8");
const rows = page.split("\n").filter((line) => /^\| (?!what goes wrong)/.test(line));

test("there are rows", () => {
  expect(rows.length).toBeGreaterThan(30);
});

test.each(rows)("%s", (row) => {
  const [, , , shown = ""] = row.split(" | ").join("|").split("|");
  expect(
    shown
      .trim()
      .split("<br>")
      .map((cell) => [cell, wrongWith(cell)]),
  ).toEqual(
    shown
      .trim()
      .split("<br>")
      .map((cell) => [cell, null]),
  );
});
