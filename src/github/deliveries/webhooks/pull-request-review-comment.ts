// The `pull_request_review_comment` event: a person gives a command in a comment on a line of the loop's pull request.
import { z } from "zod";
import { parseCommand } from "../command.ts";
import { Envelope, isBot, personOf, reading } from "../payload.ts";
import { ignored } from "../translated.ts";

const Payload = Envelope.extend({
  pull_request: z.object({ number: z.number().int().positive() }),
  comment: z.object({ id: z.number().int(), node_id: z.string(), body: z.string().nullish() }),
});

/** A command counts once, when the comment is written. What else the comment says is read with its review. */
export const translateReviewComment = reading(Payload, (payload, self) => {
  if (payload.action !== "created") return ignored(`pull_request_review_comment.${payload.action} changes no loop`);
  if (isBot(payload.sender)) return ignored("commands of bots do not count");
  const { id: commentId, node_id: review, body } = payload.comment;
  const command = parseCommand(body ?? "", self.slug);
  if (command === null) return ignored("the first line of the comment is no command");
  const given = { ...command, actor: personOf(payload.sender), commentId, review, onLine: true as const };
  return {
    kind: "event",
    repositoryId: payload.repository.id,
    route: { pull: payload.pull_request.number },
    events: [{ type: "command", command: given }],
  };
});
