// The test cases of a JUnit file with what surrounds each, and the dialect that the file is written in.
import { isEunits } from "./junit-erlang.ts";
import { isLintReport } from "./junit-lint.ts";
import { isFileName, nameOf, pathIn } from "./text.ts";
import { childrenOf, type Element, within } from "./xml.ts";

export interface Case {
  readonly element: Element;
  readonly name: string;
  readonly raw: string; // the name attribute as it is
  readonly group: string; // class name, else the suite's name
  readonly suite: readonly string[];
  readonly file: string | null;
  readonly project: string | null;
  readonly parent: Element;
}

/** How a file of this kind is to be read. Told by its content, never by its name. */
export interface Dialect {
  readonly lint: boolean; // a linter wrote it
  readonly tap: boolean; // node-tap: suites carry their plan, and each assertion is a test case
  readonly vitest: boolean; // times to the nanosecond: a time of exactly 0 is no time
  readonly timed: boolean; // whatever ran has a time
  readonly still: boolean; // every time is 0, from a tool that writes that of what it did not carry out
  readonly classes: boolean; // Cucumber: every test has a class name
  readonly eunit: boolean;
  readonly renumbered: boolean; // tap-xunit: names begin with `#1 `
  readonly projects: boolean; // hostname= is the project
}

export function dialectOf(root: Element): Dialect {
  const cases = within(root, "testcase");
  const suites = [root, ...within(root, "testsuite")];
  const times = [...suites, ...cases].flatMap(({ attributes }) => attributes.time ?? []);
  const vitest = root.attributes.name === "vitest tests" || times.some((time) => /\.\d{7,}$/.test(time));
  const zero = times.length > 0 && times.every((time) => Number(time) === 0) && !cases.some(saysItRan);
  return {
    lint: isLintReport(root, cases),
    tap: within(root, "property").some(({ attributes }) => attributes.name === "plan"),
    vitest: vitest && root.attributes.name === "vitest tests",
    timed:
      cases.some(({ attributes }) => attributes.time !== undefined) || isPlaywrights(root) || suites.some(isKeptBack),
    still:
      isList(root) ||
      (zero && (root.attributes.name === "vitest tests" || isMochas(root))) ||
      (zero && times.every((time) => time.includes(".")) && isNewmans(root)) ||
      (isMochas(root) && isQuick(cases)),
    classes: root.attributes.name === "Cucumber" && cases.some(({ attributes }) => attributes.classname !== undefined),
    eunit: isEunits(root),
    renumbered: cases.length > 0 && cases.every(({ attributes }) => /^#\d+ /.test(attributes.name ?? "")),
    projects: isPlaywrights(root),
  };
}

function isPlaywrights({ name, attributes }: Element): boolean {
  return name === "testsuites" && attributes.id === "" && attributes.name !== undefined;
}

/** Nightwatch: an error of the suite itself, since a hook before its tests failed; none of them has a time then. */
function isKeptBack({ attributes, children }: Element): boolean {
  const isNightwatchs = attributes.package !== undefined && attributes.timestamp === "" && attributes.hostname === "";
  return isNightwatchs && children.some(({ name }) => name === "error");
}

/** GoogleTest, Catch2, doctest and CppUTest round times to a thousandth of a second, and say of a test that it ran. */
function saysItRan({ attributes }: Element): boolean {
  return attributes.status === "run" || Number(attributes.assertions) > 0;
}

/** Newman gives each request an id. Others round to thousandths of a second, and list nothing that they did not come to. */
function isNewmans(root: Element): boolean {
  const suites = [root, ...within(root, "testsuite")].filter(({ name }) => name === "testsuite");
  return suites.every(({ attributes }) => attributes.id !== undefined);
}

function isMochas(root: Element): boolean {
  return root.attributes.name === "Mocha Tests" || childrenOf(root, "testsuite")[0]?.attributes.name === "Root Suite";
}

/** So many tests do not all end within half a millisecond. */
const QUICK_TESTS = 3;

/** A dry run of Mocha's lists what it would run as it lists what passed, each with a time of 0; its times are whole milliseconds. */
function isQuick(cases: readonly Element[]): boolean {
  const isIdle = ({ attributes, children }: Element) => Number(attributes.time) === 0 && children.length === 0;
  return cases.length >= QUICK_TESTS && cases.every(isIdle);
}

/** GoogleTest's list of what there is to run has the shape of a report, and counts no failures. */
function isList({ attributes }: Element): boolean {
  return attributes.name === "AllTests" && attributes.failures === undefined;
}

/** Every test case, in the order of the file. */
export function casesOf(root: Element, dialect: Dialect, roots: readonly string[]): Case[] {
  const found: Case[] = [];
  const visit = (element: Element, suite: readonly string[], inherited: string | null) => {
    const name = suiteName(element);
    const file = fileOfSuite(element, roots) ?? inherited;
    const isTop = element === root;
    const path = isTop || name === "" || isFileName(name) ? suite : [...suite, name];
    for (const child of element.children) {
      if (child.name === "testsuite") visit(child, path, file);
      else if (child.name === "testcase") found.push(caseOf(child, element, { path, file, dialect, roots }));
    }
  };
  visit(root, [], null);
  return found;
}

/** Its name; jest-junit names a suite without a group by the word for nothing, unittest-xml-reporting puts the time of the run behind it. */
function suiteName({ attributes: { name = "" } }: Element): string {
  return name === "undefined" ? "" : nameOf(name).replace(/-20\d{12}$/, "");
}

/** pytest calls every suite by its own name: what tells two tests of one name apart is the class alone. */
function isNamedByTool(path: readonly string[]): boolean {
  return path.length === 1 && path[0] === "pytest";
}

function classed(className: string): readonly string[] {
  return className === "" ? [] : [className];
}

interface Around {
  readonly path: readonly string[];
  readonly file: string | null;
  readonly dialect: Dialect;
  readonly roots: readonly string[];
}

function caseOf(element: Element, parent: Element, { path, file, dialect, roots }: Around): Case {
  const { attributes } = element;
  const className = nameOf(attributes.classname ?? "");
  const own = attributes.file !== undefined ? pathIn(attributes.file, roots) : fileIn(className, roots);
  const host = parent.attributes.hostname ?? "";
  return {
    element,
    parent,
    name: shown(element, className, dialect, roots),
    raw: attributes.name ?? "",
    group: className === "" ? nameOf(parent.attributes.name ?? "") : className,
    suite: isNamedByTool(path) || (path.length === 0 && fileIn(className, roots) === null) ? classed(className) : path,
    file: own ?? file,
    project: dialect.projects && host !== "" ? nameOf(host) : null,
  };
}

/** Its name; a compiler's error is named by its code rather than by its file, tap-xunit's numbers are left out. */
function shown(element: Element, className: string, dialect: Dialect, roots: readonly string[]): string {
  const { name = "" } = element.attributes;
  if (dialect.renumbered) return nameOf(name.replace(/^#\d+ /, ""));
  const type = element.children.find((child) => /^(?:failure|error)$/.test(child.name))?.attributes.type;
  if (type !== undefined && className.startsWith(`${name}:`)) return nameOf(type);
  return nameOf(isFileName(name) ? pathIn(name, roots) : name);
}

function fileOfSuite(suite: Element, roots: readonly string[]): string | null {
  const { file, name = "" } = suite.attributes;
  if (file !== undefined) return pathIn(file, roots);
  const properties = childrenOf(suite, "properties").flatMap((one) => childrenOf(one, "property"));
  const of = (key: string) => properties.find(({ attributes }) => attributes.name === key)?.attributes.value;
  const named = of("test.fileName") ?? (of("specId") === undefined ? undefined : of("file"));
  return named === undefined ? fileIn(name, roots) : pathIn(named.replace("file://./", ""), roots);
}

/** The file that a name is, without the `:line:column` that compilers put behind it. */
function fileIn(name: string, roots: readonly string[]): string | null {
  const plain = name.replace(/(?::\d+){1,2}$/, "");
  return isFileName(plain) || (plain !== name && /\.\w+$/.test(plain)) ? pathIn(plain, roots) : null;
}

/** What a test case says of its failure: message, then body. */
export function failureText(element: Element): string {
  const told = element.children
    .filter(({ name }) => /^(?:failure|error|rerun|flaky)/.test(name))
    .flatMap(({ attributes, text }) => [attributes.message ?? "", text]);
  return told.filter((text) => text.trim() !== "").join("\n");
}
