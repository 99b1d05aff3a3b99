import { describe, expect, it } from "vitest";
import { resultsOf } from "../../src/loop/results.ts";
import type { VerdictPart } from "../../src/loop/state.ts";
import { judgeTable, verdictText } from "../../src/report/results.ts";
import { aFinding, anAttempt, aVerdict } from "../loop/builder.ts";

const parts: VerdictPart[] = [
  { source: "check", name: "unit", colour: "red", note: "1 of 3 tests failed.", url: null },
  { source: "ci", name: "ci / test", colour: "green", note: "success", url: "https://example.test/acme/1" },
  { source: "ci", name: "ci / lint", colour: "absent", note: "skipped", url: null },
  { source: "review", name: "review", colour: "red", note: "rejected", url: null },
];
const criteria = [{ text: "it adds | up", state: "not_met" as const, evidence: "src/sum.js:3" }];
const review = { verdict: "reject" as const, summary: "Not yet, @bob.", confidence: 0.9, findings: [], criteria };
const findings = [
  aFinding({ source: "check", title: "unit: it adds", path: "test/sum.test.js", line: 7 }),
  aFinding({ source: "review", title: "Zero", detail: "sum([]) throws", path: "src/sum.js", line: 3 }),
  aFinding({ source: "review", title: "Outside", path: "../etc/passwd", line: 1 }),
  aFinding({ source: "review", title: "Nowhere", path: "", line: 1 }),
  aFinding({ source: "review", title: "Far", path: "src/sum.js", line: 2 ** 31 }),
];
const red = anAttempt({ verdict: aVerdict({ colour: "red", parts, findings }), review });

describe("the check run of a verdict", () => {
  it("shows the whole tree, what was found on its lines, and what the reviewer says", () => {
    const { conclusion, title, summary, text, annotations } = verdictText(red);
    expect([conclusion, title]).toEqual(["failure", "Red: check, review"]);
    expect(summary).toBe(
      [
        "- verdict **red**: 2 red, 1 green",
        "  - check `unit` **red**: `1 of 3 tests failed.`",
        "  - CI **green**: 1 green, 1 not counted",
        "    - CI `ci / test` **green**: `success`",
        "    - CI `ci / lint` **not counted**: `skipped`",
        "  - review **red**: `rejected`",
        "    - `it adds | up` **not met**: `src/sum.js:3`",
      ].join("\n"),
    );
    expect(text).toContain("**What the reviewer says**, with a confidence of 0.9:\n\n```text\nNot yet, @bob.\n```");
    expect(text).toContain("check: `unit: it adds` at `test/sum.test.js:7`");
    expect(annotations).toEqual([
      { path: "test/sum.test.js", line: 7, message: "unit: it adds\nexpected 2, got 3", level: "warning" },
      { path: "src/sum.js", line: 3, message: "Zero\nsum([]) throws", level: "warning" },
    ]);
  });

  it.each([
    ["green", "green", "success", "Green: every judge that counts"],
    ["red", "red", "failure", "Red: CI"],
    ["pending", "pending", "action_required", "No verdict: nothing shown by CI"],
    ["pending", "absent", "action_required", "No verdict: nothing was shown"],
  ] as const)("of a verdict that is %s, CI %s, ends as %s", (colour, ofCi, conclusion, title) => {
    const part: VerdictPart = { source: "ci", name: "test", colour: ofCi, note: "", url: null };
    const shown = verdictText(anAttempt({ verdict: aVerdict({ colour, parts: [part] }) }));
    expect([shown.conclusion, shown.title]).toEqual([conclusion, title]);
  });
});

it("the thread's table has a row for each judge, and one for several of a kind", () => {
  const results = resultsOf(red);
  expect(results === null ? "" : judgeTable(results, "https://example.test/acme")).toBe(
    [
      "| judge | verdict | reason |",
      "|---|---|---|",
      "| check `unit` | red | `1 of 3 tests failed.` |",
      "| CI | green | 1 green, 1 not counted |",
      "| CI `ci / test` | [green](https://example.test/acme/1) | `success` |",
      "| CI `ci / lint` | not counted | `skipped` |",
      "| review | red | `rejected` |",
    ].join("\n"),
  );
});
