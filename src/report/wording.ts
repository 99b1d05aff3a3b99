// Every sentence the App says on GitHub. report.ts arranges them.
import { unreachable } from "../base/assert.ts";
import type { Reply } from "../loop/effect.ts";
import { classOf } from "../loop/end.ts";
import type { LoopState, Review, StopReason } from "../loop/state.ts";
import { inlineCode, plainSentence } from "./escape.ts";
import { date, duration } from "./time.ts";

export interface Words {
  readonly title: string; // a few words, for a headline
  readonly sentence: string; // what happens now, or what it means
}

/** What each ending is called, and what the thread adds to the machine's own account of it. */
export const endingWords: Record<StopReason, Words> = {
  task_complete: { title: "task complete", sentence: "" },
  verifier_passed: { title: "verifier passed", sentence: "" },
  nothing_to_do: { title: "nothing to do", sentence: "" },
  budget_limit: { title: "budget limit", sentence: "It goes no further on its own." },
  retry_limit: { title: "retry limit", sentence: "More are a person's to grant." },
  no_progress: { title: "no progress", sentence: "Another attempt would most likely fail in the same way." },
  uncertainty_too_high: { title: "uncertainty too high", sentence: "Going on would mean guessing." },
  permission_required: { title: "permission required", sentence: "That is for a person to decide." },
  risky_action_detected: { title: "risky action detected", sentence: "A person should look at it first." },
  external_dependency_blocked: { title: "external dependency blocked", sentence: "The change itself is not to blame." },
  stalled: { title: "stalled", sentence: "Nothing of that attempt was published." },
  state_tampered: { title: "state tampered", sentence: "No decision is taken on such a record." },
  policy_invalid: { title: "policy invalid", sentence: "This is what is wrong with it:" },
  cancelled: { title: "cancelled", sentence: "Nothing of the loop runs any more." },
  unanswered: { title: "unanswered", sentence: "The gate had its time and one reminder." },
  infrastructure_error: {
    title: "infrastructure error",
    sentence: "The failure is Loopgate's or its host's, not the change's.",
  },
};

/** How an ending is announced: `done` where it ended well. */
export function endingHeadline(reason: StopReason): string {
  return `Loopgate ${classOf(reason) === "well" ? "is done" : "stopped"}: ${endingWords[reason].title}`;
}

/** What a loop in this phase is doing, and what comes next. `settled` is worded by `endingWords`. */
export function phaseWords(state: LoopState): { readonly now: Words; readonly next: string } {
  const attempt = attemptOf(state);
  const judges = state.rules?.reviewer === null ? "CI judges" : "CI and the reviewer judge";
  switch (state.phase) {
    case "queued":
      return say(
        "reading the issue",
        "Permission, policy and issue text are being read.",
        "The first attempt starts, or this thread says why not.",
      );
    case "preparing":
      return say(`${attempt} is starting`, "The agent's run is being prepared.", "The agent works on the issue.");
    case "executing":
      return say(
        `${attempt} is running`,
        "The agent is working on the issue.",
        `What it leaves is checked and pushed to the branch, then ${judges} it.`,
      );
    case "publishing":
      return say(
        `${attempt} is being published`,
        "The change passed the policy and is on its way to the branch.",
        `${judges} it.`,
      );
    case "verifying":
      return say(
        `${attempt} is being judged`,
        headOf(state) === null
          ? "The agent says that nothing is to be done; the reviewer checks that."
          : `${judges} commit ${commit(headOf(state))}.`,
        "Green: a person is asked. Red: the findings become the next attempt's brief.",
      );
    case "resting":
      return say(
        "resting",
        `${until(state)} ${plainSentence(state.resumeAt?.why ?? "")}`.trim(),
        "The next attempt starts by itself.",
      );
    case "awaiting_gate":
      return say("waiting for a person", gateSentence(state), gateNext(state));
    case "paused":
      return say(
        "paused",
        `${plainSentence(state.resumeAt?.why ?? "A person paused it")}.`,
        "Nothing happens until someone comments `/loop resume` or `/loop stop`.",
      );
    case "refused":
      return say(
        "not started",
        "The label was set by someone who may not start loops here.",
        "Someone with write permission can set it again.",
      );
    case "settled":
      return say("ended", "This loop has ended.", "");
    default:
      return unreachable(state.phase);
  }
}

/** What stays after an ending. */
export function preservedSentence(state: LoopState, pullLink: string | null): string {
  const pushed = state.head === null ? null : `branch ${inlineCode(state.branch ?? "")} at ${commit(state.head)}`;
  const waiting = state.ending?.resume === "publish" ? state.ending.pendingHead : null;
  const kept = [
    pushed,
    pullLink === null ? null : `pull request ${pullLink}`,
    waiting === null ? null : `commit ${commit(waiting)}, not published and held by Loopgate`,
  ].filter((part) => part !== null);
  return kept.length === 0
    ? "No commit of it reached this repository; this thread stays."
    : `Kept: ${kept.join(", ")}, and this thread.`;
}

/** The loud warning where no container isolates the agent. */
export const noIsolationWarning = [
  "> [!CAUTION]",
  "> **No container isolates this loop.** The agent runs as an ordinary process on the App's own host: nothing keeps it from",
  "> that host's files and network. This is for the demo only.",
].join("\n");

/** The answer to a person. */
export function replySentence(reply: Exclude<Reply, { kind: "status" }>, state: LoopState, pullLink: string): string {
  switch (reply.kind) {
    case "not_permitted":
      return `${inlineCode(reply.login)} set the label ${inlineCode(state.label)}, but has ${inlineCode(reply.permission)} permission here, and starting a loop needs write. Nothing was started and the label was removed. Next: someone with write permission sets it again.`;
    case "command_refused":
      return `${inlineCode(commandText(reply.command.verb))} by ${inlineCode(reply.command.actor.login)} was refused: ${plainSentence(reply.why)}. Nothing changed. ${inlineCode("/loop help")} lists what can be said.`;
    case "approval_does_not_count":
      return `The approval by ${inlineCode(reply.login)} does not count: ${plainSentence(reply.why)}. The loop keeps waiting for one on commit ${commit(headOf(state))} by someone with write permission who is neither ${inlineCode(state.requester.login)} nor an author of the commits.`;
    case "gate_reminder":
      return `Pull request ${pullLink} has been waiting for approval since ${date(state.gateSince ?? state.startedAt)}. ${expirySentence(state)} This is the only reminder. Next: approve it, or request changes there.`;
    case "help":
      return helpText;
    default:
      return unreachable(reply);
  }
}

const helpText = [
  "Commands are the first line of a new comment by someone with write permission:",
  "",
  "- `/loop status`: what the loop is doing now",
  "- `/loop stop`: end it; removing the label or closing the issue does the same",
  "- `/loop pause`, `/loop resume`: hold it, and go on",
  "- `/loop retry`: after a stop, read the issue and the policy again and go on from the branch",
  "- `/loop approve`: at the gate, approve the commit; after a stop that asks for it, allow what waits",
  "- `/loop help`: this list",
].join("\n");

/** Title and body of the pull request; the title is made safe by report.ts. */
export function pullBody(state: LoopState): string {
  const reviewer = state.rules?.reviewer === null ? "CI is green" : "CI and an independent reviewer agree";
  return [
    `Closes #${state.issue.number}`,
    `Loopgate, a GitHub App, opened this pull request for #${state.issue.number}, where ${inlineCode(state.requester.login)} set the label ${inlineCode(state.label)}. An agent wrote the commits; that thread says what it tried, what failed and why.`,
    `It stays a draft until ${reviewer}. Then it needs the approval of a person with write permission who is neither ${inlineCode(state.requester.login)} nor an author of the commits. Requesting changes here starts the next attempt.`,
  ].join("\n\n");
}

/** The reviewer's check run in a few words. */
export const checkTitles: Record<Review["verdict"], string> = {
  approve: "The reviewer approves",
  reject: "The reviewer asks for changes",
  unreadable: "The reviewer gave no readable answer",
};

export const footer = "<sub>Written by Loopgate, a GitHub App.</sub>";

/** The sentence with a capital letter, for when nobody is called before it. */
export function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** `attempt 2 of 3`; attempts that did not count are granted again. */
export function attemptOf(state: LoopState): string {
  const uncounted = state.attempts.slice(0, -1).filter((attempt) => !attempt.counted).length;
  return `attempt ${Math.max(1, state.attempts.length)} of ${state.granted + uncounted}`;
}

/** A commit by its first seven digits. */
export function commit(sha: string | null): string {
  return sha === null ? "(none)" : inlineCode(sha.slice(0, 7));
}

/** The commit the loop is judging or has judged. */
export function headOf(state: LoopState): string | null {
  return state.attempts.at(-1)?.head ?? null;
}

function say(title: string, sentence: string, next: string) {
  return { now: { title, sentence }, next };
}

function until(state: LoopState): string {
  return state.resumeAt === null ? "Waiting." : `Waiting until ${date(state.resumeAt.at)}.`;
}

function gateSentence(state: LoopState): string {
  const count = state.rules?.approvals ?? 1;
  const approvals = count === 1 ? "an approval" : `${count} approvals`;
  return `Commit ${commit(headOf(state))} is green and waits for ${approvals}.`;
}

function gateNext(state: LoopState): string {
  const who = `Someone with write permission who is neither ${inlineCode(state.requester.login)} nor an author of the commits`;
  return `${who} approves the pull request, or comments \`/loop approve\`. Requesting changes starts the next attempt. ${expirySentence(state)}`;
}

function expirySentence(state: LoopState): string {
  if (state.rules === null || state.gateSince === null) return "";
  return `Without an answer the loop ends on ${date(state.gateSince + state.rules.gateExpiryMs)}, ${duration(state.rules.gateExpiryMs)} after it asked.`;
}

function commandText(verb: string): string {
  return verb === "unknown" ? "/loop" : `/loop ${verb}`;
}
