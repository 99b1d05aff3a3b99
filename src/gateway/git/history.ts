// The commits between a base and a head, by one look at them.
import type { ChangeCommit } from "./change.ts";
import { gitFault } from "./failure.ts";
import { tryGit } from "./git.ts";
import { remembered } from "./remember.ts";
import { descends } from "./repository.ts";
import { logCommits, readCommits } from "./tree-diff.ts";

export interface HistoryRequest {
  readonly gitDir: string;
  /** Full commit ids. */
  readonly base: string;
  readonly head: string;
  /** How many commits are read at most. */
  readonly most: number;
}

export interface History {
  /** The base is the head or in its history; false also where either is not there. */
  readonly descends: boolean;
  /** What head has and base lacks, oldest first; one more than `most` says that there are too many. */
  readonly commits: readonly ChangeCommit[];
  /** When the base was committed, in epoch seconds, as it claims; null where nothing builds directly on it. */
  readonly baseAt: number | null;
}

/** Reads the history, once for each base and head. Throws `Fault` when the repository cannot be read. */
export const readHistory = remembered<HistoryRequest, History>(
  64,
  ({ base, head, most }) => `${base} ${head} ${most}`,
  async (request) => {
    const { gitDir, base, head, most } = request;
    const args = [...logCommits, "--boundary", `--max-count=${most + 1}`, `${base}..${head}`, "--"];
    const { code, stdout, stderr } = await tryGit({ gitDir, args });
    if (code !== 0) {
      if (await descends(gitDir, base, head)) throw gitFault("Could not read the commits", stderr);
      return { descends: false, commits: [], baseAt: null };
    }
    // Git lists newest first, and what the range ends at, such as the base, is marked as its boundary.
    const read = readCommits(stdout).toReversed();
    const commits = read.filter(({ isBoundary }) => !isBoundary).map(({ commit }) => commit);
    const boundary = read.find(({ isBoundary, commit }) => isBoundary && commit.sha === base);
    // Whatever descends from the base has a commit directly on it, unless the reading stopped before.
    const isOn = head === base || commits.some(({ parents }) => parents.includes(base));
    const isCut = commits.length > most;
    return {
      descends: isOn || (isCut && (await descends(gitDir, base, head))),
      commits,
      baseAt: boundary?.commit.committedAt ?? null,
    };
  },
);
