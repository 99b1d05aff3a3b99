// Turns the output of a failed check into the few lines that the next attempt needs.
import type { Finding } from "../loop/state.ts";
import { excerptOf } from "./excerpt.ts";
import type { CheckFact } from "./facts.ts";

const DETAIL_CHARACTERS = 4000;
const ANNOTATIONS = 20;

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

/** The telling part of an output: without colours, times and repeats; what tells of the failure where it is long. */
export function distill(text: string, limit = DETAIL_CHARACTERS): string {
  const lines = withoutRepeats(plain(text).split("\n").map(withoutTime));
  const whole = lines.join("\n").trim();
  return whole.length <= limit ? whole : excerptOf(lines, limit);
}

/** The text without escape sequences and control characters; a line that overwrote itself keeps its last form. */
export function plain(text: string): string {
  return text
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]/g, "")
    .split("\n")
    .map(lastForm)
    .join("\n")
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]/g, "");
}

function lastForm(line: string): string {
  let end = line.length;
  while (line[end - 1] === "\r") end -= 1;
  return line.slice(line.lastIndexOf("\r", end - 1) + 1, end);
}

function withoutTime(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z? ?/, "").trimEnd();
}

function withoutRepeats(lines: readonly string[]): string[] {
  return lines.filter((line, index) => line !== lines[index - 1] && !/^##\[(?:group|endgroup)\]/.test(line));
}

function annotationsOf(check: CheckFact): string {
  return check.annotations
    .slice(0, ANNOTATIONS)
    .map(({ path, line, message }) => `${path}:${line}: ${message}`)
    .join("\n");
}
