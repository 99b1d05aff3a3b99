// What a green run of an own check has to say for itself, in a line.
import { describe, expect, test } from "vitest";
import { Finding } from "../../src/loop/state.ts";
import { redIn } from "../../src/verify/checked.ts";
import { seenOf } from "../../src/verify/own-check.ts";
import { judgeReports } from "../../src/verify/reports/judge.ts";
import { readReport } from "../../src/verify/reports/read.ts";

/** The line of a run that ended with 0 and left these reports. */
function noteOf(...texts: readonly string[]): string {
  const reports = texts.map((text, index) => readReport(`r${index}`, Buffer.from(text)));
  const reading = judgeReports(reports, { exitCode: 0, exitCodeOnly: texts.length === 0 });
  const run = { state: reading.state, reading, note: null, log: "", logCut: false, milliseconds: 1 };
  return seenOf("unit", run, { limit: null, lateMs: null }).note;
}

test.each([1.5, -1, 0, 2 ** 31, 1e300])("line %s of a report is no line, and what was found stays", (startLine) => {
  const place = (uri: string) => ({ physicalLocation: { artifactLocation: { uri }, region: { startLine } } });
  const results = ["a.js", ""].map((uri) => ({ message: { text: "wrong" }, level: "error", locations: [place(uri)] }));
  const text = JSON.stringify({ version: "2.1.0", runs: [{ tool: { driver: { name: "lint" } }, results }] });
  const reading = judgeReports([readReport("r", Buffer.from(text))], { exitCode: 1, exitCodeOnly: false });
  const run = { state: reading.state, reading, note: null, log: "", logCut: false, milliseconds: 1 };
  const { findings } = seenOf("lint", run, { limit: null, lateMs: null });
  expect(findings.map((one) => [Finding.safeParse(one).success, one.path, one.line])).toEqual([
    [true, "a.js", null],
    [true, null, null],
  ]);
});

const sarifOf = (...rules: readonly string[]) => {
  const location = { physicalLocation: { artifactLocation: { uri: "a.js" }, region: { startLine: 1 } } };
  const results = rules.map((ruleId) => ({
    ruleId,
    level: "warning",
    message: { text: "odd" },
    locations: [location],
  }));
  return JSON.stringify({ version: "2.1.0", runs: [{ tool: { driver: { name: "lint" } }, results }] });
};

/** A run that left these reports and ended with this code. */
function ranTo(exitCode: number | null, ...texts: readonly string[]) {
  const reports = texts.map((text, index) => readReport(`r${index}`, Buffer.from(text)));
  const reading = judgeReports(reports, { exitCode });
  return { state: reading.state, reading, note: null, log: "the end", logCut: false, milliseconds: 1 };
}

describe("a linter that failed and shows warnings alone", () => {
  const none = { limit: null, lateMs: null };

  test("fails for these: each is told, and a new one is not as on the base", () => {
    const head = ranTo(1, sarifOf("no-a", "no-b"));
    const { note, findings } = seenOf("lint", head, none);
    expect(note).toBe("The command exited with 1. 2 warnings are all that was found.");
    expect(findings.map(({ title, path, line }) => [title, path, line])).toEqual([
      ["lint: no-a", "a.js", 1],
      ["lint: no-b", "a.js", 1],
    ]);
    const base = ranTo(1, sarifOf("no-a"));
    expect([...redIn(head.reading)].filter((one) => !redIn(base.reading).has(one))).toHaveLength(1);
  });

  test("does not where it passed, was ended, or tests ran as well", () => {
    expect(seenOf("lint", ranTo(0, sarifOf("no-a")), none).findings).toEqual([]);
    for (const run of [ranTo(null, sarifOf("no-a")), ranTo(1, sarifOf("no-a"), junit)])
      expect(seenOf("lint", run, none).findings).toMatchObject([{ detail: "the end", path: null }]);
  });
});

const junit = '<testsuite name="s"><testcase name="a" time="1"/><testcase name="b" time="1"/></testsuite>';
const lcov = (file: string, ...lines: string[]) => `SF:${file}\n${lines.join("\n")}\nend_of_record\n`;

test.each([
  ["nothing but its exit code", [], "Judged by its exit code alone: the policy names no report."],
  ["tests", [junit], "2 tests passed."],
  [
    "lines that ran and lines that did not",
    [junit, lcov("a.js", "DA:1,1", "DA:2,0", "DA:3,4")],
    "2 tests passed. Coverage: 2 of 3 lines.",
  ],
  [
    "the same lines in two reports, of which one saw more run",
    [junit, lcov("a.js", "DA:1,1", "DA:2,0"), lcov("a.js", "DA:1,0", "DA:2,1")],
    "2 tests passed. Coverage: 2 of 2 lines.",
  ],
  [
    "the same lines of two files",
    [junit, lcov("a.js", "DA:1,1") + lcov("b.js", "DA:1,0")],
    "2 tests passed. Coverage: 1 of 2 lines.",
  ],
])("%s", (_, texts, note) => {
  expect(noteOf(...texts)).toBe(note);
});
