// Which past commits can be tasks.
import { describe, expect, test } from "vitest";
import { type PastFile, type Unfit, unfitness } from "../../../src/verify/eval/select.ts";

const file = (path: string, more: Partial<PastFile> = {}): PastFile => ({
  path,
  hasTests: false,
  isSubmodule: false,
  ...more,
});
const code = file("src/a.js");
const tests = file("test/a.test.js", { hasTests: true });

describe("a past commit", () => {
  test.each<[string, readonly PastFile[] | null, Unfit | null]>([
    ["with code and tests is a task", [code, tests], null],
    ["whose tests lie in folders of tests only by their data is one too", [code, file("test/data/a.json")], null],
    ["with code alone has nothing to judge it", [code], "no_tests"],
    ["with tests alone asks for nothing", [tests], "no_code"],
    ["with tests and documentation asks for nothing", [tests, file("README.md"), file("docs/a.js")], "no_code"],
    ["with tests and a lockfile asks for nothing", [tests, file("package-lock.json")], "no_code"],
    ["that changes nothing has nothing to judge it", [], "no_tests"],
    ["with tests in a source cannot be split", [file("src/lib.rs", { hasTests: true })], "tests_in_sources"],
    [
      "with tests in a source and others apart cannot be split either",
      [file("src/lib.rs", { hasTests: true }), file("tests/a.rs", { hasTests: true })],
      "tests_in_sources",
    ],
    [
      "with a submodule among its tests cannot be laid over",
      [code, tests, file("test/data", { isSubmodule: true })],
      "submodule",
    ],
    ["with a submodule elsewhere is a task", [code, tests, file("vendor/x", { isSubmodule: true })], null],
    ["that is too large to be read is none", null, "too_large"],
  ])("%s", (_, files, why) => {
    expect(unfitness({ parents: ["p"], files })).toBe(why);
  });

  test.each<[string, readonly string[], Unfit]>([
    ["the first one has nothing to begin from", [], "first"],
    ["a merge is none: what it joins are commits of their own", ["p", "q"], "merge"],
  ])("%s", (_, parents, why) => {
    expect(unfitness({ parents, files: [code, tests] })).toBe(why);
  });
});
