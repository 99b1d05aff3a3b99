// The reports in fixtures/reports/, as real tools wrote them, each with its right reading; and what a reader makes of them.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { judgeReports, type Reading } from "../../../src/verify/reports/judge.ts";
import { readReport } from "../../../src/verify/reports/read.ts";
import { isComplete, isWellFormed, type Report } from "../../../src/verify/reports/report.ts";

const folder = resolve(import.meta.dirname, "../../../fixtures/reports");

interface ExpectedTest {
  readonly name: string;
  readonly file?: string;
  readonly project?: string;
  readonly status: string;
}

/** See fixtures/reports/README.md. */
export interface Expected {
  readonly exitCode: number;
  readonly ran?: boolean | "unknown";
  readonly complete?: boolean;
  readonly wellFormed?: boolean;
  readonly validJson?: boolean;
  readonly tests?: readonly ExpectedTest[];
  readonly failedToLoad?: readonly string[];
  readonly noTests?: readonly string[];
  readonly otherFailures?: readonly string[];
  readonly notRead?: readonly string[];
  readonly findings?: number;
  readonly results?: readonly {
    readonly rule: string;
    readonly level: string;
    readonly file: string;
    readonly line?: number;
    readonly suppressed?: boolean;
    readonly kind?: string;
  }[];
  readonly truth?: { readonly file: string; readonly neverRan: readonly number[] };
  readonly noRecord?: readonly number[];
  readonly verdict?: string;
}

export interface Case {
  readonly name: string;
  readonly expected: Expected;
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** Every case, `tool/case` by name. */
export function allCases(): Case[] {
  const tools = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return tools.flatMap(({ name: tool }) =>
    readdirSync(join(folder, tool)).map((each) => {
      const at = join(folder, tool, each);
      const names = readdirSync(at).filter((file) => file.startsWith("report."));
      const expected: Expected = JSON.parse(readFileSync(join(at, "expected.json"), "utf8"));
      return {
        name: `${tool}/${each}`,
        expected,
        files: names.map((name) => ({ name, bytes: readFileSync(join(at, name)) })),
      };
    }),
  );
}

export function readCase({ files }: Case): Report[] {
  return files.map(({ name, bytes }) => readReport(name, bytes, { roots: ["/repo"] }));
}

/** What the verdict of a case comes to in the three states. */
export function stateOf({ verdict }: Expected): Reading["state"] | null {
  if (verdict === undefined) return null;
  return verdict.startsWith("green") ? "green" : verdict.startsWith("red") ? "red" : "no_evidence";
}

/** Every difference between the reading of a case and the right one, in words; empty where there is none. */
export function differences(one: Case): string[] {
  const { expected } = one;
  const reports = readCase(one);
  const reading = judgeReports(reports, { exitCode: expected.exitCode });
  return [
    ...verdictOf(expected, reading),
    ...formOf(expected, reports),
    ...reports.flatMap((report) => ofReport(one, report)),
  ];
}

function verdictOf(expected: Expected, { state, ran }: Reading): string[] {
  const wanted = stateOf(expected);
  // No evidence, and a command that failed: red, as any other exit code is.
  const same =
    wanted === null || wanted === state || (wanted === "no_evidence" && expected.exitCode !== 0 && state === "red");
  return [
    ...(same ? [] : [`verdict: ${wanted}, read ${state}`]),
    ...(typeof expected.ran === "boolean" && expected.ran !== ran ? [`ran: ${expected.ran}, read ${ran}`] : []),
  ];
}

function formOf(expected: Expected, reports: readonly Report[]): string[] {
  const told: string[] = [];
  const xml = reports.filter(({ name }) => name.endsWith(".xml"));
  if (xml.length > 0 && xml.every(isWellFormed) !== (expected.wellFormed ?? true))
    told.push(`well-formed: ${expected.wellFormed ?? true}`);
  const json = reports.filter(({ name }) => name.endsWith(".sarif"));
  if (json.length > 0 && json.every(isWellFormed) !== (expected.validJson ?? true))
    told.push(`valid JSON: ${expected.validJson ?? true}`);
  if (expected.complete !== undefined && reports.every(isComplete) !== expected.complete)
    told.push(`complete: ${expected.complete}`);
  return told;
}

function ofReport({ name, expected }: Case, report: Report): string[] {
  const isLinters =
    report.format === "checkstyle" ||
    (report.format === "tap" && report.lint) ||
    /^(?:eslint|biome|phpcs|rubocop|bandit|oxlint|htmlhint|mypy|markdownlint|redocly|csslint|stylelint|spectral)-junit\//.test(
      name,
    );
  if (isLinters) return resultsOf(expected, report);
  switch (report.format) {
    case "junit":
    case "tap":
    case "sonar":
    case "trx":
    case "cppunit":
    case "cunit":
    case "go":
    case "jest":
    case "playwright":
    case "testcafe":
    case "nightwatch":
    case "mocha":
    case "rspec":
    case "ctrf":
    case "newman":
    case "cucumber":
    case "meson":
      return report.lint
        ? []
        : [...testsOf(expected, report), ...restOf(expected, report)].map((each) => `${report.name}: ${each}`);
    case "sarif":
    case "linter":
    case "cppcheck":
    case "valgrind":
      return resultsOf(expected, report);
    default:
      return coverageOf(expected, report);
  }
}

/** Names as different reports write them come to the same: separators, white space and replaced characters do not count. */
function plain(name: string): string {
  const shown = name.replace(/[\u0000-\u001f\ufffd]/g, "").replace(/^\(8\)$/, "");
  return shown
    .replace(/\s*[>›#]\s*/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

function namesOf(test: Report["tests"][number]): string[] {
  const parts = [...test.suite, test.name];
  return parts.map((_, index) => plain(parts.slice(index).join(" ")));
}

function testsOf({ tests = [], exitCode, ran }: Expected, report: Report): string[] {
  const told: string[] = [];
  const left = judgeReports([report], { exitCode }).tests.slice();
  for (const wanted of tests) {
    const named = left.filter(
      (each) => namesOf(each).includes(plain(wanted.name)) && (wanted.project ?? each.project) === each.project,
    );
    const found = named.find(({ status }) => status === wanted.status) ?? named[0];
    if (found === undefined) told.push(`${wanted.status}: ${wanted.name}, not there`);
    else left.splice(left.indexOf(found), 1);
    if (found !== undefined && found.status !== wanted.status)
      told.push(`${wanted.status}: ${wanted.name}, read ${found.status}`);
    const file = wanted.file?.replace(/^\.\//, "");
    if (file !== undefined && found !== undefined && found.file !== null && found.file !== file)
      told.push(`${wanted.name}: in ${file}, read ${found.file}`);
  }
  // Where nothing ran, a list of tests without a result says the same.
  const idle = ran === false && tests.length === 0;
  const more = left.filter(({ status }) => !idle || (status !== "skipped" && status !== "notRun"));
  return [...told, ...more.map(({ status, name }) => `nothing of this: ${status}: ${name}`)];
}

function restOf(expected: Expected, report: Report): string[] {
  const list = (names: readonly string[]) =>
    names
      .map((name) => name.replace(/^\/repo\//, ""))
      .sort()
      .join(", ");
  const told: string[] = [];
  for (const key of ["failedToLoad", "noTests"] as const) {
    const wanted = expected[key];
    if (wanted !== undefined && list(wanted) !== list(report[key]))
      told.push(`${key}: ${list(wanted) || "none"}, read ${list(report[key]) || "none"}`);
  }
  const others = expected.otherFailures;
  if (others !== undefined && others.length > 0 !== report.otherFailures.length > 0)
    told.push(`other failures: ${others.length}, read ${report.otherFailures.length}`);
  return told;
}

function resultsOf({ results, findings, notRead }: Expected, report: Report): string[] {
  const told: string[] = [];
  const wanted = (results ?? []).map((one) => [
    one.rule,
    one.level,
    one.file,
    one.line ?? null,
    one.suppressed ?? false,
  ]);
  const read = report.findings.map((one) => [one.rule, one.level, one.file, one.line, one.suppressed]);
  const sorted = (rows: readonly unknown[][]) =>
    rows
      .map((row) => JSON.stringify(row))
      .sort()
      .join("\n");
  if (results !== undefined && sorted(wanted) !== sorted(read))
    told.push(`results: ${sorted(wanted)}, read ${sorted(read)}`);
  if (findings !== undefined && findings !== report.findings.length)
    told.push(`findings: ${findings}, read ${report.findings.length}`);
  const unread = report.problems.filter(({ kind }) => kind === "not_read").map(({ detail }) => detail);
  if (JSON.stringify(notRead ?? []) !== JSON.stringify(unread)) told.push(`not read: ${notRead}, read ${unread}`);
  return told;
}

function coverageOf({ truth, noRecord = [] }: Expected, report: Report): string[] {
  if (truth === undefined) return report.coverage.length === 0 ? [] : ["coverage of nothing"];
  const file = report.coverage.find((one) => one.file === truth.file);
  if (file === undefined) return [`no coverage of ${truth.file}`];
  const claimed = truth.neverRan.filter((line) => file.covered.includes(line));
  const recorded = noRecord.filter((line) => [...file.covered, ...file.uncovered].includes(line));
  const missed = truth.neverRan.filter((line) => !file.uncovered.includes(line) && !file.unknown.includes(line));
  return [
    ...claimed.map((line) => `line ${line} never ran, read covered`),
    ...recorded.map((line) => `line ${line} has no record, read as one`),
    ...missed.filter((line) => !noRecord.includes(line)).map((line) => `line ${line} never ran, not read so`),
  ];
}
