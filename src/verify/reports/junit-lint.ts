// Linters that write JUnit: each finding looks like a failed test, be it an error or a warning.
import type { SourceFinding } from "./report.ts";
import { messageOf, nameOf, pathIn } from "./text.ts";
import { childrenOf, type Element, within } from "./xml.ts";

const linters =
  /(?:^|[\s.-])(?:eslint|oxlint|oxc|biome|stylelint|spectral|markdownlint|ktlint|detekt|redocly|csslint|rubocop|php_codesniffer|bandit)(?:$|[\s.-])/i;
const place = /^\s*line (\d+), col(?:umn)? \d+,?\s*/i;
/** RuboCop's whole text, what PHP_CodeSniffer puts behind a rule's name, and Bandit's last line; without the blanks around it. */
const whole = /^(?:.* at )?(\S+?)(?::| \()(\d+):\d+\)?$|\nLocation (\S+):(\d+)$/;

/** Whether a linter wrote the file: it names itself, or every failure begins with a place in a file. */
export function isLintReport(root: Element, cases: readonly Element[]): boolean {
  const names = [root, ...childrenOf(root, "testsuite")].flatMap(({ attributes }) => [
    attributes.package ?? "",
    root.attributes.tests === undefined || attributes.package !== undefined ? "" : (attributes.name ?? ""),
  ]);
  if (names.some((name) => linters.test(name)) || isCops(root, cases)) return true;
  if (childrenOf(root, "testsuite").some(isHints) || isMypys(root)) return true;
  const failures = cases.flatMap(failuresOf);
  return failures.length > 0 && failures.every((failure) => place.test(failure.text));
}

/** mypy: the whole run is one test case, its text all that it found, a line each. */
export function isMypys(root: Element): boolean {
  const [only, ...others] = root.name === "testsuite" ? [root] : childrenOf(root, "testsuite");
  const cases = only === undefined ? [] : childrenOf(only, "testcase");
  return (
    others.length === 0 &&
    only?.attributes.name === "mypy" &&
    cases.every(({ attributes }) => /^mypy-/.test(attributes.name ?? ""))
  );
}

const mypyLine = /^(.+?):(\d+)(?::\d+)*: (error|warning|note): (.*?)(?: {2}\[([\w-]+)\])?$/;

/** Its findings, and what it could not read. */
export function findingsOfMypy(
  root: Element,
  roots: readonly string[],
): { findings: SourceFinding[]; unread: string[] } {
  const failures = within(root, "testcase").flatMap(failuresOf);
  const lines = failures.flatMap(({ text }) => text.split("\n").filter((line) => line.trim() !== ""));
  const found = lines.map((line) => ({ line, match: mypyLine.exec(line) }));
  const findings = found.flatMap(({ match }): SourceFinding[] => {
    const [, file = "", line = "", level, message = "", rule = ""] = match ?? [];
    if (level === undefined) return [];
    return [
      {
        rule: nameOf(rule),
        level: level === "error" || level === "warning" ? level : "note",
        file: pathIn(file, roots),
        line: Number(line),
        message: messageOf(message),
        suppressed: false,
      },
    ];
  });
  const broken = findings.filter(({ rule }) => rule === "syntax").map(({ file }) => file ?? "");
  return {
    findings,
    unread: [...broken, ...found.filter(({ match }) => match === null).map(({ line }) => nameOf(line))],
  };
}

/** RuboCop lists each of its cops for each file, under the file's path without its extension. */
export function isCops(root: Element, cases: readonly Element[]): boolean {
  const suites = childrenOf(root, "testsuite");
  const isNamed = suites.length > 0 && suites.every(({ attributes }) => attributes.name === "rubocop");
  return (
    isNamed && cases.length > 0 && cases.every(({ attributes }) => /^[A-Z]\w*(?:\/\w+)+$/.test(attributes.name ?? ""))
  );
}

function failuresOf(element: Element): Element[] {
  return element.children.filter(({ name }) => name === "failure" || name === "error");
}

const hint = /^L(\d+) \|[^\n]*\n[^\n]*\^ ([^\n]*) \(([\w-]+)\)$/gm;

/** HTMLHint: the files that it looked at are counted, and those with findings shown, all findings of one in one text. */
export function isHints({ attributes }: Element): boolean {
  return attributes.name === "HTMLHint Tests";
}

export function findingsOfHints(element: Element, roots: readonly string[]): SourceFinding[] {
  return failuresOf(element).flatMap(({ text }) =>
    [...text.matchAll(hint)].map(([, line, message = "", rule = ""]) => ({
      rule: nameOf(rule),
      level: "warning" as const,
      file: pathIn(element.attributes.name ?? "", roots),
      line: Number(line),
      message: messageOf(message),
      suppressed: false,
    })),
  );
}

/** The findings of one test case; a level that the text does not tell is a warning when the command ended well, so it says so. */
export function findingOfCase(element: Element, suite: Element, roots: readonly string[]): SourceFinding[] {
  const { name: group = "", package: tool } = suite.attributes;
  const { classname = "" } = element.attributes;
  const file = group === "" || (linters.test(group) && classname !== "") ? classname : group; // markdownlint names its suite by itself
  return failuresOf(element).map((failure) => {
    const text = failure.text.trim() === "" ? (failure.attributes.message ?? "") : failure.text;
    const [, first, row, path = first, at = row] =
      whole.exec(failure.text.trim()) ?? whole.exec((element.attributes.name ?? "").trim()) ?? [];
    const css = tool === "net.csslint" ? /^\s*(\d+):\d+:/.exec(failure.text)?.[1] : undefined; // what follows is a line of the file
    const line = element.attributes.line ?? at ?? css ?? /^\s*(?:on )?line (\d+),/i.exec(text)?.[1]; // in Biome's text, early versions count from 0
    const told =
      /^\s*(?:line \d+, col(?:umn)? \d+,?\s*)?(error|warning|info)\b/i.exec(text)?.[1]?.toLowerCase() ??
      severityIn(failure, element, tool) ??
      (tool === "org.spectral" ? "error" : undefined); // warnings are not in its JUnit
    const level = told ?? failure.attributes.type ?? (failure.name === "error" ? "error" : undefined); // Oxlint's errors
    return {
      rule: nameOf((element.attributes.name ?? "").replace(/ at \S+ \(\d+:\d+\)$/, "")),
      level: level === "error" ? "error" : level === "info" ? "note" : "warning",
      file: pathIn(path ?? file, roots),
      line: line === undefined ? null : Number(line),
      message: messageOf(failure.attributes.message ?? text.replace(place, "")),
      suppressed: false,
    };
  });
}

/** Redocly says it in its text, and writes warnings as failures; CSSLint writes all as errors, and only what it cannot parse is one by itself. */
function severityIn({ text }: Element, element: Element, tool: string | undefined): string | undefined {
  if (tool === "net.csslint") return element.attributes.name === "net.csslint.ParsingErrors" ? "error" : "warning";
  return /^Severity: (error|warn)$/m.exec(text)?.[1];
}
