// Of a long output the failure is shown, whatever tool wrote it and whatever stands before and after it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { distill } from "../../src/verify/distill.ts";
import { excerptOf } from "../../src/verify/excerpt.ts";
import { weightOf } from "../../src/verify/marks.ts";
import { type Output, outputs } from "./outputs.ts";

const many = (count: number, line: (n: number) => string) => Array.from({ length: count }, (_, n) => line(n));
const table = many(120, (n) => `src/module${n}.ts | 98.2 | 91.4 | 100 | 98.2 | 12-19,${n}`);
const notices = many(40, (n) => `(node:${n}) DeprecationWarning: util.error is deprecated, use console.error`);

/** As it stands in a log: with colours, after what went well and warnings, before what goes on and a table. */
function logOf({ well, failure }: Output): string {
  const coloured = failure.split("\n").map((line) => `\x1b[31m${line}\x1b[39m`);
  return [...many(100, well), ...notices, ...coloured, ...many(100, well), ...table].join("\n");
}

describe("the excerpt of a long output", () => {
  it.each(outputs)("shows the failure that $tool writes", (output) => {
    const excerpt = distill(logOf(output));
    expect(excerpt.length).toBeLessThanOrEqual(4000);
    for (const shown of output.shows) expect(excerpt).toContain(shown);
    expect(excerpt).toContain("src/module119.ts");
  });

  it.each(outputs)("$tool: what went well has no weight beside the failure", ({ well, failure }) => {
    const best = Math.max(...failure.split("\n").map(weightOf));
    expect(best).toBeGreaterThan(1);
    expect(weightOf(well(7))).toBeLessThan(best);
  });

  it("shows a failure on a line without any known mark by its place at the end", () => {
    const lines = [...many(300, (n) => `step ${n}`), "the sum of 2 and 3 came out as 5"];
    expect(distill(lines.join("\n"))).toContain("came out as 5");
  });

  it("names every failure it has no room to show in full", () => {
    const failures = Array.from({ length: 30 }, (_, n) => [
      ` FAIL  src/a${n}.test.ts > adds`,
      "AssertionError: expected 5 to be 6",
      ...table.slice(0, 12),
    ]);
    const excerpt = distill(failures.flat().join("\n"));
    for (const n of [0, 10, 20, 29]) expect(excerpt).toContain(`src/a${n}.test.ts > adds`);
    expect(excerpt.length).toBeLessThanOrEqual(4000);
  });

  it("shows what Node's own test runner writes, whose passing tests print errors", () => {
    const dir = mkdtempSync(join(tmpdir(), "excerpt-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const file = join(dir, "total.test.mjs");
    writeFileSync(
      file,
      `import test from "node:test"; import assert from "node:assert";
for (let i = 0; i < 150; i++) test("returns an error " + i, () => console.log("Error: boom " + i));
test("adds", () => assert.equal(5, 6));
for (let i = 0; i < 150; i++) test("fails well " + i, () => {});`,
    );
    const { stdout } = spawnSync(process.execPath, ["--test", "--test-reporter=spec", file], { encoding: "utf8" });
    expect(stdout.length).toBeGreaterThan(8000);
    const excerpt = distill(stdout);
    expect(excerpt).toContain("AssertionError [ERR_ASSERTION]: 5 == 6");
    expect(excerpt).toContain("✖ adds");
  });

  it("cuts very long lines, and its own length never passes the limit", () => {
    const long = `AssertionError: ${"x".repeat(100_000)} end`;
    const excerpt = excerptOf([...table, long, ...table, long], 1000);
    expect(excerpt).toContain("AssertionError: xxx");
    expect(excerpt.length).toBeLessThanOrEqual(1000);
    for (const limit of [50, 200, 999]) expect(excerptOf(table, limit).length).toBeLessThanOrEqual(limit);
  });

  it("takes no longer for one line of two million characters", () => {
    const began = performance.now();
    for (const line of ["x", "\r", "a ", "\x1b]", "0x"]) distill(line.repeat(2_000_000 / line.length));
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
