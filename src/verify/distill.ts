// Turns the output of a failed check into the few lines that the next attempt needs.
import { excerptOf } from "./excerpt.ts";
import { plain } from "./plain.ts";

const DETAIL_CHARACTERS = 4000;

/** The telling part of an output: without colours, times, marks and repeats; what tells of the failure where it is long. */
export function distill(text: string, limit = DETAIL_CHARACTERS): string {
  const lines = withoutRepeats(plain(text).split("\n").map(withoutTime));
  const whole = lines.join("\n").trim();
  const told = whole.length <= limit ? whole : excerptOf(lines, limit);
  return told.replace(/^##\[(?:error|warning|notice|debug|command)\]/gm, "");
}

function withoutTime(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z? ?/, "").trimEnd();
}

function withoutRepeats(lines: readonly string[]): string[] {
  return lines.filter((line, index) => line !== lines[index - 1] && !/^##\[(?:group|endgroup)\]/.test(line));
}
