// The verdict of a loop that has no judge but the policy's own checks: as in a loop whose repository is known to have no CI.
import { describe, expect, test } from "vitest";
import type { CheckFacts, CheckRun } from "../../../src/verify/checked.ts";
import { verdictWithoutCi } from "../../../src/verify/eval/verdict.ts";
import type { KnockOut } from "../../../src/verify/knock-out/knock-out.ts";
import { someRules } from "../../loop/builder.ts";

function run(state: CheckRun["state"], ...failed: string[]): CheckRun {
  const tests = failed.map((name) => {
    return { name, suite: [], file: "a.js", project: null, status: "failed", message: "wrong" } as const;
  });
  const reading = {
    ...{ state: state === "lost" ? "no_evidence" : state, reasons: [], ran: true, tests, findings: [], coverage: [] },
  } as const;
  return { state, reading, note: null, log: "", logCut: false, milliseconds: 1 };
}

const facts = (head: CheckRun, base: CheckRun | null = null, name = "tests"): CheckFacts => ({ name, head, base });
const hunk = { path: "a.js", lines: { from: 1, to: 2 }, state: "not_held", by: null } as const;
const unheld = (notHeld: KnockOut["notHeld"]): KnockOut => ({ hunks: [hunk], beyond: 0, idleTests: [], notHeld });
const no = { finds: [], unread: [], policy: "block" } as const;
const head = "c".repeat(40);
const rules = someRules({ requiredChecks: ["ci"] });

describe("own checks alone", () => {
  test.each<[string, readonly CheckFacts[], KnockOut | null, string, readonly string[]]>([
    ["green", [facts(run("green"))], null, "green", []],
    ["red, and green at the base", [facts(run("red", "a"), run("green"))], null, "red", ["tests: a"]],
    ["red, and as red at the base", [facts(run("red", "a"), run("red", "a"))], null, "red", ["tests: a"]],
    [
      "red, and less so at the base",
      [facts(run("red", "a", "b"), run("red", "a"))],
      null,
      "red",
      ["tests: a", "tests: b"],
    ],
    [
      "one green, one as red at the base",
      [facts(run("green")), facts(run("red", "a"), run("red", "a"), "lint")],
      null,
      "green",
      [],
    ],
    ["without evidence, and with some at the base", [facts(run("no_evidence"), run("green"))], null, "red", ["tests:"]],
    ["without evidence, there and at the base", [facts(run("no_evidence"), run("no_evidence"))], null, "pending", []],
    ["green, and a hunk is told of that no test holds", [facts(run("green"))], unheld("inform"), "green", []],
    [
      "green, and policy blocks what no test holds",
      [facts(run("green"))],
      unheld("block"),
      "red",
      ["No test holds a.js:1–2"],
    ],
  ])("%s", (_, checks, knockOut, colour, titles) => {
    const verdict = verdictWithoutCi(head, rules, { checks, knockOut, gaming: no });
    expect([verdict.head, verdict.colour]).toEqual([head, colour]);
    expect(verdict.findings.map(({ title }) => title)).toEqual(titles);
  });

  test("what is as red at the base is told as that, and counts as the same failure again", () => {
    const at = (...failed: string[]) =>
      verdictWithoutCi(head, rules, {
        checks: [facts(run("red", ...failed), run("red", "a"))],
        knockOut: null,
        gaming: no,
      });
    expect(at("a")).toMatchObject({ onBase: true, doubtful: true });
    expect(at("a", "b").onBase).toBeUndefined();
    expect(at("a").fingerprint).toBe(at("a").fingerprint);
    expect(at("a").fingerprint).not.toBe(at("a", "b").fingerprint);
  });

  test.each([
    ["inform", "green", []],
    ["ask", "red", ["Takes tests away"]],
    ["block", "red", ["Takes tests away"]],
  ] as const)("what a change does to its own judges counts as policy says: %s", (policy, colour, titles) => {
    const gaming = {
      finds: [{ rule: "test_removed", path: "a.js", lines: [1], what: ["adds"] }],
      unread: [],
      policy,
    } as const;
    const verdict = verdictWithoutCi(head, rules, { checks: [facts(run("green"))], knockOut: null, gaming });
    expect([verdict.colour, verdict.findings.map(({ title }) => title)]).toEqual([colour, titles]);
  });
});
