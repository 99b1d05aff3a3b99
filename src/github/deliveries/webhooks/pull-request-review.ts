// The `pull_request_review` event: a person reviews the loop's pull request or dismisses a review.
import { z } from "zod";
import { CommitId, Envelope, isBot, personOf, reading } from "../payload.ts";
import { ignored } from "../translated.ts";

const Payload = Envelope.extend({
  pull_request: z.object({ number: z.number().int().positive() }),
  review: z.object({ commit_id: CommitId.nullable() }),
});

/** The event says only that something changed; what the review counts for is read again at the gate. */
export const translateReview = reading(Payload, (payload) => {
  if (payload.action !== "submitted" && payload.action !== "dismissed")
    return ignored(`pull_request_review.${payload.action} changes no loop`);
  if (isBot(payload.sender)) return ignored("reviews of bots do not count");
  if (payload.review.commit_id === null) return ignored("the review is about no commit");
  return {
    kind: "event",
    repositoryId: payload.repository.id,
    route: { pull: payload.pull_request.number },
    events: [{ type: "review_submitted", actor: personOf(payload.sender), head: payload.review.commit_id }],
  };
});
