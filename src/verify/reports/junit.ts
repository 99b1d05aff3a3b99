// JUnit XML in the dialects that tools write. Elements count; attributes only reveal that something is missing.
import { type Aside, asFile, asideOf } from "./aside.ts";
import { type Case, casesOf, type Dialect, dialectOf, failureText } from "./junit-cases.ts";
import { failedAround, isConfiguring } from "./junit-erlang.ts";
import { findingOfCase, findingsOfHints, findingsOfMypy, isCops, isHints, isMypys } from "./junit-lint.ts";
import { failedAroundQts, isFailedTry, isGos, isQtsOwn, wasTried } from "./junit-own-words.ts";
import { isJasmineKeptBack, statusOf } from "./junit-status.ts";
import { tapTests } from "./junit-tap.ts";
import { doubtsOf, isEmptyGroup, isNameless } from "./junit-totals.ts";
import type { Content, Problem, SourceFinding, TestResult } from "./report.ts";
import { readTap } from "./tap.ts";
import { isFileName, isIgnored, messageOf, nameOf, pathIn } from "./text.ts";
import { childrenOf, type Element, numberOf, within } from "./xml.ts";

/** The dialect, and what the totals tell of single tests. */
interface Around extends Dialect {
  readonly todos: ReadonlySet<Element>;
  readonly roots: readonly string[];
}

interface Reading {
  tests: TestResult[];
  failedToLoad: Set<string>;
  noTests: Set<string>;
  otherFailures: Set<string>;
}

/** Reads a `testsuites` or `testsuite` element. */
export function readJunit(root: Element, roots: readonly string[]): Content {
  const dialect = dialectOf(root);
  if (dialect.lint) return readLint(root, roots);
  const cases = casesOf(root, dialect, roots);
  const reading: Reading = { tests: [], failedToLoad: new Set(), noTests: new Set(), otherFailures: new Set() };
  const streams = embeddedTap(root, roots);
  for (const { tests, otherFailures } of streams.read) {
    reading.tests.push(...(tests ?? []));
    for (const told of otherFailures ?? []) reading.otherFailures.add(told);
  }
  const isCase = (element: Element) => !isNameless(element) && !isEmptyGroup(root, element);
  const own = cases.filter(({ parent, element }) => !streams.suites.has(parent) && isCase(element));
  const counted = dialect.tap ? tapTests(own) : own;
  for (const told of besides(root)) reading.otherFailures.add(told);
  const doubts = doubtsOf(root, dialect);
  for (const one of counted) place(one, counted, { ...dialect, todos: doubts.todos, roots }, reading);
  for (const told of doubts.failures) reading.otherFailures.add(told);
  for (const suite of doubts.empty) reading.noTests.add(suite);
  return {
    tests: reading.tests,
    failedToLoad: [...reading.failedToLoad],
    noTests: [...reading.noTests].filter((file) => !reading.failedToLoad.has(file)),
    otherFailures: [...reading.otherFailures].filter((told) => !startsWithAny(told, reading.failedToLoad)),
    problems: [...doubts.problems, ...streams.read.flatMap(({ problems }) => problems ?? [])],
  };
}

/** A file that did not load needs no second line that says its process failed. */
function startsWithAny(told: string, files: ReadonlySet<string>): boolean {
  return [...files].some((file) => told.startsWith(`${file} exited`));
}

function place(one: Case, all: readonly Case[], dialect: Around, reading: Reading): void {
  const around = failedAround(one) ?? failedAroundQts(one);
  if (around !== null) reading.otherFailures.add(around);
  if (isConfiguring(one) || isQtsOwn(one) || isFailedTry(one)) return;
  const { status } = statusOf(one, dialect);
  const listed = { ...one, failed: status === "failed", text: failureText(one.element) };
  const aside = asideOf(listed) ?? hookOf(one, all, dialect, listed.failed);
  const stand = aside ?? (isNamedAsFile(one) ? asFile(listed, isCrowded(one, all)) : null);
  if (stand !== null) {
    put(stand, dialect, reading);
    return;
  }
  // Kept back by a hook that has no line of its own.
  if (status === "notRun" && /- Error in fixture\./.test(listed.text))
    reading.otherFailures.add(nameOf(`${one.name}: ${listed.text}`));
  if (status === "notRun" && isJasmineKeptBack(listed.text))
    reading.otherFailures.add(nameOf(`beforeAll of ${one.group} failed`));
  reading.tests.push(resultOf(one, dialect));
}

function put(aside: Aside, { roots }: Around, reading: Reading): void {
  if (aside.is === "failed_to_load") reading.failedToLoad.add(pathIn(aside.file, roots));
  else if (aside.is === "no_tests") reading.noTests.add(pathIn(aside.file, roots));
  else reading.otherFailures.add(nameOf(aside.what));
}

/** Named as its file, or as the whole of its suite where that is a tool's name. */
function isNamedAsFile({ name, file, group, raw }: Case): boolean {
  const own = [file, group].filter((each) => each !== null && each !== "");
  if (isFileName(raw))
    return own.length === 0 || own.some((each) => each === name || each?.endsWith(`/${name}`)) || group === "test";
  return false;
}

function isCrowded(one: Case, all: readonly Case[]): boolean {
  return all.some(
    (other) => other !== one && other.name !== one.name && other.file !== null && other.file === (one.file ?? one.name),
  );
}

/** Hooks that are named like something else: as the group of other tests, or with no class where all tests have one. */
function hookOf(one: Case, all: readonly Case[], dialect: Dialect, failed: boolean): ReturnType<typeof asideOf> {
  if (!failed) return null;
  const prefix = `${one.name} > `;
  const isGroup = dialect.vitest && all.some((other) => other.file === one.file && other.name.startsWith(prefix));
  const isBare = dialect.classes && one.element.attributes.classname === undefined;
  return isGroup || isBare ? { is: "other", what: `hook: ${one.name}` } : null;
}

function resultOf(one: Case, dialect: Around): TestResult {
  const { status, ifRed, bodyRan } = statusOf(one, dialect);
  const unstable = status === "passed" && (/ \(unstable\)$/.test(one.name) || wasTried(one));
  return {
    name: unstable ? one.name.replace(/ \(unstable\)$/, "") : one.name,
    suite: one.suite,
    file: one.file,
    project: one.project,
    status: unstable ? "flaky" : dialect.todos.has(one.element) ? "todo" : status,
    message: messageOf(failureText(one.element)),
    ...(ifRed === undefined ? {} : { ifRed }),
    ...(unstable && isGos(one.parent) ? { ifRed: "failed" as const } : {}),
    ...(bodyRan ? { bodyRan } : {}),
  };
}

/** Failures that stand outside of any test: beneath a suite, or as a property that ended the run. */
function besides(root: Element): string[] {
  const suites = [root, ...within(root, "testsuite")];
  return suites.flatMap((suite) => [
    ...[...childrenOf(suite, "error"), ...childrenOf(suite, "failure")].map((error) =>
      nameOf(`${suite.attributes.name ?? "suite"}: ${error.attributes.message ?? error.text}`),
    ),
    ...within(suite, "property")
      .filter(({ attributes }) => attributes.name === "bailout")
      .map(({ attributes }) => nameOf(`Bail out! ${attributes.value ?? ""}`)),
  ]);
}

/** Suites that hold the TAP stream they were made of (prove): it tells skips and todos apart, their test cases do not. */
function embeddedTap(
  root: Element,
  roots: readonly string[],
): { suites: ReadonlySet<Element>; read: readonly Content[] } {
  const numbered = within(root, "testsuite").filter((suite) => {
    const cases = childrenOf(suite, "testcase");
    return cases.length > 0 && cases.every(({ attributes }) => /^\d+(?: - |$)/.test(attributes.name ?? ""));
  });
  const read = numbered.flatMap((suite) => {
    const text = childrenOf(suite, "system-out")[0]?.text ?? "";
    // Its last line break is left out.
    const content = /^1\.\.\d+/m.test(text) ? readTap(text.endsWith("\n") ? text : `${text}\n`, roots) : null;
    return content === null ? [] : [{ suite, content: withSurprises(suite, content) }];
  });
  return { suites: new Set(read.map(({ suite }) => suite)), read: read.map(({ content }) => content) };
}

/** Meson: a todo that passes fails the test, and its whole program. */
function withSurprises(suite: Element, content: Content): Content {
  const isRed = (number: number) => {
    const own = childrenOf(suite, "testcase")[number];
    return (
      own !== undefined && childrenOf(own, "failure").some(({ text }) => text.startsWith("Test unexpected passed"))
    );
  };
  const tests = (content.tests ?? []).map((test, index) =>
    test.status === "todo" && isRed(index) ? { ...test, status: "failed" as const } : test,
  );
  return { ...content, tests };
}

function readLint(root: Element, roots: readonly string[]): Content {
  if (isMypys(root)) {
    const { findings, unread } = findingsOfMypy(root, roots);
    const problems: Problem[] = unread.map((detail) => ({ kind: "not_read", detail }));
    return { findings, lint: true, looked: within(root, "error").length > 0 ? 0 : 1, problems };
  }
  const all = root.name === "testsuite" ? [root] : childrenOf(root, "testsuite");
  const isLeftOut = (suite: Element) =>
    within(suite, "failure").some(({ attributes }) => isIgnored(attributes.message ?? ""));
  const suites = all.filter((suite) => !isLeftOut(suite));
  const findings: SourceFinding[] = suites.flatMap((suite) =>
    within(suite, "testcase").flatMap((element) =>
      isHints(suite) ? findingsOfHints(element, roots) : findingOfCase(element, suite, roots),
    ),
  );
  const cases = within(root, "testcase");
  const classes = new Set(cases.map(({ attributes }) => attributes.classname));
  const hints = suites.filter(isHints);
  const looked = isCops(root, cases)
    ? classes.size
    : hints.length > 0
      ? hints.reduce((sum, suite) => sum + (numberOf(suite, "tests") ?? 0), 0)
      : suites.filter(({ attributes }) => isFileName(attributes.name ?? "")).length;
  const problems: Problem[] =
    findings.length === 0 && looked === 0 ? [{ kind: "nothing_named", detail: "it names no file" }] : [];
  return { findings, lint: true, looked, problems };
}
