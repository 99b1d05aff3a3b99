// The fingerprint of a failure: what makes two the same, what tells them apart, and when nothing can be said.
import { describe, expect, it } from "vitest";
import { evidenceOf, isEnding } from "../../src/verify/evidence.ts";
import { fingerprintOf } from "../../src/verify/fingerprint.ts";
import { aFinding } from "../loop/builder.ts";

const ci = (title: string, detail: string) => fingerprintOf([aFinding({ source: "ci", title, detail })]);
const of = (detail: string) => ci("test: Failed", detail);

describe("a fingerprint", () => {
  it.each([
    ["a duration", "adds failed after 12 ms", "adds failed after 1.5 s"],
    ["a duration of several units", "✖ adds (1m 30s)", "✖ adds (2m 1s)"],
    ["a duration without a space", "--- FAIL: TestAdd (0.00s)", "--- FAIL: TestAdd (1.27s)"],
    ["a duration in a report", 'testcase name="adds" time="0.012"', 'testcase name="adds" time="1.4"'],
    ["a duration of a TAP test", "not ok 1 adds\n  duration_ms: 0.51", "not ok 1 adds\n  duration_ms: 12"],
    ["a time", "adds failed at 2026-11-28T08:51:40.123Z", "adds failed at 2025-01-02 03:04:05"],
    ["a clock time", "[08:51:40] adds failed", "[17:02:01] adds failed"],
    ["a time on the clock's face", "adds failed at 8:51 AM", "adds failed at 11:02 PM"],
    ["a date", "adds failed on Sat Nov 28 2026", "adds failed on Mon Jan 5 2026"],
    ["a place in a file", "src/total.test.ts:12:5: expected 6", "src/total.test.ts:99:1: expected 6"],
    ["a place as tsc writes it", "src/a.ts(12,5): error TS2304: x", "src/a.ts(1,77): error TS2304: x"],
    ["a place as Python writes it", 'File "a.py", line 12, in total', 'File "a.py", line 7, in total'],
    ["a place as ESLint writes it", "  12:5  error  no-undef", "  3:17  error  no-undef"],
    ["a quoted line's number", " 12 |     let x = 5;", " 7 |     let x = 5;"],
    ["a place without an extension", "at node:internal/task_queues:95:5", "at node:internal/task_queues:105:5"],
    ["a line of a makefile", "Makefile:3: no rule for total", "Makefile:14: no rule for total"],
    ["a line on GitHub", "see a.ts#L12-L14", "see a.ts#L3"],
    ["an address", "panic at 0xdeadbeef", "panic at 0x1"],
    ["a long address", "object <Total 0x7f8b2c3d4e50>", "object <Total 0x55d0c1a2b3c4>"],
    ["a commit", "at c0ffee1 the total is 5", "at abcdef0123 the total is 5"],
    ["an id", "id 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "id 00000000-1111-2222-3333-444444444444"],
    ["a temporary folder", "cannot open /tmp/total-Ab3xYz/in.txt", "cannot open /tmp/total-9QqR1k/in.txt"],
    ["a folder of macOS", "open /var/folders/zz/abc1/T/x8/in", "open /var/folders/qq/def2/T/y9/in"],
    ["a folder of pytest", "pytest-of-root/pytest-1/total0", "pytest-of-root/pytest-27/total0"],
    ["a port", "connect ECONNREFUSED 127.0.0.1:34567", "connect ECONNREFUSED 127.0.0.1:41234"],
    ["a port of a named host", "GET http://localhost:3001/total failed", "GET http://localhost:49152/total failed"],
    [
      "a port that is taken",
      "EADDRINUSE: address already in use :::3000",
      "EADDRINUSE: address already in use :::3001",
    ],
    ["a process", "==4711==ERROR: heap-use-after-free", "==815==ERROR: heap-use-after-free"],
    ["a seed", "adds failed, randomized with seed 12345", "adds failed, randomized with seed 999"],
    ["the run on GitHub", "see /acme/shop/actions/runs/123/job/45", "see /acme/shop/actions/runs/678/job/9"],
    ["white space", "adds   failed\n\n  badly", "adds failed\nbadly"],
    ["when two things were compared", "[08:51:40] expected 5, got 6 (12 ms)", "[17:02:01] expected 5, got 6 (3ms)"],
    ["an instant that was compared", "got 2026-11-28T08:51:40.123Z", "got 2025-01-02 03:04:05"],
    [
      "how long what was expected took",
      "expected an answer within 50 ms, took 70 ms",
      "expected an answer within 50 ms, took 71 ms",
    ],
    ["order", "a failed\nb failed", "b failed\na failed"],
    ["the line that everything ends with", "adds failed", "adds failed\nProcess completed with exit code 1."],
  ])("does not see %s", (_, one, other) => {
    expect(of(one)).toBe(of(other));
  });

  it.each([
    ["how many fail", "31 of 400 tests failed", "1 of 400 tests failed"],
    ["which test fails", "FAILED test_api.py::test_v1", "FAILED test_api.py::test_v2"],
    ["what was expected", "expected 5 to be 6", "expected 7 to be 6"],
    ["a fraction", "expected 0.1 to be 0.3", "expected 0.2 to be 0.3"],
    ["the code of an error", "error TS2304: x", "error TS2551: x"],
    ["a code that looks like a hash", "error BC30451: x", "error BC30002: x"],
    ["a code in hexadecimal", "exited with 0xC0000005", "exited with 0xC0000135"],
    ["a status of HTTP", "GET /total returned 404", "GET /total returned 500"],
    ["a version", "needs node 18.20.1", "needs node 20.11.0"],
    ["a version of an image", "docker.io/library/node:18 is not found", "docker.io/library/node:20 is not found"],
    ["a version in a package", "cannot find lodash@4.17.20", "cannot find lodash@4.17.21"],
    ["a size", "42 kB is more than 40 kB", "57 kB is more than 40 kB"],
    ["a share", "coverage is 78.2%", "coverage is 71.9%"],
    ["a large number", "expected 12345678", "expected 12345679"],
    ["a name in capitals", "test_A failed", "test_a failed"],
    ["a file below a temporary folder", "cannot open /tmp/x1/in.txt", "cannot open /tmp/x2/out.txt"],
    ["a host", "connect ECONNREFUSED 10.0.0.1:5432", "connect ECONNREFUSED 10.0.0.2:5432"],
    ["an item of a list", "items[3] is undefined", "items[4] is undefined"],
    ["the words", "expected two", "expected three"],
    ["a date that was compared", "expected 2024-01-01, got 2024-01-02", "expected 2024-01-01, got 2023-12-31"],
    ["a clock time that was compared", "expected 10:30 PM but was 11:30 PM", "expected 10:30 PM but was 9:30 PM"],
    ["a span that was compared", "[12:00:01] expected 5 s, got 7 s", "[12:00:01] expected 5 s, got 9 s"],
    ["a port that was compared", "expected port 80", "expected port 8080"],
  ])("sees %s", (_, one, other) => {
    expect(of(one)).not.toBe(of(other));
  });

  it("sees the leg of a matrix, the file and who says it, and not how often", () => {
    const prints = [
      aFinding(),
      aFinding({ title: "test (node 18): Failed" }),
      aFinding({ title: "test (node 20): Failed" }),
      aFinding({ path: "src/sum.js" }),
      aFinding({ source: "review" }),
    ].map((finding) => fingerprintOf([finding]));
    expect(new Set(prints).size).toBe(5);
    expect(prints[0]).toMatch(/^[0-9a-f]{16}$/);
    const [one, two] = [aFinding({ detail: "a" }), aFinding({ detail: "b" })];
    expect(fingerprintOf([one, two, one])).toBe(fingerprintOf([two, one]));
  });

  it("is empty without a finding", () => {
    expect(fingerprintOf([])).toBe("");
  });
});

describe("without evidence", () => {
  const nothing = [
    "",
    "Process completed with exit code 1.",
    "##[error]Process completed with exit code 137.",
    ".github:21: Process completed with exit code 1.",
    "Error: The process '/usr/bin/npm' failed with exit code 2",
    "Command failed with exit code 1.",
    "error Command failed with exit code 1.",
    " ELIFECYCLE  Command failed with exit code 1.",
    "npm error code 1\nnpm error path /builds/shop\nnpm error command sh -c vitest run",
    "npm ERR! Test failed.  See above for more details.",
    "make: *** [Makefile:3: test] Error 1",
    "exit status 1",
    "The operation was canceled.",
    "The job has exceeded the maximum execution time of 6h0m0s",
    "The runner has received a shutdown signal. This can happen when the runner service is stopped.",
    "Build failed",
    "Your tests failed on CircleCI",
    "The command printed nothing.",
    "Build #12 failed (4 minutes, 12 seconds)",
    "Job #12.1 failed",
    "Build finished with failures",
    "The build of this commit failed!",
    "AppVeyor build failed",
    "Deploy failed.",
    "Failing after 2m",
    "Errored in 5 seconds",
    "CI / test failed",
    "Jenkins: FAILURE",
    "Some tests failed. See the details.",
    "Click details to see the log",
    "FAILURE: Build failed with an exception.",
    "```\n```",
  ];

  it.each(nothing)("%j has no fingerprint", (detail) => {
    expect(ci("test: ended as failure", detail)).toBe("");
    expect(ci("ci/build: The Travis CI build failed", detail)).toBe("");
  });

  it.each([
    "sum test failed",
    "3 tests failed",
    "test_a failed",
    "1 job failed",
    "no such build",
    "expected exit code 1",
    "Failed: adds",
    "build failed: no such file",
  ])("%j is some", (detail) => {
    expect(isEnding(detail)).toBe(false);
    expect(ci("test: ended as failure", detail)).not.toBe("");
  });

  it("a check's title is some where it counts, a reviewer's always", () => {
    expect(ci("coverage: 71% of the change, 80% needed", "")).not.toBe("");
    expect(ci("deploy: not this time", "")).toBe("");
    expect(evidenceOf(aFinding({ source: "review", title: "Rounds twice", detail: "" }))).toBe("Rounds twice");
  });

  it("a failure beside one that has some counts by its name", () => {
    const known = aFinding({ title: "test: Failed", detail: "expected 5" });
    const unknown = aFinding({ title: "lint: ended as failure", detail: "Process completed with exit code 1." });
    expect(fingerprintOf([known, unknown])).not.toBe("");
    expect(fingerprintOf([known, unknown])).not.toBe(fingerprintOf([known]));
  });
});
