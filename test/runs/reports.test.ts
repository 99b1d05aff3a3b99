// Reports that a check left, whatever was written to make reading them take long.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readReports } from "../../src/runs/reports.ts";

/** Written into a folder of their own. */
function left(files: Readonly<Record<string, string>>) {
  const dir = mkdtempSync(join(tmpdir(), "lg-reports-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(dir, path), text);
  return { dir, paths: Object.keys(files), roots: [dir] };
}

const good = "TAP version 14\n1..1\nok 1 - adds\n";
const many = `TAP version 14\n1..2000\n${Array.from({ length: 2_000 }, (_, n) => `ok ${n + 1} - adds ${n}\n`).join("")}`;

test("many of them are read by a thread as few are without one", async () => {
  const [few] = await readReports(left({ "a.tap": good }));
  expect(few).toMatchObject({
    name: "a.tap",
    format: "tap",
    tests: [{ name: "adds", status: "passed" }],
    problems: [],
  });
  const [first, second] = await readReports(left({ "a.tap": good, "b.tap": many }));
  expect(first).toEqual(few);
  expect(second?.tests).toHaveLength(2_000);
});

test("T8: one that would be read for hours is given up, and the App answers meanwhile; what was read before it counts", async () => {
  const blanks = `TAP version 14\n1..1\nok 1 - adds${" ".repeat(300_000)}x\n`;
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 20);
  onTestFinished(() => clearInterval(timer));
  const bounds = { ms: 3_000, megabytes: 256 };
  const read = await readReports(left({ "a.tap": many, "b.tap": blanks, "c.tap": good }), bounds);
  expect(turns).toBeGreaterThan(20);
  expect(read.map(({ name, problems }) => [name, problems.map(({ kind }) => kind)])).toEqual([
    ["a.tap", []],
    ["b.tap", ["too_large"]],
    ["c.tap", ["too_large"]],
  ]);
  expect(read[1]?.problems[0]?.detail).toBe("reading it, or those before it, took more than 3 s or 256 MB");
});

test("T8: one that takes more memory than there may be ends no more than the reading of it", async () => {
  const deep = `[${Array.from({ length: 400_000 }, (_, n) => `{"a":${n}}`).join(",")}]`;
  const read = await readReports(left({ "a.json": deep }), { ms: 20_000, megabytes: 8 });
  expect(read.map(({ problems }) => problems.map(({ kind }) => kind))).toEqual([["too_large"]]);
});
