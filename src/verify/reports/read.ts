// Reads one report of a tool, whatever its format: told by its content, never by its name.
import { createJsonGauge } from "../../base/json-gauge.ts";
import { readClover, readCobertura, readJacoco, readLcov } from "./coverage-formats.ts";
import { readGoProfile, readSonarCoverage } from "./coverage-json.ts";
import { isCucumberMeta, readCucumberMessages } from "./json-cucumber.ts";
import { isGoVet, readGoVet } from "./json-go-vet.ts";
import { readJsonKind } from "./json-kinds.ts";
import { isCargo, isGo, jsonLines, readCargo, readGo } from "./json-lines.ts";
import { isMeson, readMeson } from "./json-meson.ts";
import { isStaticcheck, readStaticcheck } from "./json-staticcheck.ts";
import { readJunit } from "./junit.ts";
import type { Content, Format, Problem, Report, SourceFinding } from "./report.ts";
import { readSarif } from "./sarif.ts";
import { readTap } from "./tap.ts";
import { decode, LARGEST_REPORT, nameOf, withoutAnsi } from "./text.ts";
import { type Element, parseXml, within } from "./xml.ts";
import { readCheckstyle, readCppcheck, readSonar, readValgrind } from "./xml-others.ts";
import { isCppUnits, readCppUnit, readCunit, readTrx } from "./xml-runners.ts";

export interface ReadOptions {
  /** Absolute folders that the tool may have called the repository; taken away from paths. */
  readonly roots?: readonly string[];
}

const jsonBounds = { depth: 64, parts: 3_000_000 };
const nothing = {
  tests: [],
  failedToLoad: [],
  noTests: [],
  otherFailures: [],
  findings: [],
  coverage: [],
  problems: [],
  lint: false,
  looked: 0,
};

/** The report in its bytes. Bad input of any kind becomes a problem of the report; it never throws for one. */
export function readReport(name: string, bytes: Uint8Array, { roots = [] }: ReadOptions = {}): Report {
  if (bytes.length > LARGEST_REPORT)
    return reportOf(
      name,
      "unknown",
      problem("too_large", `it has ${bytes.length} bytes, and at most ${LARGEST_REPORT} are read`),
    );
  const { text, problems } = decode(bytes);
  if (text.trim() === "")
    return reportOf(name, "unknown", problem("empty", `it has ${bytes.length} bytes and says nothing`));
  const { format, content } = contentOf(text, roots);
  return reportOf(name, format, { ...content, problems: [...problems, ...(content.problems ?? [])] });
}

/** In place of one that could not be read within these bounds, be it for its own sake or another's before it. */
export function tooCostly(name: string, seconds: number, megabytes: number): Report {
  const detail = `reading it, or those before it, took more than ${seconds} s or ${megabytes} MB`;
  return reportOf(name, "unknown", problem("too_large", detail));
}

interface Found {
  readonly format: Format;
  readonly content: Content;
}

function reportOf(name: string, format: Format, content: Content): Report {
  const findings = (content.findings ?? []).map(inPlace);
  return { ...nothing, ...content, findings, name: nameOf(name), format };
}

/** Lines have whole numbers, at GitHub of 31 bits; a name of nothing is no file's. */
function inPlace(finding: SourceFinding): SourceFinding {
  const { file, line } = finding;
  const isLine = line !== null && Number.isInteger(line) && line > 0 && line < 2 ** 31;
  return { ...finding, file: file === "" ? null : file, line: isLine ? line : null };
}

function problem(kind: Problem["kind"], detail: string): Content {
  return { problems: [{ kind, detail }] };
}

function contentOf(text: string, roots: readonly string[]): Found {
  const plain = withoutAnsi(text);
  const start = plain.trimStart();
  if (/^mode: (?:set|count|atomic)\r?$/m.test(start.slice(0, 40)))
    return { format: "go_coverage", content: readGoProfile(plain, roots) };
  if (/^(?:TN:|SF:)/.test(start)) return { format: "lcov", content: readLcov(plain, roots) };
  if (isGoVet(start)) return { format: "linter", content: readGoVet(start, roots) };
  if (/^[{[]/.test(start)) return ofJson(text, plain, roots);
  if (start.startsWith("<")) return ofXml(text, roots);
  if (/^TAP version 1[2-4]/m.test(start)) return { format: "tap", content: readTap(text, roots) };
  if (/^<(?:\?xml\s|testsuites?[\s>])/m.test(start)) return ofXml(text, roots);
  if (/^(?:not ok|ok)\b|^1\.\.\d+|^Bail out!/m.test(start)) return { format: "tap", content: readTap(text, roots) };
  const around: Problem = { kind: "text_around", detail: "other output stands in it" };
  const lines = jsonLines(plain);
  if (lines.values.some((value) => isStream(value))) return ofLines(plain, [around], roots);
  const inside = withoutAround(plain);
  if (inside !== null) {
    const { format, content } = ofJson(inside, inside, roots);
    return { format, content: { ...content, problems: [around, ...(content.problems ?? [])] } };
  }
  return { format: "unknown", content: problem("unknown_format", "it is in no format that is read here") };
}

function ofXml(text: string, roots: readonly string[]): Found {
  const { root, problems } = parseXml(text);
  if (root === null) return { format: "unknown", content: { problems } };
  const found = ofRoot(root, roots);
  return { ...found, content: { ...found.content, problems: [...problems, ...(found.content.problems ?? [])] } };
}

function ofRoot(root: Element, roots: readonly string[]): Found {
  switch (root.name) {
    case "testsuites":
    case "testsuite":
      return { format: "junit", content: readJunit(root, roots) };
    case "testExecutions":
    case "unitTest":
      return { format: "sonar", content: readSonar(root, roots) };
    case "TestRun":
      return isCppUnits(root)
        ? { format: "cppunit", content: readCppUnit(root, roots) }
        : { format: "trx", content: readTrx(root, roots) };
    case "CUNIT_TEST_RUN_REPORT":
      return { format: "cunit", content: readCunit(root) };
    case "checkstyle":
      return { format: "checkstyle", content: readCheckstyle(root, roots) };
    case "results":
      if (within(root, "cppcheck").length > 0) return { format: "cppcheck", content: readCppcheck(root, roots) };
      break;
    case "valgrindoutput":
      return { format: "valgrind", content: readValgrind(root, roots) };
    case "coverage":
      if (within(root, "project").length > 0) return { format: "clover", content: readClover(root, roots) };
      if (within(root, "lineToCover").length > 0)
        return { format: "sonar_coverage", content: readSonarCoverage(root, roots) };
      return { format: "cobertura", content: readCobertura(root, roots) };
    case "report":
      return { format: "jacoco", content: readJacoco(root, roots) };
  }
  return {
    format: "unknown",
    content: problem("unknown_format", `XML of the kind <${nameOf(root.name)}> is not read`),
  };
}

function ofJson(text: string, plain: string, roots: readonly string[]): Found {
  const passed = createJsonGauge(jsonBounds).push(Buffer.from(plain));
  if (passed !== null) return { format: "unknown", content: problem("too_large", `its JSON has too much ${passed}`) };
  const value = parsed(plain);
  if (value === undefined) return ofLines(plain, [], roots);
  const coloured: Problem[] =
    text === plain ? [] : [{ kind: "control_characters", detail: "it holds a terminal's colours" }];
  if (isStream(value)) return ofLines(plain, coloured, roots);
  const kind = readJsonKind(value, roots);
  if (kind !== null)
    return { ...kind, content: { ...kind.content, problems: [...coloured, ...(kind.content.problems ?? [])] } };
  if (typeof value !== "object" || value === null || !("runs" in value))
    return { format: "unknown", content: problem("unknown_format", "JSON of this kind is not read") };
  const content = readSarif(value, roots);
  return { format: "sarif", content: { ...content, problems: [...coloured, ...(content.problems ?? [])] } };
}

/** A document among lines of other output, from the first line that opens one to the last that closes it. */
function withoutAround(text: string): string | null {
  const start = /^(?:\{\s*(?:"|$)|\[\s*(?:[{\]]|$))/m.exec(text)?.index ?? -1;
  const end = /[}\]](?=[^}\]]*$)/.exec(text.trimEnd())?.index ?? -1;
  return start < 0 || end < start ? null : text.slice(start, end + 1);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type ReadLines = (lines: ReturnType<typeof jsonLines>, roots: readonly string[]) => Content;

/** Streams with an object a line, each told by a line that only it has. */
const streams: readonly (readonly [is: (value: unknown) => boolean, Format, ReadLines])[] = [
  [isCucumberMeta, "cucumber", readCucumberMessages],
  [isMeson, "meson", readMeson],
  [isGo, "go", readGo],
  [isCargo, "cargo", readCargo],
  [isStaticcheck, "linter", readStaticcheck],
];

function isStream(value: unknown): boolean {
  return streams.some(([is]) => is(value));
}

/** A stream is the first kind of which it has a line. */
function ofLines(text: string, problems: readonly Problem[], roots: readonly string[]): Found {
  const lines = jsonLines(text);
  const [, format, readLines] = streams.find(([is]) => lines.values.some(is)) ?? [];
  if (format === undefined || readLines === undefined)
    return { format: "unknown", content: problem("malformed", "it is not well-formed JSON") };
  const content = readLines(lines, roots);
  return { format, content: { ...content, problems: [...problems, ...(content.problems ?? [])] } };
}
