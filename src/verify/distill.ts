// Turns the output of a failed check into the few lines that the next attempt needs.
import type { Finding } from "../loop/state.ts";
import type { CheckFact } from "./facts.ts";

const DETAIL_CHARACTERS = 4000;
const ANNOTATIONS = 20;
const failureWord =
  /\b(?:error|fail(?:ed|ure|ing)?|not ok|assert\w*|exception|panic(?:ked)?|traceback|expected|segfault)\b|[✗✖×]/i;

/** One finding for a check that ended red. */
export function findingOf(check: CheckFact): Finding {
  const first = check.annotations[0];
  const ending = check.title.trim() || `ended as ${check.conclusion ?? "unknown"}`;
  return {
    source: "ci",
    title: `${check.name}: ${plain(ending).slice(0, 200)}`,
    detail: distill(
      [annotationsOf(check), summaryOf(check), check.text].filter((text) => text.trim() !== "").join("\n\n"),
    ),
    path: first?.path ?? null,
    line: first?.line ?? null,
    url: check.url,
  };
}

/** The summary, unless most of what it says stands in the text as well. */
function summaryOf({ summary, text }: CheckFact): string {
  const said = new Set(linesOf(text));
  const lines = linesOf(summary);
  const repeated = lines.filter((line) => said.has(line)).length;
  return repeated * 2 > lines.length ? "" : summary;
}

function linesOf(text: string): string[] {
  return plain(text)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("```"));
}

/** The telling part of an output: without colours, times and repeats; the first failure and the end where it is long. */
export function distill(text: string, limit = DETAIL_CHARACTERS): string {
  const lines = withoutRepeats(plain(text).split("\n").map(withoutTime)).join("\n").trim();
  if (lines.length <= limit) return lines;
  const tail = lines.slice(-Math.floor(limit / 2));
  const head = aroundFirstFailure(lines.slice(0, lines.length - tail.length), limit - tail.length - 40);
  return `${head}\n[… cut …]\n${tail.slice(tail.indexOf("\n") + 1)}`;
}

/** The text without escape sequences and control characters; a line that overwrote itself keeps its last form. */
export function plain(text: string): string {
  return text
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]/g, "")
    .replace(/\r+\n/g, "\n")
    .replace(/[^\n]*\r/g, "")
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}

function withoutTime(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z? ?/, "").trimEnd();
}

function withoutRepeats(lines: readonly string[]): string[] {
  return lines.filter((line, index) => line !== lines[index - 1] && !/^##\[(?:group|endgroup)\]/.test(line));
}

function aroundFirstFailure(text: string, limit: number): string {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => failureWord.test(line));
  return lines
    .slice(Math.max(0, at - 3))
    .join("\n")
    .slice(0, limit);
}

function annotationsOf(check: CheckFact): string {
  return check.annotations
    .slice(0, ANNOTATIONS)
    .map(({ path, line, message }) => `${path}:${line}: ${message}`)
    .join("\n");
}
