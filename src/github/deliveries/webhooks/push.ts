// The `push` event: someone other than us moves or deletes a loop's branch.
import { z } from "zod";
import type { LoopEvent } from "../../../loop/event.ts";
import { CommitId, Envelope, isOurs, personOf, reading } from "../payload.ts";
import { ignored } from "../translated.ts";

const Payload = Envelope.omit({ action: true }).extend({
  ref: z.string(),
  after: CommitId,
  deleted: z.boolean(),
});

const branchPrefix = "refs/heads/";

/** Branches of loops are below `loop/`: threat T11. */
export function isLoopBranch(branch: string): boolean {
  return branch.startsWith("loop/");
}

export const translatePush = reading(Payload, (payload, self) => {
  if (!payload.ref.startsWith(branchPrefix)) return ignored("the push is to no branch");
  const branch = payload.ref.slice(branchPrefix.length);
  if (!isLoopBranch(branch)) return ignored("the branch is no loop's");
  if (isOurs(payload.sender, self)) return ignored("we pushed ourselves");
  const actor = personOf(payload.sender);
  const event: LoopEvent = payload.deleted
    ? { type: "branch_deleted", actor }
    : { type: "branch_moved", head: payload.after, actor };
  return { kind: "event", repositoryId: payload.repository.id, route: { branch }, events: [event] };
});
