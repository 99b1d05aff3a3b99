// What no reader of a report can know: the report does not say it, or says something else. Each with its reason, then every difference.

/** By case; whatever is not listed here must be read right. */
export const cannotBeKnown: Readonly<Record<string, readonly [why: string, ...differences: string[]]>> = {
  "biome-sarif/only-suppressed": [
    "the same bytes as where nothing was read (ast-grep, markdownlint): no evidence",
    "verdict: green, read no_evidence",
    "ran: true, read false",
  ],
  "deno/fail-fast": [
    "a skip that was meant looks like a test that was never come to",
    "report.xml: skipped: ignored, read notRun",
  ],
  "deno/unhandled-rejection": ["what had ended is lost: every test looks skipped", "ran: true, read false"],
  "hapi-lab/mixed": ["a todo is written as a skip", "report.xml: todo: suite todo, read skipped"],
  "jasmine-reporters/focused": [
    "what a focused spec left out is written as a test without a failure",
    "report.xml: notRun: left out, would fail, read passed",
    "report.xml: notRun: left out too, read passed",
  ],
  "jasmine-reporters/filter-matches-nothing": [
    "what a filter left out is written as a test without a failure, with a time",
    "verdict: no_evidence, read green",
    "ran: false, read true",
    "report.xml: notRun: one, read passed",
  ],
  "junit-merge/cut-failure": ["the error was cut off before the merge", "report.xml: unknown: e, read passed"],
  "junit-merge/cut-input": ["a merger dropped a suite without a word", "verdict: no_evidence, read green"],
  "junit-report-merger/empty-and-missing-input": [
    "a merger passed over files without a word",
    "verdict: no_evidence, read green",
  ],
  "karma-junit-reporter/load-error": [
    "the report names no file",
    "report.xml: failedToLoad: a file that the report does not name (t3/syntax.js): system-out says Uncaught SyntaxError, read none",
  ],
  "meson/mixed": [
    "what timed out, or passed against `should_fail`, is written like what passed",
    "report.xml: failed: shop > shop / expected to fail, passes, read passed",
    "report.xml: failed: shop > shop / times out, read passed",
  ],
  "newman-junit/mixed": [
    "a skipped test is written as one without a failure",
    "report.xml: skipped: skipped one, read passed",
  ],
  "newman-junit/refused": [
    "every time is 0: nothing is shown to have run, and nothing did",
    "report.xml: passed: never, read notRun",
  ],
  "newman-junitfull/mixed": [
    "a skipped test is written as one without a failure",
    "report.xml: skipped: skipped one, read passed",
  ],
  "newman-junitfull/refused": [
    "every time is 0: nothing is shown to have run, and nothing did",
    "report.xml: passed: never, read notRun",
  ],
  "node-tap/load-errors": [
    "the file that did not load is written like two that have no test; only the total is red",
    "report.xml: failedToLoad: t2/broken.test.mjs, read none",
    "report.xml: noTests: t2/empty.test.mjs, t2/notests.test.mjs, read t2/broken.test.mjs, t2/empty.test.mjs, t2/notests.test.mjs",
  ],
  "node-test/v20-mixed": [
    "a test with subtests is a suite; only the totals count it",
    "report.xml: failed: parent, not there",
  ],
  "node-test/v24-after-hook-fails": ["nothing in the XML is red", "report.xml: other failures: 1, read 0"],
  "node-test/v24-mixed": [
    "a test with subtests is a suite; only the totals count it",
    "report.xml: failed: parent, not there",
  ],
  "node-test/v24-parent-fails-itself": [
    "a test with subtests is a suite; only the totals count it",
    "report.xml: failed: parent fails itself, not there",
  ],
  "node-test/v24-rerun-failures-2nd-run": [
    "a test that was not run again is written as passed",
    "report.tap: notRun: side, read passed",
    "report.xml: notRun: side, read passed",
  ],
  "node-test/v24-stdout": [
    "a test with subtests is a suite; only the totals count it",
    "report.xml: failed: parent, not there",
  ],
  "node-test/v24-timeout-cancel": [
    "a test with subtests is a suite",
    "report.xml: passed: parent does not await, not there",
  ],
  "node-test/v24-todo-only": ["a test with subtests is a suite", "report.xml: todo: todo parent, not there"],
  "playwright-ctrf/minimal": [
    "a test that had to fail and passed is written like any that passed; only the exit code is red",
    "report.json: failed: has to fail, and passes, read passed",
  ],
  "qt-test/v6-mixed": [
    "what failed as expected is written like what passed, with some output",
    "report.xml: todo: xfail, read passed",
  ],
  "sarif-junit/only-suppressed": [
    "a converter wrote a suppressed finding as a failed test",
    "verdict: green, read red",
    "report.xml: suppressed: no-debugger, not there",
    "report.xml: nothing of this: failed: Ln 2 Col 1 Unexpected 'debugger' statement.",
  ],
  "sarif-junit/parse-error": [
    "a converter dropped what could not be parsed; nothing ran is what is left",
    "verdict: red, read no_evidence",
    "ran: true, read false",
  ],
  "tap-junit/mixed": [
    "a converter cut names at `#` and wrote a todo as a failure",
    "report.xml: todo: todo, read failed",
    "report.xml: failed: name with # TODO inside, not there",
    "report.xml: failed: name with # SKIP inside, not there",
    "report.xml: nothing of this: failed: name with",
    "report.xml: nothing of this: skipped: name with",
  ],
  "tap-xunit/mixed": [
    "a converter cut names at `#` and wrote failures as skips",
    "report.xml: todo: todo, read skipped",
    "report.xml: failed: name with # TODO inside, not there",
    "report.xml: failed: name with # SKIP inside, not there",
    "report.xml: nothing of this: skipped: name with",
    "report.xml: nothing of this: skipped: name with",
  ],
  "tape/no-assertions": ["a test without an assertion leaves no line", "ran: true, read false"],
  "tape/throws": ["a test that throws leaves no line", "report.tap: other failures: 1, read 0"],
  "testem/mixed": ["a todo is written as an error", "report.xml: todo: mod: todo, read failed"],
  "testng/after-class-fails-class": [
    "nothing says so, and the exit code is 0; the other of TestNG's two files has it",
    "verdict: red, read green",
  ],
  "typescript-xunit-xml/bad-option": [
    "a converter dropped the only error; nothing ran is what is left",
    "verdict: red, read no_evidence",
  ],
  "oxlint-sarif/clean": [
    "the same bytes as of other linters where nothing was read; its JSON counts the files",
    "verdict: green, read no_evidence",
    "ran: true, read false",
  ],
  "vitest-json/hook": [
    "tests that a hook kept back are written as skips",
    "report.json: notRun: needs it, read skipped",
  ],
  "vitest/v4-worker-killed": ["no test has a result", "ran: true, read false"],
  "vitest/v5-hooks-tap-flat": [
    "tests that a hook kept back are written as skips",
    "report.tap: notRun: with bad beforeAll > h1, read skipped",
    "report.tap: notRun: with bad beforeAll > h2, read skipped",
  ],
  "vitest/v5-merge-shard-missing": ["nothing says that a shard is missing", "verdict: no_evidence, read green"],
  "vitest/v5-worker-killed": ["no test has a result", "ran: true, read false"],
  "vitest-sonar-reporter/worker-killed": ["no test has a result", "ran: true, read false"],
  "web-test-runner/hooks": [
    "tests that a hook kept back are written as passed",
    "report.xml: notRun: h1, read passed",
    "report.xml: notRun: h2, read passed",
  ],
  "web-test-runner/only-root-tests": ["tests outside of a group are left out", "ran: true, read false"],
  "vitest/v5-retry-fails-exit": [
    "the XML says nothing of a try that failed, and writes a todo as a skip",
    "report.xml: flaky: passes at the second, read passed",
    "report.xml: todo: todo, read skipped",
  ],
};
