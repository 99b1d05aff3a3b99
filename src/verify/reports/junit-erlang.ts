// JUnit that Erlang's two runners write: EUnit calls whatever was cut off skipped, Common Test lists its own functions among the tests.
import { nameOf } from "./text.ts";
import { childrenOf, type Element, within } from "./xml.ts";

/** A test case in its suite. */
interface Placed {
  readonly element: Element;
  readonly parent: Element;
}

/** Whether EUnit wrote it: names begin with module and line. It has no skip that somebody meant. */
export function isEunits(root: Element): boolean {
  const cases = within(root, "testcase");
  const isOwn = ({ attributes: { name = "", classname } }: Element) =>
    classname === undefined && /^(?:\w+:\d+ |fixture (?:setup|cleanup) \[)/.test(name);
  return root.name === "testsuite" && cases.length > 0 && cases.every(isOwn);
}

/** What EUnit says of a test that it gave up: out of time or killed is red, an unknown module or function too. */
export function isGivenUp(skip: Element): boolean {
  return skip.attributes.type !== undefined;
}

/** Whether it is one of Common Test's functions around tests, rather than a test. */
export function isConfiguring({ element, parent }: Placed): boolean {
  return isCommonTests(parent) && /^(?:init|end)_per_(?:suite|group)$/.test(element.attributes.name ?? "");
}

function isCommonTests({ attributes }: Element): boolean {
  return attributes.log !== undefined && attributes.hostname !== undefined;
}

/** Whether Common Test did not come to a test, since a function before it failed. */
export function isKeptBack(skip: Element): boolean {
  return /^\s*\{tc_auto_skip,/.test(skip.text);
}

/** What failed around the tests: a function for suite or group, or one before a single test, which has no line of its own. */
export function failedAround(one: Placed): string | null {
  const { element, parent } = one;
  const suite = parent.attributes.name ?? "";
  const { group, name = "" } = element.attributes;
  if (isConfiguring(one)) {
    const where = group === undefined || name.endsWith("_suite") ? suite : `${suite} (${group})`;
    const isRed = element.children.some((child) => child.name === "failure" || child.name === "error");
    return isRed ? nameOf(`${name} of ${where} failed`) : null;
  }
  const skip = childrenOf(element, "skipped")[0];
  const isOwn = skip !== undefined && isKeptBack(skip) && /\binit_per_testcase\b/.test(skip.text);
  return isOwn ? nameOf(`init_per_testcase of ${suite} failed for ${name}`) : null;
}
