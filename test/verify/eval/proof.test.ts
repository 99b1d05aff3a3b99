// What a commit's tests prove, and what they say of a result: fail-to-pass and pass-to-pass.
import { describe, expect, test } from "vitest";
import type { CheckRun } from "../../../src/verify/checked.ts";
import { judgeHidden, nameOf, type Proof, prove, type Shown } from "../../../src/verify/eval/proof.ts";
import type { TestResult, TestStatus } from "../../../src/verify/reports/report.ts";

type Results = Readonly<Record<string, TestStatus | readonly TestStatus[]>>;

/** One command's report: the status of each test by its name; none: the command itself is green or red, or showed nothing. */
function shown(results: Results, state: CheckRun["state"] = "green", check = "tests"): Shown {
  const tests = Object.entries(results).flatMap(([name, given]) =>
    [given].flat().map(
      (status): TestResult => ({
        name,
        suite: ["s"],
        file: "a.js",
        project: null,
        status: status as TestStatus,
        message: "",
      }),
    ),
  );
  const reading = {
    state: state === "lost" ? "no_evidence" : state,
    reasons: [],
    ran: true,
    tests,
    findings: [],
    coverage: [],
  } as const;
  return { check, run: { state, reading, note: null, log: "", logCut: false, milliseconds: 1 } };
}

const names = (keys: readonly string[]) => keys.map((key) => nameOf(key).replace("a.js > s > ", ""));

function proofOf(before: readonly Shown[], after: readonly Shown[]): Proof {
  const proving = prove(before, after);
  if (!proving.ok) throw new Error(proving.why);
  return proving.proof;
}

describe("a commit's tests", () => {
  test.each<[string, Results, Results, readonly string[], readonly string[]]>([
    ["that its code turns green prove it", { a: "failed" }, { a: "passed" }, ["a"], []],
    ["that no report named before count as red then", {}, { a: "passed" }, ["a"], []],
    [
      "that were green before have to stay so",
      { a: "failed", b: "passed" },
      { a: "passed", b: "passed" },
      ["a"],
      ["b"],
    ],
    [
      "that are red on the commit are asked of nobody",
      { a: "failed", b: "failed" },
      { a: "passed", b: "failed" },
      ["a"],
      [],
    ],
    [
      "that turn red with it are asked of nobody",
      { a: "failed", b: "passed" },
      { a: "passed", b: "failed" },
      ["a"],
      [],
    ],
    [
      "that are skipped on the commit are asked of nobody",
      { a: "failed", b: "passed" },
      { a: "passed", b: "skipped" },
      ["a"],
      [],
    ],
    ["that were skipped before were not green", { a: "skipped" }, { a: "passed" }, ["a"], []],
    ["that have no result are red", { a: "notRun" }, { a: "passed" }, ["a"], []],
    ["that are green at a second go are green", { a: "failed" }, { a: "flaky" }, ["a"], []],
    ["of one name are green where all are", { a: ["passed", "failed"] }, { a: ["passed", "passed"] }, ["a"], []],
  ])("%s", (_, before, after, failToPass, passToPass) => {
    const proof = proofOf([shown(before)], [shown(after)]);
    expect([names(proof.failToPass), names(proof.passToPass)]).toEqual([failToPass, passToPass]);
  });

  test("are told apart by the command that shows them, and a command without tests counts as a whole", () => {
    const before = [
      shown({ a: "passed" }),
      shown({ a: "failed" }, "red", "other"),
      shown({}, "red", "build"),
      shown({}, "green", "lint"),
    ];
    const after = [
      shown({ a: "passed" }),
      shown({ a: "passed" }, "green", "other"),
      shown({}, "green", "build"),
      shown({}, "green", "lint"),
    ];
    const { failToPass, passToPass } = proofOf(before, after);
    expect(failToPass).toEqual(['["other","a.js","s","a"]', '["build"]']);
    expect(passToPass).toEqual(['["tests","a.js","s","a"]', '["lint"]']);
    expect(failToPass.map(nameOf)).toEqual(["a.js > s > a", "build"]);
  });

  test.each<[string, readonly Shown[], readonly Shown[], string]>([
    ["that are green without its code", [shown({ a: "passed" })], [shown({ a: "passed" })], "green_on_parent"],
    ["that are red on itself", [shown({ a: "failed" })], [shown({ a: "failed" })], "red_on_commit"],
    [
      "some green before, the new one red on itself",
      [shown({ b: "passed" })],
      [shown({ a: "failed", b: "passed" })],
      "red_on_commit",
    ],
    ["whose command is red on itself", [shown({}, "red")], [shown({}, "red")], "red_on_commit"],
    ["whose command is green without its code", [shown({}, "green")], [shown({}, "green")], "green_on_parent"],
    ["that leave no report", [shown({}, "red")], [shown({}, "no_evidence")], "no_evidence"],
  ])("%s prove nothing", (_, before, after, why) => {
    expect(prove(before, after)).toMatchObject({ ok: false, why });
  });
});

describe("the hidden tests", () => {
  const proof = proofOf(
    [shown({ a: "failed", b: "passed", c: "failed" })],
    [shown({ a: "passed", b: "passed", c: "failed" })],
  );

  test.each<[string, readonly Shown[], string, readonly string[]]>([
    [
      "green where all that are asked for are, whatever others are",
      [shown({ a: "passed", b: "passed", c: "failed", own: "failed" }, "red")],
      "green",
      [],
    ],
    ["red where one did not turn green", [shown({ a: "failed", b: "passed" })], "red", ["a"]],
    ["red where one did not stay green", [shown({ a: "passed", b: "failed" })], "red", ["b"]],
    ["red where one is not there any more", [shown({ a: "passed" })], "red", ["b"]],
    ["red where one is skipped", [shown({ a: "skipped", b: "passed" })], "red", ["a"]],
    ["red where nothing was reported", [shown({}, "no_evidence")], "red", ["a", "b"]],
  ])("are %s", (_, result, colour, failed) => {
    const hidden = judgeHidden(proof, result);
    expect([hidden.colour, names(hidden.failed)]).toEqual([colour, failed]);
  });

  test("of a commit are green on the commit itself", () => {
    const after = [shown({ a: "passed", b: "passed", c: "failed" })];
    expect(judgeHidden(proof, after).colour).toBe("green");
  });
});
