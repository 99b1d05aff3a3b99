// The output of a failed check, reduced to what the next attempt needs.
import { describe, expect, it } from "vitest";
import { distill } from "../../src/verify/distill.ts";
import type { CheckFact } from "../../src/verify/facts.ts";
import { findingOf } from "../../src/verify/finding.ts";
import { plain } from "../../src/verify/plain.ts";

describe("a distilled output", () => {
  it("has no colours, times, overwritten lines or repeats", () => {
    const output = [
      "2026-11-22T15:43:00.1234567Z \x1b[31mnot ok\x1b[0m 1 - sum",
      "progress 10%\rprogress 90%\rdone",
      "same",
      "same",
      "##[group]Run tests",
      "\x1b]8;;http://x\x07link\x1b]8;;\x07\x00",
    ].join("\r\n");
    expect(distill(output)).toBe("not ok 1 - sum\ndone\nsame\nlink");
  });

  it("keeps the first failure and the end of a long output", () => {
    const lines = Array.from({ length: 2000 }, (_, index) => `line ${index} is well`);
    lines[700] = "AssertionError: expected 2, got 3";
    lines[1999] = "1 of 2000 failed";
    const short = distill(lines.join("\n"));
    expect(short.length).toBeLessThanOrEqual(4000);
    expect(short).toContain("line 699 is well\nAssertionError: expected 2, got 3");
    expect(short).toContain("[… cut …]");
    expect(short.endsWith("1 of 2000 failed")).toBe(true);
    expect(short).not.toContain("line 10 is well");
  });

  it("is the output itself when that is short", () => {
    expect(distill("one\ntwo")).toBe("one\ntwo");
    expect(plain("")).toBe("");
  });
});

describe("a finding from a check", () => {
  const check: CheckFact = {
    name: "test",
    app: null,
    done: true,
    conclusion: "timed_out",
    required: false,
    title: "",
    summary: "sum",
    text: "",
    url: null,
    annotations: [{ path: "src/sum.js", line: 3, message: "off by one" }],
  };

  it("points at the first annotation and lists them before the summary", () => {
    expect(findingOf(check)).toEqual({
      source: "ci",
      title: "test: ended as timed_out",
      detail: "src/sum.js:3: off by one\n\nsum",
      path: "src/sum.js",
      line: 3,
      url: null,
    });
  });
});

describe("a check that says the same in its summary and its text", () => {
  const check = (summary: string, text: string): CheckFact => ({
    name: "ci / test",
    app: null,
    done: true,
    conclusion: "failure",
    required: false,
    title: "",
    summary,
    text,
    url: null,
    annotations: [],
  });

  it("is quoted once", () => {
    const { detail } = findingOf(check("```\nexpected 5\ngot 1\n```", "running\nexpected 5\ngot 1"));
    expect(detail).toBe("running\nexpected 5\ngot 1");
  });

  it("keeps a summary that says something else", () => {
    expect(findingOf(check("2 of 9 failed", "expected 5")).detail).toBe("2 of 9 failed\n\nexpected 5");
  });
});
