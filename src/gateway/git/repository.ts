// Small questions to a repository of ours: which commit a ref names, what it contains, who descends from whom.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../base/fault.ts";
import { gitFault, isDamage } from "./failure.ts";
import { runGit, transportOf, tryGit } from "./git.ts";
import { readObjects } from "./object-reader.ts";

/**
 * Where a ref of a repository that we made points, or null when there is no such ref: from its file or from `packed-refs`,
 * which is all that such a repository keeps refs in. The objects behind it are not looked at.
 */
export async function refAt(gitDir: string, ref: string): Promise<string | null> {
  const loose = await textOf(join(gitDir, ref));
  if (loose !== null) return /^([0-9a-f]{40})\n?$/.exec(loose)?.[1] ?? null;
  const packed = (await textOf(join(gitDir, "packed-refs"))) ?? "";
  const line = packed.split("\n").find((each) => each.slice(41) === ref && each[40] === " ");
  return line === undefined ? null : line.slice(0, 40);
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return null;
    throw new Fault(`Could not read a ref in ${path}`, { kind: "engine", retry: "later", cause });
  }
}

/** The commit a ref or id names here, or null when there is none. Throws `Fault` when the repository is damaged. */
export async function commitOf(gitDir: string, name: string): Promise<string | null> {
  const [found] = await readObjects(gitDir, "sizes", [`${name}^{commit}`]);
  return found?.id ?? whyNoCommit(gitDir, name);
}

/** Git says "missing" of what is damaged too; asked once, it says which it is. */
async function whyNoCommit(gitDir: string, name: string): Promise<string | null> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
  const result = await tryGit({ gitDir, args });
  if (result.code === 0) return result.stdout.toString("latin1").trim();
  if (isDamage(result.stderr)) throw gitFault(`Could not look up a commit in ${gitDir}`, result.stderr);
  return null;
}

/** Whether `ancestor` is `head` or in its history; false when either is missing here. */
export async function descends(gitDir: string, ancestor: string, head: string): Promise<boolean> {
  const { code } = await tryGit({ gitDir, args: ["merge-base", "--is-ancestor", ancestor, head] });
  return code === 0;
}

/** The newest commit that two histories share; null when they share none, or one is missing here. Throws `Fault` on damage. */
export async function forkPoint(gitDir: string, one: string, other: string): Promise<string | null> {
  const { code, stdout, stderr } = await tryGit({ gitDir, args: ["merge-base", "--end-of-options", one, other] });
  if (code === 0) return stdout.toString("latin1").trim();
  if (isDamage(stderr)) throw gitFault(`Could not compare two histories in ${gitDir}`, stderr);
  return null;
}

/** The paths in which two commits differ. Throws `Fault`. */
export async function changedPaths(gitDir: string, one: string, other: string): Promise<readonly string[]> {
  const args = ["diff-tree", "-r", "-z", "--no-renames", "--name-only", one, other, "--"];
  const paths = await runGit({ gitDir, args }, "Could not compare two commits", { maxOutputBytes: 64 * 1024 * 1024 });
  return paths
    .toString("utf8")
    .split("\0")
    .filter((path) => path !== "");
}

/** Sets a ref; `old` null means "whatever it was". Throws `Fault` (conflict) when an old value differs. */
export function setRef(gitDir: string, ref: string, to: string, old: string | null = null): Promise<void> {
  return changeRefs(gitDir, ref, [`update ${ref} ${to}${old === null ? "" : ` ${old}`}`]);
}

/** In one transaction, sets `ref` from `old` to where `from` is and removes `from`. Throws `Fault` (conflict) when `ref` is not at `old`. */
export function moveRef(gitDir: string, from: string, ref: string, to: string, old: string): Promise<void> {
  return changeRefs(gitDir, ref, [`update ${ref} ${to} ${old}`, `delete ${from}`]);
}

/** Removes a ref; one that is gone is fine. */
export async function dropRef(gitDir: string, ref: string): Promise<void> {
  await tryGit({ gitDir, args: ["update-ref", "--no-deref", "-d", ref] });
}

async function changeRefs(gitDir: string, ref: string, lines: readonly string[]): Promise<void> {
  const input = `${lines.join("\n")}\n`;
  const { code, stderr } = await tryGit({ gitDir, args: ["update-ref", "--no-deref", "--stdin"] }, { input });
  if (code === 0) return;
  if (!/cannot lock ref|but expected|reference already exists/.test(stderr))
    throw gitFault(`Could not set ${ref}`, stderr);
  throw new Fault(`Could not set ${ref}: it is not where it was`, { kind: "conflict", retry: "later" });
}

/** Asks the remote where a branch is; null when it has none (F42, F44). */
export async function remoteHead(remote: {
  readonly url: string;
  readonly token?: string;
  readonly ref: string;
  readonly timeoutMs?: number;
}): Promise<string | null> {
  const args = ["ls-remote", "--refs", "--", remote.url, remote.ref];
  const call = { args, transport: transportOf(remote.url), token: remote.token };
  const attempted = `Could not read ${remote.ref} at the remote`;
  const answer = await runGit(call, attempted, { timeoutMs: remote.timeoutMs ?? 30_000, maxOutputBytes: 65_536 });
  const line = answer
    .toString("utf8")
    .split("\n")
    .find((each) => each.endsWith(`\t${remote.ref}`));
  return line === undefined ? null : line.slice(0, 40);
}
