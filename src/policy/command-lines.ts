// What a line for a shell would run, as far as its text shows, against what policy has for commands. An agent writes the line.
import type { CommandRules } from "../loop/state.ts";
import { fitsPattern } from "./arguments.ts";

export type CommandChoice = CommandRules["otherwise"];

/** `command`: the one of the line's commands that the choice is for; null: the line cannot be read, and one that cannot is denied. */
export interface Judged {
  readonly choice: CommandChoice;
  readonly command: string | null;
}

/** The strictest choice for any of the line's commands. What a script or a program does inside is not seen. */
export function judgeLine(rules: CommandRules, line: string): Judged {
  const commands = commandsIn(line);
  if (commands === null) return { choice: "deny", command: null };
  const judged = commands.map((command) => ({ choice: choiceFor(rules, command), command: command.join(" ") }));
  const strictest = (["deny", "ask", "allow"] as const).map((choice) => judged.find((one) => one.choice === choice));
  return strictest.find((one) => one !== undefined) ?? { choice: "allow", command: "" }; // nothing is run
}

function choiceFor(rules: CommandRules, words: readonly string[]): CommandChoice {
  const all = variantsOf(words);
  const named = (patterns: readonly string[], texts: readonly string[]) =>
    patterns.some((pattern) => texts.some((text) => matches(pattern, text)));
  if (named(rules.deny, all.any)) return "deny";
  if (named(rules.ask, all.any)) return "ask";
  return named(rules.allow, all.plain) ? "allow" : rules.otherwise;
}

/** A pattern stands for its words and for whatever words follow them. */
function matches(pattern: string, text: string): boolean {
  return fitsPattern(pattern, text) || fitsPattern(`${pattern} *`, text);
}

/** Programs that run what stands behind them. */
const runners = new Set(
  "sudo doas env exec command builtin nohup nice ionice time timeout stdbuf setsid xargs watch busybox find npx".split(
    " ",
  ),
);

/** How a command may be named: `any` is what may deny it, `plain` what may allow it. */
function variantsOf(words: readonly string[]): { readonly any: readonly string[]; readonly plain: readonly string[] } {
  const whole = named(words);
  if (!runners.has(baseName(words[0] ?? ""))) return { any: whole, plain: whole };
  const behind = words.slice(1).flatMap((_, at) => named(words.slice(at + 1)));
  const first = words.findIndex((word, at) => at > 0 && !/^(?:-|\d|\w+=)/.test(word));
  return { any: [...whole, ...behind], plain: first < 0 ? whole : [...whole, ...named(words.slice(first))] };
}

/** As it is written, and without the folder of its program. */
function named(words: readonly string[]): string[] {
  const [program = "", ...rest] = words;
  return [...new Set([program, baseName(program)])].map((name) => [name, ...rest].join(" "));
}

function baseName(program: string): string {
  return program.slice(program.lastIndexOf("/") + 1);
}

const [longestLine, deepest, mostRun] = [20_000, 6, 200];

/** The words of each command that a shell would run, those within others included; null where the text does not show which. */
export function commandsIn(line: string): readonly (readonly string[])[] | null {
  try {
    return line.length > longestLine ? null : within(line, 0);
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

class Unreadable extends Error {}

interface Word {
  readonly text: string;
  /** Whether something of it is known to the shell alone. */
  readonly computed: boolean;
}

function within(line: string, depth: number): string[][] {
  if (depth > deepest) throw new Unreadable();
  const reading: Reading = { line, at: 0, depth, found: [], words: [], here: [] };
  while (reading.at < line.length) step(reading);
  endCommand(reading);
  return reading.found;
}

interface Reading {
  readonly line: string;
  at: number;
  readonly depth: number;
  readonly found: string[][];
  words: Word[];
  /** Ends of the texts that begin at the next line, with whether a shell runs them. */
  here: { readonly end: string; readonly shell: boolean }[];
}

function step(reading: Reading): void {
  const { line, at } = reading;
  const character = line[at] ?? "";
  if (character === "\n") {
    const waiting = reading.here;
    endCommand(reading);
    reading.at += 1;
    reading.here = [];
    for (const one of waiting) skipHere(reading, one);
  } else if (/\s/.test(character)) reading.at += 1;
  else if (line.startsWith("\\\n", at)) reading.at += 2;
  else if (character === "#") reading.at = endOfLine(line, at);
  else if (/^(?:\d*|&)[<>]/.test(line.slice(at, at + 12))) redirect(reading);
  else if (/[;&|()]/.test(character)) {
    endCommand(reading);
    reading.at += 1;
  } else reading.words.push(word(reading));
}

function endOfLine(line: string, from: number): number {
  const end = line.indexOf("\n", from);
  return end < 0 ? line.length : end;
}

/** Where input or output goes is no part of a command. */
function redirect(reading: Reading): void {
  const [operator = ""] = /^(?:\d*|&)(?:<<<|<<-?|<>|<&|>>|>\||>&|[<>])/.exec(reading.line.slice(reading.at)) ?? [];
  reading.at += operator.length;
  if (/[<>]$/.test(operator) && reading.line[reading.at] === "(") return; // a command's output in a file's place
  while (/[ \t]/.test(reading.line[reading.at] ?? "")) reading.at += 1;
  const target = word(reading);
  if (/<<-?$/.test(operator) && !operator.endsWith("<<<"))
    reading.here.push({ end: target.text, shell: isShell(reading.words) });
}

/** The text that a command is given on the lines that follow, which nothing runs, unless a shell is given it. */
function skipHere(reading: Reading, { end, shell }: { readonly end: string; readonly shell: boolean }): void {
  const from = reading.at;
  while (reading.at < reading.line.length) {
    const lineEnd = endOfLine(reading.line, reading.at);
    const text = reading.line.slice(reading.at, lineEnd);
    const before = reading.at;
    reading.at = lineEnd + 1;
    if (text.replace(/^\t+/, "") !== end) continue;
    if (shell) reading.found.push(...within(reading.line.slice(from, before), reading.depth + 1));
    return;
  }
  if (shell) reading.found.push(...within(reading.line.slice(from), reading.depth + 1));
}

/** One word, quotes taken off; the commands that its value is made of are found on the way. */
function word(reading: Reading): Word {
  const { line } = reading;
  let [text, computed] = ["", false];
  while (reading.at < line.length) {
    const character = line[reading.at] ?? "";
    if (/[\s;&|()<>]/.test(character)) break;
    if (character === "'") text += upTo(reading, "'");
    else if (character === '"') {
      const quoted = inDoubleQuotes(reading);
      text += quoted.text;
      computed ||= quoted.computed;
    } else if (character === "\\") {
      if (line[reading.at + 1] !== "\n") text += line[reading.at + 1] ?? "";
      reading.at += 2;
    } else if (character === "$" || character === "`") {
      computed = true;
      text += value(reading);
    } else {
      text += character;
      reading.at += 1;
    }
  }
  return { text, computed };
}

/** What stands up to the next one of this quote, which is passed. */
function upTo(reading: Reading, quote: string): string {
  const end = reading.line.indexOf(quote, reading.at + 1);
  if (end < 0) throw new Unreadable();
  const text = reading.line.slice(reading.at + 1, end);
  reading.at = end + 1;
  return text;
}

function inDoubleQuotes(reading: Reading): Word {
  const { line } = reading;
  let [text, computed] = ["", false];
  reading.at += 1;
  while (line[reading.at] !== '"') {
    const character = line[reading.at];
    if (character === undefined) throw new Unreadable();
    if (character === "$" || character === "`") {
      computed = true;
      text += value(reading);
    } else if (character === "\\" && /["\\$`\n]/.test(line[reading.at + 1] ?? "")) {
      text += line[reading.at + 1];
      reading.at += 2;
    } else {
      text += character;
      reading.at += 1;
    }
  }
  reading.at += 1;
  return { text, computed };
}

/** A variable or a command's output, as it is written. */
function value(reading: Reading): string {
  const { line, at, depth } = reading;
  if (line[at] === "`") {
    const inner = upTo(reading, "`");
    reading.found.push(...within(inner, depth + 1));
  } else if (line.startsWith("$(", at)) {
    const end = closing(line, at + 2);
    const inner = line.slice(at + 2, end);
    if (!inner.startsWith("(")) reading.found.push(...within(inner, depth + 1)); // else it is a sum
    reading.at = end + 1;
  } else if (line.startsWith("${", at)) {
    const end = line.indexOf("}", at);
    if (end < 0) throw new Unreadable();
    const inner = line.slice(at, end);
    if (/\$\(|`/.test(inner)) throw new Unreadable();
    reading.at = end + 1;
  } else if (line[at + 1] === "'")
    throw new Unreadable(); // with escapes of its own
  else reading.at = at + 1 + (/^\w+|^[@*#?$!-]/.exec(line.slice(at + 1))?.[0].length ?? 0);
  return line.slice(at, reading.at);
}

/** Where the round bracket ends that is open, quotes passed over. */
function closing(line: string, from: number): number {
  let open = 1;
  for (let at = from; at < line.length; at++) {
    const character = line[at];
    if (character === "\\") at += 1;
    else if (character === "'") at = line.indexOf("'", at + 1) < 0 ? line.length : line.indexOf("'", at + 1);
    else if (character === "(") open += 1;
    else if (character === ")") open -= 1;
    if (open === 0) return at;
  }
  throw new Unreadable();
}

/** Words of the shell's grammar that a command may follow, and those that no command begins with. */
const [before, none] = [
  new Set(["if", "then", "else", "elif", "do", "while", "until", "!", "{"]),
  new Set(["for", "case", "select", "function", "fi", "done", "esac", "}", "in"]),
];

function endCommand(reading: Reading): void {
  let words = reading.words;
  reading.words = [];
  while (words.length > 0 && (before.has(words[0]?.text ?? "") || /^\w+\+?=/.test(words[0]?.text ?? "")))
    words = words.slice(1);
  const [program, ...rest] = words;
  if (program === undefined || none.has(program.text)) return;
  if (program.computed || (runners.has(baseName(program.text)) && words.length > mostRun)) throw new Unreadable();
  reading.found.push(words.map(({ text }) => text.replace(/\s+/g, " ")));
  const name = baseName(program.text);
  if (name === "eval") inside(reading, rest);
  const shell = words.findIndex(({ text }) => shells.test(baseName(text)));
  const given = words.findIndex(({ text }, at) => at > shell && /^-\w*c$/.test(text));
  if (shell >= 0 && given > 0) inside(reading, words.slice(given + 1, given + 2));
}

/** What a shell is given as its text. */
function inside(reading: Reading, words: readonly Word[]): void {
  if (words.some(({ text, computed }) => computed && /^\s*[$`]/.test(text))) throw new Unreadable();
  reading.found.push(...within(words.map(({ text }) => text).join(" "), reading.depth + 1));
}

const shells = /^(?:ba|z|da|k|a)?sh$/;

function isShell(words: readonly Word[]): boolean {
  return words.some(({ text }) => shells.test(baseName(text)));
}
