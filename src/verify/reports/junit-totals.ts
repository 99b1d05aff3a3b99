// What the totals of a JUnit file reveal: failures that no element shows, results that are missing.
import type { Dialect } from "./junit-cases.ts";
import { isQts } from "./junit-own-words.ts";
import type { Problem } from "./report.ts";
import { nameOf } from "./text.ts";
import { childrenOf, type Element, numberOf, within } from "./xml.ts";

export interface Doubts {
  readonly failures: readonly string[];
  readonly problems: readonly Problem[];
  readonly todos: ReadonlySet<Element>; // tests without a result that nobody counts
  readonly empty: readonly string[]; // suites without a test
}

/** Failures that are counted and not shown are failures; tests that are counted and not shown are missing. */
export function doubtsOf(root: Element, dialect: Dialect): Doubts {
  return {
    failures: [...hidden(root), ...comments(root)],
    problems: dialect.tap ? unplanned(root) : [...begun(root), ...missing(root)],
    todos: dialect.tap || dialect.classes ? new Set() : uncounted(root),
    empty: within(root, "testsuite")
      .filter(isEmpty)
      .map(({ attributes }) => nameOf(attributes.name ?? ""))
      .filter((name) => name !== "" && name !== "Root Suite"), // Mocha's, which is there in every report
  };
}

function isEmpty(suite: Element): boolean {
  return (
    within(suite, "testcase").length === 0 &&
    counted(suite) === 0 &&
    !suite.children.some(({ name }) => name === "error")
  );
}

/** jest-junit lists todos like passes, and does not count them. */
function uncounted(root: Element): Set<Element> {
  return new Set(
    within(root, "testsuite").flatMap((suite) => {
      const cases = childrenOf(suite, "testcase").filter(
        ({ attributes }) => !/^\s*Test execution failure\b/.test(attributes.name ?? ""), // a hook's, which nobody counts either
      );
      const more = cases.length - (numberOf(suite, "tests") ?? cases.length);
      const blank = cases.filter(({ children, attributes }) => children.length === 0 && attributes.time === "0");
      return more > 0 && blank.length === more ? blank : [];
    }),
  );
}

/** Surefire counts each try of a test: the first as failed, and those after it as tests. */
const triesOf = (element: Element) =>
  within(element, "testcase").flatMap((one) => one.children.filter(({ name }) => /^(?:flaky|rerun)/.test(name))).length;
const redElements = (element: Element) => [...within(element, "failure"), ...within(element, "error")].length;
/** What a suite counts as red; Qt 5 counts each message as an error, a skip too. */
const counted = (element: Element) =>
  (numberOf(element, "failures") ?? 0) + (isQts(element) ? 0 : (numberOf(element, "errors") ?? 0));

/** Suites that count failures without an element that shows one; the root only where no suite below says it already. */
function hidden(root: Element): string[] {
  const lying = (element: Element) => counted(element) > triesOf(element) && redElements(element) === 0;
  const suites = within(root, "testsuite").filter((suite) => lying(suite) && !within(suite, "testsuite").some(lying));
  const told = suites.length === 0 && lying(root) ? [root] : suites;
  return told.map((suite) => {
    const said = [...childrenOf(suite, "system-err"), ...childrenOf(suite, "system-out")]
      .map(({ text }) => text.split("\n").find((line) => /error|exception|reload|fail/i.test(line)) ?? "")
      .find((line) => line.trim() !== "");
    const name = suite.attributes.name || "the report";
    return nameOf(`${name}: ${said?.trim() ?? `counts ${counted(suite)} failed, and shows none`}`);
  });
}

/** Node writes its totals as comments; null where it is not there. */
function totalOf(root: Element, word: string): number | null {
  const found = root.comments.map((text) => new RegExp(`^\\s*${word} (\\d+)\\s*$`).exec(text)?.[1]).find(Boolean);
  return found === undefined ? null : Number(found);
}

/** Node lists a group without a test like a test that passed: where it counts no test at all, none of them is one. */
export function isEmptyGroup(root: Element, { children }: Element): boolean {
  return children.length === 0 && totalOf(root, "tests") === 0;
}

/** Of Node's totals: a test with subtests is a suite, and its own failure is only counted. */
function comments(root: Element): string[] {
  const total = (word: string) => totalOf(root, word) ?? 0;
  const red = within(root, "testcase").filter(
    (one) =>
      redElements(one) > 0 &&
      !childrenOf(one, "failure").some(({ attributes }) => attributes.type === "cancelledByParent") &&
      !childrenOf(one, "skipped").some(({ attributes }) => attributes.type === "todo"),
  ).length;
  const more = total("fail") + total("cancelled") - red;
  return more > 0 ? [`${more} more failed than the report shows`] : [];
}

/** More tests counted than shown: the run was cut short, or a merger dropped some. Skips that are only counted are none. */
function missing(root: Element): Problem[] {
  const top = root.name === "testsuites" ? childrenOf(root, "testsuite") : [root];
  if (countsSubtests(root, top) || top.some(countsAssertions)) return [];
  const fromRoot = numberOf(root, "failures") === null ? null : numberOf(root, "tests");
  const loose = root.name === "testsuites" ? childrenOf(root, "testcase").length : 0;
  const announced = fromRoot ?? top.reduce((sum, suite) => sum + (numberOf(suite, "tests") ?? 0), loose);
  const shown = within(root, "testcase").length;
  const skips = within(root, "skipped").length;
  const countedSkips =
    numberOf(root, "skipped") ?? top.reduce((sum, suite) => sum + (numberOf(suite, "skipped") ?? 0), 0);
  if (announced === shown + triesOf(root)) return [];
  const gone = announced - shown - Math.max(countedSkips - skips, 0);
  return gone > 0 ? [{ kind: "incomplete", detail: `it counts ${announced} tests and shows ${shown}` }] : [];
}

/** pytest counts each subtest as a test of its own, and shows none; what a merger made of its files says so at the root. */
function countsSubtests(root: Element, suites: readonly Element[]): boolean {
  const isOwn = suites.length > 0 && suites.every(({ attributes }) => attributes.name === "pytest");
  return isOwn && (root.name === "testsuite" || numberOf(root, "failures") === null);
}

/** Catch2 and doctest count assertions where others count tests. */
function countsAssertions({ attributes }: Element): boolean {
  return attributes.hostname === "tbd" || attributes.doctest_version !== undefined;
}

/** pytest: a test that began and was never reported, since the run was ended in it. */
function begun(root: Element): Problem[] {
  const open = within(root, "testcase").filter(isNameless).length;
  return open > 0
    ? [{ kind: "cut_short", detail: "a test that began has no name and no result: the run ended in it" }]
    : [];
}

/** Whether a test case has neither name nor class: it stands for nothing that could have passed. */
export function isNameless({ attributes, children }: Element): boolean {
  return attributes.name === undefined && attributes.classname === undefined && children.length === 0;
}

/** node-tap: a file that ended before its plan was known. */
function unplanned(root: Element): Problem[] {
  const open = within(root, "property").filter(
    ({ attributes, text }) => attributes.name === "plan" && /^end: null$/m.test(text),
  );
  return open.length > 0 ? [{ kind: "incomplete", detail: "a file ended before it said how many tests it has" }] : [];
}
