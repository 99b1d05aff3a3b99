// Arguments of tools against the patterns of a policy.
import { expect, test } from "vitest";
import { ruleProblem, unfitArgument } from "../../src/policy/arguments.ts";

test.each([
  ["src/*", "src/a/b.ts"],
  ["src/*", "src/"],
  ["*.md", "docs/a.md"],
  ["https://docs.example/*", "https://docs.example/a?b=c"],
  ["a*b*c", "aXbYbZc"],
  ["*", "../anything"],
  ["../up", "../up"],
  ["12", 12],
  ["true", true],
  ["src/*", ["src/a", "src/b"]],
] as const)("T19: the pattern %s lets %j through", (pattern, value) => {
  expect(unfitArgument({ path: [pattern] }, { path: value })).toBeNull();
});

test.each([
  ["src/*", "other/src/a"],
  ["src/*", "src/../secret"],
  ["src/*", "src\\..\\secret"],
  ["src/*", "src/%2e%2E/secret"],
  ["src/*", "src%2f..%2fsecret"],
  ["https://docs.example/*", "https://docs.example@evil.example/"],
  ["a*b*c", "aXcYb"],
  ["ab*ba", "aba"],
  ["SRC", "src"],
  ["src/*", ["src/a", "etc/b"]],
  ["*", []],
  ["*", [["src/a"]]],
  ["*", { toString: "src/a" }],
  ["*", null],
  ["12", 120],
  ["src/*", `src/${"x".repeat(5_000)}`],
] as const)("T19: the pattern %s does not let %j through", (pattern, value) => {
  expect(unfitArgument({ path: [pattern] }, { path: value })).toBe("path");
});

test("T19: an argument with patterns must be there, as its own; one without may be anything", () => {
  expect(unfitArgument({ path: ["*"] }, {})).toBe("path");
  expect(unfitArgument({ path: ["*"] }, undefined)).toBe("path");
  expect(unfitArgument({ toString: ["*"] }, {})).toBe("toString");
  expect(unfitArgument({ path: ["a"] }, { path: "a", other: { any: 1 } })).toBeNull();
});

test("T19: the worst of patterns takes no time on the longest of texts", () => {
  const pattern = `${"a*".repeat(8)}b`;
  const began = performance.now();
  for (let time = 0; time < 200; time++) unfitArgument({ x: [pattern] }, { x: "a".repeat(4_096) });
  expect(performance.now() - began).toBeLessThan(500);
  expect(ruleProblem(`${"a*".repeat(9)}b`)).toContain("8 stars");
});
