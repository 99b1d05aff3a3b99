// Commits of the past, each with what it changed and with its files of tests apart from the rest.
import { isTestPath } from "../../policy/test-paths.ts";
import { testFacts } from "../../policy/tests.ts";
import type { PastFile } from "../../verify/eval/select.ts";
import type { Replaced } from "../../verify/knock-out/hunk.ts";
import { type ChangeCommit, defaultChangeLimits } from "./change.ts";
import { isBlob, readContents, readDifference, readSizes } from "./difference.ts";
import { runGit } from "./git.ts";
import { logCommits, type RawEntry, readCommits } from "./tree-diff.ts";

/** The newest commits in the history of `head`, itself first, at most `most`. Throws Fault. */
export async function readPast(gitDir: string, head: string, most: number): Promise<readonly ChangeCommit[]> {
  const args = [...logCommits, `--max-count=${most}`, head, "--"];
  const output = await runGit({ gitDir, args }, "Could not read the history", { timeoutMs: 300_000 });
  return readCommits(output).map(({ commit }) => commit);
}

export interface PastChange {
  readonly files: readonly PastFile[];
  /** What lays the commit's files of tests over another tree: those that went are taken away. */
  readonly tests: readonly Replaced[];
}

/** What a commit changed against its parent; null where that is too much, or has paths that are not text. Throws Fault. */
export async function readPastChange(gitDir: string, parent: string, commit: string): Promise<PastChange | null> {
  const limits = defaultChangeLimits;
  const span = { gitDir, base: parent, head: commit, limits };
  const entries = (await readDifference(span))?.entries ?? null;
  if (entries === null || entries.some(({ path }) => path === null)) return null;
  const sizes = await readSizes(span, entries);
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (total > limits.totalBytes) return null;
  const contents = await readContents(span, entries, sizes);
  const textOf = (mode: string, id: string) => (isBlob(mode) ? (contents.get(id)?.toString("latin1") ?? "") : "");
  const read = entries.map((entry) => ({ entry, path: entry.path ?? "" }));
  return {
    files: read.map(({ entry, path }) => {
      const [before, after] = [textOf(entry.oldMode, entry.oldId), textOf(entry.newMode, entry.newId)];
      return { path, hasTests: testFacts(path, before, after) !== null, isSubmodule: isSubmodule(entry) };
    }),
    tests: read
      .filter(({ path }) => isTestPath(path))
      .map(({ entry, path }) => {
        if (!isBlob(entry.newMode)) return { path, mode: entry.oldMode, text: null };
        return { path, mode: entry.newMode, text: textOf(entry.newMode, entry.newId) };
      }),
  };
}

function isSubmodule({ oldMode, newMode }: RawEntry): boolean {
  return oldMode === "160000" || newMode === "160000";
}
