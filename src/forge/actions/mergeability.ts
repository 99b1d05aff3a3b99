// Whether a pull request merges: found out with git, some time after someone wants to know.
import type { Core } from "../core.ts";
import { isAncestor } from "../git/ancestry.ts";
import { conflictFree } from "../git/merging.ts";
import type { Pull } from "../model.ts";
import { ownersOf } from "./code-owners.ts";
import { knownMergeability } from "./merge-state.ts";

/** Finds out at once, and remembers it for the pair of commits. */
export async function mergeability(core: Core, pull: Pull): Promise<boolean> {
  const { head, base } = pull;
  const known = pull.mergeability;
  if (known && known.head === head.sha && known.base === base.sha) return known.mergeable;
  const [mergeable, current, owners] = await Promise.all([
    conflictFree(base.repository.gitDir, base.sha, head.sha),
    isAncestor(base.repository.gitDir, base.sha, head.sha),
    ownersOf(core, pull),
  ]);
  // What was found out for commits that are gone by now says nothing of those that took their place.
  if (pull.head.sha === head.sha && pull.base.sha === base.sha)
    pull.mergeability = { head: head.sha, base: base.sha, mergeable, behind: !current, owners };
  return mergeable;
}

/** Has it found out in the background, where it is not known. */
export function findMergeability(core: Core, pull: Pull): void {
  if (pull.issue.state === "open" && !knownMergeability(pull)) core.background.begin(() => mergeability(core, pull));
}
