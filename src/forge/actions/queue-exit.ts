// A pull request leaves the merge queue of its base: by the queue, by a person, by a push.
import type { Core } from "../core.ts";
import type { Actor, Pull } from "../model.ts";
import { emitIssue, note } from "./issue-events.ts";

/** As the webhook gives them: https://docs.github.com/webhooks/webhook-events-and-payloads?actionType=dequeued#pull_request */
export type DequeueReason = "MANUAL" | "MERGE" | "MERGE_CONFLICT" | "CI_FAILURE" | "CI_TIMEOUT" | "BRANCH_PROTECTIONS";

/** As the timeline gives them: https://github.com/open-metadata/OpenMetadata/pull/30752 */
const inTimeline: Readonly<Record<DequeueReason, string>> = {
  MANUAL: "manual",
  MERGE: "merged",
  MERGE_CONFLICT: "merge_conflict",
  CI_FAILURE: "failed_checks",
  CI_TIMEOUT: "checks_timed_out",
  BRANCH_PROTECTIONS: "branch_protections",
};

/** Nothing, where it is in no queue. A push to the head and a return to draft take it out as well. */
export function leaveQueue(core: Core, actor: Actor, pull: Pull, reason: DequeueReason): void {
  if (pull.queueEntry === null) return;
  pull.queueEntry = null;
  note(core, actor, pull.issue, { kind: "removed_from_merge_queue", reason: inTimeline[reason] });
  emitIssue(core, actor, pull.issue, "dequeued", { reason });
}
