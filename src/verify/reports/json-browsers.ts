// The JSON of TestCafe and Nightwatch, which drive browsers: a document for a run, and one for each file.
import { z } from "zod";
import type { Content, Problem, TestResult, TestStatus } from "./report.ts";
import { messageOf, nameOf, pathIn } from "./text.ts";

const CafeTest = z.object({
  name: z.string(),
  errs: z.array(z.string()),
  unstable: z.boolean(),
  skipped: z.boolean(),
});
export const Testcafe = z.object({
  userAgents: z.array(z.string()),
  endTime: z.string().nullable(),
  passed: z.number(),
  total: z.number(), // without those that are skipped
  skipped: z.number(),
  fixtures: z.array(z.object({ name: z.string(), path: z.string().nullish(), tests: z.array(CafeTest) })),
});

/** TestCafe: a test is run in every browser and has one result; what a hook of its fixture failed with is its error. */
export function readTestcafe(run: z.infer<typeof Testcafe>, roots: readonly string[]): Content {
  const otherFailures: string[] = [];
  const tests = run.fixtures.flatMap(({ name, path, tests: each }) =>
    each.map((one): TestResult => {
      const status = cafeStatus(one);
      const message = messageOf(one.errs.join("\n"));
      if (status === "notRun") otherFailures.push(nameOf(`${name}: ${message}`));
      const file = path ? pathIn(path, roots) : null;
      return { name: nameOf(one.name), suite: [nameOf(name)], file, project: null, status, message };
    }),
  );
  const shown = tests.filter(({ status }) => status !== "skipped").length;
  const isGreen = ({ status }: TestResult) => status === "passed" || status === "flaky";
  const hidden = run.total - run.passed - tests.filter((test) => !isGreen(test) && test.status !== "skipped").length;
  const problems: Problem[] = [];
  if (run.total > shown) problems.push(short(run.total, shown));
  else if (hidden > 0) otherFailures.push(`it counts ${hidden} more failed than it shows`);
  if (run.endTime === null) problems.push({ kind: "incomplete", detail: "it says of no time at which the run ended" });
  return { tests, otherFailures, problems };
}

function cafeStatus({ skipped, errs, unstable }: z.infer<typeof CafeTest>): TestStatus {
  if (skipped) return "skipped";
  if (errs.some((text) => /^\s*- Error in fixture\.before\w* hook/.test(text))) return "notRun";
  if (errs.length > 0) return "failed";
  return unstable ? "flaky" : "passed";
}

function short(counted: number, shown: number): Problem {
  return { kind: "incomplete", detail: `it counts ${counted} tests and shows ${shown}` };
}

const Ended = z.object({
  status: z.string(),
  failed: z.number(),
  errors: z.number(),
  skipped: z.number().nullish(),
  lastError: z.object({ message: z.string().nullish() }).nullish(),
  stackTrace: z.string().nullish(),
});
export const Nightwatch = z.object({
  name: z.string(),
  report: z.object({
    name: z.string(),
    modulePath: z.string(),
    status: z.string(),
    completed: z.record(z.string(), Ended),
    completedSections: z.record(z.string(), z.object({ failed: z.number(), errors: z.number() })).nullish(),
    skippedAtRuntime: z.array(z.string()).nullish(), // never come to
    skippedByUser: z.array(z.string()).nullish(),
    testsCount: z.number(),
    failedCount: z.number(),
    errorsCount: z.number(),
    errmessages: z.array(z.string()).nullish(),
  }),
});

/** Nightwatch, a document for each file: hooks stand among its sections alone, and what follows a failure may never be come to. */
export function readNightwatch({ report }: z.infer<typeof Nightwatch>, roots: readonly string[]): Content {
  const file = pathIn(report.modulePath, roots);
  const test = (name: string, status: TestStatus, message = ""): TestResult => ({
    name: nameOf(name),
    suite: [nameOf(report.name)],
    file,
    project: null,
    status,
    message: messageOf(message),
  });
  const tests = [
    ...Object.entries(report.completed).map(([name, one]) => {
      const status = nightStatus(one);
      const told = one.stackTrace || one.lastError?.message || "";
      return test(name, status, status === "failed" ? told : "");
    }),
    ...(report.skippedByUser ?? []).map((name) => test(name, "skipped")),
    ...(report.skippedAtRuntime ?? []).map((name) => test(name, "notRun")),
  ];
  const hooks = Object.entries(report.completedSections ?? {}).filter(
    ([name, { failed, errors }]) => /^__.*_hook$/.test(name) && failed + errors > 0,
  );
  const otherFailures = hooks.map(([name]) =>
    nameOf(`${name.replace(/^_+/, "").replaceAll("_", " ")} of ${report.name}`),
  );
  const isShown = otherFailures.length > 0 || tests.some(({ status }) => status === "failed");
  const isRed = report.status === "fail" || report.failedCount + report.errorsCount > 0;
  if (isRed && !isShown)
    otherFailures.push(
      nameOf(`${report.name} failed: ${(report.errmessages ?? []).join(" ") || "it does not say why"}`),
    );
  const ended = Object.keys(report.completed).length;
  return { tests, otherFailures, problems: report.testsCount > ended ? [short(report.testsCount, ended)] : [] };
}

function nightStatus({ status, failed, errors }: z.infer<typeof Ended>): TestStatus {
  if (failed + errors > 0 || status === "fail") return "failed";
  if (status === "skip") return "skipped";
  return status === "pass" ? "passed" : "notRun";
}
