// A file without one of its hunks: what git itself makes of the same change, and what no test can hold.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { chooseHunks } from "../../../src/verify/knock-out/choose.ts";
import { type ChangedText, hunksOf } from "../../../src/verify/knock-out/hunk.ts";

const mode = "100644";
const text = (before: string | null, after: string | null, ranges: ChangedText["ranges"] = [], path = "src/a.js") => ({
  path,
  mode,
  before,
  after,
  ranges,
});
const range = (oldStart: number, oldLines: number, newStart: number, newLines: number) => ({
  oldStart,
  oldLines,
  newStart,
  newLines,
});

describe("a hunk", () => {
  test.each([
    ["changed lines", "a\nb\nc\n", "a\nB\nc\n", range(2, 1, 2, 1), "a\nb\nc\n", { from: 2, to: 2 }],
    ["added lines", "a\nc\n", "a\nb\nb\nc\n", range(1, 0, 2, 2), "a\nc\n", { from: 2, to: 3 }],
    ["removed lines", "a\nb\nc\n", "a\nc\n", range(2, 1, 1, 0), "a\nb\nc\n", { from: 1, to: 1 }],
    ["lines removed from the top", "a\nb\n", "b\n", range(1, 1, 0, 0), "a\nb\n", { from: 1, to: 1 }],
    ["a last line without an end", "a\nb", "a\nB", range(2, 1, 2, 1), "a\nb", { from: 2, to: 2 }],
    ["lines added to nothing", "", "a\n", range(0, 0, 1, 1), "", { from: 1, to: 1 }],
  ])("%s", (_, before, after, one, without, lines) => {
    expect(hunksOf(text(before, after, [one]))).toEqual([expect.objectContaining({ without, lines })]);
  });

  test("a file that came is taken back by its absence, one that went by its return", () => {
    expect(hunksOf(text(null, "a\n"))).toMatchObject([{ without: null, lines: { from: 1, to: 1 } }]);
    expect(hunksOf(text("a\nb\n", null))).toMatchObject([{ without: "a\nb\n", lines: null, size: 2 }]);
  });

  test.each([
    ["comments", "// a\n", "// b\n"],
    ["blank lines", "\n", "\n \n"],
    ["a block of comment", "/* a\n * b\n */\n", "/* a\n * c\n */\n"],
    ["a comment of a shell", "# a\n", "# b\n"],
  ])("of %s is none, since no test can hold it", (_, before, after) => {
    const count = (side: string) => side.split("\n").length - 1;
    expect(hunksOf(text(before, after, [range(1, count(before), 1, count(after))]))).toEqual([]);
  });

  test.each([["#include <a>\n"], ["#[derive(Clone)]\n"], ["#!/bin/sh\n"], ["*p = 1;\n"], ["-1\n"]])(
    "%j is no comment",
    (line) => {
      expect(hunksOf(text("a\n", line, [range(1, 1, 1, 1)]))).toHaveLength(1);
    },
  );

  test("all of them taken back from the last to the first is the file as it was, by git's own count of lines", () => {
    const dir = mkdtempSync(join(tmpdir(), "hunk-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const lines = fc.array(fc.constantFrom("a\n", "b\n", "c\r\n", "d\n", "  }\n", "é\n"), { maxLength: 30 });
    fc.assert(
      fc.property(lines, lines, (one, other) => {
        const [before, after] = [one.join(""), other.join("")].map((side) => Buffer.from(side).toString("latin1")) as [
          string,
          string,
        ];
        writeFileSync(join(dir, "1"), before, "latin1");
        writeFileSync(join(dir, "2"), after, "latin1");
        const said = diff(dir);
        const ranges = [...said.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)].map(
          ([, a, b = "1", c, d = "1"]) => range(Number(a), Number(b), Number(c), Number(d)),
        );
        let now = after;
        for (const part of ranges.toReversed()) now = hunksOf(text(before, now, [part]))[0]?.without ?? now;
        expect(now).toBe(before);
      }),
      { numRuns: 60 },
    );
  });
});

function diff(dir: string): string {
  try {
    return execFileSync("git", ["diff", "--no-index", "-U0", "--inter-hunk-context=3", "1", "2"], {
      cwd: dir,
      encoding: "latin1",
    });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

describe("which hunks are tried", () => {
  const file = (path: string, lines: number) => text(null, "let a;\n".repeat(lines), [], path);

  test("the largest first, as many as may be; the rest is counted", () => {
    const { chosen, beyond } = chooseHunks([file("a.js", 1), file("b.js", 9), file("c.js", 5)], 2);
    expect([chosen.map(({ path }) => path), beyond]).toEqual([["b.js", "c.js"], 1]);
  });

  test.each([
    ["test/a.test.js"],
    ["README.md"],
    ["docs/a.js"],
    [".github/workflows/ci.yml"],
    ["package-lock.json"],
    ["a/Cargo.lock"],
    ["LICENSE"],
    [".gitignore"],
  ])("none of %s", (path) => {
    expect(chooseHunks([file(path, 3)], 9)).toEqual({ chosen: [], beyond: 0 });
  });

  test.each([["src/a.js"], ["package.json"], ["Makefile"], ["src/contest.py"], ["a/locks.ts"]])(
    "those of %s",
    (path) => {
      expect(chooseHunks([file(path, 3)], 9).chosen).toHaveLength(1);
    },
  );
});
