// Cucumber's messages, a stream; and its older JSON, which cucumber-js, its sisters in Ruby and Java, and behave write: features with their scenarios' steps.
import { z } from "zod";
import type { Lines } from "./json-lines.ts";
import type { Content, TestResult } from "./report.ts";
import { messageOf, nameOf, pathIn } from "./text.ts";

const Result = z.object({ status: z.string(), error_message: z.union([z.string(), z.array(z.string())]).nullish() });
const Step = z.object({ result: Result.nullish() });
const Element = z.object({
  keyword: z.string().nullish(),
  type: z.string().nullish(),
  name: z.string(),
  before: z.array(Step).nullish(),
  steps: z.array(Step).nullish(),
  after: z.array(Step).nullish(),
});
const Feature = z.object({
  keyword: z.literal("Feature").or(z.string()),
  name: z.string(),
  uri: z.string().nullish(),
  location: z.string().nullish(), // behave: with the line
  elements: z.array(Element).nullish(),
});
export const Cucumber = z.array(Feature).min(1);
type Element = z.infer<typeof Element>;
type Step = z.infer<typeof Step>;

/** A background that stands as an element of its own is run before each scenario that follows it. */
export function readCucumber(features: z.infer<typeof Cucumber>, roots: readonly string[]): Content {
  const tests: TestResult[] = [];
  const noTests: string[] = [];
  for (const feature of features) {
    const file = pathIn(feature.uri ?? feature.location?.replace(/:\d+$/, "") ?? "", roots);
    let background: readonly Step[] = [];
    const before = tests.length;
    for (const element of feature.elements ?? []) {
      const steps = stepsOf(element);
      if (element.type === "background") {
        background = steps;
        continue;
      }
      const all = [...background, ...steps];
      const status = statusOf(all.map(({ result }) => result?.status ?? "untested"));
      tests.push({
        name: nameOf(element.name),
        suite: [nameOf(feature.name)],
        file: file === "" ? null : file,
        project: null,
        ...status,
        message: messageOf(all.flatMap(({ result }) => result?.error_message ?? []).join("\n")),
      });
    }
    if (tests.length === before && file !== "") noTests.push(file);
  }
  return { tests, noTests };
}

function stepsOf({ before, steps, after }: Element): Step[] {
  return [...(before ?? []), ...(steps ?? []), ...(after ?? [])];
}

/** Whether a step that is undefined, ambiguous or pending counts as a failure is an option of the command. */
function statusOf(words: readonly string[]): Pick<TestResult, "status" | "ifRed" | "bodyRan"> {
  const has = (...some: readonly string[]) => words.some((word) => some.includes(word));
  if (has("failed", "error", "hook_error")) return { status: "failed" };
  if (has("undefined", "ambiguous")) return { status: "notRun", ifRed: "failed" };
  if (has("pending")) return { status: "todo", ifRed: "failed", bodyRan: true };
  if (has("skipped")) return { status: "skipped" };
  return { status: has("passed") && !has("untested") ? "passed" : "notRun" };
}

const Message = z.object({
  pickle: z.object({ id: z.string(), name: z.string(), uri: z.string() }).optional(),
  testCase: z.object({ id: z.string(), pickleId: z.string() }).optional(),
  testCaseStarted: z.object({ id: z.string(), testCaseId: z.string(), attempt: z.number() }).optional(),
  testStepFinished: z
    .object({
      testCaseStartedId: z.string(),
      testStepResult: z.object({ status: z.string(), message: z.string().optional() }),
    })
    .optional(),
  gherkinDocument: z
    .object({ uri: z.string(), feature: z.object({ name: z.string(), children: z.array(z.unknown()) }).optional() })
    .optional(),
  parseError: z.object({ source: z.object({ uri: z.string().optional() }), message: z.string() }).optional(),
  testRunFinished: z.object({ success: z.boolean(), message: z.string().optional() }).optional(),
});

/** Whether a line is the first of Cucumber's messages. */
export function isCucumberMeta(value: unknown): boolean {
  return z.object({ meta: z.object({ protocolVersion: z.string() }) }).safeParse(value).success;
}

interface Tried {
  readonly pickle: string;
  readonly attempt: number;
  readonly words: string[];
  readonly messages: string[];
}

/** The last try of each scenario counts. A run that did not finish says so by the message that is not there. */
export function readCucumberMessages({ values, cut }: Lines, roots: readonly string[]): Content {
  const messages = values.flatMap((value) => Message.safeParse(value).data ?? []);
  const features = new Map<string, string>();
  const pickles = new Map<string, { readonly name: string; readonly uri: string }>();
  const cases = new Map<string, string>();
  const tries = new Map<string, Tried>();
  const [noTests, failedToLoad]: [string[], string[]] = [[], []];
  for (const one of messages) {
    const { pickle, testCase, testCaseStarted, testStepFinished, gherkinDocument, parseError } = one;
    if (gherkinDocument !== undefined) features.set(gherkinDocument.uri, nameOf(gherkinDocument.feature?.name ?? ""));
    if (gherkinDocument !== undefined && (gherkinDocument.feature?.children ?? []).length === 0)
      noTests.push(pathIn(gherkinDocument.uri, roots));
    if (parseError !== undefined) failedToLoad.push(pathIn(parseError.source.uri ?? "a feature", roots));
    if (pickle !== undefined) pickles.set(pickle.id, pickle);
    if (testCase !== undefined) cases.set(testCase.id, testCase.pickleId);
    if (testCaseStarted !== undefined) {
      const { id, testCaseId, attempt } = testCaseStarted;
      tries.set(id, { pickle: cases.get(testCaseId) ?? "", attempt, words: [], messages: [] });
    }
    if (testStepFinished === undefined) continue;
    const { status, message = "" } = testStepFinished.testStepResult;
    const tried = tries.get(testStepFinished.testCaseStartedId);
    tried?.words.push(status.toLowerCase());
    tried?.messages.push(message);
  }
  const last = new Map([...tries.values()].map((tried) => [tried.pickle, tried]));
  const tests = [...last].flatMap(([id, tried]) => {
    const { name, uri } = pickles.get(id) ?? { name: "", uri: "" };
    const { status, ...rest } = statusOf(tried.words);
    const again = status === "passed" && tried.attempt > 0;
    return {
      name: nameOf(name),
      suite: [features.get(uri) ?? ""],
      file: pathIn(uri, roots),
      project: null,
      status: again ? ("flaky" as const) : status,
      ...rest,
      message: messageOf(tried.messages.join("\n")),
    };
  });
  const end = messages.find(({ testRunFinished }) => testRunFinished !== undefined)?.testRunFinished;
  const isRed = failedToLoad.length > 0 || tests.some(({ status, ifRed }) => (ifRed ?? status) === "failed");
  const told = end?.message ?? "the run did not succeed, and no scenario shows why";
  return {
    tests,
    noTests,
    failedToLoad,
    otherFailures: end?.success === false && !isRed ? [nameOf(told)] : [],
    problems: cut || end === undefined ? [{ kind: "incomplete", detail: "the run did not finish" }] : [],
  };
}
