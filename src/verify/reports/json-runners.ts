// The JSON of Mocha, RSpec, Newman and the common test report format (CTRF): flat lists of tests.
import { z } from "zod";
import { asideOf } from "./aside.ts";
import type { Content, Problem, TestResult } from "./report.ts";
import { messageOf, nameOf, pathIn } from "./text.ts";

const MochaTest = z.object({
  title: z.string(),
  fullTitle: z.string(),
  file: z.string().nullish(),
  duration: z.number().nullish(),
  currentRetry: z.number().nullish(),
  err: z.object({ message: z.string().optional(), stack: z.string().optional() }).nullish(),
});
type MochaTest = z.infer<typeof MochaTest>;
export const Mocha = z.object({
  stats: z.object({ tests: z.number(), passes: z.number(), pending: z.number(), failures: z.number() }),
  tests: z.array(MochaTest),
  pending: z.array(MochaTest),
  failures: z.array(MochaTest),
  passes: z.array(MochaTest),
});

/** Mocha: a pass without a duration is one of a dry run; hooks stand among the failures alone. */
export function readMocha(run: z.infer<typeof Mocha>, roots: readonly string[]): Content {
  const tests: TestResult[] = [];
  const otherFailures: string[] = [];
  const add = (one: MochaTest, status: TestResult["status"]) => tests.push(mochaTest(one, status, roots));
  for (const one of run.passes)
    add(one, typeof one.duration !== "number" ? "notRun" : (one.currentRetry ?? 0) > 0 ? "flaky" : "passed");
  for (const one of run.pending) add(one, "skipped");
  for (const one of run.failures) {
    const test = mochaTest(one, "failed", roots);
    const aside = asideOf({ name: test.name, group: "", file: test.file, failed: true, text: test.message });
    if (aside === null) tests.push(test);
    else otherFailures.push(aside.is === "other" ? nameOf(aside.what) : `${aside.file} could not be loaded`);
  }
  const rest = run.tests.map(({ fullTitle }) => fullTitle);
  for (const one of [...run.passes, ...run.pending, ...run.failures]) {
    const at = rest.indexOf(one.fullTitle);
    if (at >= 0) rest.splice(at, 1);
  }
  const begun =
    rest.length === 0 ? [] : [{ kind: "incomplete", detail: `${nameOf(rest[0] ?? "")} has no result` } as const];
  const { stats } = run;
  const counted = stats.passes + stats.pending + stats.failures;
  return { tests, otherFailures, problems: [...begun, ...missing(counted, tests.length + otherFailures.length)] };
}

function mochaTest(one: MochaTest, status: TestResult["status"], roots: readonly string[]): TestResult {
  const suite = one.fullTitle.endsWith(one.title) ? one.fullTitle.slice(0, -one.title.length).trim() : "";
  return {
    name: nameOf(one.title),
    suite: suite === "" ? [] : [nameOf(suite)],
    file: one.file ? pathIn(one.file, roots) : null,
    project: null,
    status,
    message: status === "failed" ? messageOf(one.err?.stack ?? one.err?.message ?? "") : "",
  };
}

function missing(counted: number, shown: number): Problem[] {
  return counted > shown ? [{ kind: "incomplete", detail: `it counts ${counted} tests and shows ${shown}` }] : [];
}

const Example = z.object({
  description: z.string(),
  full_description: z.string(),
  status: z.string(),
  file_path: z.string(),
  exception: z.object({ message: z.string().nullish() }).nullish(),
});
export const Rspec = z.object({
  examples: z.array(Example),
  messages: z.array(z.string()).nullish(), // what was told outside of examples
  summary: z.object({ example_count: z.number(), errors_outside_of_examples_count: z.number().nullish() }),
});

const rspecEnds: Readonly<Record<string, TestResult["status"]>> = {
  passed: "passed",
  failed: "failed",
  pending: "skipped",
};

/** RSpec: files that did not load are only counted, and told in its messages. */
export function readRspec({ examples, messages, summary }: z.infer<typeof Rspec>, roots: readonly string[]): Content {
  const tests = examples.map((one) => {
    const suite = one.full_description.endsWith(one.description)
      ? one.full_description.slice(0, -one.description.length).trim()
      : "";
    return {
      name: nameOf(one.description),
      suite: suite === "" ? [] : [nameOf(suite)],
      file: pathIn(one.file_path, roots),
      project: null,
      status: rspecEnds[one.status] ?? "notRun",
      message: one.status === "failed" ? messageOf(one.exception?.message ?? "") : "",
    };
  });
  const outside = summary.errors_outside_of_examples_count ?? 0;
  const told = (messages ?? []).filter((text) => /error|fail/i.test(text));
  const unloaded = told.map((text) => /^\s*An error occurred while loading (\S+?)\.?\s/.exec(text)?.[1]);
  const others = told.filter((_, index) => unloaded[index] === undefined).map((text) => nameOf(text));
  const shown = outside === 0 ? [] : unloaded.flatMap((file) => (file === undefined ? [] : [pathIn(file, roots)]));
  const hidden = outside > 0 && shown.length + others.length === 0 ? [`${outside} errors outside of examples`] : [];
  const otherFailures = outside === 0 ? [] : [...others, ...hidden];
  return { tests, failedToLoad: shown, otherFailures, problems: missing(summary.example_count, tests.length) };
}

const CtrfTest = z.object({
  name: z.string(),
  status: z.string(),
  rawStatus: z.string().nullish(), // the runner's own word
  suite: z.union([z.string(), z.array(z.string())]).nullish(),
  filePath: z.string().nullish(),
  browser: z.string().nullish(),
  flaky: z.boolean().nullish(),
  message: z.string().nullish(),
  extra: z.object({ annotations: z.array(z.object({ type: z.string() })).nullish() }).nullish(), // Playwright
});
export const Ctrf = z.object({
  results: z.object({
    tool: z.object({ name: z.string() }),
    summary: z.object({ tests: z.number(), failed: z.number() }),
    tests: z.array(CtrfTest),
  }),
});

const ctrfEnds: Readonly<Record<string, TestResult["status"]>> = {
  passed: "passed",
  failed: "failed",
  skipped: "skipped",
  pending: "todo",
};

/** Reporters of Mocha and Jest have `pending` of a skip, as these call it, and `other` of a todo. */
function ctrfStatus({ status, rawStatus, extra }: z.infer<typeof CtrfTest>): TestResult["status"] {
  if (rawStatus === "todo") return "todo";
  const marks = extra?.annotations?.map(({ type }) => type);
  // Playwright: what has to fail and passed is written as passed, or flaky; a skip that nobody marked was never come to.
  if (status === "passed" && rawStatus === "passed" && marks?.includes("fail")) return "failed";
  if (status === "skipped" && marks?.every((type) => type !== "skip" && type !== "fixme")) return "notRun";
  return status === "pending" && rawStatus === "pending" ? "skipped" : (ctrfEnds[status] ?? "notRun");
}

/** Whether a test failed as it had to. */
function isExpected(one: z.infer<typeof CtrfTest> | undefined): boolean {
  const isFail = one?.extra?.annotations?.some(({ type }) => type === "fail") ?? false;
  return one?.status === "passed" && one.rawStatus !== "passed" && isFail;
}

/** CTRF, which converters and reporters of many runners write. */
export function readCtrf({ results }: z.infer<typeof Ctrf>, roots: readonly string[]): Content {
  const all = results.tests.map((one): TestResult => {
    const status = ctrfStatus(one);
    const suite = typeof one.suite === "string" ? [one.suite] : (one.suite ?? []);
    return {
      name: nameOf(one.name),
      suite: suite.map(nameOf),
      file: one.filePath ? pathIn(one.filePath, roots) : null,
      project: one.browser ? nameOf(one.browser) : null,
      status: status === "passed" && one.flaky === true ? "flaky" : status,
      message: messageOf(one.message ?? ""),
    };
  });
  // The summary of Playwright's counts by what happened: a failure that was to be is one more, a pass that was not is one less.
  const counted = all.filter(({ status }, at) => status === "failed" || isExpected(results.tests[at])).length;
  const hidden = results.summary.failed - counted;
  const more = hidden > 0 ? [`it counts ${hidden} more failed than it shows`] : [];
  const { tests, failedToLoad, otherFailures } = apart(all, roots);
  return {
    tests,
    failedToLoad,
    otherFailures: [...otherFailures, ...more],
    problems: missing(results.summary.tests, all.length),
  };
}

/** What is listed as a test and is none, apart from the tests. */
function apart(
  all: readonly TestResult[],
  roots: readonly string[],
): { tests: TestResult[]; failedToLoad: string[]; otherFailures: string[] } {
  const [tests, failedToLoad, otherFailures]: [TestResult[], string[], string[]] = [[], [], []];
  for (const test of all) {
    const { name, suite, file, status, message: text } = test;
    const aside = asideOf({ name, group: suite.at(-1) ?? "", file, failed: status === "failed", text });
    if (aside === null) tests.push(test);
    else if (aside.is === "other") otherFailures.push(nameOf(aside.what));
    else failedToLoad.push(pathIn(aside.file, roots));
  }
  return { tests, failedToLoad, otherFailures };
}

const Thrown = z.object({ message: z.string().nullish(), test: z.string().nullish() });
export const Newman = z.object({
  run: z.object({
    stats: z.object({ assertions: z.object({ total: z.number() }) }),
    executions: z.array(
      z.object({
        item: z.object({ name: z.string() }),
        assertions: z
          .array(z.object({ assertion: z.string(), skipped: z.boolean().nullish(), error: Thrown.nullish() }))
          .nullish(),
      }),
    ),
    failures: z.array(
      z.object({
        error: Thrown,
        at: z.string().nullish(),
        source: z.object({ name: z.string().optional() }).nullish(),
      }),
    ),
  }),
});

/** Newman: what a script throws, and a request that was refused, are in no assertion. */
export function readNewman({ run }: z.infer<typeof Newman>): Content {
  const tests = run.executions.flatMap(({ item, assertions }) =>
    (assertions ?? []).map(({ assertion, skipped, error }): TestResult => {
      const failed = error !== undefined && error !== null;
      return {
        name: nameOf(assertion),
        suite: [nameOf(item.name)],
        file: null,
        project: null,
        status: failed ? "failed" : skipped === true ? "skipped" : "passed",
        message: failed ? messageOf(error.message ?? "") : "",
      };
    }),
  );
  const outside = run.failures.filter(({ error, at }) => !error.test && !/^test-script:/.test(at ?? ""));
  return {
    tests,
    otherFailures: outside.map(({ error, at, source }) =>
      nameOf(`${source?.name ?? "the run"}, ${at ?? "somewhere"}: ${error.message ?? "failed"}`),
    ),
    problems: missing(run.stats.assertions.total, tests.length),
  };
}
