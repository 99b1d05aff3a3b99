// What about a change must not reach GitHub, decided on facts already read (pure but for the secret scanner's own work).

import { closesOthers, skipsCi } from "../../policy/closing.ts";
import type { ChangeCommit, ChangeLimits, Problem } from "./change.ts";
import { isBlob } from "./difference.ts";
import { linkEscapes, showPath } from "./paths.ts";
import { type AddedText, addedLines, findSecrets } from "./secrets.ts";
import type { RawEntry } from "./tree-diff.ts";

/** Who a run's commits must be by, and the issue that their messages may close; absent: none. */
export interface Author {
  readonly email: string;
  readonly issue?: number;
}

/** Commits that begin a history of their own, and commits of this run by someone else (a forged author, T21). */
export function historyProblems(
  commits: readonly ChangeCommit[],
  mine: readonly ChangeCommit[],
  author: Author | undefined,
): readonly Problem[] {
  const foreign = commits.filter((commit) => commit.parents.length === 0);
  const forged = mine.filter((commit) => author !== undefined && !isBy(commit, author.email));
  return [
    ...(author === undefined ? [] : mine.flatMap((commit) => messageProblems(commit, author.issue))),
    ...foreign.map((commit) => problem("foreign_history", `commit ${short(commit)} begins a history of its own`)),
    ...forged.map((commit) => problem("author_unexpected", `commit ${short(commit)} is not by ${author?.email}`)),
  ];
}

/** What a message of the agent's would do at GitHub: close other issues once merged, and keep CI from running. */
function messageProblems(commit: ChangeCommit, issue: number | undefined): readonly Problem[] {
  const where = `the message of commit ${short(commit)}`;
  const skips = skipsCi(commit.message);
  const closes = closesOthers(commit.message, issue ?? 0).slice(0, 5);
  return [
    ...(skips === null ? [] : [problem("skips_ci", `${where} says ${skips}, by which CI would not run; leave it out`)]),
    ...closes.map((words) =>
      problem("closes_other_issue", `${where} says ${words}, which would close it; reword that`),
    ),
  ];
}

/** Files, and all files together, that are larger than the limits. */
export function sizeProblems(
  steps: readonly RawEntry[],
  sizes: ReadonlyMap<string, number>,
  limits: ChangeLimits,
): readonly Problem[] {
  const large = steps.filter((entry) => (sizes.get(entry.newId) ?? 0) > limits.fileBytes);
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return [
    ...large.map((entry) => problem("file_too_large", `${shown(entry)} has ${sizes.get(entry.newId)} bytes`, entry)),
    ...(total > limits.totalBytes ? [problem("change_too_large", `the changed files have ${total} bytes`)] : []),
  ];
}

/** Symbolic links that lead out of the repository or into its `.git`. */
export function linkProblems(steps: readonly RawEntry[], contents: ReadonlyMap<string, Buffer>): readonly Problem[] {
  const links = steps.filter((entry) => entry.newMode === "120000");
  return links
    .filter((entry) => linkEscapes(pathOf(entry), contents.get(entry.newId)?.toString("latin1") ?? ""))
    .map((entry) => problem("symlink_escapes", `the link ${shown(entry)} leads out of the repository`, entry));
}

/** Secrets in added lines, in names, and in commit messages and authors: all of that would be published. */
export async function secretProblems(
  steps: readonly RawEntry[],
  contents: ReadonlyMap<string, Buffer>,
  commits: readonly ChangeCommit[],
): Promise<readonly Problem[]> {
  const files = steps.filter((entry) => isBlob(entry.newMode)).map((entry) => addedText(entry, contents));
  const findings = await findSecrets([...files, ...commits.map(messageText)]);
  return findings.map(({ where, rule }) => {
    return { ...problem("secret_found", `${where} holds what looks like a secret (${rule})`), path: where };
  });
}

/** A path as text; bytes that are no UTF-8 stand for themselves. */
export function pathOf(entry: RawEntry): string {
  return entry.path ?? entry.pathBytes.toString("latin1");
}

function addedText(entry: RawEntry, contents: ReadonlyMap<string, Buffer>): AddedText {
  const text = (id: string) => contents.get(id)?.toString("utf8") ?? "";
  return { where: shown(entry), text: `${pathOf(entry)}\n${addedLines(text(entry.oldId), text(entry.newId))}` };
}

function messageText(commit: ChangeCommit): AddedText {
  const who = [commit.authorName, commit.authorEmail, commit.committerName, commit.committerEmail];
  return { where: `the message of commit ${short(commit)}`, text: [commit.message, ...who].join("\n") };
}

function isBy(commit: ChangeCommit, email: string): boolean {
  return commit.authorEmail === email && commit.committerEmail === email;
}

function problem(name: Problem["name"], detail: string, entry?: RawEntry): Problem {
  return entry === undefined ? { name, detail } : { name, detail, path: shown(entry) };
}

function shown(entry: RawEntry): string {
  return showPath(pathOf(entry));
}

function short(commit: ChangeCommit): string {
  return commit.sha.slice(0, 12);
}
