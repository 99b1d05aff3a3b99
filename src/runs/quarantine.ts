// The quarantine of a run as the engine needs it: made from the base, filled with the branch, read as a change.

import { assert } from "../base/assert.ts";
import type { PushedChange } from "../engine/ports.ts";
import { judge } from "../gateway/git/judge.ts";
import type { Author } from "../gateway/git/problems.ts";
import { findQuarantine, openQuarantine, type Quarantine } from "../gateway/git/quarantine.ts";
import { descends, forkPoint } from "../gateway/git/repository.ts";
import { branchOf } from "../loop/begin.ts";
import type { LoopState } from "../loop/state.ts";
import { type Origin, type OriginParts, tipOfBase } from "./origin.ts";
import { rooms } from "./rooms.ts";

export interface QuarantineParts {
  readonly dataDir: string;
  readonly origin: Pick<Origin, "base" | "branch">;
}

/** The run's quarantine, made from the base's objects or found again. Throws Fault. */
export async function quarantineOf(parts: QuarantineParts, loop: LoopState, run: string): Promise<Quarantine> {
  const { base } = loop;
  assert(base !== null, `loop ${loop.id} has no base`);
  const { quarantines } = rooms(parts);
  const found = await findQuarantine(quarantines, run);
  if (found !== null) return found;
  const { objectsDir } = await parts.origin.base(loop);
  return openQuarantine({ root: quarantines, runId: run, objectsDir, base, branch: branchOf(loop) });
}

/** Brings what there is of the loop's branch into the quarantine; nothing before the first push. Throws Fault. */
export async function fetchLoopBranch(parts: QuarantineParts, loop: LoopState, quarantine: Quarantine): Promise<void> {
  if (loop.head !== null) await parts.origin.branch(loop, quarantine);
}

/**
 * The commit from which the loop's change is told: its base or, once others pushed, the newest of the base branch that the
 * head has in it. Where a person brought the branch up to date, the base branch's changes are not the loop's. Throws Fault.
 */
export async function changeStart(
  parts: OriginParts,
  loop: LoopState,
  { gitDir, base }: Quarantine,
  head: string,
): Promise<string> {
  if (!loop.othersPushed) return base.sha;
  const shared = await forkPoint(gitDir, await tipOfBase(parts, loop), head);
  return shared !== null && (await descends(gitDir, base.sha, shared)) ? shared : base.sha;
}

/** The issue that messages on the loop's branch may close: its own. */
export function closableIn({ branch }: Pick<Quarantine, "branch">): { readonly issue?: number } {
  const [, number] = /^loop\/(\d+)-/.exec(branch) ?? [];
  return number === undefined ? {} : { issue: Number(number) };
}

const letters = { added: "A", modified: "M", deleted: "D", type_changed: "T" } as const;

/** What `head` changes against `base`, judged; `author` is who its commits must be by. Throws Fault. */
export async function readChange(
  quarantine: Quarantine,
  base: string,
  head: string,
  author: Author | null,
): Promise<PushedChange> {
  const by = author === null ? {} : { author };
  const change = await judge({ gitDir: quarantine.gitDir, base, head, ...by });
  return {
    base,
    head,
    commits: change.commits.length,
    files: change.files.map((file) => ({ ...file, status: letters[file.status] })),
    problems: change.problems,
    patch: change.patch,
    patchId: change.diffHash ?? "",
  };
}
