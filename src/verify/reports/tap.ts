// TAP: which of its results are tests, and what their directives are worth.
import { type Aside, asFile, asideOf, type Listed } from "./aside.ts";
import { isQtFunction } from "./junit-own-words.ts";
import type { Content, Problem, TestResult, TestStatus } from "./report.ts";
import { readTapLines, type TapNode, type TapStream } from "./tap-lines.ts";
import { findingsOfLint, isLintStream } from "./tap-lint.ts";
import { isFileName, messageOf, nameOf, pathIn } from "./text.ts";

interface Reading {
  readonly tests: TestResult[];
  readonly failedToLoad: Set<string>;
  readonly noTests: Set<string>;
  readonly otherFailures: Set<string>;
  readonly roots: readonly string[];
  readonly stream: TapStream;
  readonly qt: boolean; // Qt Test wrote it
  readonly titles: boolean; // whether a directive with words after it may be a part of a title
}

/** Reads a stream. Without its plan, or with fewer results than planned, it is incomplete. */
export function readTap(text: string, roots: readonly string[]): Content {
  const stream = readTapLines(text);
  const nodes = stream.nodes.filter((node, index) => !isPrinted(node, index, stream));
  const isQts = nodes.some(({ name }) => name === "initTestCase()");
  const reading: Reading = {
    tests: [],
    failedToLoad: new Set(),
    noTests: new Set(),
    otherFailures: new Set(stream.bailouts.map((why) => nameOf(`Bail out! ${why}`))),
    roots,
    stream,
    qt: isQts,
    titles: !isQts && titlesHoldDirectives(nodes, stream),
  };
  if (isLintStream(nodes)) {
    const { findings, problems } = findingsOfLint(nodes, roots);
    return {
      findings,
      lint: true,
      looked: nodes.length,
      problems: [...problemsOf(stream, nodes, reading), ...problems],
    };
  }
  for (const node of nodes) if (!isAround(node, reading)) visit(node, [], null, reading);
  return {
    tests: reading.tests,
    failedToLoad: [...reading.failedToLoad],
    noTests: [...reading.noTests].filter((file) => !reading.failedToLoad.has(file)),
    otherFailures: [...reading.otherFailures].filter(
      (told) => ![...reading.failedToLoad].some((file) => told.startsWith(`${file} exited`)),
    ),
    problems: problemsOf(stream, nodes, reading),
  };
}

/** Whether it is no test's: Qt Test lists its own functions, of which only failures count, and testthat the warnings of a test. */
function isAround(node: TapNode, { qt, otherFailures }: Reading): boolean {
  if (qt && isQtFunction(node.name)) {
    if (!node.ok) otherFailures.add(nameOf(`${node.name} failed: ${node.yaml.split("\n")[0] ?? ""}`));
    return true;
  }
  return node.ok && node.directive === null && /^# WARNING\b/.test(node.name);
}

/** A line with a number that neither follows the one before nor is in the plan: a test printed it. */
function isPrinted(node: TapNode, index: number, { nodes, plan }: TapStream): boolean {
  if (node.number === null || plan === null || node.number <= plan) return false;
  const before = nodes.slice(0, index).findLast(({ number }) => number !== null)?.number ?? 0;
  return node.number !== before + 1;
}

function problemsOf(stream: TapStream, nodes: readonly TapNode[], reading: Reading): Problem[] {
  const found: Problem[] = [];
  const add = (kind: Problem["kind"], detail: string) => found.push({ kind, detail });
  if (stream.cut) add("cut_short", "it ends in the middle of a line or a block");
  if (stream.plan === null) add("cut_short", "it has no plan: the run was cut short");
  else if (nodes.length < stream.plan) add("cut_short", `it plans ${stream.plan} results and has ${nodes.length}`);
  else if (nodes.length > stream.plan || stream.plans > 1)
    add("contradiction", `it plans ${stream.plan} results and has ${nodes.length}`);
  const short = nodes.flatMap(deep).find(({ plan, children }) => plan !== null && children.length < plan);
  if (short !== undefined)
    add("incomplete", `${nameOf(short.name)} plans ${short.plan} results and has ${short.children.length}`);
  if (stream.remaining.length > 0) add("incomplete", `tests of ${stream.remaining.map(nameOf).join(", ")} did not run`);
  const counted = (stream.totals.get("fail") ?? 0) + (stream.totals.get("cancelled") ?? 0);
  const red = reading.tests.some(({ status, ifRed }) => status === "failed" || ifRed === "failed");
  if (counted > 0 && !red && reading.failedToLoad.size + reading.otherFailures.size + reading.noTests.size === 0)
    reading.otherFailures.add(`its totals count ${counted} failed, and no result is red`);
  return found;
}

function deep(node: TapNode): TapNode[] {
  return [node, ...node.children.flatMap(deep)];
}

/**
 * Whether `not ok 9 - name # todo inside` is a failed test of that title. Most producers do not escape `#`; the totals tell
 * where there are any: a failed todo is not counted as failed.
 */
function titlesHoldDirectives(nodes: readonly TapNode[], stream: TapStream): boolean {
  if (stream.escapes) return false;
  const failed = stream.totals.get("fail");
  if (failed === undefined) return true;
  return nodes.filter(({ ok, directive }) => !ok && directive === null).length < failed;
}

function visit(node: TapNode, suite: readonly string[], file: string | null, reading: Reading): void {
  const isFile = isFileName(node.name);
  const own = isFile ? pathIn(node.name, reading.roots) : file;
  const inner = isFile ? suite : [...suite, nameOf(node.name)];
  const container = isContainer(node, isFile);
  const before = reading.tests.length;
  for (const child of node.children) if (container || isNested(child)) visit(child, inner, own, reading);
  if (!container) leaf(node, suite, file, reading);
  else if (node.ok || node.directive !== null) emptyFile(node, isFile, own, reading);
  else if (reading.tests.length === before) unloaded(node, isFile, own, reading);
  else failedByItself(node, before, file, reading);
}

/** A suite that failed although no test in it did: a hook of its own, which kept back the tests that are all skipped. */
function failedByItself(node: TapNode, before: number, file: string | null, { tests, otherFailures }: Reading): void {
  const inside = tests.slice(before);
  const isRedSuite = (child: TapNode) => !child.ok && child.directive === null && isContainer(child, false);
  if (inside.some(({ status }) => status === "failed") || node.children.some(isRedSuite)) return;
  const where = file === null ? "" : ` (${file})`;
  otherFailures.add(nameOf(`suite ${node.name} failed, and no test in it did${where}`));
  if (inside.every(({ status }) => status === "skipped"))
    tests.splice(before, inside.length, ...inside.map((test) => ({ ...test, status: "notRun" as const })));
}

/** Something that holds tests, and is none itself. */
function isContainer(node: TapNode, isFile: boolean): boolean {
  const type = /^type: '?(\w+)/m.exec(node.yaml)?.[1];
  if (type === "suite") return node.children.length > 0 || node.directive === null;
  if (type === "test") return false;
  if (node.braces) return true;
  return isFile && (node.children.length > 0 || /no tests found/.test(node.reason) || node.plan === 0);
}

/** A subtest that is a test: it holds results itself, or a runner says that it is one. Others are assertions. */
function isNested(node: TapNode): boolean {
  return node.children.length > 0 || /^(?:type|duration_ms): /m.test(node.yaml) || !node.ended;
}

function emptyFile(node: TapNode, isFile: boolean, file: string | null, { noTests }: Reading): void {
  if (isFile && node.children.length === 0) noTests.add(file ?? node.name);
}

function unloaded(node: TapNode, isFile: boolean, file: string | null, { failedToLoad, otherFailures }: Reading): void {
  if (isFile) failedToLoad.add(file ?? node.name);
  else otherFailures.add(nameOf(`suite ${node.name} failed`));
}

function leaf(node: TapNode, suite: readonly string[], file: string | null, reading: Reading): void {
  const status = statusOf(node, reading);
  const text = `${node.yaml}\n${node.comments}`;
  const listed = { name: nameOf(node.name), group: suite.at(-1) ?? "", file, failed: status.status === "failed", text };
  const told = { ...listed, text: messageIn(node.yaml) ?? text };
  const aside = asideOf(told) ?? titledHook(node, reading.stream) ?? fileOf(node, listed, reading);
  if (aside !== null) {
    put(aside, reading);
    return;
  }
  const [, ofFile, rest] = /^(\S+\.\w+) > (.+)$/.exec(node.name) ?? [];
  const isFlat = ofFile !== undefined && rest !== undefined && isFileName(ofFile);
  reading.tests.push({
    name: nameOf(isFlat ? rest : status.ifRed === undefined || reading.qt ? node.name : node.title),
    suite,
    file: isFlat ? pathIn(ofFile, reading.roots) : file,
    project: null,
    message: node.ok ? "" : messageOf(failureIn(node) ?? (text.trim() === "" ? node.printed : text)),
    ...status,
  });
}

/** Brittle's test says nothing itself, and the comment below it is the next one's heading: what failed is an assertion in it. */
function failureIn({ yaml, children }: TapNode): string | null {
  const failed = yaml === "" ? children.find(({ ok, yaml: own }) => !ok && own !== "") : undefined;
  return failed === undefined ? null : `${failed.title}\n${failed.yaml}`;
}

/** AVA's hook with a title of its own, `clean for adds`: a failed result beyond the plan, called after a test beside it. */
function titledHook(node: TapNode, { nodes, plan }: TapStream): Aside | null {
  const isBeyond = plan !== null && nodes.length > plan && !node.ok && node.directive === null;
  const ofTest = isBeyond && nodes.some((other) => other !== node && node.name.endsWith(` for ${other.name}`));
  return ofTest ? { is: "other", what: `hook ${node.name}` } : null;
}

/** A result that is named as a file, and holds none. */
function fileOf(node: TapNode, listed: Listed, { roots, stream }: Reading): Aside | null {
  if (!isFileName(node.name) || node.children.length > 0) return null;
  const crowded = stream.nodes.some((other) => other !== node && !isFileName(other.name)) && /exitCode/.test(node.yaml);
  return asFile({ ...listed, name: pathIn(node.name, roots), failed: !node.ok && node.directive === null }, crowded);
}

function messageIn(yaml: string): string | null {
  return /^(?:message|error): ?(?:[|>][+-]?)?\s*([\s\S]{1,400})/m.exec(yaml)?.[1] ?? null;
}

function put(aside: Aside, reading: Reading): void {
  if (aside.is === "failed_to_load") reading.failedToLoad.add(pathIn(aside.file, reading.roots));
  else if (aside.is === "no_tests") reading.noTests.add(pathIn(aside.file, reading.roots));
  else reading.otherFailures.add(nameOf(aside.what));
}

type Status = Pick<TestResult, "status" | "ifRed" | "bodyRan">;

function statusOf(node: TapNode, { titles, stream, qt }: Reading): Status {
  if (/^failureType: '?cancelledByParent/m.test(node.yaml)) return { status: "notRun" };
  if (node.word === "skip" || node.word === "todo") return { status: node.word === "skip" ? "skipped" : "todo" };
  const plain: TestStatus = node.ok ? "passed" : "failed";
  if (node.directive === null) {
    if (!node.ended) return { status: node.children.some(isRed) ? "failed" : "notRun" };
    const silent = !node.ok && node.yaml === "" && !node.timed && stream.nodes.flatMap(deep).some(({ timed }) => timed);
    return { status: silent && isInBraces(stream) ? "notRun" : plain };
  }
  const directed: TestStatus = node.directive === "skip" ? "skipped" : "todo";
  const bodyRan = node.directive === "todo" && !node.ok && node.yaml !== "";
  const told = node.yaml !== "" || (node.comments !== "" && !/\(todo\)/i.test(node.comments));
  const doubtful = !node.ok && titles && node.reason !== "" && told;
  // Qt Test: what passes although it is expected to fail is a failure.
  if (qt && node.ok && / returned TRUE unexpectedly\b/.test(node.reason)) return { status: directed, ifRed: "failed" };
  return { status: directed, ...(doubtful ? { ifRed: plain } : {}), ...(bodyRan ? { bodyRan } : {}) };
}

function isRed(node: TapNode): boolean {
  return (!node.ok && node.directive === null) || node.children.some(isRed);
}

function isInBraces({ nodes }: TapStream): boolean {
  return nodes.some(({ braces }) => braces);
}
