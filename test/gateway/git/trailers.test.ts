// What every commit of a loop says below its message.
import { expect, test } from "vitest";
import { withTrailers } from "../../../src/gateway/git/trailers.ts";

const lines = [
  "Loop-Task: acme/shop#12",
  "Loop-Attempt: 2",
  "Co-authored-by: alice <7+alice@users.noreply.github.com>",
];
const block = lines.join("\n");

test.each([
  ["a title alone", "Fix totals\n", `Fix totals\n\n${block}\n`],
  ["a title that looks like a trailer", "fix: totals", `fix: totals\n\n${block}\n`],
  ["a body", "Fix totals\n\nBy a cent.\n", `Fix totals\n\nBy a cent.\n\n${block}\n`],
  ["trailers of its own", "Fix\n\nRefs: none\n", `Fix\n\nRefs: none\n${block}\n`],
  ["what it has already", `Fix\n\n${block}\n`, `Fix\n\n${block}\n`],
  ["another task and attempt than its own", "Fix\n\nLoop-Task: a/b#1\nLoop-Attempt: 9\n", `Fix\n\n${block}\n`],
  ["no message at all", "\n", `\n\n${block}\n`],
])("%s", (_, message, expected) => {
  expect(withTrailers(message, lines)).toBe(expected);
});

test("done twice is done once", () => {
  const once = withTrailers("Fix totals\n", lines);
  expect(withTrailers(once, lines)).toBe(once);
});
