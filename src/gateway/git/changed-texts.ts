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

/** One file of a change: its bytes in latin1, null where it is not there. */
interface BothSides {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

interface WithModes extends BothSides {
  readonly modes: { readonly before: string; readonly after: string };
}

/**
 * Regular text files, in path order; none where the change is too large to be judged at all. One whose kind changed, one
 * whose path is not UTF-8 and one that moved as it is are left out. Throws `Fault`.
 */
export async function readChangedTexts(span: Commits): Promise<readonly ChangedText[]> {
  const read = await readSides(span);
  const moved = new Set(read.filter(({ entry }) => entry.letter === "D").map(({ entry }) => entry.oldId));
  const added = read.filter(({ entry }) => entry.letter === "A");
  const stayed = new Set(added.flatMap(({ entry }) => (moved.has(entry.newId) ? [entry.newId] : [])));
  const texts: ChangedText[] = [];
  for (const { entry, ...sides } of read) {
    if (stayed.has(entry.letter === "D" ? entry.oldId : entry.newId)) continue;
    const ranges = entry.letter === "M" ? await readRanges(span.gitDir, entry) : [];
    texts.push({ ...sides, mode: entry.letter === "D" ? entry.oldMode : entry.newMode, ranges });
  }
  return texts;
}

/**
 * The same files with those that moved as they are and those of UTF-16, which git has as binary, and without where the sides differ.
 * Throws `Fault`.
 */
export async function readBothSides(span: Commits): Promise<readonly WithModes[]> {
  return (await readSides(span, isWide)).map(({ entry, ...sides }) => ({
    ...sides,
    modes: { before: entry.oldMode, after: entry.newMode },
  }));
}

/** Whether one of its sides begins with the mark of UTF-16. */
const isWide = (sides: readonly (string | null | undefined)[]) =>
  sides.some((side) => /^(?:\xff\xfe|\xfe\xff)/.test(side ?? ""));

type Commits = Pick<Span, "gitDir" | "base" | "head">;

async function readSides(
  commits: Commits,
  isTextToo?: (sides: readonly (string | null | undefined)[]) => boolean,
): Promise<readonly (BothSides & { readonly entry: RawEntry })[]> {
  const span = { ...commits, limits: defaultChangeLimits };
  const diff = await readDifference(span);
  if (diff === null) return [];
  const wanted = diff.entries.filter(
    (entry) =>
      [entry.oldMode, entry.newMode].every((mode) => !isBlob(mode) || regular.includes(mode)) &&
      entry.path !== null &&
      (!isBinary(entry, diff) || (isTextToo !== undefined && entry.letter === "M")),
  );
  const contents = await readContents(span, wanted, await readSizes(span, wanted));
  return wanted.flatMap((entry) => {
    const before = sideOf(contents, entry.oldMode, entry.oldId);
    const after = sideOf(contents, entry.newMode, entry.newId);
    if (isBinary(entry, diff) && isTextToo?.([before, after]) !== true) return [];
    return before === undefined || after === undefined ? [] : [{ path: entry.path ?? "", before, after, entry }];
  });
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
