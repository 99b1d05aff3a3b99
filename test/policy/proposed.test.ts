// What a pull request makes of the policy: which way each option goes, on which line, and what is wrong with the file.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { policyChanges } from "../../src/policy/changes.ts";
import { generousBounds } from "../../src/policy/clamp.ts";
import { leanings } from "../../src/policy/leanings.ts";
import { options } from "../../src/policy/options.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { judgeProposed } from "../../src/policy/proposed.ts";
import type { Operator } from "../../src/policy/rules.ts";

const named = { command: "agent", image: "agent" };
const operator: Operator = { bounds: generousBounds, defaults: { agent: named, reviewer: named } };

const file = (text: string | null) => (text === null ? null : { text });
const judged = (before: string | null, after: string | null, by = operator) =>
  judgeProposed(file(before), file(after), by);
const ways = (before: string | null, after: string | null) =>
  judged(before, after).changes?.map(({ path, direction, line }) => [path, direction, line]);

test("every option says which way it leans, and there is no other", () => {
  expect(Object.keys(leanings).toSorted()).toEqual(options.map(({ path }) => path).toSorted());
});

test("whatever changes is told, each option once, and back again it goes the other way", () => {
  const text = readFileSync(new URL("../../fixtures/policy/everything-changed.yml", import.meta.url), "utf8");
  const [all, none] = [parsePolicy(text), parsePolicy(null)];
  if (!all.ok || !none.ok) throw new Error("the fixture is a policy");
  const there = policyChanges(none.policy, all.policy);
  const options_ = new Set(there.map(({ path }) => options.find((one) => `${path}.`.startsWith(`${one.path}.`))?.path));
  expect([...options_]).toEqual(options.map(({ path }) => path).filter((path) => path !== "version"));
  const opposite = { loosens: "tightens", tightens: "loosens", neither: "neither" };
  const back = policyChanges(all.policy, none.policy);
  expect(back.map(({ path, direction }) => [path, direction])).toEqual(
    there.map(({ path, direction }) => [path, opposite[direction]]),
  );
});

describe("loosens or tightens:", () => {
  const cases: readonly [title: string, before: string | null, after: string | null, expected: unknown][] = [
    ["more attempts, on their line", "attempts: 3\n", "# more\nattempts: 5\n", [["attempts", "loosens", 2]]],
    ["fewer approvals", "gate: { approvals: 2 }\n", "gate:\n  approvals: 1\n", [["gate.approvals", "loosens", 2]]],
    ["no review", null, "reviewer: { enabled: false }\n", [["reviewer.enabled", "loosens", 1]]],
    [
      "an option that is gone, at its group",
      "gate: {approvals: 2, merge: true}\n",
      "\ngate:\n  merge: true\n",
      [["gate.approvals", "loosens", 3]],
    ],
    ["a file that is gone", "attempts: 1\n", null, [["attempts", "loosens", 1]]],
    [
      "sizes by their bytes, not their words",
      "environment: {memory: 2048 MiB}\n",
      "environment: {memory: 1 GiB}\n",
      [["environment.memory", "tightens", 1]],
    ],
    [
      "hosts that the operator does not allow, one and another",
      "network: {allow: [a.example]}\n",
      "network: {allow: [b.example]}\n",
      [],
    ],
    [
      "a protected path that is gone",
      "protected_paths: [a, b]\n",
      "protected_paths: [b]\n",
      [["protected_paths", "loosens", 1]],
    ],
    [
      "a first name of packages where any was allowed",
      null,
      "packages: {allow: [left-pad]}\n",
      [["packages.allow", "tightens", 1]],
    ],
    ["any package", "packages: {allow: [left-pad]}\n", "packages: {allow: []}\n", [["packages.allow", "loosens", 1]]],
    [
      "any number of pull requests",
      "pull_request: {open_at_most: 4}\n",
      "pull_request: {open_at_most: 0}\n",
      [["pull_request.open_at_most", "loosens", 1]],
    ],
    ["another command", "agent: {command: a}\n", "agent: {command: b}\n", [["agent.command", "neither", 1]]],
    ["the same in other words", "attempts: 3\n", "# as ever\ngate: {}\n", []],
    [
      "a check of its own that becomes another",
      "checks: {run: [{name: t, command: make test}]}\n",
      "checks: {run: [{name: t, command: 'true'}]}\n",
      [["checks.run", "neither", 1]],
    ],
    [
      "tools: one more, one without patterns, one that asks no more, one that is gone",
      "tools: {servers: {docs: {command: d, tools: {a: {use: allow, arguments: {p: [x]}}, b: ask, c: allow}}}}\n",
      "tools:\n  servers:\n    docs:\n      command: d\n      tools:\n        a: allow\n        b: allow\n        d: ask\n",
      [
        ["tools.servers.docs.tools.a", "loosens", 6],
        ["tools.servers.docs.tools.b", "loosens", 7],
        ["tools.servers.docs.tools.c", "tightens", 6],
        ["tools.servers.docs.tools.d", "loosens", 8],
      ],
    ],
  ];
  test.each(cases)("%s", (_, before, after, expected) => {
    expect(ways(before, after)).toEqual(expected);
  });
});

describe("what is wrong", () => {
  test("a typo is refused on its line, and nothing is compared", () => {
    expect(judged("attempts: 3\n", "runs: 9\natempts: 9\n")).toEqual({
      problems: [{ line: 2, refused: true, sentence: "`atempts` is not an option; did you mean `attempts`?" }],
      changes: null,
    });
  });

  test("what goes past the operator's bounds is named on its line, and is no change beyond them", () => {
    const { problems, changes } = judged("runs: 60\n", "attempts: 4\nruns: 90\n");
    expect(problems).toEqual([
      { line: 2, refused: false, sentence: "`runs` is 90, but this App's operator allows at most 60" },
    ]);
    expect(changes?.map(({ path }) => path)).toEqual(["attempts"]);
  });

  test("what the operator refuses, and what is missing, is refused as a claim would", () => {
    const strict = { ...operator, bounds: { ...generousBounds, images: ["ours:1"] } };
    expect(judged(null, "\nagent: {image: theirs}\n", strict)).toMatchObject({
      problems: [
        { line: 2, refused: true, sentence: expect.stringContaining("`agent.image` is not among the images") },
      ],
      changes: null,
    });
    const bare = { ...operator, defaults: { ...operator.defaults, agent: { command: "", image: "" } } };
    expect(judged(null, "attempts: 2\n", bare).problems).toMatchObject([{ line: 1, refused: true }]);
  });

  test("what was wrong before is not compared, and not held against what mends it", () => {
    expect(judged("atempts: 3\n", "attempts: 3\n")).toEqual({ problems: [], changes: null });
  });

  test("a file that is none is refused", () => {
    const fault = "`.github/loop.yml` is not a file";
    expect(judgeProposed(null, { fault }, operator)).toEqual({
      problems: [{ line: 1, refused: true, sentence: fault }],
      changes: null,
    });
  });
});
