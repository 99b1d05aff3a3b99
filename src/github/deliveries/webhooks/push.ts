// The `push` event: someone other than us moves or deletes a loop's branch, or the policy on the default branch changes.
import { z } from "zod";
import type { LoopEvent } from "../../../loop/event.ts";
import { noIssue } from "../../../loop/schedule.ts";
import { policyPath } from "../../../policy/near-name.ts";
import { CommitId, Envelope, isOurs, issueRef, personOf, reading } from "../payload.ts";
import { ignored } from "../translated.ts";

const Paths = z.array(z.string()).optional();

const Payload = Envelope.omit({ action: true }).extend({
  repository: Envelope.shape.repository.extend({ default_branch: z.string().optional() }),
  ref: z.string(),
  after: CommitId,
  deleted: z.boolean(),
  commits: z.array(z.object({ added: Paths, modified: Paths, removed: Paths })).optional(),
});
type Payload = z.infer<typeof Payload>;

/** GitHub lists no more commits than this: https://docs.github.com/webhooks/webhook-events-and-payloads#push */
const mostListed = 2048;

/** Whether the policy that counts may have come, changed or gone with this push. Who names no files may have changed any. */
function touchesPolicy({ commits }: Payload): boolean {
  if (commits === undefined || commits.length === 0 || commits.length >= mostListed) return true;
  const paths = commits.flatMap(({ added = [], modified = [], removed = [] }) => [...added, ...modified, ...removed]);
  return paths.includes(policyPath);
}

const branchPrefix = "refs/heads/";

/** Branches of loops are below `loop/`: threat T11. */
export function isLoopBranch(branch: string): boolean {
  return branch.startsWith("loop/");
}

export const translatePush = reading(Payload, (payload, self) => {
  if (!payload.ref.startsWith(branchPrefix)) return ignored("the push is to no branch");
  const branch = payload.ref.slice(branchPrefix.length);
  if (branch === payload.repository.default_branch && !payload.deleted && touchesPolicy(payload)) {
    const { number: _, ...repository } = issueRef(payload, noIssue);
    const events: LoopEvent[] = [{ type: "schedules_seen", repository }];
    return { kind: "event", repositoryId: repository.repositoryId, route: { issue: noIssue }, events };
  }
  if (!isLoopBranch(branch)) return ignored("the branch is no loop's");
  if (isOurs(payload.sender, self)) return ignored("we pushed ourselves");
  const actor = personOf(payload.sender);
  const event: LoopEvent = payload.deleted
    ? { type: "branch_deleted", actor }
    : { type: "branch_moved", head: payload.after, actor };
  return { kind: "event", repositoryId: payload.repository.id, route: { branch }, events: [event] };
});
