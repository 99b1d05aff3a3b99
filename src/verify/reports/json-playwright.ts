// Playwright's JSON: suites in suites, a test for each project, a result for each try.
import { z } from "zod";
import type { Content, TestResult } from "./report.ts";
import { messageOf, nameOf, pathIn, withoutAnsi } from "./text.ts";

const Failure = z.object({ message: z.string().nullish(), location: z.object({ file: z.string() }).nullish() });
const Test = z.object({
  projectName: z.string(),
  expectedStatus: z.string(),
  status: z.string(),
  annotations: z.array(z.object({ type: z.string() })),
  results: z.array(z.object({ status: z.string().nullish(), errors: z.array(Failure).nullish() })),
});
const Spec = z.object({ title: z.string(), file: z.string(), tests: z.array(Test) });
const Suite = z.object({
  title: z.string(),
  specs: z.array(Spec),
  get suites() {
    return z.array(Suite).optional();
  },
});
export const Playwright = z.object({
  config: z.object({ rootDir: z.string() }),
  suites: z.array(Suite),
  errors: z.array(Failure),
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
});
type Suite = z.infer<typeof Suite>;

/** A skip that nobody meant was never come to; files are named from the folder of the tests, `config.rootDir`. */
export function readPlaywright(run: z.infer<typeof Playwright>, roots: readonly string[]): Content {
  const tests: TestResult[] = [];
  const place = (file: string) => pathIn(file.startsWith("/") ? file : `${run.config.rootDir}/${file}`, roots);
  const visit = (suite: Suite, path: readonly string[]) => {
    for (const { title, file, tests: each } of suite.specs)
      for (const one of each) tests.push(testOf(one, { title, file: place(file), path }));
    for (const inner of suite.suites ?? []) visit(inner, [...path, nameOf(inner.title)]);
  };
  for (const suite of run.suites) visit(suite, []);
  const told = run.errors.map(({ message, location }) => ({
    text: withoutAnsi(message ?? "an error"),
    file: location ? place(location.file) : null,
  }));
  const isUnloaded = ({ text, file }: (typeof told)[number]) =>
    file !== null &&
    /^(?:SyntaxError|TypeError|Error): .*(?:Unexpected|Cannot find (?:module|package)|Unterminated)/.test(text);
  const { expected, unexpected, flaky, skipped } = run.stats;
  const counted = expected + unexpected + flaky + skipped;
  return {
    tests,
    failedToLoad: [...new Set(told.filter(isUnloaded).map(({ file }) => file ?? ""))],
    otherFailures: told.filter((one) => !isUnloaded(one)).map(({ text }) => nameOf(text)),
    problems:
      counted > tests.length
        ? [{ kind: "incomplete", detail: `it counts ${counted} tests and shows ${tests.length}` }]
        : [],
  };
}

interface Place {
  readonly title: string;
  readonly file: string;
  readonly path: readonly string[];
}

function testOf(one: z.infer<typeof Test>, { title, file, path }: Place): TestResult {
  const errors = one.results.flatMap((result) => result.errors ?? []).map(({ message }) => message ?? "");
  const status = statusOf(one);
  return {
    name: nameOf(title),
    suite: path,
    file,
    project: one.projectName === "" ? null : nameOf(one.projectName),
    status,
    message: status === "failed" ? messageOf(errors.join("\n")) : "",
  };
}

/** One that is marked to fail and does is as expected: it counts as passed, and one that does not fail as failed. */
function statusOf({ status, annotations }: z.infer<typeof Test>): TestResult["status"] {
  if (status === "expected") return "passed";
  if (status === "flaky") return "flaky";
  if (status === "unexpected") return "failed";
  return annotations.some(({ type }) => type === "skip" || type === "fixme") ? "skipped" : "notRun";
}
