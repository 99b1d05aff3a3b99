// Mochawesome's JSON: Mocha's tree of suites. What failed around tests stands in it, and nothing counts it.
import { z } from "zod";
import type { Content, Problem, TestResult, TestStatus } from "./report.ts";
import { messageOf, nameOf, pathIn } from "./text.ts";

const Test = z.object({
  title: z.string(),
  state: z.string().nullish(),
  pass: z.boolean(),
  fail: z.boolean(),
  pending: z.boolean(),
  duration: z.number().nullish(),
  err: z.object({ message: z.string().nullish(), estack: z.string().nullish() }).nullish(),
});
const Suite = z.object({
  title: z.string(),
  fullFile: z.string().nullish(),
  beforeHooks: z.array(Test),
  afterHooks: z.array(Test),
  tests: z.array(Test),
  get suites(): z.ZodArray<typeof Suite> {
    return z.array(Suite);
  },
});
export const Mochawesome = z.object({
  stats: z.object({ tests: z.number(), passes: z.number(), failures: z.number(), testsRegistered: z.number() }),
  results: z.array(z.union([z.literal(false), Suite])), // false where no file has a test
});

/** Reads the tree; what its totals count more is missing. */
export function readMochawesome({ stats, results }: z.infer<typeof Mochawesome>, roots: readonly string[]): Content {
  const tests: TestResult[] = [];
  const otherFailures: string[] = [];
  const durations: number[] = [];
  const visit = (one: z.infer<typeof Suite>, path: readonly string[]) => {
    const file = one.fullFile ? pathIn(one.fullFile, roots) : null;
    const suite = one.title === "" ? path : [...path, nameOf(one.title)];
    for (const hook of [...one.beforeHooks, ...one.afterHooks])
      if (hook.fail) otherFailures.push(nameOf([...suite, hook.title, hook.err?.message ?? ""].join(" ")));
    for (const test of one.tests) {
      const status = statusOf(test);
      if (status !== "skipped") durations.push(test.duration ?? 0);
      const message = status === "failed" ? messageOf(test.err?.estack ?? test.err?.message ?? "") : "";
      tests.push({ name: nameOf(test.title), suite, file, project: null, status, message });
    }
    for (const inner of one.suites) visit(inner, suite);
  };
  for (const root of results) if (root !== false) visit(root, []);
  if (otherFailures.length === 0 && isDry(tests, durations)) tests.splice(0, tests.length, ...tests.map(unrun));
  const failed = tests.filter(({ status }) => status === "failed").length;
  const detail = `it counts ${stats.testsRegistered} tests and ${stats.failures} failed, and shows ${tests.length} and ${failed}`;
  const isShort = stats.testsRegistered > tests.length || stats.failures > failed + otherFailures.length;
  const problems: Problem[] = isShort ? [{ kind: "incomplete", detail }] : [];
  return { tests, otherFailures, problems };
}

/** A dry run's tests are written like those that passed, each with a duration of 0: one or two that ran may look so, and are not shown to have. */
function isDry(tests: readonly TestResult[], durations: readonly number[]): boolean {
  const isGreen = tests.every(({ status }) => status === "passed" || status === "skipped");
  return isGreen && durations.length > 0 && durations.every((duration) => duration === 0);
}

function unrun(test: TestResult): TestResult {
  return test.status === "passed" ? { ...test, status: "notRun" } : test;
}

function statusOf({ state, fail, pending, pass }: z.infer<typeof Test>): TestStatus {
  if (fail || state === "failed") return "failed";
  if (pending) return "skipped";
  return pass ? "passed" : "notRun"; // what a hook kept back, or a run that ended early, has no state
}
