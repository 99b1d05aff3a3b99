// Streams of JSON, one object a line: what `go test -json`, Cargo and libtest write.
import { z } from "zod";
import type { Content, Problem, SourceFinding, TestResult } from "./report.ts";
import { messageOf, nameOf, pathIn } from "./text.ts";

export interface Lines {
  readonly values: readonly unknown[];
  readonly others: number; // lines that are no JSON object
  readonly cut: boolean; // the last line begins like one and does not end
}

/** The objects of a stream; output between them is passed over and counted. */
export function jsonLines(text: string): Lines {
  const values: unknown[] = [];
  let others = 0;
  let cut = text !== "" && !text.endsWith("\n");
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const value = parsed(line);
    if (value === undefined) others += 1;
    else values.push(value);
    if (value === undefined && line.startsWith("{")) cut = true;
  }
  return { values, others, cut };
}

function parsed(line: string): unknown {
  if (!line.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const GoEvent = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  ImportPath: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
});

export function isGo(value: unknown): boolean {
  const event = GoEvent.safeParse(value);
  return event.success && (event.data.Package ?? event.data.ImportPath) !== undefined;
}

const goEnds: Readonly<Record<string, TestResult["status"]>> = { pass: "passed", fail: "failed", skip: "skipped" };

/** `go test -json` (test2json): every package that was begun must end; a test that began and did not end has no result. */
export function readGo({ values, cut }: Lines): Content {
  const events = values.flatMap((value) => GoEvent.safeParse(value).data ?? []);
  const tests = new Map<string, { package: string; name: string; status: TestResult["status"]; output: string }>();
  const packages = new Map<string, { end: string | null; output: string }>();
  for (const event of events) {
    const name = event.Package ?? event.ImportPath ?? "";
    const folder = packages.get(name) ?? { end: null, output: "" };
    if (event.Package !== undefined) packages.set(name, folder);
    if (event.Test === undefined) {
      folder.output = `${folder.output}${event.Output ?? ""}`.slice(-4000);
      if (goEnds[event.Action] !== undefined) folder.end = event.Action;
      continue;
    }
    const key = `${name} ${event.Test}`;
    const test = tests.get(key) ?? { package: name, name: event.Test, status: "notRun" as const, output: "" };
    test.output = `${test.output}${event.Output ?? ""}`.slice(-4000);
    tests.set(key, { ...test, status: goEnds[event.Action] ?? test.status });
  }
  for (const [key, test] of tests) {
    const status = test.status === "notRun" && packages.get(test.package)?.end === "pass" ? printedEnd(test) : null;
    if (status !== null) tests.set(key, { ...test, status });
  }
  const red = new Set([...tests.values()].filter(({ status }) => status === "failed").map((test) => test.package));
  const failed = [...packages].filter(([name, { end }]) => end === "fail" && !red.has(name));
  const isBuild = ({ output }: { output: string }) => /\[(?:build|setup) failed\]/.test(output);
  const open = [...packages].filter(([, { end }]) => end === null).map(([name]) => name);
  const builds = events.filter(({ Action }) => Action === "build-fail").map(({ ImportPath }) => ImportPath ?? "");
  return {
    tests: [...tests.values()].map((test) => ({
      name: nameOf(test.name),
      suite: [nameOf(test.package)],
      file: null,
      project: null,
      status: test.status,
      message: test.status === "failed" ? messageOf(test.output) : "",
    })),
    failedToLoad: [
      ...new Set([
        ...failed.filter(([, one]) => isBuild(one)).map(([name]) => nameOf(name)),
        ...builds.map((name) => nameOf(name.replace(/ \[.*$/, ""))),
      ]),
    ],
    noTests: [...packages]
      .filter(([, { end, output }]) => end === "skip" || /no tests? (?:files|to run)/.test(output))
      .map(([name]) => nameOf(name)),
    otherFailures: failed
      .filter(([, one]) => !isBuild(one))
      .map(([name, { output }]) => nameOf(`${name}: ${output.trim().split("\n")[0] ?? "failed"}`)),
    problems: ending(cut || packages.size === 0, open),
  };
}

/** A test that printed no line break before it ended has its end in its output, and no event of its own. */
function printedEnd({ name, output }: { readonly name: string; readonly output: string }): TestResult["status"] | null {
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  const word = (["PASS", "SKIP"] as const).find((one) => last.includes(`--- ${one}: ${name} (`));
  return word === undefined ? null : word === "PASS" ? "passed" : "skipped";
}

function ending(cut: boolean, open: readonly string[]): Problem[] {
  if (open.length > 0)
    return [{ kind: "incomplete", detail: `${open.slice(0, 5).map(nameOf).join(", ")} did not end` }];
  return cut ? [{ kind: "incomplete", detail: "it ends in the middle of a line" }] : [];
}

const Libtest = z.object({
  type: z.enum(["suite", "test", "bench", "report"]),
  event: z.string(),
  name: z.string().optional(),
  test_count: z.number().optional(),
  stdout: z.string().optional(),
  message: z.string().optional(),
  reason: z.string().optional(),
});
const Compiler = z.object({
  reason: z.string(),
  success: z.boolean().optional(),
  executable: z.string().nullish(),
  profile: z.object({ test: z.boolean() }).optional(),
  message: z
    .object({
      level: z.string(),
      message: z.string(),
      code: z.object({ code: z.string() }).nullish(),
      spans: z.array(z.object({ file_name: z.string(), line_start: z.number(), is_primary: z.boolean() })),
    })
    .optional(),
});

export function isCargo(value: unknown): boolean {
  const build = Compiler.safeParse(value);
  const isBuild = build.success && /^(?:compiler-|build-)/.test(build.data.reason);
  return isBuild || Libtest.safeParse(value).success;
}

/** libtest's and nextest's JSON, and Cargo's build messages; suites and builds must end. */
export function readCargo({ values, cut }: Lines, roots: readonly string[]): Content {
  const events = values.flatMap((value) => Libtest.safeParse(value).data ?? []);
  const builds = values.flatMap((value) => Compiler.safeParse(value).data ?? []);
  const tests = new Map<string, TestResult>();
  let [suite, open, announced] = [0, 0, 0];
  const otherFailures: string[] = [];
  let red = 0;
  for (const { type, event, name = "", stdout = "", message = "", test_count = 0 } of events) {
    if (type === "suite" && event === "started") {
      suite += 1;
      open += 1;
      announced += test_count;
      red = 0;
    } else if (type === "suite") {
      open -= 1;
      if (event === "failed" && red === 0) otherFailures.push("a suite failed, and no test in it did");
    } else if (type === "test") {
      const status = libtestEnds[event] ?? "notRun";
      if (status === "failed") red += 1;
      const test = {
        name: nameOf(name),
        suite: [],
        file: null,
        project: null,
        status,
        message: messageOf(`${message}\n${stdout}`),
      };
      if (event !== "timeout") tests.set(`${suite} ${name}`, test);
    }
  }
  const findings = builds.flatMap(({ message }) => (message === undefined ? [] : [findingOf(message, roots)]));
  const ends = builds.filter(({ reason }) => reason === "build-finished");
  if (ends.some(({ success }) => success === false)) otherFailures.push("the build failed");
  const unfinished = open > 0 || (builds.length > 0 && ends.length === 0) || tests.size < announced;
  const problems = ending(cut || unfinished, unfinished ? ["a suite or a build"] : []);
  return {
    tests: [...tests.values()],
    otherFailures,
    findings,
    problems,
    // A build of tests that can be run is no linter's: that they were shows in libtest's lines alone.
    lint: events.length === 0 && !builds.some(({ profile, executable }) => profile?.test === true && !!executable),
    looked: ends.length,
  };
}

const libtestEnds: Readonly<Record<string, TestResult["status"]>> = {
  ok: "passed",
  failed: "failed",
  ignored: "skipped",
};

function findingOf(message: NonNullable<z.infer<typeof Compiler>["message"]>, roots: readonly string[]): SourceFinding {
  const span = message.spans.find(({ is_primary }) => is_primary) ?? message.spans[0];
  return {
    rule: nameOf(message.code?.code ?? "rustc"),
    level: message.level.startsWith("error") ? "error" : message.level === "warning" ? "warning" : "note",
    file: span === undefined ? null : pathIn(span.file_name, roots),
    line: span?.line_start ?? null,
    message: messageOf(message.message),
    suppressed: false,
  };
}
