// What follows from a merge that has happened, whoever made it: by the button, or by a push.
import type { Core } from "../core.ts";
import type { Actor, Pull } from "../model.ts";
import { note } from "./issue-events.ts";
import { close } from "./issues.ts";

/** Notes a merge that has happened: the pull request is closed and merged, and issues its text closes are closed. */
export function markMerged(core: Core, actor: Actor, pull: Pull, sha: string): void {
  pull.merged = true;
  pull.mergedAt = core.now();
  pull.mergedBy = actor.user;
  pull.mergeCommitSha = sha;
  note(core, actor, pull.issue, { kind: "merged", sha });
  close(core, actor, pull.issue, null);
  if (pull.base.ref === pull.base.repository.defaultBranch) closeReferenced(core, actor, pull);
}

const closing = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)/gi;

function closeReferenced(core: Core, actor: Actor, pull: Pull): void {
  for (const [, number] of (pull.issue.body ?? "").matchAll(closing)) {
    const issue = pull.base.repository.issues.get(Number(number));
    if (issue && !issue.pull && issue.state === "open") close(core, actor, issue, "completed");
  }
}
