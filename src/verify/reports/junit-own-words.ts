// JUnit of runners that say in words of their own what others have an element for: Qt Test, OUnit, Kyua, TestNG and WebdriverIO.
import type { TestStatus } from "./report.ts";
import { nameOf } from "./text.ts";
import { childrenOf, type Element } from "./xml.ts";

/** A test case in its suite. */
interface Placed {
  readonly element: Element;
  readonly parent: Element;
}

interface Said {
  readonly status: TestStatus;
  readonly bodyRan?: boolean;
}

/** Whether Qt Test wrote a suite. */
export function isQts(suite: Element): boolean {
  return hasProperty(suite, "QTestVersion");
}

/** Whether it is one of Qt Test's functions around tests: they stand among the tests, and pass where every test is skipped. */
export function isQtsOwn({ element, parent }: Placed): boolean {
  return isQtFunction(element.attributes.name ?? "") && isQts(parent);
}

/** The same by its name; TAP writes it with brackets. */
export function isQtFunction(name: string): boolean {
  return /^(?:init|cleanup)TestCase(?:\(\))?$/.test(name);
}

/** What failed around Qt's tests. */
export function failedAroundQts(one: Placed): string | null {
  const [failure] = isQtsOwn(one) ? childrenOf(one.element, "failure") : [];
  if (failure === undefined) return null;
  const { attributes } = one.parent;
  return nameOf(`${one.element.attributes.name} of ${attributes.name ?? "the suite"}: ${failure.attributes.message}`);
}

/** What a test without an element for it says it ended as; null where it says nothing. */
export function saidOf({ element, parent }: Placed): Said | null {
  const { name = "", result } = element.attributes;
  // Qt Test: expected to fail, or on a list of those that may. Qt 5 writes of a skip a comment, and counts it as an error.
  if (isQts(parent) && result === undefined && element.comments.some((text) => / type="skip"\s*$/.test(text)))
    return { status: "skipped" };
  if (isQts(parent) && /^b?x?fail$/.test(result ?? "") && result !== "fail") return { status: "todo", bodyRan: true };
  if (isOunits(parent) && skippedOf(parent).some((line) => line.startsWith(`${name}: `))) return { status: "skipped" };
  const [stderr] = childrenOf(element, "system-err");
  if (stderr !== undefined && /^\s*Expected failure result details\n-+\n/.test(stderr.text))
    return { status: "todo", bodyRan: true }; // Kyua
  return null;
}

function hasProperty(suite: Element, name: string): boolean {
  return childrenOf(suite, "properties").some((all) =>
    childrenOf(all, "property").some(({ attributes }) => attributes.name === name),
  );
}

function isOunits(suite: Element): boolean {
  return hasProperty(suite, "results_style_1_X");
}

const skipped = new WeakMap<Element, readonly string[]>();

/** OUnit lists a test that was skipped, or not chosen, like one that passed; its log has a line about it. */
function skippedOf(suite: Element): readonly string[] {
  const known = skipped.get(suite);
  if (known !== undefined) return known;
  const text = childrenOf(suite, "system-out")[0]?.text ?? "";
  const lines = [...text.matchAll(/^\S+ \S+ W: Skip test (.+)$/gm)].map(([, rest = ""]) => rest);
  skipped.set(suite, lines);
  return lines;
}

/** Whether TestNG threw it to skip a test: one of its two JUnit files has an error of that. */
export function isThrownSkip({ attributes }: Element): boolean {
  return attributes.type === "org.testng.SkipException";
}

/**
 * Whether it is a try that failed, after which the test was run again: WebdriverIO writes a skip with the error beside it, gotestsum a
 * failure.
 */
export function isFailedTry({ element, parent }: Placed): boolean {
  const has = (name: string) => childrenOf(element, name).length > 0;
  const isTry =
    (has("skipped") && has("system-err") && hasProperty(parent, "specId")) || (has("failure") && isGos(parent));
  return isTry && laterOf({ element, parent }).length > 0;
}

/** Whether gotestsum wrote a suite: what stands there twice was run again, or by `-count` as often as was asked for. */
export function isGos(suite: Element): boolean {
  return hasProperty(suite, "go.version");
}

function laterOf({ element, parent }: Placed): readonly Element[] {
  const at = parent.children.indexOf(element);
  return parent.children.slice(at + 1).filter((other) => isSame(other, element));
}

/** Whether tries of it failed before. */
export function wasTried({ element, parent }: Placed): boolean {
  const before = parent.children.slice(0, parent.children.indexOf(element));
  return before.some((other) => isSame(other, element) && isFailedTry({ element: other, parent }));
}

function isSame({ name, attributes }: Element, one: Element): boolean {
  return (
    name === "testcase" && attributes.name === one.attributes.name && attributes.classname === one.attributes.classname
  );
}
