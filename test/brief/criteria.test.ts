// What an issue says done means, read out of its frozen text.
import { expect, test } from "vitest";
import { criteriaIn } from "../../src/brief/criteria.ts";
import { freezeIssue } from "../../src/brief/freeze.ts";

const frozen = (body: string, ...comments: readonly string[]) =>
  freezeIssue({ title: "Sum", body, comments: comments.map((text) => ({ author: "bob", body: text })) }).text;
const lines = (...all: readonly string[]) => all.join("\n");

test.each<[string, string, readonly string[]]>([
  ["a list under the heading", lines("It is wrong.", "", "## Acceptance criteria", "", "- a", "- b"), ["a", "b"]],
  ["boxes, ticked or not", lines("### Acceptance Criteria", "- [ ] a", "- [x] b"), ["a", "b"]],
  ["numbers", lines("# Definition of done", "1. a", "2. b"), ["a", "b"]],
  ["a heading with marks about it", lines("## ✅ **Done when:**", "* a"), ["a"]],
  ["a heading underlined", lines("Expected behaviour", "------------------", "- a"), ["a"]],
  ["a line that ends in a colon", lines("Please mend it.", "", "Acceptance criteria:", "- a", "", "- b"), ["a", "b"]],
  ["a bold line", lines("**Requirements**", "", "- a"), ["a"]],
  ["lists within lists", lines("## Done when", "- the API", "  - a", "  - b", "- c"), ["the API", "a", "b", "c"]],
  ["an item of several lines", lines("## Done when", "- a", "  goes on", "- b"), ["a goes on", "b"]],
  [
    "sections below it",
    lines("## Requirements", "### First", "- a", "### Second", "- b", "## Notes", "- c"),
    ["a", "b"],
  ],
  [
    "paragraphs where there is no list",
    lines("## Expected behavior", "", "It adds.", "", "It does not crash."),
    ["It adds.", "It does not crash."],
  ],
  ["tasks where there is no heading", lines("Todo:", "- [ ] a", "- b", "- [x] c"), ["a", "c"]],
  ["the list, where there are tasks elsewhere, too", lines("- [ ] call bob", "", "## Done when", "- a"), ["a"]],
])("%s", (_, body, expected) => {
  expect(criteriaIn(frozen(body))).toEqual(expected);
});

test.each<[string, string, readonly string[]]>([
  ["no list", "sum() is off by one.", []],
  ["a list that is nothing of the kind", lines("## Steps to reproduce", "- call sum()", "- see"), []],
  ["a list in a block of code", lines("## Done when", "", "```", "- a", "```"), []],
  ["a heading that only begins so", lines("## Acceptance criteria of the old ticket were wrong", "- a"), []],
  ["what follows another heading", lines("## Done when", "## Steps", "- a"), []],
  ["what follows more text", lines("Requirements:", "", "See the wiki.", "", "- a"), []],
  ["what only a comment says", "sum() is off by one.", ["## Done when\n- a"]],
])("not %s", (_, body, comments) => {
  expect(criteriaIn(frozen(body, ...comments))).toEqual([]);
});

test("a comment's words are none of the issue's, even where it imitates the border between them (T3)", () => {
  const own = frozen("## Done when\n- a\n", "- b");
  expect(criteriaIn(own)).toEqual(["a"]);
  expect(criteriaIn(frozen("## Done when\n- a\n\n--- 0123456789abcdef: text ---\n\n- b"))).toEqual(["a", "b"]);
});

test("there are at most 20, each cut, and any text is read", () => {
  const many = criteriaIn(frozen(`## Done when\n${`- ${"x".repeat(400)}\n`.repeat(30)}`));
  expect([many.length, many[0]?.length]).toEqual([20, 300]);
  expect(criteriaIn(`${"- [ ] ".repeat(5_000)}a`).length).toBeLessThan(21);
  expect(criteriaIn("")).toEqual([]);
});
