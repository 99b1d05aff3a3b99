// The lines of a TAP stream (versions 12 to 14, and what bends them) as a tree of results.
import { withoutAnsi } from "./text.ts";

export interface TapNode {
  readonly ok: boolean;
  readonly number: number | null;
  readonly name: string;
  readonly title: string; // the name with what looks like a directive in it
  readonly directive: "skip" | "todo" | null;
  readonly reason: string; // what follows the directive's word
  readonly timed: boolean;
  readonly word: "ok" | "not ok" | "skip" | "todo"; // Testem begins lines with the last two
  readonly children: TapNode[];
  readonly braces: boolean; // its subtests follow in braces
  yaml: string;
  comments: string; // diagnostics that follow it
  printed: string; // indented lines of no form
  plan: number | null; // of its subtests
  ended: boolean; // false for a subtest that began and has no line of its own
}

export interface TapStream {
  readonly nodes: readonly TapNode[];
  readonly plan: number | null;
  readonly plans: number;
  readonly bailouts: readonly string[];
  readonly totals: ReadonlyMap<string, number>;
  readonly remaining: readonly string[]; // files in which AVA still had tests
  readonly escapes: boolean; // whether a `#` in a name is escaped in this stream
  readonly cut: boolean; // the last line or block has no end
}

const resultLine = /^(\s*)(not ok|ok)(?:\s+(\d+))?(?:\s+(.*?))?\s*$/;
const wordLine = /^()(skip|todo) (\d+) (.*)$/;
const planLine = /^(\s*)1\.\.(\d+)\s*(?:#.*)?$/;
const RESULTS = 200_000;
const YAML_CHARACTERS = 8000;

interface Level {
  readonly indent: number;
  nodes: TapNode[];
  plan: number | null;
  subtests: string[]; // announced by a comment and not ended yet
  braces: TapNode | null; // whose subtests these are
}

/** Reads a stream; a line that is none of TAP's is output of a test, and says nothing. */
export function readTapLines(source: string): TapStream {
  const levels: Level[] = [levelAt(0, null)];
  const totals = new Map<string, number>();
  const bailouts: string[] = [];
  const remaining: string[] = [];
  let yaml: { indent: number; node: TapNode } | null = null;
  let last: TapNode | null = null;
  let [plans, results] = [0, 0];
  const top = () => levels.at(-1) as Level;
  const isCut = source !== "" && !source.endsWith("\n");

  for (const raw of source.split("\n")) {
    const line = withoutAnsi(raw.replace(/\r$/, ""));
    const indent = line.length - line.trimStart().length;
    if (yaml !== null) {
      if (/^\s*\.\.\.\s*$/.test(line) && indent <= yaml.indent) yaml = null;
      else if (yaml.node.yaml.length < YAML_CHARACTERS) yaml.node.yaml += `${line.trim()}\n`;
      continue;
    }
    if (last !== null && /^\s+---\s*$/.test(line)) {
      yaml = { indent, node: last };
      continue;
    }
    const bail = /^\s*Bail out!\s*(.*)$/i.exec(line);
    if (bail !== null) {
      bailouts.push(bail[1] ?? "");
      last = null;
      continue;
    }
    if (/^\s*\}\s*$/.test(line) && levels.length > 1) {
      close(levels);
      continue;
    }
    const plan = planLine.exec(line);
    if (plan !== null) {
      settle(levels, plan[1]?.length ?? 0);
      if (levels.length === 1) plans += 1;
      top().plan = Number(plan[2]);
      continue;
    }
    const result = resultLine.exec(line) ?? wordLine.exec(line);
    if (result !== null) {
      if (++results > RESULTS) break;
      settle(levels, result[1]?.length ?? 0);
      const node = nodeOf(result);
      adopt(levels, node);
      top().nodes.push(node);
      last = node;
      if (node.braces) levels.push(levelAt(indent + 4, node));
      continue;
    }
    if (!line.trimStart().startsWith("#")) {
      // TAP 12 of Mocha: why a test failed stands below it, indented, in no block.
      if (last !== null && !last.ok && indent > 0 && last.printed.length < YAML_CHARACTERS)
        last.printed += `${line.trim()}\n`;
      continue;
    }
    const comment = line.trim().replace(/^#\s?/, "");
    const subtest = /^Subtest: (.*)$/.exec(comment)?.[1];
    if (subtest !== undefined) {
      settle(levels, indent);
      top().subtests.push(unescaped(subtest));
      last = null;
    }
    const total = /^(tests|suites|pass|fail|cancelled|skipped|skip|todo)\s+(\d+)$/.exec(comment.trim());
    if (total !== null && indent === 0) {
      totals.set(total[1] ?? "", Number(total[2]));
      continue;
    }
    const left = /^\d+ tests? remaining in (\S+)/.exec(comment)?.[1];
    if (left !== undefined) remaining.push(left);
    if (last !== null && last.comments.length < YAML_CHARACTERS) last.comments += `${comment}\n`;
  }
  const cut = isCut || yaml !== null || levels.some(({ braces }) => braces !== null);
  while (levels.length > 1) close(levels);
  const bottom = top();
  endSubtests(bottom);
  const escapes = /\\#/.test(source) || /^TAP version 14/m.test(source) || totals.has("cancelled");
  return { nodes: bottom.nodes, plan: bottom.plan, plans, bailouts, totals, remaining, escapes, cut };
}

function levelAt(indent: number, braces: TapNode | null): Level {
  return { indent, nodes: [], plan: null, subtests: [], braces };
}

/** Goes to the level of an indentation: deeper opens one, shallower leaves those that braces do not hold. */
function settle(levels: Level[], indent: number): void {
  const top = () => levels.at(-1) as Level;
  if (top().braces !== null) return;
  while (levels.length > 1 && indent < top().indent && top().braces === null) {
    const inner = levels.pop() as Level;
    endSubtests(inner);
    pending.set(top(), [...(pending.get(top()) ?? []), inner]);
  }
  if (indent > top().indent) levels.push(levelAt(indent, null));
}

/** Levels that ended and wait for the line of their own test, which follows. */
const pending = new WeakMap<Level, Level[]>();

/** Gives a test the subtests that stood before its line. */
function adopt(levels: readonly Level[], node: TapNode): void {
  const level = levels.at(-1) as Level;
  const inner = pending.get(level)?.pop();
  // Test::More names a subtest that is skipped whole by its reason alone.
  const isWhole = node.directive === "skip" && inner?.plan === 0 && inner.nodes.length === 0;
  const at = isWhole ? level.subtests.length - 1 : level.subtests.lastIndexOf(node.name);
  if (at >= 0) level.subtests.splice(at, 1);
  if (inner === undefined) return;
  node.children.push(...inner.nodes);
  node.plan = inner.plan;
}

/** A subtest that began and never got its line: as red as what is in it. */
function endSubtests(level: Level): void {
  const inner = pending.get(level)?.pop();
  for (const name of level.subtests.splice(0)) {
    level.nodes.push({ ...nodeOf([" ", "", "not ok", "", name]), name, children: inner?.nodes ?? [], ended: false });
  }
}

function close(levels: Level[]): void {
  const inner = levels.pop() as Level;
  endSubtests(inner);
  if (inner.braces !== null) {
    inner.braces.children.push(...inner.nodes);
    inner.braces.plan = inner.plan;
  } else {
    pending.set(levels.at(-1) as Level, [...(pending.get(levels.at(-1) as Level) ?? []), inner]);
  }
}

function nodeOf([, , word = "", number, rest = ""]: readonly (string | undefined)[]): TapNode {
  const braces = /\s\{$/.test(rest);
  const plain = rest
    .replace(/(?<!\s)\s*\{$/, braces ? "" : "$&")
    .replace(/(?<!\s)\s*# time ?= ?[\d.]+ ?m?s\b/, "")
    .replace(/(?<!\s)\s*# EXPECTED FAILURE\b.*$/, "");
  const { name, directive, reason } = directiveIn(plain);
  return {
    ok: word === "ok" || word === "skip",
    number: number === undefined || number === "" ? null : Number(number),
    name: nameIn(name, reason, number),
    title: nameIn(plain, "", number),
    directive: word === "skip" || word === "todo" ? word : directive,
    reason: directive === null ? "" : reason,
    timed: /# time ?= ?\d/.test(rest),
    word: word as TapNode["word"],
    children: [],
    braces,
    yaml: "",
    comments: "",
    printed: "",
    plan: null,
    ended: true,
  };
}

function directiveIn(text: string): { name: string; directive: TapNode["directive"]; reason: string } {
  const found = /(?:^|\s)#\s*(skip|todo)\w*\b:?\s*(.*)$/i.exec(text);
  if (found === null) return { name: text, directive: null, reason: "" };
  const directive = found[1]?.toLowerCase() === "skip" ? "skip" : "todo";
  return { name: text.slice(0, found.index), directive, reason: found[2] ?? "" };
}

/** Lab writes its directive before the name, and `(3)` before that; Testem the browser and the time, new in each run. */
function nameIn(text: string, reason: string, number: string | undefined): string {
  const own = text.trim().replace(/^- /, "").replace(/^-$/, "");
  const name = own === "" && /^\(\d+\) /.test(reason) ? reason : own;
  const plain = name.startsWith(`(${number}) `) ? name.slice(`(${number}) `.length) : name;
  const shown = unescaped(plain).replace(/^[^-\n]{1,60} - \[(?:\d+|undefined) ms\] - /, "");
  return shown === "" && number !== undefined && number !== "" ? `(${number})` : shown.trim();
}

function unescaped(text: string): string {
  return text.replace(/\\([#\\])/g, "$1").trim();
}
