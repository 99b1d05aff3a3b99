// What of a comment is told to the agents.
import { expect, test } from "vitest";
import { wordsBesidesCommand } from "../../src/brief/words.ts";

test.each([
  ["Use the second table.", "Use the second table."],
  ["/loop retry", ""],
  ["  /loop retry  ", ""],
  ["/loop retry\r\n\r\nUse the second table.\nAnd only that.", "Use the second table.\nAnd only that."],
  ["/loop retry use the second table", "use the second table"],
  ["/LOOP Retry use it\nand more", "use it\nand more"],
  ["/loop approve 1234567", ""],
  ["/loop approve 1234567\n\nIt is what I meant.", "It is what I meant."],
  ["/loop stop\nwe do it by hand", "we do it by hand"],
  ["/loop frobnicate the thing", ""],
  ["/loop", ""],
  ["/loopback is broken\nfor IPv6", "/loopback is broken\nfor IPv6"],
  ["/loop-artifacts is a branch", "/loop-artifacts is a branch"],
  ["Say /loop retry when you are ready", "Say /loop retry when you are ready"],
])("of %j stays %j", (body, words) => {
  expect(wordsBesidesCommand(body)).toBe(words);
});
