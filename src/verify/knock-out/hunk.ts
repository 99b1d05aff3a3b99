// A hunk of a change, and the file as it would be without it.

/** What one path is before and after a change; null: it is not there. Bytes in latin1, so that nothing is lost. */
export interface ChangedText {
  readonly path: string;
  /** git's, in octal, of the file at the head; of one that is gone, what it was. */
  readonly mode: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Where its two sides differ, in order; empty where one of them is absent. */
  readonly ranges: readonly HunkRange[];
}

/** As `git diff -U0` writes it: with no lines, a side's start is the line after which the others stand; lines from 1. */
export interface HunkRange {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
}

export interface Hunk {
  readonly path: string;
  readonly mode: string;
  /** The first and last line at the head; for lines that are gone, the line before them. Null: the file is gone. */
  readonly lines: { readonly from: number; readonly to: number } | null;
  /** Lines that were added and lines that were removed, together. */
  readonly size: number;
  /** The file's bytes in latin1 with this hunk alone taken back; null: there is no file. */
  readonly without: string | null;
}

/** What a file is to be in a checkout instead: its bytes in latin1, or null for no file. */
export interface Replaced {
  readonly path: string;
  /** git's, in octal. */
  readonly mode: string;
  readonly text: string | null;
}

/** The hunks of one file, in order; a file that came or went is one hunk. */
export function hunksOf({ path, mode, before, after, ranges }: ChangedText): readonly Hunk[] {
  const [old, now] = [linesOf(before ?? ""), linesOf(after ?? "")];
  if (after === null) return [{ path, mode, lines: null, size: old.length, without: before }];
  if (before === null) return [{ path, mode, lines: { from: 1, to: now.length }, size: now.length, without: null }];
  return ranges
    .filter((range) =>
      isTelling(slice(old, range.oldStart, range.oldLines), slice(now, range.newStart, range.newLines)),
    )
    .map(({ oldStart, oldLines, newStart, newLines }) => {
      const first = newLines === 0 ? newStart : newStart - 1;
      const back = slice(old, oldStart, oldLines);
      return {
        path,
        mode,
        lines: { from: Math.max(newStart, 1), to: Math.max(newStart + newLines - 1, newStart, 1) },
        size: oldLines + newLines,
        without: [...now.slice(0, first), ...back, ...now.slice(first + newLines)].join(""),
      };
    });
}

/** Lines with their ends, so that a file is its lines joined. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function slice(lines: readonly string[], start: number, count: number): readonly string[] {
  return count === 0 ? [] : lines.slice(start - 1, start - 1 + count);
}

/** Whether a side has more than white space and lines of comment: what those say, no test can hold. */
function isTelling(...sides: readonly (readonly string[])[]): boolean {
  return sides
    .flat()
    .some(
      (line) =>
        !/^\s*(?:$|\/\/|\/\*|\*\/|\* |\*$|#(?!\[|!|include|define|if|else|endif|pragma)|-- |;;|<!--)/.test(line),
    );
}
