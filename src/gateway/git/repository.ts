// Small questions to a repository of ours: which commit a ref names, what it contains, who descends from whom.
import { Fault } from "../../base/fault.ts";
import { gitFault, isDamage } from "./failure.ts";
import { runGit, transportOf, tryGit } from "./git.ts";

/** The commit a ref or id names here, or null when there is none. */
export async function commitOf(gitDir: string, name: string): Promise<string | null> {
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

/** Sets refs in one transaction; `old` null means "whatever it was". Throws `Fault` (conflict) when an old value differs. */
export async function setRef(gitDir: string, ref: string, to: string, old: string | null = null): Promise<void> {
  const args = ["update-ref", "--no-deref", ref, to, ...(old === null ? [] : [old])];
  const { code, stderr } = await tryGit({ gitDir, args });
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
