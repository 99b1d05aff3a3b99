// From the reports of one command and its exit code to green, red or no evidence.
import type { EmptyIsClean } from "./empty.ts";
import {
  barring,
  type FileCoverage,
  isCoverage,
  type Problem,
  type Report,
  type SourceFinding,
  type TestResult,
} from "./report.ts";

export interface JudgeOptions {
  /** Null where the command did not end by itself: out of time, or killed. */
  readonly exitCode: number | null;
  /** Reports that the command had to write and did not. */
  readonly missing?: readonly string[];
  /** Other files that it had to leave and that are not what they have to be. */
  readonly unfit?: readonly { readonly path: string; readonly why: string }[];
  /** No report is asked for: the exit code is all there is. */
  readonly exitCodeOnly?: boolean;
  /** What the policy takes for clean although it names no file: some linters never name one. */
  readonly emptyIsClean?: EmptyIsClean | null;
}

export type Reason =
  | { readonly of: "exit_code"; readonly code: number | null }
  | { readonly of: "failed_tests"; readonly names: readonly string[] }
  | { readonly of: "failed_to_load"; readonly files: readonly string[] }
  | { readonly of: "other_failures"; readonly told: readonly string[] }
  | { readonly of: "findings"; readonly count: number }
  // Of linters, where nothing else shows why the command failed; notes where there is no warning either.
  | { readonly of: "warnings" | "notes"; readonly count: number }
  | { readonly of: "cut_short"; readonly report: string; readonly detail: string }
  | { readonly of: "cause_not_in_report" }
  | { readonly of: "unfit_report"; readonly report: string; readonly detail: string }
  | { readonly of: "missing_report"; readonly report: string }
  | { readonly of: "no_report" }
  | { readonly of: "nothing_ran" }
  | { readonly of: "no_tests_in"; readonly files: readonly string[] }
  | { readonly of: "exit_code_only" };

export interface Reading {
  readonly state: "green" | "red" | "no_evidence";
  readonly reasons: readonly Reason[];
  readonly ran: boolean; // whether anything is shown to have been carried out
  readonly tests: readonly TestResult[];
  readonly findings: readonly SourceFinding[];
  readonly coverage: readonly FileCoverage[];
}

/**
 * Green needs exit code 0 and a report of this run, complete, with at least one test that ran, or a linter's that names what it
 * looked at. Red is any other exit code, and any red result. Everything else is no evidence.
 */
export function judgeReports(reports: readonly Report[], options: JudgeOptions): Reading {
  const { exitCode } = options;
  const tests = reports.flatMap((report) => report.tests.map((test) => resolved(test, exitCode)));
  const findings = reports.flatMap((report) => report.findings);
  const red = redReasons(reports, tests, findings);
  const doubts = doubtsOf(reports, tests, options);
  const base = { ran: hasRun(reports, tests), tests, findings, coverage: reports.flatMap(({ coverage }) => coverage) };
  if (exitCode !== 0) {
    const isShown = red.some(({ of }) => of !== "cut_short") || options.exitCodeOnly;
    const cause: Reason[] = isShown ? red : [likelyCause(reports, findings, exitCode), ...red];
    return { ...base, state: "red", reasons: [{ of: "exit_code", code: exitCode }, ...cause, ...doubts] };
  }
  if (red.length > 0) return { ...base, state: "red", reasons: [...red, ...doubts] };
  const files = reports.flatMap(({ noTests }) => noTests);
  const remark: Reason[] = files.length > 0 ? [{ of: "no_tests_in", files }] : [];
  if (doubts.length > 0) return { ...base, state: "no_evidence", reasons: [...doubts, ...remark] };
  const only: Reason[] = reports.length === 0 ? [{ of: "exit_code_only" }] : [];
  return { ...base, state: "green", reasons: [...only, ...remark] };
}

/** What only the exit code can tell of a test. */
function resolved(test: TestResult, exitCode: number | null): TestResult {
  return exitCode !== 0 && test.ifRed !== undefined ? { ...test, status: test.ifRed } : test;
}

function redReasons(
  reports: readonly Report[],
  tests: readonly TestResult[],
  findings: readonly SourceFinding[],
): Reason[] {
  const failed = tests
    .filter(({ status }) => status === "failed")
    .map(({ suite, name }) => [...suite, name].join(" > "));
  const files = reports.flatMap(({ failedToLoad }) => failedToLoad);
  const told = reports.flatMap(({ otherFailures }) => otherFailures);
  const errors = findings.filter(({ level, suppressed }) => level === "error" && !suppressed).length;
  const cut = reports.flatMap(({ name, problems }) =>
    problems
      .filter(({ kind }) => kind === "cut_short")
      .map(({ detail }) => ({ of: "cut_short", report: name, detail }) as const),
  );
  return [
    ...cut,
    ...(failed.length > 0 ? [{ of: "failed_tests", names: failed } as const] : []),
    ...(files.length > 0 ? [{ of: "failed_to_load", files } as const] : []),
    ...(told.length > 0 ? [{ of: "other_failures", told } as const] : []),
    ...(errors > 0 ? [{ of: "findings", count: errors } as const] : []),
  ];
}

/** Commands of linters may fail for warnings and notes as well, by an option that no report shows; ShellCheck and Pylint do. */
function likelyCause(reports: readonly Report[], findings: readonly SourceFinding[], exitCode: number | null): Reason {
  const isLinters = exitCode !== null && reports.every(({ lint }) => lint);
  for (const of of isLinters ? (["warnings", "notes"] as const) : []) {
    const count = findings.filter((one) => isMild(one, of)).length;
    if (count > 0) return { of, count };
  }
  return { of: "cause_not_in_report" };
}

/** Whether it is of this kind, and nobody suppressed it. */
export function isMild({ level, suppressed }: SourceFinding, kind: "warnings" | "notes"): boolean {
  return level === (kind === "warnings" ? "warning" : "note") && !suppressed;
}

/** Why this is no evidence, whatever it says. */
function doubtsOf(reports: readonly Report[], tests: readonly TestResult[], options: JudgeOptions): Reason[] {
  const missing = (options.missing ?? []).map((report) => ({ of: "missing_report", report }) as const);
  const unread = (options.unfit ?? []).map(({ path, why }) => ({ name: path, problems: [why] }));
  const barred = reports.map((report) => {
    const isForgiven = ({ kind }: Problem) => report.lint && isClean(kind, options.emptyIsClean ?? null);
    const problems = barring(report).filter((one) => one.kind !== "cut_short" && !isForgiven(one));
    return { name: report.name, problems: problems.map(({ detail }) => detail) };
  });
  const unfit = [...barred, ...unread].flatMap(({ name, problems }) =>
    problems.map((detail) => ({ of: "unfit_report", report: name, detail }) as const),
  );
  if (missing.length + unfit.length > 0) return [...missing, ...unfit];
  if (reports.length === 0) return options.exitCodeOnly ? [] : [{ of: "no_report" }];
  const ofTests = reports.filter((report) => !report.lint && !isCoverage(report));
  const looked = ofTests.length === 0 && reports.some(({ lint }) => lint);
  return looked || tests.some(isRun) ? [] : [{ of: "nothing_ran" }];
}

function isClean(kind: Problem["kind"], empty: EmptyIsClean | null): boolean {
  return (kind === "nothing_named" && empty !== null) || (kind === "empty_list" && empty === "lists");
}

function isRun({ status, bodyRan }: TestResult): boolean {
  return status === "passed" || status === "failed" || status === "flaky" || (status === "todo" && bodyRan === true);
}

function hasRun(reports: readonly Report[], tests: readonly TestResult[]): boolean {
  return (
    tests.some(isRun) ||
    reports.some(({ lint, looked, findings }) => lint && (looked > 0 || findings.some(({ line }) => line !== null)))
  );
}
