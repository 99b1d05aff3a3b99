// The merge queue of a branch: who goes in, who comes out, and why. Of a merge group's checks nothing is known here: whoever
// tells the story says what came of them.
import { type Core, nodeId, requireAccess } from "../core.ts";
import type { Actor, Pull, QueueEntry } from "../model.ts";
import { Refusal } from "../refusal.ts";
import { accountActions } from "./accounts.ts";
import { emitIssue, note } from "./issue-events.ts";
import { mergeQueued } from "./merge.ts";
import { mergeability } from "./mergeability.ts";
import { type DequeueReason, leaveQueue } from "./queue-exit.ts";
import { requireRule } from "./requirements.ts";

export interface MergeQueueActions {
  /** Puts the pull request at the end of the queue of its base, which has to have one. */
  enqueuePull(actor: Actor, pull: Pull, expectedHead?: string): Promise<QueueEntry>;
  /** Takes it out; where it is not in, that is refused. */
  dequeuePull(actor: Actor, pull: Pull): void;
  /** What comes of a merge group: it is merged, or the pull request is taken out for a reason. */
  endQueue(pull: Pull, reason: DequeueReason): Promise<void>;
}

export function mergeQueueActions(core: Core): MergeQueueActions {
  return {
    enqueuePull: (actor, pull, expectedHead) => enqueue(core, actor, pull, expectedHead),
    dequeuePull: (actor, pull) => {
      requireAccess(actor, pull.base.repository, "write");
      if (pull.queueEntry === null) throw new Refusal(422, "Pull request is not in the merge queue");
      leaveQueue(core, actor, pull, "MANUAL");
    },
    endQueue: async (pull, reason) => {
      const actor = queueBot(core);
      if (reason !== "MERGE") return leaveQueue(core, actor, pull, reason);
      await mergeQueued(core, actor, pull, () => leaveQueue(core, actor, pull, "MERGE"));
    },
  };
}

async function enqueue(core: Core, actor: Actor, pull: Pull, expectedHead?: string): Promise<QueueEntry> {
  const { repository, ref } = pull.base;
  requireAccess(actor, repository, "write");
  const rule = repository.rules.get(ref);
  if (!rule?.mergeQueue) throw new Refusal(422, "Merge queue is not enabled for the base branch");
  if (pull.issue.state === "closed") throw new Refusal(422, "Pull request is closed");
  if (pull.draft) throw new Refusal(422, "Pull request is in draft state");
  if (pull.queueEntry !== null) throw new Refusal(422, "Pull request is already in the merge queue");
  if (expectedHead !== undefined && expectedHead !== pull.head.sha)
    throw new Refusal(422, "Head branch was modified. Review and try the merge again.");
  if (!(await mergeability(core, pull))) throw new Refusal(422, "Pull request is not mergeable");
  try {
    requireRule(pull, { ...rule, mergeQueue: false });
  } catch (error) {
    throw error instanceof Refusal ? new Refusal(422, error.message) : error;
  }
  const id = core.nextId();
  const entry = { id, nodeId: nodeId("MQE", id), enqueuer: actor.user, at: core.now() };
  pull.queueEntry = entry;
  note(core, actor, pull.issue, { kind: "added_to_merge_queue" });
  emitIssue(core, actor, pull.issue, "enqueued");
  return entry;
}

const botLogin = "github-merge-queue[bot]";

function queueBot(core: Core): Actor {
  const user = core.users.get(botLogin) ?? accountActions(core).createUser(botLogin, { type: "Bot" });
  return { user, app: null };
}
