// Auto-merge: a person has GitHub merge a pull request as soon as the rules of its base let it.
import { type Core, requireAccess } from "../core.ts";
import type { Actor, MergeMethod, Pull } from "../model.ts";
import { Refusal } from "../refusal.ts";
import { emitIssue } from "./issue-events.ts";
import { mergeStateOf } from "./merge-state.ts";

export interface AutoMergeActions {
  /** By whoever may write, where the repository has it, on what cannot be merged at once. https://github.com/peter-evans/enable-pull-request-automerge/issues/343 */
  enableAutoMerge(actor: Actor, pull: Pull, method?: MergeMethod): void;
  disableAutoMerge(actor: Actor, pull: Pull): void;
}

export function autoMergeActions(core: Core): AutoMergeActions {
  return {
    enableAutoMerge: (actor, pull, method = "merge") => {
      requireAccess(actor, pull.base.repository, "write");
      if (!pull.base.repository.settings.autoMerge)
        throw new Refusal(422, "Pull request Auto merge is not allowed for this repository");
      if (pull.draft || pull.issue.state === "closed")
        throw new Refusal(422, "Pull request Can't enable auto-merge for this pull request");
      const state = mergeStateOf(pull);
      if (state === "clean" || state === "unstable")
        throw new Refusal(422, `Pull request Pull request is in ${state} status`);
      pull.autoMerge = { by: actor.user, method, at: core.now() };
      emitIssue(core, actor, pull.issue, "auto_merge_enabled");
    },
    disableAutoMerge: (actor, pull) => {
      requireAccess(actor, pull.base.repository, "write");
      if (pull.autoMerge === null) throw new Refusal(422, "Can't disable auto-merge for this pull request");
      endAutoMerge(core, actor, pull, "manually disabled");
    },
  };
}

/** It is over: a return to draft, a close, or a push by who may not write ends it as well. */
export function endAutoMerge(core: Core, actor: Actor, pull: Pull, reason: string): void {
  if (pull.autoMerge === null) return;
  pull.autoMerge = null;
  emitIssue(core, actor, pull.issue, "auto_merge_disabled", { reason });
}
