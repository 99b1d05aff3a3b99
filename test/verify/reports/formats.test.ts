// The formats of which fixtures/reports has no case, by the shapes that their own documentation gives them.
import { describe, expect, test } from "vitest";
import { emptyIsClean } from "../../../src/verify/reports/empty.ts";
import { judgeReports } from "../../../src/verify/reports/judge.ts";
import { readReport } from "../../../src/verify/reports/read.ts";

const read = (text: string) => readReport("report", Buffer.from(text), { roots: ["/repo"] });
const stateOf = (text: string, exitCode = 0) => judgeReports([read(text)], { exitCode }).state;
const statuses = (text: string) => read(text).tests.map(({ name, status }) => `${status}: ${name}`);
const lines = (...values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");

describe("go test -json", () => {
  const passed = lines(
    { Action: "start", Package: "m/a" },
    { Action: "run", Package: "m/a", Test: "TestOne" },
    { Action: "output", Package: "m/a", Test: "TestOne", Output: "--- PASS\n" },
    { Action: "pass", Package: "m/a", Test: "TestOne" },
    { Action: "run", Package: "m/a", Test: "TestTwo/sub" },
    { Action: "skip", Package: "m/a", Test: "TestTwo/sub" },
    { Action: "pass", Package: "m/a" },
  );

  test("is read by test and package", () => {
    expect(read(passed).format).toBe("go");
    expect(statuses(passed)).toEqual(["passed: TestOne", "skipped: TestTwo/sub"]);
    expect(stateOf(passed)).toBe("green");
  });

  test("a test that began and did not end has no result, and a package that did not end is no evidence", () => {
    const open = lines({ Action: "start", Package: "m/a" }, { Action: "run", Package: "m/a", Test: "TestOne" });
    expect(statuses(open)).toEqual(["notRun: TestOne"]);
    expect(stateOf(open)).toBe("no_evidence");
    expect(stateOf(passed + lines({ Action: "start", Package: "m/b" }))).toBe("no_evidence");
    expect(stateOf(passed.slice(0, -5))).toBe("no_evidence");
  });

  test("a package that fails without a test is a failure: it does not build, or it crashed", () => {
    const build = lines(
      { ImportPath: "m/a [m/a.test]", Action: "build-fail" },
      { Action: "start", Package: "m/a" },
      { Action: "output", Package: "m/a", Output: "FAIL\tm/a [build failed]\n" },
      { Action: "fail", Package: "m/a", FailedBuild: "m/a [m/a.test]" },
    );
    expect(read(build).failedToLoad).toEqual(["m/a"]);
    const crash = lines(
      { Action: "output", Package: "m/a", Output: "panic: oh\n" },
      { Action: "fail", Package: "m/a" },
    );
    expect(read(crash).otherFailures).toEqual(["m/a: panic: oh"]);
    expect([stateOf(build), stateOf(crash)]).toEqual(["red", "red"]);
  });

  test("packages without tests are said to have none", () => {
    const none = lines(
      { Action: "output", Package: "m/c", Output: "?   \tm/c\t[no test files]\n" },
      { Action: "skip", Package: "m/c" },
    );
    expect(read(none).noTests).toEqual(["m/c"]);
    expect(stateOf(none)).toBe("no_evidence");
    expect(stateOf(passed + none)).toBe("green");
  });
});

describe("Cargo's JSON", () => {
  const suite = (...tests: unknown[]) =>
    lines({ type: "suite", event: "started", test_count: tests.length }, ...tests, { type: "suite", event: "ok" });

  test("libtest's: tests, and a suite that must end with as many as it announced", () => {
    const text = suite({ type: "test", event: "ok", name: "a::b" }, { type: "test", event: "ignored", name: "c" });
    expect(read(text).format).toBe("cargo");
    expect(statuses(text)).toEqual(["passed: a::b", "skipped: c"]);
    expect(stateOf(text)).toBe("green");
    expect(stateOf(text.replace('"test_count":2', '"test_count":3'))).toBe("no_evidence");
    expect(stateOf(text.split("\n").slice(0, -2).join("\n"))).toBe("no_evidence");
    expect(stateOf(text.replace('"ok","name"', '"failed","name"'))).toBe("red");
  });

  test("the compiler's: findings by line, and a build that must end", () => {
    const span = { file_name: "src/a.rs", line_start: 4, is_primary: true };
    const message = { level: "error", message: "mismatched types", code: { code: "E0308" }, spans: [span] };
    const text = lines({ reason: "compiler-message", message }, { reason: "build-finished", success: false });
    expect(read(text).findings).toMatchObject([{ rule: "E0308", level: "error", file: "src/a.rs", line: 4 }]);
    expect(stateOf(text)).toBe("red");
    expect(stateOf(lines({ reason: "compiler-artifact" }))).toBe("no_evidence");
    expect(stateOf(lines({ reason: "compiler-artifact" }, { reason: "build-finished", success: true }))).toBe("green");
  });
});

describe("checkstyle", () => {
  const report = (inner: string) => `<checkstyle version="4.3">${inner}</checkstyle>`;

  test("errors are red, warnings are not, and a report that names no file is no evidence", () => {
    const error = report(
      '<file name="/repo/a.sh"><error line="3" column="1" severity="error" message="m" source="SC1072"/></file>',
    );
    expect(read(error).findings).toMatchObject([{ rule: "SC1072", level: "error", file: "a.sh", line: 3 }]);
    expect(stateOf(error)).toBe("red");
    expect(stateOf(error.replace('severity="error"', 'severity="warning"'))).toBe("green");
    expect(stateOf(report('<file name="a.sh"/>'))).toBe("green");
    expect(stateOf(report(""))).toBe("no_evidence");
  });
});

describe("coverage: a line all of whose branches are 0 is not covered", () => {
  const covered = (text: string) =>
    read(text).coverage.map(({ file, covered, uncovered }) => ({ file, covered, uncovered }));

  test("in Cobertura, by the lines of the class alone, at whatever depth, and its DTD is not loaded", () => {
    const text = `<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://example.invalid/coverage-04.dtd"><coverage line-rate="1">
      <packages><package><classes><package><classes><class filename="/repo/src/a.js">
      <methods><method><lines><line number="9" hits="1"/></lines></method></methods>
      <lines><line number="1" hits="2"/><line number="2" hits="0"/><line number="3" hits="1" branch="true" condition-coverage="0% (0/2)"/>
      <line number="4" hits="1" condition-coverage="50% (1/2)"/></lines></class></classes></package></classes></package></packages></coverage>`;
    expect(read(text).format).toBe("cobertura");
    expect(covered(text)).toEqual([{ file: "src/a.js", covered: [1, 4], uncovered: [2, 3] }]);
  });

  test("in Clover", () => {
    const text = `<coverage generated="1"><project><package name="p"><file name="a.js" path="/repo/a.js"><line num="1" count="3" type="stmt"/>
      <line num="2" count="1" type="cond" truecount="0" falsecount="0"/><line num="3" count="1" type="cond" truecount="1" falsecount="0"/>
      </file></package></project></coverage>`;
    expect(read(text).format).toBe("clover");
    expect(covered(text)).toEqual([{ file: "a.js", covered: [1, 3], uncovered: [2] }]);
  });

  test("in JaCoCo", () => {
    const text = `<?xml version="1.0"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="r"><package name="org/a">
      <sourcefile name="A.java"><line nr="3" mi="0" ci="4" mb="0" cb="0"/><line nr="4" mi="2" ci="1" mb="2" cb="0"/><line nr="5" mi="3" ci="0"/>
      </sourcefile></package></report>`;
    expect(read(text).format).toBe("jacoco");
    expect(covered(text)).toEqual([{ file: "org/a/A.java", covered: [3], uncovered: [4, 5] }]);
  });

  test("in Istanbul's JSON", () => {
    const at = (line: number) => ({ start: { line, column: 0 }, end: { line, column: 9 } });
    const file = {
      path: "/repo/a.js",
      statementMap: { 0: at(1), 1: at(2), 2: at(3) },
      s: { 0: 1, 1: 0, 2: 1 },
      branchMap: { 0: { loc: at(3), type: "if", locations: [at(3)] } },
      b: { 0: [0, 0] },
      fnMap: {},
      f: {},
    };
    const text = JSON.stringify({ "/repo/a.js": file });
    expect(read(text).format).toBe("istanbul");
    expect(covered(text)).toEqual([{ file: "a.js", covered: [1], uncovered: [2, 3] }]);
  });

  test("in Sonar's own kind, where a line all of whose branches are 0 did not run", () => {
    const lines = '<lineToCover lineNumber="2" covered="true" branchesToCover="2" coveredBranches="0"/>';
    const text = `<coverage version="1"><file path="v.c">${lines}<lineToCover lineNumber="5" covered="false"/></file></coverage>`;
    expect(read(text).format).toBe("sonar_coverage");
    expect(covered(text)).toEqual([{ file: "v.c", covered: [], uncovered: [2, 5] }]);
  });

  test("in Istanbul's summary it says nothing of any line, and does not stand in the way of a report of tests", () => {
    const share = { total: 4, covered: 3, skipped: 0, pct: 75 };
    const summary = { total: { lines: share, statements: share, functions: share, branches: share } };
    const report = read(JSON.stringify(summary));
    expect(report.coverage).toEqual([]);
    expect(judgeReports([report], { exitCode: 0 }).state).toBe("no_evidence");
    const tests = read('<testsuite name="s"><testcase name="a" time="0.1"/></testsuite>');
    expect(judgeReports([report, tests], { exitCode: 0 }).state).toBe("green");
  });

  test("in Go's profile that was cut off it is no evidence", () => {
    const profile = "mode: set\nexample.org/g/v.go:4.22,5.11 1 1\n";
    expect(read(profile).problems).toEqual([]);
    expect(read(profile.slice(0, -4)).problems).toMatchObject([{ kind: "incomplete" }]);
  });

  test("in lcov; the same file under two names adds up, and a record without its end is no evidence", () => {
    const text = "SF:/repo/a.js\nDA:1,0\nDA:2,1\nBRDA:2,0,0,-\nend_of_record\nSF:a.js\nDA:1,4\nend_of_record\n";
    expect(covered(text)).toEqual([{ file: "a.js", covered: [1], uncovered: [2] }]);
    expect(read(text).problems).toEqual([]);
    expect(read(text.slice(0, -16)).problems).toMatchObject([{ kind: "incomplete" }]);
  });

  test("says nothing of tests: alone it is no evidence", () => {
    expect(stateOf("SF:a.js\nDA:1,1\nend_of_record\n")).toBe("no_evidence");
  });
});

describe("a test that never ran", () => {
  test.each([
    [
      "GoogleTest",
      '<testsuites><testsuite name="A"><testcase name="a" status="notrun" result="suppressed" time="0."/></testsuite></testsuites>',
    ],
    ["CTest", '<testsuite name="A" tests="1"><testcase name="a" status="disabled" time="0"/></testsuite>'],
    [
      "Mocha's dry run",
      '<testsuites name="Mocha Tests" time="0.000" tests="1" failures="0"><testsuite name="A" time="0.000" tests="1"><testcase name="a" time="0.000"/></testsuite></testsuites>',
    ],
    [
      "Vitest's bail",
      '<testsuites name="vitest tests"><testsuite name="a.test.ts"><testcase name="a" time="0"/></testsuite></testsuites>',
    ],
  ])("is no pass: %s", (_, text) => {
    expect(read(text).tests.map(({ status }) => status)).toEqual(["notRun"]);
    expect(stateOf(text)).toBe("no_evidence");
  });

  test("jest-junit's todos, which no total counts", () => {
    const text = `<testsuites tests="1" failures="0"><testsuite name="s" tests="1" failures="0"><testcase name="a" time="0.1"/>
      <testcase name="later" time="0"/></testsuite></testsuites>`;
    expect(statuses(text)).toEqual(["passed: a", "todo: later"]);
    expect(stateOf(text.replace('<testcase name="a" time="0.1"/>', "").replaceAll('tests="1"', 'tests="0"'))).toBe(
      "no_evidence",
    );
  });
});

describe("a linter's report that finds nothing and names no file", () => {
  const clean = [
    '<?xml version="1.0"?><checkstyle version="4.3"></checkstyle>', // html-validate
    '<results version="2"><cppcheck version="2.10"/><errors></errors></results>',
    '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"oxlint"}},"results":[]}]}',
    '<testsuites name="Oxlint" tests="0" failures="0" errors="0"></testsuites>',
    '{"comments":[]}', // ShellCheck
  ];
  const judged = (text: string, exitCode = 0) => stateBy(text, { command: "eslint ." }, exitCode);
  const stateBy = (text: string, check: { name?: string; command: string }, exitCode = 0) => {
    const empty = emptyIsClean({ name: "a", ...check, empty: "clean" });
    return judgeReports([read(text)], { exitCode, emptyIsClean: empty }).state;
  };

  test.each(clean)("is no evidence, unless the policy takes it for clean: %s", (text) => {
    expect(stateOf(text)).toBe("no_evidence");
    expect(judged(text)).toBe("green");
    expect(judged(text, 1)).toBe("red");
  });

  test.each([
    { command: "ruff check --output-format json . > ruff.json" },
    { command: "pip install -r dev.txt; FOO=1 npx --yes hadolint -f json Dockerfile" },
    { command: "npm run lint" },
    { command: "npm run check", name: "lint" },
    { command: "./ci/style", name: "ruff" },
  ])("may be an empty list where the check is known to be of a linter: %j", (check) => {
    expect(stateBy("[]", check)).toBe("green");
    expect(stateBy("[]", check, 1)).toBe("red");
    expect(judgeReports([read("[]")], { exitCode: 0, emptyIsClean: emptyIsClean({ name: "a", ...check }) }).state).toBe(
      "no_evidence",
    );
  });

  test.each([
    { command: "npx cucumber-js --format json:report.json" },
    { command: "npm test" },
    { command: "npm run features" },
    { command: "npm run check" },
    { command: "ruff check . && behave -f json -o report.json" },
    { command: "make features", name: "tests" },
    { command: "npx cucumber-js -f json:report.json", name: "lint" },
  ])("is no evidence as an empty list elsewhere, which Cucumber leaves where no scenario ran: %j", (check) => {
    expect(stateBy("[]", check)).toBe("no_evidence");
  });

  test("is no evidence of a check of tests, whatever its form", () => {
    for (const text of clean) expect(stateBy(text, { command: "npm test" })).toBe("no_evidence");
    for (const text of clean) expect(stateBy(text, { command: "make it", name: "tests" })).toBe("no_evidence");
    for (const text of clean) expect(stateBy(text, { command: "make it" })).toBe("green");
  });

  test.each([
    ["0 bytes", ""],
    ["half a report", '<checkstyle version="4.3">'],
    [
      "a run that did not succeed",
      '{"runs":[{"tool":{"driver":{}},"results":[],"invocations":[{"executionSuccessful":false}]}]}',
    ],
    ["no test", '<testsuites tests="0"></testsuites>'],
    ["another document", "{}"],
    ["a plan of no test", "TAP version 13\n1..0\n"],
  ])("that it is taken for clean makes nothing of %s", (_, text) => {
    expect(judged(text)).toBe("no_evidence");
  });
});

test("a linter that writes JUnit is judged by its exit code: warnings look like failures there", () => {
  const text = `<testsuites><testsuite package="org.eslint" name="/repo/a.js" tests="1" errors="1"><testcase name="org.eslint.eqeqeq">
    <failure message="m"><![CDATA[line 1, col 7, Warning - Use === (eqeqeq)]]></failure></testcase></testsuite></testsuites>`;
  expect(read(text).findings).toMatchObject([{ level: "warning", file: "a.js", line: 1 }]);
  expect([stateOf(text), stateOf(text, 1), stateOf(text.replace("Warning", "Error"))]).toEqual(["green", "red", "red"]);
});

test("SARIF that was compared with an earlier run: what is mended since is no finding, what is new or still there is", () => {
  const sarif = (baselineState: string) =>
    JSON.stringify({
      version: "2.1.0",
      runs: [
        { tool: { driver: { name: "scan" } }, results: [{ ruleId: "r", level: "error", message: {}, baselineState }] },
      ],
    });
  expect(read(sarif("absent")).findings).toEqual([]);
  expect(["absent", "new", "unchanged", "updated"].map((state) => stateOf(sarif(state)))).toEqual([
    "green",
    "red",
    "red",
    "red",
  ]);
});

test("Staticcheck's SARIF calls what does not compile a result, and the run a success: its package was not looked at", () => {
  const sarif = (ruleId: string) =>
    JSON.stringify({
      version: "2.1.0",
      runs: [
        {
          tool: { driver: { name: "Staticcheck", version: "2023.1" } },
          invocations: [{ executionSuccessful: true }],
          results: [
            {
              ruleId,
              message: { text: "m" },
              locations: [
                { physicalLocation: { artifactLocation: { uri: "file:///repo/c/c.go" }, region: { startLine: 2 } } },
              ],
            },
          ],
        },
      ],
    });
  expect(read(sarif("compile")).problems).toEqual([{ kind: "not_read", detail: "c/c.go" }]);
  expect([stateOf(sarif("compile")), stateOf(sarif("S1002"))]).toEqual(["no_evidence", "green"]);
});

test("a build of tests that can be run is none that ran; one that only checks is a linter's", () => {
  const build = (executable: string | null) =>
    lines(
      { reason: "compiler-artifact", profile: { test: true }, executable },
      { reason: "build-finished", success: true },
    );
  expect([stateOf(build("/repo/target/debug/deps/shop-1")), stateOf(build(null))]).toEqual(["no_evidence", "green"]);
});

describe("Cobertura names files from its source", () => {
  const cobertura = (sources: readonly string[], filename: string) =>
    `<coverage line-rate="1"><sources>${sources.map((one) => `<source>${one}</source>`).join("")}</sources><packages><package><classes>
      <class filename="${filename}"><lines><line number="1" hits="1"/></lines></class></classes></package></packages></coverage>`;

  test.each([
    [["/repo/src"], "Cart.php", "src/Cart.php"], // PHPUnit
    [["/repo"], "src/a.js", "src/a.js"], // Istanbul
    [["."], "src/a.c", "src/a.c"], // gcovr
    [["src/main/java"], "shop/A.java", "src/main/java/shop/A.java"],
    [["src"], "src/a.py", "src/a.py"],
    [["/"], "repo/src/A.cs", "src/A.cs"], // Coverlet
    [["/repo/src", "/repo/lib"], "a.py", "a.py"],
    [["/elsewhere"], "a.py", "a.py"],
    [[], "a.py", "a.py"],
    [["/repo/src"], "/repo/lib/a.py", "lib/a.py"],
  ])("%j and %s: %s", (sources, filename, file) => {
    expect(read(cobertura(sources, filename)).coverage.map((one) => one.file)).toEqual([file]);
  });
});

describe("brittle's TAP", () => {
  const stream = (time: string) => `TAP version 13

# adds
    ok 1 - should be equal
    not ok 2 - adds # twice
      ---
      actual: 2
      expected: 3
      ...
not ok 1 - adds # time = ${time}ms

# subtracts
    ok 1 - passed
ok 2 - subtracts # time = 0.05${time}ms

# later
ok 3 - later # SKIP

1..3
# tests = 1/3 pass
# asserts = 2/3 pass
# time = 169.49ms

# not ok
`;

  test("names its tests without the time that each took", () => {
    const names = ["failed: adds", "passed: subtracts", "skipped: later"];
    expect(statuses(stream("38.451887"))).toEqual(names);
    expect(statuses(stream("7"))).toEqual(names);
    expect(stateOf(stream("7"), 1)).toBe("red");
  });

  test("has the message of a failed test in the assertion that failed, and not in the next test's heading", () => {
    expect(read(stream("7")).tests.map(({ message }) => message)).toEqual([
      "adds # twice\nactual: 2\nexpected: 3",
      "",
      "",
    ]);
  });
});

test("Mocha's TAP has the message of a failed test below it, in no block", () => {
  const stream = `ok 1 cart adds
not ok 2 cart fails
  1 == 2
  AssertionError [ERR_ASSERTION]: 1 == 2
      at Context.<anonymous> (m/a.cjs:4:28)
ok 3 cart later # SKIP -
# tests 2
# pass 1
# fail 1
1..3
`;
  expect(read(stream).tests.map(({ message }) => message)).toEqual([
    "",
    "1 == 2\nAssertionError [ERR_ASSERTION]: 1 == 2\nat Context.<anonymous> (m/a.cjs:4:28)",
    "",
  ]);
});
