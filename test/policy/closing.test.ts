// What a message would close at GitHub, and by which words it leaves CI out.
import { expect, test } from "vitest";
import { closesOthers, inertMessage, skipsCi } from "../../src/policy/closing.ts";

test.each([
  ["Fixes #12", []],
  ["Fix the totals (#99), see acme/shop#5 and GH-7", []],
  ["Fixes #99, closes #12", ["Fixes #99"]],
  ["closed: #3 and Resolves acme/other#12", ["closed: #3", "Resolves acme/other#12"]],
  ["resolve GH-12", ["resolve GH-12"]],
  ["fixed\nhttps://github.com/acme/shop/issues/12", ["fixed https://github.com/acme/shop/issues/12"]],
  ["prefixes #4, fixesx #5, fix for #6", []],
])("for issue 12, %j closes of others %j", (text, closes) => {
  expect(closesOthers(text, 12)).toEqual(closes);
  expect(closesOthers(inertMessage(text), 12)).toEqual([]);
});

test.each([
  ["Fix totals\n\nThe release stays [skip ci] as before.", "[skip ci]"],
  ["Docs [CI SKIP]", "[CI SKIP]"],
  ["Docs [no ci]", "[no ci]"],
  ["Docs [skip actions]", "[skip actions]"],
  ["Docs [render skip]", "[render skip]"],
  ["Docs [skip-cd]", "[skip-cd]"],
  ["Docs [actions skip]", "[actions skip]"],
  ["Docs\n\n\nskip-checks: true", "skip-checks: true"],
  ["Skip ci for docs, see skip-checks: false", null],
])("%j leaves CI out by %j", (text, words) => {
  expect(skipsCi(text)).toBe(words);
  expect(skipsCi(inertMessage(text))).toBe(null);
});

test("a message without such words stays as it is, and one with names calls nobody", () => {
  const plain = "Fix the totals, see #99 and docs@acme.example (node_modules/@types/node)";
  expect(inertMessage(plain)).toBe(plain);
  expect(inertMessage("Thanks @alice and @acme/team")).toBe("Thanks @\u2060alice and @\u2060acme/team");
});
