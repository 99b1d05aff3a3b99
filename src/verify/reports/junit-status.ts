// What a test case of a JUnit file ended as.
import type { Case, Dialect } from "./junit-cases.ts";
import { isGivenUp, isKeptBack } from "./junit-erlang.ts";
import { isThrownSkip, saidOf } from "./junit-own-words.ts";
import type { TestStatus } from "./report.ts";
import { childrenOf, type Element } from "./xml.ts";

export interface Status {
  readonly status: TestStatus;
  readonly ifRed?: TestStatus;
  readonly bodyRan?: boolean;
}

/** By its elements first; an attribute counts only where it says that there is no result. */
export function statusOf({ element, parent }: Case, dialect: Dialect): Status {
  const names = element.children.map(({ name }) => name);
  const skip = childrenOf(element, "skipped")[0] ?? childrenOf(element, "disabled")[0];
  const failure = element.children.find(({ name }) => name === "failure" || name === "error");
  const properties = propertiesOf(element);
  if (skip !== undefined) return skipped(skip, failure, element, dialect, properties);
  if (failure !== undefined) return isThrownSkip(failure) ? { status: "skipped" } : failed(failure, element);
  if (names.some((name) => /^(?:flaky|rerun)/.test(name))) return { status: "flaky" };
  // PHPUnit warns of a class without tests, and of a provider without data, in the place of a test.
  if (childrenOf(element, "warning").some(({ attributes }) => attributes.type !== undefined))
    return { status: "notRun", ifRed: "failed" };
  if (properties.has("todo") || names.includes("todo")) return { status: "todo" };
  if (properties.has("skip")) return { status: "skipped" };
  if (isOnlyPrepared(parent)) return { status: "notRun" };
  return saidOf({ element, parent }) ?? { status: childless(element, dialect) };
}

function skipped(
  skip: Element,
  failure: Element | undefined,
  element: Element,
  dialect: Dialect,
  properties: ReadonlySet<string>,
): Status {
  const { type, message } = skip.attributes;
  // Catch2: a test that may or should fail is marked so, and lists what failed in it.
  const isTolerated = failure !== undefined && /^TEST_CASE tagged with !/.test(message ?? "");
  if (type === "todo" || message?.toLowerCase() === "todo" || isTolerated)
    return { status: "todo", bodyRan: failure !== undefined };
  if (failure !== undefined) return { status: "failed" };
  if (dialect.eunit && isGivenUp(skip)) return { status: "failed" };
  if (isKeptBack(skip)) return { status: "notRun" };
  // CTest: a program that is not there, or a fixture that failed; a skip that was meant names what told of it.
  if (element.attributes.status === "notrun" && !/^SKIP_/.test(message ?? "")) return { status: "notRun" };
  const meant = ["skip", "fixme", "skipped", "disabled"].some((name) => properties.has(name));
  // Where tests have times, a skip that somebody meant has one too, or says so: this one was never come to.
  const untimed = dialect.timed && element.attributes.time === undefined;
  return { status: untimed && !meant ? "notRun" : "skipped" };
}

function failed(failure: Element, element: Element): Status {
  if (failure.attributes.type === "cancelledByParent") return { status: "notRun" };
  // PHPUnit: whether a test that asserts nothing counts as a failure is an option of the command.
  if (/\\RiskyTest(?:Error)?$/.test(failure.attributes.type ?? "")) return { status: "passed", ifRed: "failed" };
  if (failure.attributes.type === "TodoTestSucceeded") return { status: "todo", bodyRan: true };
  if (/^\s*(?:\d+\)\s*)?- Error in fixture\.before\w* hook/.test(failure.text)) return { status: "notRun" };
  if (isJasmineKeptBack(failure.attributes.message ?? "")) return { status: "notRun" };
  // Cucumber says why only in the step's last word; whether it counts as a failure is an option of the command.
  const bare = Object.keys(failure.attributes).length === 0 && failure.text.trim() === "";
  const step = bare ? lastStep(element) : null;
  if (step === "pending") return { status: "todo", ifRed: "failed", bodyRan: true };
  if (step === "undefined" || step === "ambiguous") return { status: "notRun", ifRed: "failed" };
  return { status: "failed" };
}

/** Jasmine's words for a spec that it did not come to; the hook that failed has no line of its own. */
export function isJasmineKeptBack(message: string): boolean {
  return message.startsWith("Not run because a beforeAll function failed.");
}

function lastStep(element: Element): string | null {
  const text = childrenOf(element, "system-out")[0]?.text ?? "";
  const steps = [...text.matchAll(/\.{3,}(passed|failed|skipped|undefined|pending|ambiguous)\s*$/gm)];
  return steps.find(([, word]) => word !== "passed" && word !== "skipped")?.[1] ?? null;
}

/** pytest with --setup-only or --setup-plan lists what it prepared, and counts none of it. */
function isOnlyPrepared({ attributes: { tests, hostname, skipped } }: Element): boolean {
  return tests === "0" && hostname !== undefined && skipped !== undefined;
}

function childless(element: Element, dialect: Dialect): TestStatus {
  const { status = "", result = "", time } = element.attributes;
  if (/^(?:notrun|disabled)$/i.test(status) || /^(?:suppressed|not ?run)$/i.test(result)) return "notRun";
  if (/^(?:skipped|skip|ignored)$/i.test(status) || /^skipped$/i.test(result)) return "skipped";
  if (/^(?:fail|failed|failure|error|errored)$/i.test(status)) return "failed";
  if (dialect.still || (dialect.vitest && time === "0")) return "notRun";
  if (dialect.classes && childrenOf(element, "system-out").length === 0) return "notRun";
  return "passed";
}

function propertiesOf(element: Element): ReadonlySet<string> {
  const properties = childrenOf(element, "properties").flatMap((one) => childrenOf(one, "property"));
  return new Set(properties.map(({ attributes }) => attributes.name ?? ""));
}
