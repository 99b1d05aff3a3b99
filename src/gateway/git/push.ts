// One push of one ref to the remote, and its line of what the remote answered.
import { type GitResult, transportOf, tryGit } from "./git.ts";

export interface RefPush {
  readonly gitDir: string;
  readonly url: string;
  readonly token?: string;
  readonly ref: string;
  /** What the ref is to be; null: gone. */
  readonly to: string | null;
  /** Where it has to be for that, empty where it must not exist; absent: wherever it is. */
  readonly lease?: string;
  /** Default two minutes. */
  readonly timeoutMs?: number;
}

const flags = [
  "--porcelain",
  "--no-verify",
  "--no-follow-tags",
  "--no-signed",
  "--recurse-submodules=no",
  "--no-progress",
];

/** Resolves whatever the remote says; throws `Fault` where git itself cannot run. */
export function pushRef({ gitDir, url, token, ref, to, lease, timeoutMs = 120_000 }: RefPush): Promise<GitResult> {
  const over = lease === undefined ? ["--force"] : [`--force-with-lease=${ref}:${lease}`];
  const args = ["push", ...over, ...flags, "--", url, `${to ?? ""}:${ref}`];
  return tryGit({ gitDir, args, transport: transportOf(url), token }, { timeoutMs });
}

/** The remote's answer for this ref, in git's porcelain form; undefined where the push came to nothing. */
export function answerFor(ref: string, { stdout }: GitResult): string | undefined {
  const lines = stdout.toString("utf8").split("\n");
  return lines.find((line) => line.includes(`:${ref}\t`));
}

/** Why it was rejected, in the remote's words; what it said beside its reason too, since rulesets and secret scanning explain themselves there. */
export function rejectionOf(line: string, stderr: string): { readonly reason: string; readonly whole: string } {
  const reason = /\[(?:rejected|remote (?:rejected|failure))\] \((.*)\)/.exec(line)?.[1] ?? line;
  const said = stderr
    .split("\n")
    .filter((each) => each.startsWith("remote:"))
    .map((each) =>
      each
        .slice("remote:".length)
        .replace(/[\p{Cc}\p{Cf}]/gu, "")
        .trim(),
    )
    .filter((each) => each !== "");
  return { reason, whole: [reason, ...said].join("\n").slice(0, 2000) };
}

/**
 * Whether a branch is there by whose name git can have none of this one, as `loop` beside `loop/1`: pushed again, it is declined
 * again. GitHub says `directory file conflict`, and git what it could not create.
 */
export function isInTheWay(said: string): boolean {
  return /directory file conflict|' exists; cannot create '/.test(said);
}

/** Whether somebody else moved the ref meanwhile, as git says it on either side. */
export function isMovedMeanwhile(reason: string): boolean {
  return /stale info|fetch first|cannot lock ref|failed to update ref|reference already exists/.test(reason);
}

/**
 * Whether the remote failed by itself, which it tells where a rule's refusal would be: GitHub says `failure`, with
 * `fatal error in commit_refs` beside it. Pushed again, it mostly goes through. https://github.com/usetheokit/theokit/issues/504
 */
export function isOwnFailure(reason: string): boolean {
  return /^(?:failure|internal (?:server )?error|remote failed to report status)$/i.test(reason);
}
