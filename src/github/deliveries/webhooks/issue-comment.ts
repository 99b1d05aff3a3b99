// The `issue_comment` event: a person gives a command, or someone else changes or removes a comment of ours.
import { z } from "zod";
import type { LoopEvent } from "../../../loop/event.ts";
import { parseCommand } from "../command.ts";
import { AppStamp, Envelope, isBot, isOurs, issueRef, personOf, reading, Sender } from "../payload.ts";
import { ignored, type Route, type Self, type Translated } from "../translated.ts";

const Payload = Envelope.extend({
  issue: z.object({
    number: z.number().int().positive(),
    title: z.string().optional(),
    pull_request: z.unknown().optional(),
  }),
  comment: z.object({
    id: z.number().int(),
    body: z.string().nullish(),
    user: Sender.nullable(),
    performed_via_github_app: AppStamp,
  }),
  changes: z.object({ body: z.object({ from: z.string() }).optional() }).optional(),
});
type Payload = z.infer<typeof Payload>;

/** Threats T16, T19 and T23: commands count once, when created, from people; our own comments are watched. */
export const translateIssueComment = reading(Payload, (payload, self) => {
  switch (payload.action) {
    case "created":
      return commandIn(payload, self);
    case "edited":
    case "deleted":
      return recordTouched(payload, self);
    default:
      return ignored(`issue_comment.${payload.action} changes no loop`);
  }
});

function commandIn(payload: Payload, self: Self): Translated {
  if (isOurs(payload.sender, self)) return ignored("we wrote the comment ourselves");
  if (isBot(payload.sender)) return ignored("commands of bots do not count");
  if (isOfAnotherApp(payload, self)) return ignored("a comment that an App wrote is no person's command");
  const command = parseCommand(payload.comment.body ?? "", self.slug);
  if (!command) return ignored("the first line of the comment is no command");
  const { number, title = "" } = payload.issue;
  const given = { ...command, actor: personOf(payload.sender), commentId: payload.comment.id };
  if (payload.issue.pull_request) return about(payload, { pull: number }, { type: "command", command: given });
  const label = self.triggerLabels[0] ?? "loop";
  const begins = command.verb === "run" ? { begins: { loop: self.newLoopId(), title, label } } : {};
  const on = { issue: issueRef(payload, number), label };
  return about(payload, { issue: number }, { type: "command", command: { ...given, ...begins }, on });
}

/** This App itself acts for a person who pressed a button of its pages, with that person's own token; no other App does. */
function isOfAnotherApp({ comment: { performed_via_github_app: via, user }, sender }: Payload, self: Self): boolean {
  if (!via) return false;
  return via.id !== self.appId || user?.id !== sender.id;
}

function recordTouched(payload: Payload, self: Self): Translated {
  const { comment } = payload;
  const oursToo = comment.performed_via_github_app?.id === self.appId;
  const isOurComment = oursToo || (comment.user !== null && isOurs(comment.user, self));
  if (!isOurComment) return ignored("the comment is none of ours");
  if (isOurs(payload.sender, self)) return ignored("we changed our comment ourselves");
  const actor = personOf(payload.sender);
  const route = { issue: payload.issue.number };
  if (payload.action === "deleted")
    return about(payload, route, { type: "record_deleted", comment: comment.id, actor });
  if (payload.changes?.body === undefined || payload.changes.body.from === comment.body)
    return ignored("the text of the comment did not change");
  return about(payload, route, { type: "record_edited", comment: comment.id, actor });
}

function about(payload: Payload, route: Route, event: LoopEvent): Translated {
  return { kind: "event", repositoryId: payload.repository.id, route, events: [event] };
}
