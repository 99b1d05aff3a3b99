// Names that git accepts: the loop's branch, and the checks on refs and commit ids that come from outside.
import { assert } from "../../base/assert.ts";
import { isBranchName } from "../../base/branch-name.ts";

/** What git writes where there is no commit: the old side of a creation, the new side of a deletion. */
export const noCommit = "0".repeat(40);

/** The branch of one loop, `loop/<issue>-<id>` (T11). Throws `Bug` when the parts make no valid ref. */
export function branchName(issueNumber: number, loopId: string): string {
  assert(Number.isSafeInteger(issueNumber) && issueNumber > 0, `issue number ${issueNumber} names no branch`);
  const name = `loop/${issueNumber}-${loopId}`;
  assert(/^[A-Za-z0-9-]{1,80}$/.test(loopId) && isBranchName(name), "the loop id cannot be part of a branch name");
  return name;
}

/** Whether `text` is a full commit id. */
export function isCommitId(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** The full ref of a branch. Throws `Bug` when the name is not valid. */
export function branchRef(branch: string): string {
  assert(isBranchName(branch), "a branch name that git would refuse reached the git gateway");
  return `refs/heads/${branch}`;
}
