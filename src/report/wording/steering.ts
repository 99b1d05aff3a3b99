// What people are told who speak to an agent: when and how it hears, and whether it did.
import type { Reply } from "../../loop/effect.ts";
import type { Said } from "../../loop/state.ts";
import { inlineCode } from "../escape.ts";

type Steering = Extract<Reply, { kind: "steered" | "words_heard" | "words_unheard" }>;

/** The answer to whoever said it. */
export function steeringSentence(reply: Steering): string {
  switch (reply.kind) {
    case "steered":
      return `Heard. ${steeredNext[reply.hears](reply.attempt)}`;
    case "words_heard":
      return reply.by === "brief"
        ? `The agent of attempt ${reply.attempt} was told ${saidBy(reply.of)}: its brief quotes it.`
        : `The agent of attempt ${reply.attempt} was just told ${saidBy(reply.of)}, in the answer to a tool that it called. What it makes of it, its change will show; later attempts' briefs quote it too.`;
    case "words_unheard":
      return `Attempt ${reply.attempt} ended before its agent was told ${saidBy(reply.of)}: it called none of Loopgate's tools after that. ${unheardNext[reply.hears]}`;
  }
}

const toRetry = "The next attempt's brief quotes it. Next: comment `/loop retry` to begin that attempt.";

const steeredNext = {
  now: (attempt = 0) =>
    `The agent of attempt ${attempt} is told in the next answer of Loopgate's tools that it gets, and a comment here says when it was. If it ends before that, the next attempt's brief quotes it.`,
  next: () => "No agent is at work, so the next attempt's brief quotes it.",
  retry: () => toRetry,
};

const unheardNext = {
  next: "The brief of the next attempt, if there is one, quotes it.",
  retry: toRetry,
  nobody: "The loop is over, so nobody will be.",
} as const;

/** Whose words, and how they begin. */
function saidBy(of: readonly Said[]): string {
  const each = of.map(({ by, text }) => `${inlineCode(by)} said (${inlineCode(text, 60)})`);
  return `what ${each.join(", and what ")}`;
}
