// Jest's and Vitest's JSON: every file with its tests.
import { z } from "zod";
import type { Content, Problem, TestResult } from "./report.ts";
import { messageOf, nameOf, pathIn, withoutAnsi } from "./text.ts";

const Assertion = z.object({
  ancestorTitles: z.array(z.string()),
  title: z.string().nullish(), // none in what jest-junit puts in for a file that could not be executed
  status: z.string(),
  failureMessages: z.array(z.string()).nullish(),
  invocations: z.number().nullish(), // Jest
});
type Named = z.infer<typeof Assertion> & { readonly title: string };
const File = z.object({
  name: z.string(),
  status: z.string(),
  message: z.string(),
  assertionResults: z.array(Assertion),
});
export const Jest = z.object({
  numTotalTests: z.number(),
  numRuntimeErrorTestSuites: z.number().nullish(), // Jest only
  success: z.boolean(),
  wasInterrupted: z.boolean().nullish(),
  testResults: z.array(File),
});
type Jest = z.infer<typeof Jest>;

/** What Jest hands to its reporters, which jest-stare and others write down as it is: the same under other names. */
export const JestAggregate = Jest.omit({ testResults: true }).extend({
  testResults: z.array(
    z.object({
      testFilePath: z.string(),
      failureMessage: z.string().nullish(),
      testExecError: z.unknown().optional(),
      numFailingTests: z.number(),
      testResults: z.array(Assertion),
    }),
  ),
});

/**
 * A failed hook is in no test's result, only in its file's. What Vitest calls pending was never come to; Jest calls a skip so.
 * `success` is true in Vitest's although a late error failed the run: it is believed only where it says that all is not well.
 */
export function readJest(run: Jest, roots: readonly string[]): Content {
  const isJests = run.numRuntimeErrorTestSuites !== undefined;
  const files = run.testResults.map((file) => ({
    ...file,
    assertionResults: file.assertionResults.flatMap(named),
    path: pathIn(file.name, roots),
  }));
  const tests = files.flatMap((file) => file.assertionResults.map((one) => testOf(one, file.path, isJests)));
  const bare = files.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0);
  const isEmpty = ({ message }: { readonly message: string }) =>
    message === "" || /No test suite found|must contain at least one test/.test(message);
  const failed = files.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.length > 0 && !assertionResults.some((one) => one.status === "failed"),
  );
  const failedToLoad = bare.filter((file) => !isEmpty(file)).map(({ path }) => path);
  const otherFailures = failed.map(({ path, message }) =>
    nameOf(message === "" ? `${path} failed, and no test in it did` : `${path}: ${messageOf(message)}`),
  );
  const beside = files.filter((file) => file.status === "failed" && !bare.includes(file) && !failed.includes(file));
  otherFailures.push(...beside.flatMap(({ path, message }) => aroundTests(path, message)));
  const isRed = failedToLoad.length + failed.length > 0 || tests.some(({ status }) => status === "failed");
  if (!run.success && !isRed) otherFailures.push("the run did not succeed, and no test shows why");
  return {
    tests,
    failedToLoad,
    noTests: bare.filter(isEmpty).map(({ path }) => path),
    otherFailures,
    problems: problemsOf(run, tests.length),
  };
}

/** Jest's word for what failed around the tests of a file, after what it says of those that failed. */
function aroundTests(path: string, message: string): string[] {
  const start = /^ {2}● Test suite failed to run$/m.exec(withoutAnsi(message))?.index;
  return start === undefined ? [] : [nameOf(`${path}: ${messageOf(withoutAnsi(message).slice(start))}`)];
}

/** The reporters' form: a file failed that could not be executed, that has a message of its own, or a failed test. */
export function readJestAggregate(run: z.infer<typeof JestAggregate>, roots: readonly string[]): Content {
  const files = run.testResults.map((file) => {
    const message = file.failureMessage ?? "";
    const isRed = message !== "" || file.testExecError != null || file.numFailingTests > 0;
    return {
      name: file.testFilePath,
      status: isRed ? "failed" : "passed",
      message: message === "" && file.testExecError != null ? "it could not be executed" : message,
      assertionResults: file.testResults,
    };
  });
  return readJest({ ...run, testResults: files }, roots);
}

/** What has no title is no test: its file failed, and says so itself. */
function named(one: z.infer<typeof Assertion>): Named[] {
  return typeof one.title === "string" ? [{ ...one, title: one.title }] : [];
}

function testOf(one: Named, file: string, isJests: boolean): TestResult {
  const failures = one.failureMessages ?? [];
  const again = failures.length > 0 || (one.invocations ?? 1) > 1;
  const status = statuses[one.status] ?? "notRun";
  return {
    name: nameOf(one.title),
    suite: one.ancestorTitles.filter((title) => title !== "").map(nameOf),
    file,
    project: null,
    status: status === "passed" && again ? "flaky" : status === "notRun" && isJests ? "skipped" : status,
    message: messageOf(failures.join("\n")),
  };
}

const statuses: Readonly<Record<string, TestResult["status"]>> = {
  passed: "passed",
  failed: "failed",
  skipped: "skipped",
  disabled: "skipped",
  todo: "todo",
};

function problemsOf({ numTotalTests, wasInterrupted }: Jest, shown: number): Problem[] {
  if (wasInterrupted === true) return [{ kind: "incomplete", detail: "it says that the run was interrupted" }];
  return numTotalTests > shown
    ? [{ kind: "incomplete", detail: `it counts ${numTotalTests} tests and shows ${shown}` }]
    : [];
}
