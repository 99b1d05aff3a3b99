// The small pure parts of the pages: diffs, times, label colours, names in texts, and the way back.
import { describe, expect, test } from "vitest";
import { readPatch } from "../../src/forge/pages/diff.ts";
import { isLight } from "../../src/forge/pages/label.ts";
import { names } from "../../src/forge/pages/timeline.ts";
import { wayBack } from "../../src/forge/pages/viewer.ts";
import { plural, sayDuration, sayWhen } from "../../src/forge/pages/when.ts";

test("a patch becomes numbered lines, also when a line itself looks like a sign", () => {
  const patch = "@@ -3,3 +3,3 @@ parse\n same\n--- old\n+++ new\n\\ No newline at end of file";
  expect(readPatch(patch)).toEqual([
    { kind: "hunk", before: null, after: null, text: "@@ -3,3 +3,3 @@ parse" },
    { kind: "context", before: 3, after: 3, text: "same" },
    { kind: "removed", before: 4, after: null, text: "-- old" },
    { kind: "added", before: null, after: 4, text: "++ new" },
    { kind: "note", before: null, after: null, text: "No newline at end of file" },
  ]);
});

describe("times are said as people say them", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  test.each([
    [0, "now"],
    [4_999, "now"],
    [5_000, "5 seconds ago"],
    [60_000, "1 minute ago"],
    [7_199_000, "1 hour ago"],
    [3 * 86_400_000, "3 days ago"],
    [400 * 86_400_000, "1 year ago"],
    [-1_000, "now"],
  ])("%i ms", (age, words) => {
    expect(sayWhen(now - age, now)).toBe(words);
  });

  test("durations and counts", () => {
    expect([
      sayDuration(4_400),
      sayDuration(125_000),
      plural(1, "commit"),
      plural(2_000, "branch", "branches"),
    ]).toEqual(["4s", "2m 5s", "1 commit", "2,000 branches"]);
  });
});

test.each([
  ["ffffff", true],
  ["a2eeef", true],
  ["d73a4a", false],
  ["5319e7", false],
  ["000000", false],
])("label colour %s is light: %s", (color, expected) => {
  expect(isLight(color)).toBe(expected);
});

test.each([
  ["Closes #1.", true],
  ["#1", true],
  ["#12 and a#1 and x/y#1", false],
  ["<!-- #1 --> nothing", false],
])("%j names issue 1: %s", (text, expected) => {
  expect(names(text, 1)).toBe(expected);
});

test.each([
  ["/maria/durations/issues/1?x=1#issuecomment-2", "/maria/durations/issues/1?x=1#issuecomment-2"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example", "/"],
  ["/a\nlocation: x", "/"],
  ["", "/"],
])("the way back from %j is %j", (wanted, expected) => {
  expect(wayBack(wanted)).toBe(expected);
});
