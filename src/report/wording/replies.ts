// What the App answers people in the thread.
import { unreachable } from "../../base/assert.ts";
import type { Reply } from "../../loop/effect.ts";
import { holdLabel, planLabel } from "../../loop/end.ts";
import type { Command } from "../../loop/event.ts";
import type { LoopState } from "../../loop/state.ts";
import { inlineCode, plainSentence } from "../escape.ts";
import { date } from "../time.ts";
import { moneyWarning, raisedSentence } from "./budget.ts";
import { commit, headOf } from "./parts.ts";
import { expirySentence, planNext } from "./phases.ts";
import { approvalRefusal, commandRefusal, gateRefusal } from "./refusals.ts";
import { whoIsNeither } from "./schedule.ts";
import { steeringSentence } from "./steering.ts";

/** The answer to a person. */
export function replySentence(
  reply: Exclude<Reply, { kind: "status" | "explain" | "report" }>,
  state: LoopState,
  { pullLink, now }: { readonly pullLink: string; readonly now: number },
): string {
  switch (reply.kind) {
    case "not_permitted":
      return `${inlineCode(reply.login)} set the label ${inlineCode(state.label)} but has only ${inlineCode(reply.permission)} permission here. Starting a loop takes write permission, so nothing was started and the label was removed. Next: someone with write permission sets it again.`;
    case "retry_on_closed":
      return "The issue is closed, so nothing was started. To go on, reopen it and comment `/loop retry` again.";
    case "unscheduled":
      return `\`.github/loop.yml\` has no schedule ${inlineCode(reply.schedule)} any more, so nothing was started and the label was removed. Next: to have this done all the same, someone with write permission sets the label ${inlineCode(state.label)} or comments \`/loop run\`.`;
    case "label_on_pull":
      return `${inlineCode(state.requester.login)} set the label ${inlineCode(state.label)} on a pull request. A loop works on an issue and opens a pull request of its own, so nothing was started and the label was removed. Next: open an issue that says what you want, and set the label there.`;
    case "label_on_closed":
      return `${inlineCode(state.requester.login)} set the label ${inlineCode(state.label)} on a closed issue, so nothing was started and the label was removed. Next: reopen the issue, then set the label again.`;
    case "all_paused":
      return `${inlineCode(reply.by)} paused every loop of this repository on ${date(reply.since)}, so nothing was started and the label was removed. Next: once someone with maintain or admin permission has commented \`/loop resume-all\`, set the label again or comment \`/loop run\`.`;
    case "base_refused":
      return baseRefusal(reply, state);
    case "command_refused":
      return `${inlineCode(commandText(reply.command.verb))} by ${inlineCode(reply.command.actor.login)} was refused: ${plainSentence(commandRefusal(reply.why, reply.command))}. Nothing changed. ${inlineCode("/loop help")} lists the commands.`;
    case "approval_does_not_count":
      return `The approval by ${inlineCode(reply.login)} does not count: ${plainSentence(approvalRefusal(reply.why))}. The loop still needs an approval of commit ${commit(headOf(state))} by someone with write permission${state.rules?.approvers === "anyone" ? "" : ` ${whoIsNeither(state)}`}.`;
    case "gate_not_passed":
      return reply.why.of === "outdated"
        ? `Commit ${commit(headOf(state))} cannot be merged as it is. ${gateRefusal(reply.why)}`
        : `Commit ${commit(headOf(state))} is approved, but not yet enough for the gate. ${gateRefusal(reply.why)}`;
    case "ready_for_ci":
      return `${pullLink} was made ready for review before anything was green: ${commit(headOf(state))} has no check that ran, and CI often leaves drafts out. Nobody is asked to review it yet. To open it ready from the start, set \`pull_request.draft: never\` in \`.github/loop.yml\`.`;
    case "auto_merge":
      return `${inlineCode(reply.by)} switched on auto-merge for ${pullLink}. GitHub then merges it as soon as its own rules are met, and they know nothing of this loop's gate: it may be merged before the commit was judged, or approved as the policy asks. Next: switch it off there, or make ${inlineCode("loop / verdict")} a required check of ${inlineCode(state.base?.branch ?? "the base")}, so that GitHub waits for the verdict.`;
    case "gate_reminder":
      if (state.phase === "awaiting_plan")
        return `The plan has been waiting for an answer since ${date(state.gateSince ?? state.startedAt)}. This is the only reminder. Next: ${planNext(state).replace(/^C/, "c")}`;
      return `Pull request ${pullLink} has been waiting for approval since ${date(state.gateSince ?? state.startedAt)}. This is the only reminder. Next: approve it or request changes there. ${expirySentence(state)}`;
    case "reviewers_missed":
      return `GitHub would not ask ${reply.missed.map((login) => inlineCode(login)).join(", ")} to review ${pullLink}: reviewers must have access to this repository. Everyone else was asked. Next: correct \`gate.reviewers\` in \`.github/loop.yml\`, or ask somebody on the pull request.`;
    case "steered":
    case "words_heard":
    case "words_unheard":
      return steeringSentence(reply);
    case "money_warning":
      return moneyWarning(reply.percent, state);
    case "raised":
      return raisedSentence(reply, state, now);
    case "help":
      return helpText;
    case "command_unknown":
      return unknownText(reply.command);
    default:
      return unreachable(reply);
  }
}

type BaseRefused = Extract<Reply, { kind: "base_refused" }>;

function baseRefusal({ base, reason, named }: BaseRefused, { label }: LoopState): string {
  const reasons: Record<BaseRefused["reason"], string> = {
    missing: "this repository has no such branch",
    policy: `\`base\` in \`.github/loop.yml\` has every loop begin from ${inlineCode(named ?? "")}`,
    loop: "it is the branch of a loop",
  };
  const next =
    reason === "policy" ? "comment `/loop run`" : "comment `/loop run base=` with the name of another branch";
  return `No loop begins from ${inlineCode(base)}: ${reasons[reason]}. Nothing was started. Next: ${next}, or set the label ${inlineCode(label)}.`;
}

/** What came of `/loop pause-all` or `/loop resume-all`; `overtaken`: one that was commented later was heeded before. */
export type AllPausedCame = AllPausedNow | "overtaken";

interface AllPausedNow {
  readonly loops: number; // that were told; of an account's that is not said either
  readonly isNews: boolean; // false: it was so already
  readonly by: readonly string[]; // logins of those who paused them
  /** The account whose repositories all were meant; null: the one repository was. How many it has is not for everybody who reads here. */
  readonly owner: { readonly login: string; readonly leavesOthers: boolean } | null;
}

/** The answer to either. */
export function allPausedSentence(command: Command, came: AllPausedCame): string {
  if (came === "overtaken")
    return `${inlineCode("/loop pause-all")} or ${inlineCode("/loop resume-all")} in a later comment here took effect before this, so nothing changed.`;
  const left =
    came.owner?.leavesOthers === true
      ? ` Those where ${inlineCode(command.actor.login)} has neither maintain nor admin permission stay as they were.`
      : "";
  return (command.verb === "resume-all" ? resumedAll(came, command.actor.login) : pausedAll(came)) + left;
}

function resumedAll({ loops, isNews, owner }: AllPausedNow, actor: string): string {
  if (owner !== null) return resumedOwners(owner, isNews, actor);
  if (!isNews) return "This repository is not paused, so nothing changed.";
  const those = `${loopsOf(loops)} that rested ${loops === 1 ? "continues" : "continue"}`;
  const onward = loops === 0 ? "None of its loops was at rest" : those;
  return `This repository is not paused any more. ${onward}, and labels start loops again.`;
}

function resumedOwners(
  { login, leavesOthers }: NonNullable<AllPausedNow["owner"]>,
  isNews: boolean,
  actor: string,
): string {
  const whose = inlineCode(login);
  if (isNews)
    return `The repositories of ${whose} are not paused any more. Their loops that rested continue, and labels start loops again.`;
  const which = leavesOthers ? ` that ${inlineCode(actor)} may resume` : "";
  return `No repository of ${whose}${which} is paused, so nothing changed.`;
}

function pausedAll({ loops, isNews, by, owner }: AllPausedNow): string {
  const what = owner === null ? "this repository" : `the repositories of ${inlineCode(owner.login)}`;
  const next = owner === null ? "`/loop resume-all`" : "`/loop resume-all organisation`";
  const own = owner === null ? "its loops" : "their loops";
  const who = by.map((login) => inlineCode(login)).join(", ");
  if (!isNews) return `${who} paused ${what} before. Next: ${next} continues ${own}.`;
  const those = owner === null ? `${loopsOf(loops)} ${loops === 1 ? "rests" : "rest"}` : "Their loops rest";
  const isIdle = owner === null && loops === 0;
  const rest = isIdle ? "It has no loop at work" : `${those}, with what the agents had done kept`;
  return `${who} paused ${what}. ${rest}, and nothing new starts. Next: ${next}, on any issue here, ends that.`;
}

function loopsOf(count: number): string {
  return count === 1 ? "Its 1 loop" : `Its ${count} loops`;
}

/** Nobody without the permission pauses a whole repository. */
export function pauseAllRefused(command: Command, permission: string): string {
  return `${inlineCode(commandText(command.verb))} was refused: ${plainSentence(commandRefusal({ of: "role", permission }, command))}. Nothing changed.`;
}

/** What an issue without a loop was seen to be like. */
export interface SeenWithoutLoop {
  readonly open: boolean;
  readonly labelled: boolean;
  readonly policyFault: string | null; // why the policy does not stand; null: it does
  readonly schedules: readonly string[]; // a line for each of the policy's
}

/** What is said where nobody has started a loop; `seen` where it was asked why. */
export function withoutLoopSentence(command: Command, label: string, seen: SeenWithoutLoop | null): string {
  if (command.verb === "help") return helpText;
  if (command.verb === "unknown") return unknownText(command);
  if (command.verb === "run") return `Nothing was started: ${commandRefusal({ of: "run_words" }, command)}.`;
  if (seen !== null)
    return [`There is no loop on this issue: ${whyNone(label, seen)}`, ...schedulesPart(seen)].join("\n\n");
  return `There is no loop on this issue. Next: set the label ${inlineCode(label)}, or comment \`/loop run\`, to start one. ${inlineCode("/loop help")} lists the commands.`;
}

/** What begins by itself, for whoever asks why it does not. */
function schedulesPart({ schedules, policyFault }: SeenWithoutLoop): string[] {
  if (policyFault !== null) return ["No schedule runs either while the policy is invalid."];
  return schedules.length === 0 ? [] : [schedules.join("\n")];
}

function whyNone(label: string, { open, labelled, policyFault }: SeenWithoutLoop): string {
  if (!open) return "it is closed. Next: reopen it, then comment `/loop run`.";
  if (policyFault !== null)
    return `the policy is invalid, so that none would start. ${plainSentence(policyFault)}. Next: fix \`.github/loop.yml\` on the default branch, then comment \`/loop run\`.`;
  if (labelled)
    return `the label ${inlineCode(label)} is set, but not by a person whom Loopgate has heard of: a bot set it, it came with the issue, or GitHub's message was lost. Next: comment \`/loop run\`.`;
  return `nobody has set the label ${inlineCode(label)}. Next: set it, or comment \`/loop run\`.`;
}

/** An unknown command's argument is all that stood after `/loop`. */
function unknownText({ argument }: Command): string {
  const word = argument.split(/\s/, 1)[0] ?? "";
  return `${inlineCode(`/loop ${word}`, 60)} is not a command, so nothing was done.\n\n${helpText}`;
}

const helpText = [
  "Put a command on the first line of a new comment. Commands need write permission.",
  "",
  "- `/loop run`: start a loop on this issue, as the label does; `/loop run base=BRANCH` starts it from another branch",
  "- `/loop status`: say what the loop is doing",
  "- `/loop explain`: say why it is not running: what it waits for, whose word that takes, and how far each limit is used",
  "- `/loop report`: say what was tried so far, attempt by attempt, what it cost and what is left",
  "- `/loop stop`: end the loop; removing the label or closing the issue does the same",
  "- `/loop pause`, `/loop resume`: pause the loop, and continue it",
  "- `/loop pause-all`, `/loop resume-all`: the same for every loop of this repository, with nothing started meanwhile; they take maintain or admin permission, and followed by `organisation` mean every repository of the account where you have that",
  "- `/loop retry`: after a stop, read the issue and the policy again and continue from the branch",
  "- `/loop answer`, followed by the number of a choice or your own words: answer the agent's question and continue",
  "- `/loop approve`: approve the commit, or allow what the loop stopped to ask for",
  "- `/loop plan`, followed by what should be different: have the plan made anew; after a stop, plan before going on",
  "- `/loop deny`: refuse what the loop stopped to ask for, and continue without it; words after it say why",
  "- `/loop steer`, followed by your words: tell the agent something, the one at work or that of the next attempt",
  "- `/loop budget +$5`, `/loop budget +2 attempts`, either also with `for 24h`: add to the loop's limits, and continue a loop that stopped at one",
  "- `/loop extend 2h`: the same for the loop's time",
  "- `/loop help`: show this list",
  "",
  `The label ${inlineCode(holdLabel)} holds the loop: while it is on the issue, nothing new begins and nothing is merged. ${inlineCode(planLabel)}, set first, has an agent plan and wait for \`/loop approve\` before any work.`,
].join("\n");

function commandText(verb: string): string {
  return verb === "unknown" ? "/loop" : `/loop ${verb}`;
}
