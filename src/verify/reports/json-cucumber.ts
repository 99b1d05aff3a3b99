// Cucumber's JSON, which cucumber-js, its sisters in Ruby and Java, and behave write: features with their scenarios' steps.
import { z } from "zod";
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
      const status = statusOf(all);
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
function statusOf(steps: readonly Step[]): Pick<TestResult, "status" | "ifRed" | "bodyRan"> {
  const words = steps.map(({ result }) => result?.status ?? "untested");
  const has = (...some: readonly string[]) => words.some((word) => some.includes(word));
  if (has("failed", "error", "hook_error")) return { status: "failed" };
  if (has("undefined", "ambiguous")) return { status: "notRun", ifRed: "failed" };
  if (has("pending")) return { status: "todo", ifRed: "failed", bodyRan: true };
  if (has("skipped")) return { status: "skipped" };
  return { status: has("passed") && !has("untested") ? "passed" : "notRun" };
}
