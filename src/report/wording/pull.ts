// What stands on the pull request, and the warnings on a comment.
import type { LoopState, Review } from "../../loop/state.ts";
import { inlineCode } from "../escape.ts";

/** Title and body of the pull request; the title is made safe by report.ts. */
export function pullBody(state: LoopState): string {
  const reviewer = state.rules?.reviewer === null ? "CI passes" : "CI passes and an independent reviewer approves";
  return [
    `Closes #${state.issue.number}`,
    `Loopgate, a GitHub App, opened this pull request for #${state.issue.number}, where ${inlineCode(state.requester.login)} set the label ${inlineCode(state.label)}. An agent wrote the commits. The issue says what each attempt tried, what failed and why.`,
    `It stays a draft until ${reviewer}. Then it needs the approval of someone with write permission who is neither ${inlineCode(state.requester.login)} nor an author of the commits. Requesting changes here starts the next attempt.`,
  ].join("\n\n");
}

/** The reviewer's check run in a few words. */
export const checkTitles: Record<Review["verdict"], string> = {
  approve: "The reviewer approves",
  reject: "The reviewer asks for changes",
  unreadable: "The reviewer gave no usable answer",
};

/** The loud warning where no container isolates the agent. */
export const noIsolationWarning = [
  "> [!CAUTION]",
  "> **No container isolates this loop.** The agent runs as an ordinary process on the App's own host: nothing keeps it from that host's files and network. This is for the demo only.",
].join("\n");
