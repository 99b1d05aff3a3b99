// The `pull_request` event: someone closes or merges the loop's pull request, pushes to its branch, or proposes a change of their own.
import { z } from "zod";
import { CommitId, Envelope, isBot, isOurs, issueRef, isTrigger, personOf, reading } from "../payload.ts";
import { ignored, type Self, type Translated } from "../translated.ts";
import { isLoopBranch } from "./push.ts";

const Payload = Envelope.extend({
  pull_request: z.object({
    number: z.number().int().positive(),
    title: z.string().optional(),
    merged: z.boolean().optional(), // left out of some actions
    head: z.object({ ref: z.string(), sha: CommitId, repo: z.object({ id: z.number().int() }).nullable() }),
    base: z.object({ ref: z.string() }).optional(),
  }),
  label: z.object({ name: z.string() }).optional(),
  changes: z.object({ base: z.unknown().optional() }).optional(), // of `edited`
  reason: z.string().optional(), // of `dequeued`
});
type Payload = z.infer<typeof Payload>;

export const translatePullRequest = reading(Payload, (payload, self) => {
  if (payload.action === "dequeued") return dequeued(payload); // the sender may be who put it in, as we do
  // What we propose ourselves to a repository that is new to us is told what it comes to, like anybody's.
  if (isOurs(payload.sender, self) && payload.action === "opened") return proposed(payload);
  if (isOurs(payload.sender, self)) return ignored("we changed the pull request ourselves");
  switch (payload.action) {
    case "closed":
      return {
        kind: "event",
        repositoryId: payload.repository.id,
        route: { pull: payload.pull_request.number },
        events: [
          { type: "pull_closed", merged: payload.pull_request.merged ?? false, actor: personOf(payload.sender) },
        ],
      };
    case "auto_merge_enabled":
      return autoMerge(payload, payload.sender.login);
    case "auto_merge_disabled":
      return autoMerge(payload, null);
    case "synchronize":
      return isOfLoop(payload) ? headMoved(payload) : proposed(payload);
    case "opened":
    case "reopened":
      return proposed(payload);
    case "edited":
      return payload.changes?.base === undefined ? ignored("what is edited changes no loop") : proposed(payload);
    case "labeled":
      return labelled(payload, self);
    default:
      return ignored(`pull_request.${payload.action} changes no loop`);
  }
});

/** Out of the merge queue by a merge: its own event tells. */
function dequeued({ reason, repository, pull_request }: Payload): Translated {
  if (reason === "MERGE") return ignored("the merge queue merged it, which its own event tells");
  return {
    kind: "event",
    repositoryId: repository.id,
    route: { pull: pull_request.number },
    events: [{ type: "queue_left", head: pull_request.head.sha }],
  };
}

/** `by`: whoever GitHub names as the one who merges, then; null where it merges by itself no more. */
function autoMerge({ repository, pull_request }: Payload, by: string | null): Translated {
  return {
    kind: "event",
    repositoryId: repository.id,
    route: { pull: pull_request.number },
    events: [{ type: "auto_merge", by }],
  };
}

function headMoved(payload: Payload): Translated {
  const { head } = payload.pull_request;
  return {
    kind: "event",
    repositoryId: payload.repository.id,
    route: { branch: head.ref },
    events: [{ type: "branch_moved", head: head.sha, actor: personOf(payload.sender) }],
  };
}

/** By its branch alone: a fork may have branches of any name. */
function isOfLoop({ pull_request: { head }, repository }: Payload): boolean {
  return head.repo?.id === repository.id && isLoopBranch(head.ref);
}

/** What a pull request makes of the policy is read, since its delivery does not name its files. */
function proposed(payload: Payload): Translated {
  const { number, head, base } = payload.pull_request;
  if (isOfLoop(payload)) return ignored("the branch is a loop's, whose changes its own rules judge");
  if (base === undefined) return ignored("the pull request names no base");
  return {
    kind: "event",
    repositoryId: payload.repository.id,
    route: { issue: number },
    events: [{ type: "policy_proposed", pull: issueRef(payload, number), head: head.sha, base: base.ref }],
  };
}

/** A pull request cannot be a loop, which whoever set the label is told: the claim finds out that it is one. */
function labelled(payload: Payload, self: Self): Translated {
  const { number, title } = payload.pull_request;
  const label = payload.label?.name;
  if (label === undefined || !isTrigger(label, self)) return ignored("labels of a pull request change no loop");
  if (isBot(payload.sender)) return ignored("a bot neither starts nor ends a loop");
  const issue = issueRef(payload, number);
  const actor = personOf(payload.sender);
  return {
    kind: "event",
    repositoryId: payload.repository.id,
    route: { issue: number },
    events: [{ type: "labelled", issue, loop: self.newLoopId(), title: title ?? "", label, actor }],
  };
}
