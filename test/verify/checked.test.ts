// From the facts of one commit to the verdict of `loopgate verify`: every combination of one check, and what holds of all.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/loop/state.ts";
import { type CheckFacts, type CheckRun, judgeCommit } from "../../src/verify/checked.ts";
import { judgeReports } from "../../src/verify/reports/judge.ts";
import { readReport } from "../../src/verify/reports/read.ts";

function aRun(exitCode: number | null, failed: readonly string[], missing: readonly string[] = []): CheckRun {
  const cases = ["a", "b"].map(
    (name) => `<testcase name="${name}" time="1">${failed.includes(name) ? "<failure/>" : ""}</testcase>`,
  );
  const reports = [readReport("r", Buffer.from(`<testsuite name="s">${cases.join("")}</testsuite>`))];
  const reading = judgeReports(reports, { exitCode, missing });
  return { state: reading.state, reading, note: null, log: "", logCut: false, milliseconds: 1 };
}

const green = aRun(0, []);
const red = aRun(1, ["a"]);
const without = aRun(0, [], ["junit.xml"]);
const crashed = aRun(1, []);
const lost: CheckRun = { ...green, state: "lost" };
const risk: Finding = { source: "policy", title: "t", detail: "d", path: null, line: null, url: null };
const check = (head: CheckRun, base: CheckRun | null = null): CheckFacts => ({ name: "tests", head, base });
const colour = (checks: readonly CheckFacts[], risks: readonly Finding[] = []) => judgeCommit({ risks, checks }).colour;

describe("one check", () => {
  test.each([
    ["green", check(green), "green"],
    ["red, and green at the base", check(red, green), "red"],
    ["red, and without evidence at the base", check(red, without), "red"],
    ["red, and lost at the base", check(red, lost), "red"],
    ["red in the same test as the base", check(red, red), "no_evidence"],
    ["red in one test more than the base", check(aRun(1, ["a", "b"]), red), "red"],
    ["red in another test than the base", check(aRun(1, ["b"]), red), "red"],
    ["red without a cause, where the base has one", check(crashed, red), "red"],
    ["red without a cause, like the base", check(crashed, crashed), "no_evidence"],
    ["out of time", check(aRun(null, []), green), "red"],
    ["without evidence", check(without), "no_evidence"],
    ["lost", check(lost), "no_evidence"],
  ])("%s", (_, facts, expected) => {
    expect(colour([facts])).toBe(expected);
    expect(colour([facts], [risk])).toBe("red");
  });
});

/** Each of these failed, by class and name, as pytest writes it. */
function failing(...tests: readonly (readonly [string, string])[]): CheckRun {
  const cases = tests.map(([of, name]) => `<testcase classname="${of}" name="${name}"><failure/></testcase>`);
  const suite = `<testsuite name="pytest" tests="${tests.length}">${cases.join("")}</testsuite>`;
  const reading = judgeReports([readReport("r", Buffer.from(`<testsuites>${suite}</testsuites>`))], { exitCode: 1 });
  return { state: reading.state, reading, note: null, log: "", logCut: false, milliseconds: 1 };
}

const [ofA, ofB] = [["test_a", "test_ok"] as const, ["test_b.TestX", "test_ok"] as const];

test.each([
  ["the same test", [ofA], [ofA], "no_evidence"],
  ["a test of that name in another class", [ofB], [ofA], "red"],
  ["two tests of one name, where one was red", [ofA, ofA], [ofA], "red"],
  ["one of two that were red", [ofA], [ofA, ofA], "no_evidence"],
] as const)("T12: red at the head, against the base: %s", (_, head, base, expected) => {
  expect(colour([check(failing(...head), failing(...base))])).toBe(expected);
});

test("no check is no evidence; one that is as red as its base takes nothing from another's green", () => {
  expect(colour([])).toBe("no_evidence");
  expect(colour([check(green), check(red, red)])).toBe("green");
  expect(colour([check(green), check(without)])).toBe("no_evidence");
  expect(colour([check(green), check(red, green)])).toBe("red");
});

test("taking any one piece of evidence away never makes a verdict green (T12)", () => {
  const runs = fc.constantFrom(green, red, without, crashed, lost);
  const facts = fc.record({ name: fc.constant("tests"), head: runs, base: fc.option(runs) });
  fc.assert(
    fc.property(fc.array(facts, { minLength: 1, maxLength: 4 }), fc.nat(), (checks, at) => {
      if (colour(checks) === "green") return;
      const index = at % checks.length;
      const weaker = checks.map((one, each) => (each === index ? { ...one, head: without } : one));
      expect(colour(weaker)).not.toBe("green");
      expect(colour(checks.map((one, each) => (each === index ? { ...one, head: lost } : one)))).not.toBe("green");
    }),
    { numRuns: 500, seed: 12 },
  );
});
