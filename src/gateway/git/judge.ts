// Judges a quarantined branch by its objects alone: no checkout, no filter, no hook, no attribute (T9, T10).
import { setImmediate as turn } from "node:timers/promises";
import { assert, unreachable } from "../../base/assert.ts";
import { type KindFound, kindsIn } from "../../policy/kinds.ts";
import { exactMatcher } from "../../policy/paths.ts";
import { type TestFacts, testFacts } from "../../policy/tests.ts";
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
import { readHistory } from "./history.ts";
import { lfsProblems } from "./lfs.ts";
import { pathProblems } from "./paths.ts";
import { type Author, historyProblems, linkProblems, pathOf, secretProblems, sizeProblems } from "./problems.ts";
import { rawProblems } from "./raw-commit.ts";
import { remembered } from "./remember.ts";
import type { RawEntry, TreeDiff } from "./tree-diff.ts";

export interface JudgeRequest {
  readonly gitDir: string;
  readonly base: string;
  readonly head: string;
  /** What GitHub already has of the branch; the authors of those commits are not held against this run. */
  readonly published?: string | null;
  /** Who this run's commits must be by, and what they may close; without it, anyone and anything. */
  readonly author?: Author;
  /** Patterns of files whose keys are made up: what looks like a secret there is none. */
  readonly placeholders?: readonly string[];
  readonly limits?: Partial<ChangeLimits>;
}

/**
 * The change from base to head, with everything about it that must not reach GitHub. A change too large to judge has
 * that as its problem, and no files. Throws `Fault` when the repository cannot be read.
 */
export async function judge(request: JudgeRequest): Promise<Change> {
  const { gitDir, base, head } = request;
  assert(isCommitId(base) && isCommitId(head), "a change lies between two full commit ids");
  const change = await readChange({ gitDir, base, head, limits: { ...defaultChangeLimits, ...request.limits } });
  const own = await ownCommits(request, change.commits);
  const history = historyProblems(change.commits, own, request.author);
  const raw = request.author === undefined ? [] : await rawProblems(gitDir, own);
  const problems = withoutPlaceholders(change, request.placeholders ?? []);
  return { ...change, problems: unique([...history, ...problems, ...raw]) };
}

/** A message of a commit is no file, whatever a pattern says. */
function withoutPlaceholders({ problems, touched }: Change, patterns: readonly string[]): readonly Problem[] {
  if (patterns.length === 0) return problems;
  const isPlaceholder = exactMatcher(patterns);
  const files = new Set(touched);
  return problems.filter(
    ({ name, path = null }) => name !== "secret_found" || path === null || !files.has(path) || !isPlaceholder(path),
  );
}

/** What lies between two commits, whoever asks: read once, by the gateway that takes a push or by whoever comes first. */
const readChange = remembered<difference.Span, Change>(
  32,
  ({ base, head, limits }) => `${base} ${head} ${JSON.stringify(limits)}`,
  async (span) => {
    const { limits } = span;
    const { descends, commits } = await readHistory({ ...span, most: limits.commits });
    if (!descends) return stopped(span, "not_descendant_of_base", "it does not start at the base");
    if (commits.length > limits.commits)
      return stopped(span, "too_many_commits", `more than ${limits.commits} commits`);
    const diff = await difference.readDifference(span);
    const steps = diff && (await difference.readSteps(span, commits, diff));
    if (!diff || !steps) return stopped(span, "too_many_files", `more than ${limits.files} files`);
    return describe({ ...span, commits, diff, steps });
  },
);

/**
 * Commits were made anew with nothing changed but their messages, `made` by the ids they had: what is known of the one is known
 * of the other, and is not read again.
 */
export function followChange(gitDir: string, base: string, head: string, made: ReadonlyMap<string, string>): void {
  const now = (sha: string) => made.get(sha) ?? sha;
  const anew = (commit: ChangeCommit) => ({ ...commit, sha: now(commit.sha), parents: commit.parents.map(now) });
  const limits = defaultChangeLimits;
  const [one, other] = [head, now(head)].map((sha) => ({ gitDir, base, head: sha, limits, most: limits.commits }));
  if (one === undefined || other === undefined) return;
  readHistory.follow(one, other, (known) => ({ ...known, commits: known.commits.map(anew) }));
  readChange.follow(one, other, (known) => ({ ...known, head: other.head, commits: known.commits.map(anew) }));
}

interface Found extends difference.Span {
  readonly commits: readonly ChangeCommit[];
  readonly diff: TreeDiff;
  readonly steps: readonly RawEntry[];
}

/** Names and sizes first; contents and patch are only read when the sizes allow it. */
async function describe(found: Found): Promise<Change> {
  const { base, head, commits, diff, steps, limits } = found;
  const sizes = await difference.readSizes(found, [...diff.entries, ...steps]);
  const tooLarge = sizeProblems(steps, sizes, limits);
  const named = [...steps.flatMap(pathProblems), ...tooLarge];
  const files = diff.entries.map((entry) => fileOf(entry, diff, sizes));
  const touched = [...new Set(steps.map(pathOf))].sort();
  const facts = { base, head, commits, files, touched };
  if (tooLarge.length > 0) return { ...facts, ...nothingRead, problems: unique(named) };
  const contents = await difference.readContents(found, steps, sizes);
  const inside = [
    ...linkProblems(steps, contents),
    ...(await secretProblems(steps, contents, commits)),
    ...(await lfsProblems(found, diff.entries, contents)),
  ];
  const patch = await difference.readPatch(found);
  const diffHash = await difference.diffHashOf(found, diff, patch);
  const judged: ChangedFile[] = [];
  for (const [index, file] of files.entries()) {
    const sides = sidesOf(diff.entries[index], contents);
    judged.push({ ...file, ...testsIn(file, sides), ...kindsOf(file, sides) });
    await turn(); // a change may have fifty megabytes, and others wait
  }
  const read = { ...facts, files: judged };
  return { ...read, ...difference.cutPatch(patch, limits), diffHash, problems: unique([...named, ...inside]) };
}

const nothingRead = { patch: "", patchCut: true, diffHash: null };

function stopped({ base, head }: difference.Span, name: Problem["name"], detail: string): Change {
  return { base, head, commits: [], files: [], touched: [], ...nothingRead, problems: [{ name, detail }] };
}

/** The commits that GitHub does not have yet. */
async function ownCommits(
  { gitDir, base, head, published }: JudgeRequest,
  commits: readonly ChangeCommit[],
): Promise<readonly ChangeCommit[]> {
  if (!published || published === base || commits.length === 0) return commits;
  const parents = new Map(commits.map((commit) => [commit.sha, commit.parents]));
  if (parents.has(published)) {
    const known = new Set<string>();
    for (const next = [published]; next.length > 0; ) {
      const sha = next.pop() as string;
      if (known.has(sha)) continue;
      known.add(sha);
      next.push(...(parents.get(sha) ?? []));
    }
    return commits.filter((commit) => !known.has(commit.sha));
  }
  // Published from elsewhere: only git knows what the two have in common.
  const args = ["rev-list", `--max-count=${commits.length + 1}`, head, `^${published}`, `^${base}`, "--"];
  const output = await runGit({ gitDir, args }, "Could not read the new commits");
  const fresh = new Set(output.toString("latin1").split("\n"));
  return commits.filter((commit) => fresh.has(commit.sha));
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

/** A file's text before and after, "" where it is none there; undefined: it was not read. */
interface Sides {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

function sidesOf(entry: RawEntry | undefined, contents: ReadonlyMap<string, Buffer>): Sides {
  if (entry === undefined) return { before: undefined, after: undefined };
  const side = (mode: string, id: string) => (mode.startsWith("100") ? contents.get(id)?.toString("utf8") : "");
  return { before: side(entry.oldMode, entry.oldId), after: side(entry.newMode, entry.newId) };
}

function testsIn({ path }: ChangedFile, { before, after }: Sides): { tests?: TestFacts } {
  if (before === undefined || after === undefined) return {};
  const tests = testFacts(path, before, after);
  return tests === null ? {} : { tests };
}

function kindsOf(file: ChangedFile, { before, after }: Sides): { kinds?: readonly KindFound[] } {
  const readable = (text: string | undefined) => (file.binary ? null : (text ?? null));
  const kinds = kindsIn({ ...file, before: readable(before), after: readable(after) });
  return kinds.length === 0 ? {} : { kinds };
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
