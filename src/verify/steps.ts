// The log of a job of GitHub Actions, cut to the steps that failed.
import { plain } from "./plain.ts";

const headerLines = 200;

/**
 * Of each step with an error: its name, and what it wrote up to its last error, which says how it ended and is left out. A
 * log without errors, as of a job that was cancelled, stays whole. Without colours and time stamps. Shape of a log: a step
 * begins with the group `Run …` that holds its shell or its settings; an error is marked `##[error]`.
 */
export function failedSteps(log: string): string {
  const lines = plain(log).split("\n").map(withoutStamp);
  const errors = lines.flatMap((line, at) => (line.startsWith("##[error]") ? [at] : []));
  if (errors.length === 0) return lines.join("\n");
  const starts = lines.flatMap((line, at) => (isStep(line, lines, at) ? [at] : []));
  const ends = new Map(errors.map((at) => [starts.findLast((start) => start <= at) ?? 0, at]));
  return [...ends].map(([start, end]) => stepText(lines, start, end)).join("\n");
}

function withoutStamp(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z ?/, "");
}

/** A tool may open groups of its own whose name begins with `Run` as well. */
function isStep(line: string, lines: readonly string[], at: number): boolean {
  if (!line.startsWith("##[group]Run ")) return false;
  if (/^##\[group\]Run \S+@\S+$|^##\[group\]Run \.\//.test(line)) return true;
  const head = lines.slice(at + 1, at + 1 + headEnd(lines, at));
  return head.some((one) => /^(?:shell: |with:$|env:$)/.test(one));
}

/** How many lines a step's head has after its first. */
function headEnd(lines: readonly string[], at: number): number {
  const end = lines.slice(at, at + headerLines).indexOf("##[endgroup]");
  return Math.max(end, 0);
}

function stepText(lines: readonly string[], start: number, end: number): string {
  const first = lines[start] ?? "";
  const isHeaded = first.startsWith("##[group]");
  const body = lines.slice(isHeaded ? start + headEnd(lines, start) + 1 : start, end + 1);
  const told = body.filter((line) => !/^##\[error\]Process completed with exit code \d+\.$/.test(line));
  return [...(isHeaded ? [first.slice("##[group]".length)] : []), ...told].join("\n");
}
