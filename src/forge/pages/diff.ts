// Hunks of a unified diff as numbered lines. Pure.

export interface DiffLine {
  readonly kind: "hunk" | "context" | "added" | "removed" | "note";
  /** Line numbers from 1 on each side; null on the side where the line does not exist. */
  readonly before: number | null;
  readonly after: number | null;
  /** Without the leading sign. */
  readonly text: string;
}

const hunkForm = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** Reads hunks as `git diff` writes them, without the file's header. */
export function readPatch(patch: string): DiffLine[] {
  let before = 0;
  let after = 0;
  return patch.split("\n").map((line): DiffLine => {
    const hunk = hunkForm.exec(line);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      return { kind: "hunk", before: null, after: null, text: line };
    }
    const text = line.slice(1);
    if (line.startsWith("+")) return { kind: "added", before: null, after: after++, text };
    if (line.startsWith("-")) return { kind: "removed", before: before++, after: null, text };
    if (line.startsWith("\\")) return { kind: "note", before: null, after: null, text: line.slice(2) };
    return { kind: "context", before: before++, after: after++, text };
  });
}
