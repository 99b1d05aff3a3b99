// What the text files of a change were before and are after it, and where the two differ.
import type { ChangedText, HunkRange } from "../../verify/knock-out/hunk.ts";
import { defaultChangeLimits } from "./change.ts";
import {
  isBinary,
  isBlob,
  plainDiff,
  readContents,
  readDifference,
  readSizes,
  type Span,
  safeFlags,
} from "./difference.ts";
import { runGit } from "./git.ts";
import type { RawEntry } from "./tree-diff.ts";

const regular: readonly string[] = ["100644", "100755"];

/**
 * Regular text files, in path order; none where the change is too large to be judged at all. One whose kind changed and one
 * whose path is not UTF-8 are left out, and so is a file that moved as it is, unless `moved` asks for it. Throws `Fault`.
 */
export async function readChangedTexts({
  gitDir,
  base,
  head,
  moved: isMovedWanted = false,
}: Pick<Span, "gitDir" | "base" | "head"> & { readonly moved?: boolean }): Promise<readonly ChangedText[]> {
  const span = { gitDir, base, head, limits: defaultChangeLimits };
  const diff = await readDifference(span);
  if (diff === null) return [];
  const moved = new Set(diff.entries.filter(({ letter }) => letter === "D").map(({ oldId }) => oldId));
  const stayed = new Set(
    diff.entries.filter(({ letter, newId }) => letter === "A" && moved.has(newId)).map(({ newId }) => newId),
  );
  const wanted = diff.entries.filter(
    (entry) =>
      [entry.oldMode, entry.newMode].every((mode) => !isBlob(mode) || regular.includes(mode)) &&
      entry.path !== null &&
      !isBinary(entry, diff) &&
      (isMovedWanted || !stayed.has(entry.letter === "D" ? entry.oldId : entry.newId)),
  );
  const contents = await readContents(span, wanted, await readSizes(span, wanted));
  const texts: ChangedText[] = [];
  for (const entry of wanted) {
    const [before, after] = [
      sideOf(contents, entry.oldMode, entry.oldId),
      sideOf(contents, entry.newMode, entry.newId),
    ];
    if (before === undefined || after === undefined) continue;
    const ranges = entry.letter === "M" ? await readRanges(gitDir, entry) : [];
    const mode = entry.letter === "D" ? entry.oldMode : entry.newMode;
    texts.push({ path: entry.path ?? "", mode, before, after, ranges });
  }
  return texts;
}

/** Null: it is not there; undefined: it is too large to be read. */
function sideOf(contents: ReadonlyMap<string, Buffer>, mode: string, id: string): string | null | undefined {
  return isBlob(mode) ? contents.get(id)?.toString("latin1") : null;
}

/** As `git diff -U0` counts lines; what is less than four lines apart is one hunk. */
async function readRanges(gitDir: string, { oldId, newId }: RawEntry): Promise<readonly HunkRange[]> {
  const how = ["-U0", "--inter-hunk-context=3", "--diff-algorithm=histogram"];
  const args = ["diff", ...how, ...safeFlags.filter((flag) => flag !== "-r"), oldId, newId, "--"];
  const output = await runGit({ gitDir, args, config: plainDiff }, "Could not compare two files");
  const headers = output.toString("latin1").matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm);
  return [...headers].map(([, oldStart, oldLines = "1", newStart, newLines = "1"]) => ({
    oldStart: Number(oldStart),
    oldLines: Number(oldLines),
    newStart: Number(newStart),
    newLines: Number(newLines),
  }));
}
