// What a report of a tool says, whatever its format: tests, findings, coverage, and what is wrong with the report itself.

/** `notRun`: the report lists the test, and it has no result, whatever else the report says of it. */
export type TestStatus = "passed" | "failed" | "skipped" | "todo" | "flaky" | "notRun";

export interface TestResult {
  readonly name: string;
  /** Names of the suites around it, outermost first; empty where the report names none. */
  readonly suite: readonly string[];
  readonly file: string | null; // relative to the repository where the report tells
  readonly project: string | null; // browser or project, where one test has a result for each
  readonly status: TestStatus;
  /** What it is instead when the command ended red: the report alone cannot tell. */
  readonly ifRed?: TestStatus;
  /** A todo whose body ran. */
  readonly bodyRan?: boolean;
  readonly message: string; // of a failure; masked and cut
}

/** What a linter or compiler found. Columns are not kept: tools count bytes, characters and UTF-16 units alike. */
export interface SourceFinding {
  readonly rule: string;
  readonly level: "error" | "warning" | "note" | "none";
  readonly file: string | null;
  readonly line: number | null;
  readonly message: string; // masked and cut; never a snippet
  readonly suppressed: boolean;
}

/** Lines by what is known of them; a line in none of the lists has no record. */
export interface FileCoverage {
  readonly file: string;
  readonly covered: readonly number[];
  readonly uncovered: readonly number[];
  /** The report calls them covered, and its kind is known to be wrong about such lines. */
  readonly unknown: readonly number[];
}

export type ProblemKind =
  | "empty" // 0 bytes, or white space
  | "too_large"
  | "unknown_format"
  | "malformed" // a strict parser refuses it
  | "cut_short" // a run that ended before what it had planned
  | "incomplete" // it ends too early, or fewer results are there than it announces
  | "contradiction" // its totals and its elements disagree
  | "encoding" // bytes that are no text
  | "not_read" // a file that the tool could not read or parse
  | "nothing_named" // no result, and nothing says that anything was looked at
  | "empty_list" // the same, and a runner of tests leaves such a document too
  | "capped" // more than is read
  | "control_characters" // replaced, and then it could be read
  | "text_around"; // output of something else around the report

export interface Problem {
  readonly kind: ProblemKind;
  readonly detail: string;
}

export type Format =
  | "junit"
  | "sonar"
  | "trx"
  | "cppunit"
  | "cunit"
  | "tap"
  | "sarif"
  | "checkstyle"
  | "cppcheck"
  | "valgrind"
  | "lcov"
  | "cobertura"
  | "clover"
  | "jacoco"
  | "istanbul"
  | "coverage.py"
  | "gcovr"
  | "coveralls"
  | "simplecov"
  | "sonar_coverage"
  | "go_coverage"
  | "jest" // Vitest's too
  | "playwright"
  | "testcafe"
  | "nightwatch"
  | "mocha"
  | "rspec"
  | "newman"
  | "ctrf"
  | "cucumber"
  | "linter" // JSON of linters
  | "meson"
  | "go"
  | "cargo"
  | "unknown";

export interface Report {
  readonly name: string;
  readonly format: Format;
  readonly tests: readonly TestResult[];
  readonly failedToLoad: readonly string[]; // files of tests
  readonly noTests: readonly string[]; // files in which no test was seen
  readonly otherFailures: readonly string[]; // hooks, crashes, late errors
  readonly findings: readonly SourceFinding[];
  readonly coverage: readonly FileCoverage[];
  readonly problems: readonly Problem[];
  /** True for a linter's report in a format for tests: what it calls failed may be a mere warning, and the exit code decides. */
  readonly lint: boolean;
  /** Files that a linter names as looked at. */
  readonly looked: number;
}

const ofCoverage: ReadonlySet<Format> = new Set([
  "lcov",
  "cobertura",
  "clover",
  "jacoco",
  "istanbul",
  "coverage.py",
  "gcovr",
  "coveralls",
  "simplecov",
  "sonar_coverage",
  "go_coverage",
]);

/** Whether a report is of coverage alone: it shows no test. */
export function isCoverage({ format }: Report): boolean {
  return ofCoverage.has(format);
}

/** What a reader of one format comes to. */
export type Content = Partial<Omit<Report, "name" | "format">>;

/** These do not keep a report from being evidence. */
const harmless: readonly ProblemKind[] = ["control_characters", "text_around"];
/** These mean that it is not all there. */
const cutting: readonly ProblemKind[] = [
  "empty",
  "too_large",
  "incomplete",
  "cut_short",
  "capped",
  "malformed",
  "not_read",
];
const illFormed: readonly ProblemKind[] = ["empty", "malformed", "encoding", "control_characters", "unknown_format"];

/** The problems for which a report cannot be evidence that all is well. */
export function barring(report: Report): readonly Problem[] {
  return report.problems.filter(({ kind }) => !harmless.includes(kind));
}

/** Whether nothing of the report is missing, as far as it tells itself. */
export function isComplete(report: Report): boolean {
  return !report.problems.some(({ kind }) => cutting.includes(kind));
}

/** Whether a strict parser takes the report as it is. */
export function isWellFormed(report: Report): boolean {
  return !report.problems.some(({ kind }) => illFormed.includes(kind));
}
