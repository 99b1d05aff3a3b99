// XML of runners that is not JUnit: TRX (.NET's, which others write too), CppUnit's and CUnit's.
import { asFile } from "./aside.ts";
import type { Content, Problem, TestResult, TestStatus } from "./report.ts";
import { isFileName, messageOf, nameOf, pathIn } from "./text.ts";
import { childrenOf, type Element, numberOf, within } from "./xml.ts";

const outcomes: Readonly<Record<string, TestStatus>> = {
  Passed: "passed",
  PassedButRunAborted: "failed",
  Failed: "failed",
  Error: "failed",
  Timeout: "failed",
  Aborted: "failed",
  NotExecuted: "skipped",
  Pending: "skipped",
  Inconclusive: "skipped",
};

/** Whether a `TestRun` is CppUnit's; TRX has the same root. */
export function isCppUnits(root: Element): boolean {
  return childrenOf(root, "Statistics").length > 0;
}

/**
 * TRX: results name their test by its id. What failed around the tests stands in the summary: as an error of the run, or by its
 * outcome alone. A result that holds others is that of a test with rows, which are the tests.
 */
export function readTrx(root: Element, roots: readonly string[]): Content {
  const all = within(root, "UnitTestResult");
  const results = all.filter((one) => within(one, "UnitTestResult").length === 0);
  const methods = new Map(
    within(root, "UnitTest").map((test) => [test.attributes.id, childrenOf(test, "TestMethod")[0]?.attributes ?? {}]),
  );
  const counters = within(root, "Counters")[0];
  const isDry = counters?.attributes.pending !== undefined && results.length > 0 && results.every(isIdle);
  const [failedToLoad, otherFailures]: [string[], string[]] = [[], []];
  const tests = results.flatMap((result): TestResult[] => {
    const { testName = "", outcome = "", testId } = result.attributes;
    const method = methods.get(testId) ?? {};
    const file = isSource(method.codeBase) ? pathIn(method.codeBase ?? "", roots) : null;
    const text = [...within(result, "Message"), ...within(result, "StackTrace")].map((each) => each.text).join("\n");
    const name = pathIn(testName, roots);
    if (isFileName(name) || (file !== null && name === file)) {
      const failed = outcomes[outcome] === "failed";
      const crowded = results.some((other) => other !== result && isOf(other, method.codeBase, methods));
      const aside = asFile({ name, group: "", file: null, failed, text }, crowded);
      if (aside.is === "failed_to_load") failedToLoad.push(aside.file);
      else if (aside.is === "other") otherFailures.push(nameOf(`${aside.what}: ${text.split("\n")[0] ?? ""}`));
      return [];
    }
    const status = outcomes[outcome] ?? "notRun";
    return [
      {
        ...named(nameOf(testName), nameOf(method.className?.replace(/,.*$/, "") ?? "")),
        file,
        project: null,
        status: isDry && status === "passed" ? "notRun" : status,
        message: status === "failed" ? messageOf(text) : "",
      },
    ];
  });
  // xUnit.net repeats there what stands among the results.
  const told = within(root, "RunInfo")
    .filter(({ attributes }) => attributes.outcome === "Error")
    .map((info) => nameOf(childrenOf(info, "Text")[0]?.text ?? ""))
    .filter((text) => !/ \[FAIL\]$/.test(text));
  const summary = childrenOf(root, "ResultSummary")[0]?.attributes.outcome ?? "";
  const isRed = tests.some(({ status }) => status === "failed") || failedToLoad.length + otherFailures.length > 0;
  const hidden =
    /^(?:Failed|Error|Aborted|Timeout)$/.test(summary) && !isRed && told.length === 0
      ? [`the run's outcome is ${summary}, and no result is red`]
      : [];
  const counted = (counters && numberOf(counters, "total")) ?? 0;
  const problems: Problem[] =
    counted > all.length
      ? [{ kind: "incomplete", detail: `it counts ${counted} tests and shows ${all.length}` }]
      : summary === ""
        ? [{ kind: "incomplete", detail: "it has no summary of the run" }]
        : [];
  return { tests, failedToLoad, otherFailures: [...otherFailures, ...told, ...hidden], problems };
}

/** Mocha's reporter rounds to thousandths of a second; a dry run has nothing else. */
function isIdle({ attributes: { duration = "", outcome } }: Element): boolean {
  return duration === "00:00:00.000" && (outcome === "Passed" || outcome === "Pending");
}

/** .NET names the library that a test is in. */
function isSource(path: string | undefined): boolean {
  return path !== undefined && path !== "" && !/\.(?:dll|exe)$/i.test(path);
}

function isOf(
  { attributes }: Element,
  codeBase: string | undefined,
  methods: ReadonlyMap<string | undefined, Readonly<Record<string, string>>>,
): boolean {
  return codeBase !== undefined && methods.get(attributes.testId)?.codeBase === codeBase;
}

/** Its class apart from its name, where the name begins with it. */
function named(name: string, className: string): Pick<TestResult, "name" | "suite"> {
  const rest = name.startsWith(className) ? /^(?:\.| \/ | )(.+)$/.exec(name.slice(className.length))?.[1] : undefined;
  const isNone = className === "" || className === "none";
  if (isNone) return { name, suite: [] };
  return { name: rest ?? name, suite: [className] };
}

/** CppUnit: failed tests and those that succeeded, in two lists, and how many there were. */
export function readCppUnit(root: Element, roots: readonly string[]): Content {
  const test = (element: Element, status: TestStatus): TestResult => {
    const full = nameOf(textOf(element, "Name"));
    const at = full.lastIndexOf("::");
    const place = childrenOf(element, "Location")[0];
    return {
      name: at < 0 ? full : full.slice(at + 2),
      suite: at < 0 ? [] : [full.slice(0, at)],
      file: place === undefined ? null : pathIn(textOf(place, "File"), roots),
      project: null,
      status,
      message: status === "failed" ? messageOf(textOf(element, "Message")) : "",
    };
  };
  const failed = childrenOf(root, "FailedTests").flatMap((list) => childrenOf(list, "FailedTest"));
  const passed = childrenOf(root, "SuccessfulTests").flatMap((list) => childrenOf(list, "Test"));
  const tests = [...failed.map((one) => test(one, "failed")), ...passed.map((one) => test(one, "passed"))];
  const counted = Number(textOf(childrenOf(root, "Statistics")[0] ?? root, "Tests"));
  const detail = `it counts ${counted} tests and shows ${tests.length}`;
  return { tests, problems: counted > tests.length ? [{ kind: "incomplete", detail }] : [] };
}

/**
 * CUnit's own: each failed assertion is a record. A suite whose set-up or clean-up failed has a record of its own, and tests that were
 * switched off are only counted.
 */
export function readCunit(root: Element): Content {
  const tests = new Map<string, TestResult>();
  const otherFailures: string[] = [];
  for (const suite of within(root, "CUNIT_RUN_SUITE")) {
    const name = nameOf(textOf(within(suite, "CUNIT_RUN_SUITE_SUCCESS")[0] ?? suite, "SUITE_NAME"));
    for (const record of within(suite, "CUNIT_RUN_TEST_RECORD"))
      for (const one of record.children) {
        const failed = one.name !== "CUNIT_RUN_TEST_SUCCESS";
        const test = nameOf(textOf(one, "TEST_NAME"));
        const told = failed ? messageOf(`${textOf(one, "CONDITION")} (line ${textOf(one, "LINE_NUMBER")})`) : "";
        const before = tests.get(`${name} > ${test}`);
        if (before !== undefined && before.status === "failed") continue;
        const file = failed ? pathIn(textOf(one, "FILE_NAME"), []) : null;
        const status = failed ? "failed" : "passed";
        tests.set(`${name} > ${test}`, { name: test, suite: [name], file, project: null, status, message: told });
      }
    for (const failure of within(suite, "CUNIT_RUN_SUITE_FAILURE"))
      otherFailures.push(nameOf(`suite ${textOf(failure, "SUITE_NAME")}: ${textOf(failure, "FAILURE_REASON")}`));
  }
  const record = within(root, "CUNIT_RUN_SUMMARY_RECORD").find((one) => textOf(one, "TYPE") === "Test Cases");
  const ran = record === undefined ? Number.NaN : Number(textOf(record, "RUN"));
  const problems: Problem[] = Number.isNaN(ran)
    ? [{ kind: "incomplete", detail: "it has no summary of the run" }]
    : ran > tests.size
      ? [{ kind: "incomplete", detail: `it counts ${ran} tests and shows ${tests.size}` }]
      : [];
  return { tests: [...tests.values()], otherFailures, problems };
}

function textOf(element: Element, name: string): string {
  return childrenOf(element, name)[0]?.text.trim() ?? "";
}
