// The quarantine of a run as the engine needs it: made from the base, filled with the branch, read as a change.

import { assert } from "../base/assert.ts";
import type { GitHubPort, PushedChange, Quarantine } from "../engine/ports.ts";
import { branchOf } from "../loop/begin.ts";
import type { LoopState } from "../loop/state.ts";
import type { DoorParts } from "./door.ts";
import { rooms } from "./files.ts";

export interface QuarantineParts extends Pick<DoorParts, "git" | "log"> {
  readonly dataDir: string;
  readonly github: Pick<GitHubPort, "gitAccess">;
}

/** The run's quarantine, made from the base's objects or found again. Throws Fault. */
export async function quarantineOf(parts: QuarantineParts, loop: LoopState, run: string): Promise<Quarantine> {
  const { base, issue } = loop;
  assert(base !== null, `loop ${loop.id} has no base`);
  const { git } = parts;
  const { objects, quarantines } = rooms(parts);
  const found = await git.findQuarantine(quarantines, run);
  if (found !== null) return found;
  const store = await withAccess(parts, loop, "read", ({ url, token }) =>
    git.fetchBase({ storeRoot: objects, repositoryId: issue.repositoryId, url, token, ...base }),
  );
  const { objectsDir } = store;
  return git.openQuarantine({ root: quarantines, runId: run, objectsDir, base, branch: branchOf(loop) });
}

/** Brings what GitHub has of the loop's branch into the quarantine; nothing before the first push. Throws Fault. */
export async function fetchLoopBranch(parts: QuarantineParts, loop: LoopState, quarantine: Quarantine): Promise<void> {
  if (loop.head === null) return;
  await withAccess(parts, loop, "read", ({ url, token }) => parts.git.fetchBranch(quarantine, { url, token }));
}

/** Does the work with an address and a token for this one repository, which is revoked after it. Throws Fault. */
export async function withAccess<T>(
  parts: QuarantineParts,
  loop: LoopState,
  may: "read" | "write",
  work: (access: { url: string; token: string }) => Promise<T>,
): Promise<T> {
  const granted = await parts.github.gitAccess(loop.issue, may);
  try {
    return await work(granted);
  } finally {
    await granted
      .revoke()
      .catch((error) => parts.log.warn({ loop: loop.id, err: error }, "a token could not be revoked"));
  }
}

const letters = { added: "A", modified: "M", deleted: "D", type_changed: "T" } as const;

/** What `head` changes against `base`, judged; `author` is who its commits must be by. Throws Fault. */
export async function readChange(
  parts: Pick<QuarantineParts, "git">,
  quarantine: Quarantine,
  base: string,
  head: string,
  author: string | null,
): Promise<PushedChange> {
  const by = author === null ? {} : { author: { email: author } };
  const change = await parts.git.judge({ gitDir: quarantine.gitDir, base, head, ...by });
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
