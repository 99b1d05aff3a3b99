// What `loopgate eval` says of tasks that have ended, of those that have not, and of commits that are none.
import { describe, expect, test } from "vitest";
import type { TaskEnd } from "../../src/cli/eval-results.ts";
import { asJson, asText, attemptLine, type Evaluated, endLine, type Row } from "../../src/cli/eval-words.ts";
import type { Verdict } from "../../src/loop/state.ts";

const end = (change: Partial<TaskEnd> = {}): TaskEnd => ({
  outcome: "solved",
  verdict: "green",
  hidden: { colour: "green", failed: [] },
  reason: null,
  said: "",
  attempts: 1,
  ms: 42_000,
  spentNano: 120_000_000,
  tokens: { input: 10, cached: 5, output: 2 },
  head: "c".repeat(40),
  patch: "",
  ...change,
});

const keys = ['["tests","a.js","one"]', '["tests","a.js","two"]', '["build"]'];
const falseGreen = end({ outcome: "false_green", hidden: { colour: "red", failed: keys } });
const falseRed = end({ outcome: "red", verdict: "red", reason: "retry_limit", attempts: 3, ms: 125_000 });

const task = {
  commit: "1a2b3c4d5e6f7".padEnd(40, "0"),
  parent: "0".repeat(40),
  text: { title: "Show durations in hours", body: "" },
  tests: [],
  proof: { failToPass: keys.slice(0, 1), passToPass: keys.slice(1), redAnyway: [] },
};
const row = (agent: string, ended: TaskEnd | null, change: Partial<Row> = {}): Row => ({
  agent,
  task,
  known: ended === null ? null : { commit: task.commit, agent, lostNano: 0, end: ended },
  fault: null,
  ...change,
});
const agent = (label: string) => ({ label, kind: "command", model: "", command: label }) as const;
const nothing: Evaluated = { agents: [agent("a")], unproved: [], rows: [], looked: 0, unfit: {}, stopped: false };

describe("the end of a task", () => {
  test.each<[TaskEnd, string]>([
    [end(), "solved; 1 attempt, 42 s, $0.12"],
    [falseRed, "red, ended as retry_limit; the hidden tests are green; 3 attempts, 2 min 5 s, $0.12"],
    [
      end({ outcome: "red", verdict: "red", hidden: { colour: "red", failed: keys }, reason: "no_progress" }),
      "red, ended as no_progress; 1 attempt, 42 s, $0.12",
    ],
    [
      falseGreen,
      "FALSE GREEN: the policy's verdict is green, hidden tests are red (a.js > one, a.js > two, …); 1 attempt, 42 s, $0.12",
    ],
    [
      end({
        outcome: "not_judged",
        verdict: null,
        hidden: null,
        reason: "infrastructure_error",
        ms: 400,
        spentNano: 0,
      }),
      "not judged: ended as infrastructure_error; 1 attempt, 0 s, $0.00",
    ],
  ])("%#", (ended, said) => {
    expect(endLine(ended)).toBe(said);
  });

  test("names what was red first at an attempt, cut for length", () => {
    const finding = { source: "check", title: "x".repeat(200), detail: "", path: null, line: null, url: null } as const;
    const verdict: Verdict = { head: null, colour: "red", parts: [], findings: [finding], fingerprint: "" };
    expect(attemptLine(2, verdict)).toBe(`attempt 2 is red: ${"x".repeat(99)}…`);
    expect(attemptLine(1, { ...verdict, colour: "pending", findings: [] })).toBe("attempt 1 is without evidence");
  });
});

describe("the table", () => {
  test("has a block for each agent with its totals, what was not judged, and what was no task", () => {
    const rows = [
      row("a", end()),
      row("b\nmore lines", falseGreen),
      row("a", falseRed),
      row("b\nmore lines", null, { fault: "The disk is full." }),
      row("a", null),
    ];
    const lost = { commit: task.commit, agent: "a", lostNano: 50_000_000, end: null };
    const unproved = [
      { ...task, why: "red_on_commit", names: keys },
      { ...task, text: { title: "t".repeat(60), body: "" }, why: "green_on_parent", names: [] },
    ] as const;
    const evaluated: Evaluated = {
      agents: [agent("a"), agent("b\nmore lines")],
      unproved,
      rows: [...rows, row("a", null, { known: lost })],
      looked: 30,
      unfit: { merge: 2, no_tests: 11, tests_in_sources: 1 },
      stopped: true,
    };
    const title = "Show durations in hours".padEnd(50);
    expect(asText(evaluated)).toBe(`a
  1a2b3c4d5e6f  ${title}  solved; 1 attempt, 42 s, $0.12
  1a2b3c4d5e6f  ${title}  red, ended as retry_limit; the hidden tests are green; 3 attempts, 2 min 5 s, $0.12
  1a2b3c4d5e6f  ${title}  not tried
  1a2b3c4d5e6f  ${title}  not tried
  1 of 4 solved, 1 red (1 with green hidden tests), 0 false green, 2 not tried; 4 attempts, 2 min 47 s, $0.29
b
  1a2b3c4d5e6f  ${title}  FALSE GREEN: the policy's verdict is green, hidden tests are red (a.js > one, a.js > two, …); 1 attempt, 42 s, $0.12
  1a2b3c4d5e6f  ${title}  failed: The disk is full.
  0 of 2 solved, 0 red, 1 false green, 1 failed; 1 attempt, 42 s, $0.12
Could not be judged, and no agent was asked:
  1a2b3c4d5e6f  Show durations in hours: its tests are red on the commit itself (a.js > one, a.js > two)
  1a2b3c4d5e6f  ${"t".repeat(49)}…: its tests are green without its code too
30 commits were looked at. Not tasks: 2 merges, 11 without changed tests, 1 with tests inside source files, which cannot be hidden without the code around them.
Stopped: the next task could take the cost beyond --budget.
`);
  });

  test("of nothing says so", () => {
    expect(asText({ ...nothing, looked: 1 })).toBe(
      "1 commit was looked at.\nNo commit can be judged, so no agent was tried.\n",
    );
  });

  test("as JSON has every end in full, with money in dollars and tests by their names", () => {
    const told = JSON.parse(asJson({ ...nothing, rows: [row("a", falseGreen), row("a", null)] }));
    expect(told.agents).toEqual([
      {
        ...{ agent: "a", kind: "command", model: "", tasks: 2, solved: 0, red: 0, false_green: 1, not_judged: 0 },
        ...{ falseRed: 0, failed: 0, notTried: 1, attempts: 1, ms: 42_000, spentUsd: 0.12 },
      },
    ]);
    expect(told.tasks).toMatchObject([
      {
        failToPass: ["a.js > one"],
        passToPass: 2,
        end: { outcome: "false_green", spentUsd: 0.12, hidden: { failed: ["a.js > one", "a.js > two", "build"] } },
      },
      { end: null },
    ]);
  });
});
