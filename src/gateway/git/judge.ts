// Judges a quarantined branch by its objects alone: no checkout, no filter, no hook, no attribute (T9, T10).
import { assert, unreachable } from "../../base/assert.ts";
import { isCommitId } from "./branch.ts";
import {
  type Change,
  type ChangeCommit,
  type ChangedFile,
  type ChangeLimits,
  defaultChangeLimits,
  type Problem,
} from "./change.ts";
import * as difference from "./difference.ts";
import { runGit } from "./git.ts";
import { pathProblems } from "./paths.ts";
import { historyProblems, linkProblems, pathOf, secretProblems, sizeProblems } from "./problems.ts";
import { descends } from "./repository.ts";
import type { RawEntry, TreeDiff } from "./tree-diff.ts";

export interface JudgeRequest {
  readonly gitDir: string;
  readonly base: string;
  readonly head: string;
  /** What GitHub already has of the branch; the authors of those commits are not held against this run. */
  readonly published?: string | null;
  /** Who this run's commits must be by; without it, anyone. */
  readonly author?: { readonly email: string };
  readonly limits?: Partial<ChangeLimits>;
}

/**
 * The change from base to head, with everything about it that must not reach GitHub. A change too large to judge has
 * that as its problem, and no files. Throws `Fault` when the repository cannot be read.
 */
export async function judge(request: JudgeRequest): Promise<Change> {
  const { gitDir, base, head } = request;
  assert(isCommitId(base) && isCommitId(head), "a change lies between two full commit ids");
  const limits = { ...defaultChangeLimits, ...request.limits };
  const span = { gitDir, base, head, limits };
  if (!(await descends(gitDir, base, head)))
    return stopped(span, "not_descendant_of_base", "it does not start at the base");
  const commits = await difference.readCommitList(span);
  if (commits.length > limits.commits) return stopped(span, "too_many_commits", `more than ${limits.commits} commits`);
  const diff = await difference.readDifference(span);
  const steps = diff && (await difference.readSteps(span, commits));
  if (!diff || !steps) return stopped(span, "too_many_files", `more than ${limits.files} files`);
  return describe(request, { ...span, commits, diff, steps });
}

interface Found extends difference.Span {
  readonly commits: readonly ChangeCommit[];
  readonly diff: TreeDiff;
  readonly steps: readonly RawEntry[];
}

/** Names and sizes first; contents and patch are only read when the sizes allow it. */
async function describe(request: JudgeRequest, found: Found): Promise<Change> {
  const { base, head, commits, diff, steps, limits } = found;
  const sizes = await difference.readSizes(found, [...diff.entries, ...steps]);
  const tooLarge = sizeProblems(steps, sizes, limits);
  const named = [
    ...historyProblems(commits, await ownCommits(request, found), request.author),
    ...steps.flatMap(pathProblems),
    ...tooLarge,
  ];
  const files = diff.entries.map((entry) => fileOf(entry, diff, sizes));
  const touched = [...new Set(steps.map(pathOf))].sort();
  const facts = { base, head, commits, files, touched };
  if (tooLarge.length > 0) return { ...facts, ...nothingRead, problems: unique(named) };
  const contents = await difference.readContents(found, steps, sizes);
  const inside = [...linkProblems(steps, contents), ...(await secretProblems(steps, contents, commits))];
  const patch = await difference.readPatch(found);
  const diffHash = await difference.readDiffHash(found, diff);
  return { ...facts, ...patch, diffHash, problems: unique([...named, ...inside]) };
}

const nothingRead = { patch: "", patchCut: true, diffHash: null };

function stopped({ base, head }: difference.Span, name: Problem["name"], detail: string): Change {
  return { base, head, commits: [], files: [], touched: [], ...nothingRead, problems: [{ name, detail }] };
}

async function ownCommits({ published }: JudgeRequest, found: Found): Promise<readonly ChangeCommit[]> {
  if (!published) return found.commits;
  const { gitDir, base, head, limits } = found;
  const args = ["rev-list", `--max-count=${limits.commits + 1}`, head, `^${published}`, `^${base}`, "--"];
  const output = await runGit({ gitDir, args }, "Could not read the new commits");
  const fresh = new Set(output.toString("latin1").split("\n"));
  return found.commits.filter((commit) => fresh.has(commit.sha));
}

function fileOf(entry: RawEntry, diff: TreeDiff, sizes: ReadonlyMap<string, number>): ChangedFile {
  const count = diff.counts.get(entry.pathBytes.toString("latin1"));
  return {
    path: pathOf(entry),
    status: statusOf(entry.letter),
    oldMode: entry.oldMode,
    newMode: entry.newMode,
    additions: count?.additions ?? 0,
    deletions: count?.deletions ?? 0,
    bytes: sizes.get(entry.newId) ?? 0,
    binary: difference.isBinary(entry, diff),
  };
}

function statusOf(letter: RawEntry["letter"]): ChangedFile["status"] {
  switch (letter) {
    case "A":
      return "added";
    case "M":
      return "modified";
    case "D":
      return "deleted";
    case "T":
      return "type_changed";
    default:
      return unreachable(letter);
  }
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((each) => [`${each.name} ${each.detail}`, each])).values()];
}
