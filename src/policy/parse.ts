// The text of .github/loop.yml → a policy, or one sentence that names the line and what belongs there.

import type { Document, Node, YAMLMap } from "yaml";
import { isMap, isNode, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { z } from "zod";
import { frozen } from "../base/frozen.ts";
import { recent } from "../base/recent.ts";
import { type Mark, markIn } from "./marks.ts";
import { expectationAt, keysAt } from "./options.ts";
import { Policy } from "./schema.ts";
import { suggest } from "./suggest.ts";

const MAX_CHARACTERS = 24_576;

export type ParsedPolicy =
  | {
      readonly ok: true;
      readonly policy: Policy;
      readonly lines: ReadonlyMap<string, number>; // dotted path of each option the file states → its line
    }
  | { readonly ok: false; readonly message: string; readonly line: number; readonly column: number };

/**
 * Reads the policy file; null (no file) and an empty file are the defaults. Strict YAML 1.2: duplicate keys, aliases,
 * anchors, directives, tags, numbers in other than plain digits, characters that nobody sees and unknown keys are errors. The message quotes the line and what is expected there; it never throws.
 */
export function parsePolicy(text: string | null): ParsedPolicy {
  if (text !== null) return parsed(text);
  none ??= { ok: true, policy: frozen(Policy.parse({})), lines: new Map() };
  return none;
}

let none: ParsedPolicy | undefined; // what no file comes to

/** A claim asks several times what one file says, each look asks again, and reading YAML is most of the work. */
const parsed = recent(100, parse);

function parse(text: string): ParsedPolicy {
  if (text.length > MAX_CHARACTERS) return failure(1, 1, `the file is longer than ${MAX_CHARACTERS} characters`);
  const counter = new LineCounter();
  try {
    const options = { version: "1.2", uniqueKeys: true, lineCounter: counter, merge: false } as const;
    const mark = markIn(text);
    if (mark !== null) return failureAt(text, mark.offset, unread[mark.kind]);
    const hidden = unseenIn(text);
    if (hidden !== null) return failureAt(text, hidden, "a character here cannot be seen; take it away");
    return check(parseDocument(text, { ...options, logLevel: "error", prettyErrors: false }), counter);
  } catch (error) {
    // The yaml package throws on nesting that exhausts the stack.
    return failure(1, 1, `the file cannot be read as YAML (${error instanceof Error ? error.name : "error"})`);
  }
}

function check(document: Document.Parsed, counter: LineCounter): ParsedPolicy {
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    const at = counter.linePos(problem.pos[0]);
    return failure(at.line, at.col, sentenceOf(problem.code, problem.message));
  }
  const odd = firstOdd(document);
  if (odd !== null) {
    const at = position(odd.node, counter);
    return failure(at.line, at.col, odd.problem);
  }
  const value: unknown = document.toJS({ maxAliasCount: 0 }) ?? {};
  const parsed = Policy.safeParse(value);
  if (!parsed.success) return explain(tellingIssue(parsed.error.issues), document, counter);
  const lines = linesOf(document, counter);
  return timesInOrder(parsed.data, lines) ?? issueAboveLoop(parsed.data, lines) ?? withLimits(parsed.data, lines);
}

/** The first word that a reader could take for another than YAML does; an alias before what it refers to. */
function firstOdd(document: Document): { readonly node: Node; readonly problem: string } | null {
  const aliases: Node[] = [];
  const anchors: Node[] = [];
  const numbers: Node[] = [];
  const hidden: Node[] = [];
  visit(document, {
    Alias: (_, node) => void aliases.push(node),
    Collection: (_, node) => void (node.anchor !== undefined && anchors.push(node)),
    Scalar: (_, node) => {
      if (node.anchor !== undefined) anchors.push(node);
      if (isUnseen(node.value)) hidden.push(node);
      if (isScalar(node) && typeof node.value === "number" && !plainNumber.test(node.source ?? "")) numbers.push(node);
    },
  });
  const problems = [
    [aliases[0], "aliases (words that begin with *) are not allowed here"],
    [anchors[0], "anchors (words that begin with &) are not allowed here"],
    [hidden[0], "an escape here stands for a character that cannot be seen; take it away"],
    [numbers[0], "a number is written in plain digits here, such as 12 or 0.5"],
  ] as const;
  for (const [node, problem] of problems) if (node !== undefined) return { node, problem };
  return null;
}

/** Without signs, exponents, other bases, and the zeros before it that some readers take for octal. */
const plainNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** What nobody sees in a review, or sees elsewhere than it stands; emoji and some scripts need the joiners. */
const unseen =
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;

const unread: Readonly<Record<Mark["kind"], string>> = {
  tag: "tags (words that begin with !) are not allowed here",
  directive: "directives (lines that begin with %) are not allowed here",
  nesting: "this nests deeper, or holds more lists and groups, than any policy does",
};

function sentenceOf(code: string, message: string): string {
  if (code === "DUPLICATE_KEY") return "this option is given twice; keep one of them";
  if (code === "MULTIPLE_DOCS") return "a second YAML document begins here; the file may hold only one";
  return `this is not valid YAML: ${message.split("\n")[0]?.replace(/ at line .*$/, "")}`;
}

/** The first; but a key that is mistyped comes before the option that is missing for it. */
function tellingIssue(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const first = issues[0]!;
  const group = first.path.slice(0, -1).join(".");
  return issues.find(({ code, path }) => code === "unrecognized_keys" && path.join(".") === group) ?? first;
}

function explain(issue: z.core.$ZodIssue, document: Document, counter: LineCounter): ParsedPolicy {
  const path = issue.path.map(String);
  const dotted = path.join(".");
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const full = dotted === "" ? key : `${dotted}.${key}`;
    const better = suggest(full);
    const hint = better === null ? `the options here are ${keysAt(dotted).join(", ")}` : `did you mean \`${better}\`?`;
    const at = position(keyNode(document, path, key), counter);
    return failure(at.line, at.col, `\`${printable(full)}\` is not an option; ${hint}`);
  }
  const at = position(nearestNode(document, issue.path as (string | number)[]), counter);
  const subject = dotted === "" ? "the file" : `\`${dotted}\``;
  if (issue.code === "custom" && issue.message !== unsaid)
    return failure(at.line, at.col, `${subject} ${issue.message}`);
  return failure(at.line, at.col, `${subject} must be ${expectationAt(dotted) ?? "something else"}`);
}

/** What zod says of a refinement that has no words of its own. */
const unsaid = "Invalid input";

function timesInOrder(policy: Policy, lines: ReadonlyMap<string, number>): ParsedPolicy | null {
  const { remind_after_hours: remind, expire_after_days: expire } = policy.gate;
  if (remind < expire * 24) return null;
  const line = lines.get("gate.remind_after_hours") ?? lines.get("gate.expire_after_days") ?? 1;
  return failure(
    line,
    1,
    `\`gate.remind_after_hours\` (${remind}) must be less than \`gate.expire_after_days\` (${expire} days are ${expire * 24} hours)`,
  );
}

/** One loop may cost no more than all loops of its issue: said where the file states the issue's limit. */
function issueAboveLoop({ budget, runs, issue }: Policy, lines: ReadonlyMap<string, number>): ParsedPolicy | null {
  const pairs = [
    ["issue.usd", issue.usd, "budget.usd", budget.usd],
    ["issue.usd", issue.usd, "budget.large", budget.large],
    ["issue.runs", issue.runs, "runs", runs],
  ] as const;
  const short = pairs.find(([path, ofIssue, , ofLoop]) => lines.has(path) && ofIssue < ofLoop);
  if (short === undefined) return null;
  const [path, ofIssue, loopPath, ofLoop] = short;
  const words = `\`${path}\` (${ofIssue}) must be at least \`${loopPath}\` (${ofLoop})`;
  return failure(lines.get(path) ?? 1, 1, words);
}

/** A default of the issue's limits never stands below what the file grants one loop. */
function withLimits(policy: Policy, lines: ReadonlyMap<string, number>): ParsedPolicy {
  const issue = {
    ...policy.issue,
    usd: Math.max(policy.issue.usd, policy.budget.usd, policy.budget.large),
    runs: Math.max(policy.issue.runs, policy.runs),
  };
  return { ok: true, policy: frozen({ ...policy, issue }), lines };
}

function linesOf(document: Document, counter: LineCounter): Map<string, number> {
  const lines = new Map<string, number>();
  const walk = (map: YAMLMap, prefix: string): void => {
    for (const pair of map.items) {
      const path = `${prefix}${String(isNode(pair.key) ? pair.key.toJSON() : pair.key)}`;
      if (isMap(pair.value)) walk(pair.value, `${path}.`);
      else lines.set(path, position(pair.key, counter).line);
    }
  };
  if (isMap(document.contents)) walk(document.contents, "");
  return lines;
}

/** What stands at this path; where something is missing, the key of the group that it is missing in. */
function nearestNode(document: Document, path: readonly (string | number)[]): unknown {
  const node = document.getIn(path, true);
  if (node !== undefined || path.length === 0) return node;
  const group = path.slice(0, -1);
  return keyNode(document, group.slice(0, -1).map(String), String(group.at(-1) ?? ""));
}

function keyNode(document: Document, path: readonly string[], key: string): unknown {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(map)) return map;
  return map.items.find((pair) => isNode(pair.key) && String(pair.key.toJSON()) === key)?.key ?? map;
}

function position(node: unknown, counter: LineCounter): { line: number; col: number } {
  const offset = isNode(node) ? node.range?.[0] : undefined;
  return offset === undefined ? { line: 1, col: 1 } : counter.linePos(offset);
}

function printable(key: string): string {
  return key.replace(/[^\x20-\x5f\x61-\x7e]/gu, "?").slice(0, 80);
}

/** Where the first such character stands; an editor's byte order mark before everything is none. */
/** By an escape a word can hold what the file does not show. */
function isUnseen(word: unknown): boolean {
  return typeof word === "string" && (unseen.test(word) || word.includes("\r"));
}

function unseenIn(text: string): number | null {
  const from = text.startsWith("\ufeff") ? 1 : 0;
  const found = text.slice(from).search(unseen);
  return found < 0 ? null : found + from;
}

function failureAt(text: string, offset: number, message: string): ParsedPolicy {
  const before = text.slice(0, offset).split("\n");
  return failure(before.length, (before.at(-1)?.length ?? 0) + 1, message);
}

function failure(line: number, column: number, message: string): ParsedPolicy {
  return { ok: false, message: `line ${line}: ${message}`, line, column };
}
