// What a loop is doing, phase by phase, and what comes next.
import { unreachable } from "../../base/assert.ts";
import type { Halt } from "../../loop/cause.ts";
import type { LoopState } from "../../loop/state.ts";
import { inlineCode, plainSentence } from "../escape.ts";
import { date, duration } from "../time.ts";
import { attemptOf, commit, headOf, type Words } from "./parts.ts";

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
      return say("resting", `${until(state)} ${halt(state)}`.trim(), "The next attempt starts by itself.");
    case "awaiting_gate":
      return say("waiting for a person", gateSentence(state), gateNext(state));
    case "paused":
      return say("paused", halt(state), "Nothing happens until someone comments `/loop resume` or `/loop stop`.");
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

function say(title: string, sentence: string, next: string) {
  return { now: { title, sentence }, next };
}

function halt({ resumeAt }: LoopState): string {
  return resumeAt === null ? "" : plainSentence(haltSentence(resumeAt.why));
}

function haltSentence(why: Halt): string {
  switch (why.of) {
    case "pause_command":
      return `${why.by} said \`/loop pause\`.`;
    case "provider_down":
      return "The model provider failed, and the agent left no commit.";
    case "executor_lost":
      return why.note;
    case "told":
      return /[.!?]$/.test(why.said) ? why.said : `${why.said}.`;
    default:
      return unreachable(why);
  }
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

/** When the gate closes by itself. */
export function expirySentence(state: LoopState): string {
  if (state.rules === null || state.gateSince === null) return "";
  return `Without an answer the loop ends on ${date(state.gateSince + state.rules.gateExpiryMs)}, ${duration(state.rules.gateExpiryMs)} after it asked.`;
}
