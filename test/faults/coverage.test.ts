// Every fault of the matrix has a test that names it, or a line that says why it cannot happen here; the map lists them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { faultsIn, titlesOfFaults } from "./titles.ts";

const map = readFileSync(join(import.meta.dirname, "../../src/README.md"), "utf8");
const section = /\n## Faults\n([\s\S]*?)\n## /.exec(map)?.[1] ?? "";
const rows = [...section.matchAll(/^\| F(\d+) \| (.+?) \| (.+) \|$/gm)].map(([, number, what = "", shown = ""]) => ({
  fault: Number(number),
  what,
  cells: shown.split("<br>"),
}));
const titles = titlesOfFaults();
const faults = Array.from({ length: 72 }, (_, index) => index + 1);
const cannot = "cannot happen: ";

/** What is wrong with one cell of a row; null when nothing is. */
function wrongWith(fault: number, cell: string): string | null {
  if (cell.startsWith(cannot)) return /\S{2,}( \S+){5,}\.$/.test(cell) ? null : "the reason is no sentence";
  const [, file = "", title = ""] = /^(\S+): “(.+)”$/.exec(cell) ?? [];
  if (!titles.get(file)?.includes(title)) return "no such title in this file";
  return faultsIn(title).includes(fault) ? null : "the title does not name the fault";
}

test("the map has one row for each fault, in order", () => {
  expect(rows.map(({ fault }) => fault)).toEqual(faults);
});

describe.each(rows)("F$fault: $what", ({ fault, cells }) => {
  test("is shown by what its row lists", () => {
    expect(cells.map((cell) => ({ cell, wrong: wrongWith(fault, cell) }))).toEqual(
      cells.map((cell) => ({ cell, wrong: null })),
    );
  });
});

test("every fault is named by a test or a loop script, or its row says why it cannot happen", () => {
  const named = new Set([...titles.values()].flat().flatMap(faultsIn));
  const argued = rows.filter(({ cells }) => cells.some((cell) => cell.startsWith(cannot))).map(({ fault }) => fault);
  expect(faults.filter((fault) => !named.has(fault) && !argued.includes(fault))).toEqual([]);
});
