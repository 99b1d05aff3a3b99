// JUnit that node-tap writes: each assertion is a test case, and each test is both a suite and a test case.
import type { Case } from "./junit-cases.ts";
import { childrenOf, type Element, within } from "./xml.ts";

/**
 * The tests among the cases: those directly in a file, and those that have a suite of their own name beside them. A suite
 * without such a case was never ended; it is a case itself, as red as what is in it.
 */
export function tapTests(cases: readonly Case[]): Case[] {
  const files = new Set(cases.map(({ parent }) => parent).filter((parent) => isFile(parent, cases)));
  const tests = cases.filter(
    ({ parent, name }) =>
      files.has(parent) ||
      childrenOf(parent, "testsuite").some(({ attributes }) => unescaped(attributes.name) === name),
  );
  const open = [...files].flatMap((file) =>
    childrenOf(file, "testsuite").flatMap((suite) => unended(suite, file, cases)),
  );
  return [...tests, ...open];
}

function unescaped(name: string | undefined): string | undefined {
  return name?.replace(/\\([#\\])/g, "$1");
}

/** A suite whose cases have its own name as their class: `t1/a.test.mjs`, not `t1/a.test.mjs > passes`. */
function isFile(suite: Element, cases: readonly Case[]): boolean {
  return cases.some(
    ({ parent, element }) => parent === suite && element.attributes.classname === suite.attributes.name,
  );
}

function unended(suite: Element, file: Element, cases: readonly Case[]): Case[] {
  const name = suite.attributes.name ?? "";
  if (childrenOf(file, "testcase").some(({ attributes }) => attributes.name === unescaped(name))) return [];
  const like = cases.find(({ parent }) => parent === file);
  if (like === undefined) return [];
  const failures = [...within(suite, "failure"), ...within(suite, "error")];
  const element: Element = { name: "testcase", attributes: { name }, children: failures, comments: [], text: "" };
  return [{ ...like, element, name, raw: name }];
}
