// The `pull_request_review` event: a person reviews the loop's pull request, with a command or without, or dismisses a review.
import { z } from "zod";
import type { LoopEvent } from "../../../loop/event.ts";
import { parseCommand } from "../command.ts";
import { CommitId, Envelope, isBot, personOf, reading } from "../payload.ts";
import { ignored } from "../translated.ts";

const Payload = Envelope.extend({
  pull_request: z.object({ number: z.number().int().positive() }),
  review: z.object({
    id: z.number().int(),
    node_id: z.string(),
    commit_id: CommitId.nullable(),
    body: z.string().nullish(),
  }),
});

/**
 * A command counts once, when the review is submitted; it comes first, so that what it stops is not done for the review.
 * Of the review the event says only that something changed; what it counts for is read again at the gate.
 */
export const translateReview = reading(Payload, (payload, self) => {
  if (payload.action !== "submitted" && payload.action !== "dismissed")
    return ignored(`pull_request_review.${payload.action} changes no loop`);
  if (isBot(payload.sender)) return ignored("reviews of bots do not count");
  const actor = personOf(payload.sender);
  const { id: commentId, node_id: review, commit_id: head, body } = payload.review;
  const command = payload.action === "submitted" ? parseCommand(body ?? "", self.slug) : null;
  const events: LoopEvent[] = [
    ...(command === null ? [] : [{ type: "command", command: { ...command, actor, commentId, review } } as const]),
    ...(head === null ? [] : [{ type: "review_submitted", actor, head } as const]),
  ];
  if (events.length === 0) return ignored("the review is about no commit");
  return {
    kind: "event",
    repositoryId: payload.repository.id,
    route: { pull: payload.pull_request.number },
    events,
  };
});
