// Sees in the output of a check, as it comes, that a test has failed, so that the rest of it need not be waited for.
import { weightOf } from "../marks.ts";
import { plain } from "../plain.ts";

/** A line as heavy as this names a failed test or says what was wrong. */
const FAILED = 4;
const LONGEST = 100_000;

/** Whether output can tell at all: not where the same command writes such lines although it is green, or where its log was cut. */
export function canTell(green: { readonly log: string; readonly truncated: boolean }): boolean {
  return !green.truncated && !plain(green.log).split("\n").some(isRed);
}

/** Feed it output; it calls back once, with the first line that names a failure. */
export function watchForRed(onRed: (line: string) => void): (chunk: Buffer) => void {
  let rest = "";
  let over = false;
  return (chunk) => {
    if (over) return;
    const lines = (rest + chunk.toString("latin1")).split("\n");
    rest = (lines.pop() ?? "").slice(0, LONGEST);
    for (const line of lines) {
      const text = plain(Buffer.from(line, "latin1").toString("utf8"));
      if (!isRed(text)) continue;
      over = true;
      return onRed(text.trim());
    }
  };
}

function isRed(line: string): boolean {
  return weightOf(line) >= FAILED;
}
