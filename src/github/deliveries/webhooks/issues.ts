// The `issues` event: a person sets or removes the trigger label, holds a loop, changes a status label; an issue ends.
import { z } from "zod";
import { hasLabel, holdLabel, statusLabels } from "../../../loop/end.ts";
import type { LoopEvent } from "../../../loop/event.ts";
import { priorityIn, priorityLabels } from "../../../loop/priority.ts";
import { Envelope, isBot, isOurs, issueRef, isTrigger, personOf, reading } from "../payload.ts";
import { ignored, type Self, type Translated } from "../translated.ts";

const Payload = Envelope.extend({
  issue: z.object({
    number: z.number().int().positive(),
    title: z.string(),
    state: z.string().optional(), // `pinned` and `unpinned` have none
    updated_at: z.iso.datetime({ offset: true }).optional(),
    pull_request: z.unknown().optional(),
    labels: z.array(z.object({ name: z.string() })).optional(),
  }),
  label: z.object({ name: z.string() }).optional(), // absent where the label is no more: https://github.com/octokit/webhooks/issues/639
});
type Payload = z.infer<typeof Payload>;

/** Threat T1: only `labeled` can start a loop, by the label that this event names, never by labels an issue was opened with. */
export const translateIssues = reading(Payload, (payload, self) => {
  if (payload.issue.pull_request) return ignored("a pull request cannot be a loop");
  switch (payload.action) {
    case "labeled":
    case "unlabeled":
      return isOurs(payload.sender, self) ? ignored("we changed the label ourselves") : labelEvent(payload, self);
    case "closed":
      if (isOurs(payload.sender, self)) return ignored("we closed the issue ourselves");
      return about(payload, { type: "issue_closed", actor: personOf(payload.sender) });
    case "deleted":
      return about(payload, { type: "issue_gone", why: "issue_deleted" });
    case "transferred":
      return about(payload, { type: "issue_gone", why: "issue_transferred" });
    default:
      return ignored(`issues.${payload.action} changes no loop`);
  }
});

/** A hold is obeyed whoever sets it, a bot too: it only keeps things from beginning, and what is under way was begun by a person. */
function labelEvent(payload: Payload, self: Self): Translated {
  const label = payload.label?.name;
  if (label === undefined && payload.action === "unlabeled") return labelDeleted(payload, self);
  const isSet = payload.action === "labeled";
  if (label !== undefined && hasLabel([label], holdLabel))
    return about(payload, isSet ? { type: "hold_set", by: payload.sender.login } : { type: "hold_taken_off" });
  if (label !== undefined && payload.issue.labels !== undefined && hasLabel(Object.values(priorityLabels), label))
    return about(payload, { type: "priority_set", priority: priorityIn(payload.issue.labels.map(({ name }) => name)) });
  if (label !== undefined && hasLabel(Object.values(statusLabels), label)) {
    if (isBot(payload.sender)) return ignored("a bot changed a status label"); // two Apps would correct each other for ever
    return about(payload, { type: "status_label_changed", label, set: isSet });
  }
  if (label === undefined || !isTrigger(label, self)) return ignored("the label is not the one that starts loops");
  if (isBot(payload.sender)) return ignored("a bot neither starts nor ends a loop");
  const actor = personOf(payload.sender);
  if (payload.action === "unlabeled") return about(payload, { type: "unlabelled", actor });
  return about(payload, {
    type: "labelled",
    issue: issueRef(payload, payload.issue.number),
    loop: self.newLoopId(),
    title: payload.issue.title,
    label,
    actor,
    // The label was the issue's last change when GitHub wrote this: a redelivery says the same time again.
    ...(payload.issue.updated_at === undefined ? {} : { setAt: Date.parse(payload.issue.updated_at) }),
  });
}

/** Whoever deletes a label takes it off every issue, and GitHub does not say which one it was: what is left on the issue tells. */
function labelDeleted(payload: Payload, self: Self): Translated {
  const { labels } = payload.issue;
  if (labels === undefined || labels.some(({ name }) => isTrigger(name, self)))
    return ignored("the label is not the one that starts loops");
  if (isBot(payload.sender)) return ignored("a bot neither starts nor ends a loop");
  return about(payload, { type: "unlabelled", actor: personOf(payload.sender) });
}

function about(payload: Payload, event: LoopEvent): Translated {
  return {
    kind: "event",
    repositoryId: payload.repository.id,
    route: { issue: payload.issue.number },
    events: [event],
  };
}
