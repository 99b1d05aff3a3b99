// What a loop is doing, phase by phase, and what comes next.
import { unreachable } from "../../base/assert.ts";
import type { Halt } from "../../loop/cause.ts";
import { isHeldByDay, isHeldUp } from "../../loop/clock.ts";
import type { DayFull } from "../../loop/day.ts";
import { holdLabel } from "../../loop/end.ts";
import { isQueued } from "../../loop/merge-queue.ts";
import type { LoopState } from "../../loop/state.ts";
import { inlineCode, plainSentence, withoutHostPaths } from "../escape.ts";
import { inDollars } from "../money.ts";
import { date, dateIn, duration } from "../time.ts";
import { attemptOf, capital, commit, headOf, type Words } from "./parts.ts";
import { notByWords } from "./schedule.ts";

/** What a loop in this phase is doing, and what comes next. `settled` is worded by `endingWords`. */
export function phaseWords(state: LoopState): { readonly now: Words; readonly next: string } {
  const attempt = attemptOf(state);
  const judges = judgesOf(state);
  const isAlone = judges === "CI";
  const judge = isAlone ? "CI judges" : `${judges} judge`;
  const judging = capital(isAlone ? "CI is judging" : `${judges} are judging`);
  if (isHeldByDay(state)) {
    const { whose, until, zone, sooner } = state.dayFull;
    const early = sooner === true ? ", or as soon as what runs now leaves enough of today's" : "";
    return say(
      `${attempt} waits for the next day`,
      `${dayLimitSentence(state.dayFull)} Nothing is lost, and the loop's time stands still meanwhile.`,
      `It continues by itself on ${dateIn(zone, until)}${early}. No command raises this limit; ${whose === "account" ? "Loopgate's operator sets it" : "`day` in `.github/loop.yml` sets it, and a change there counts from the next loop or `/loop retry` on"}.`,
    );
  }
  if (isHeldUp(state)) {
    const { place, of, waitMs } = state.queued;
    const likely =
      waitMs === undefined ? "" : ` By how long the last runs took, that is in about ${aboutMinutes(waitMs)}.`;
    return say(
      `${attempt} is queued, place ${place} of ${of}`,
      "As many agents and reviewers are running as Loopgate's operator allows at once. The loop's time stands still meanwhile.",
      `${place === 1 ? "It starts as soon as one of them is done." : "It starts when its turn comes."}${likely}`,
    );
  }
  const delayed = delayOf(state);
  if (delayed?.awaits === true) {
    return say(
      `${attempt} waits for its image`,
      plainSentence(withoutHostPaths(delayed.why)),
      "It starts by itself once that is there. `/loop stop` ends the loop.",
    );
  }
  if (delayed !== null) {
    return say(
      `${attempt} could not start yet`,
      plainSentence(withoutHostPaths(delayed.why)),
      "It is tried again by itself, less and less often. `/loop stop` ends the loop.",
    );
  }
  switch (state.phase) {
    case "queued":
      return say(
        "reading the issue",
        "Loopgate is checking who set the label and reading the issue and the policy.",
        "The first attempt starts, or this thread says why not.",
      );
    case "preparing":
    case "executing":
      if (state.attempts.at(-1)?.plans === true)
        return say(
          "planning",
          "The agent reads the repository and plans the work. It can push nothing.",
          "The plan is shown here, and a person says yes or no to it.",
        );
      if (state.phase === "executing")
        return say(
          `${attempt} is running`,
          `${mergeSentence(state)}The agent is working on the issue.`,
          `Its commits are checked and pushed to the branch. Then ${judge} them.`,
        );
      // Nothing is written between the start and what comes of it, so this has to be true all the while.
      return say(
        `${attempt} is under way`,
        `${mergeSentence(state)}The agent gets a fresh container and works on the issue.`,
        `Its commits are checked and pushed to the branch. Then ${judge} them.`,
      );
    case "publishing":
      if (state.afterPush !== undefined)
        return say(
          `${attempt} ended early`,
          "What it had done passed the policy and is being pushed to the branch.",
          state.afterPush === "attempt" ? "The next attempt starts from it." : "Then the loop stops and says why.",
        );
      return say(
        `${attempt} is being published`,
        "The change passed the policy and is being pushed to the branch.",
        `${capital(judge)} it.`,
      );
    case "verifying":
      return say(
        `${attempt} is being judged`,
        headOf(state) === null
          ? "The agent says that no change is needed. The reviewer is checking that."
          : `${judging} commit ${commit(headOf(state))}.${rerunSentence(state)}${awaitsSentence(state)}`,
        headOf(state) === null
          ? "If the reviewer agrees, the loop is done. If not, the next attempt is told why."
          : `If it passes, ${state.rules?.approvals === 0 ? "the loop is done" : "a person is asked to approve it"}. If not, the next attempt is told what to fix.`,
      );
    case "resting":
      return say("waiting to try again", `${until(state)} ${halt(state)}`.trim(), "The next attempt starts by itself.");
    case "awaiting_plan":
      return say("waiting for a person: its plan", "The agent planned the work and changed nothing.", planNext(state));
    case "awaiting_gate":
      if (isQueued(state, headOf(state))) {
        return say(
          "in the merge queue",
          `Commit ${commit(headOf(state))} passed, was approved, and is in GitHub's merge queue.`,
          "GitHub merges it once the queue's checks pass. If it is taken out instead, the loop ends and says why.",
        );
      }
      return say("waiting for a person", gateSentence(state), gateNext(state));
    case "paused":
      return say(state.resumeAt?.why.of === "hold_label" ? "held" : "paused", halt(state), resumeNext(state));
    case "refused":
      return say(
        "not started",
        "The label started nothing; the answer to it in this thread says why.",
        "Someone with write permission can set it again, or comment `/loop run`.",
      );
    case "settled":
      return say("ended", "This loop has ended.", "");
    default:
      return unreachable(state.phase);
  }
}

/** Which limit of which day is reached. */
function dayLimitSentence({ whose, of, may }: DayFull): string {
  const which = whose === "repository" ? "All loops of this repository together" : "All loops of this account together";
  return of === "money"
    ? `${which} may spend ${inDollars(may)} on models in a day, and what is left of that is not enough for another run.`
    : `${which} may begin ${may} ${may === 1 ? "run" : "runs"} of agents and reviewers in a day, and have.`;
}

/** No more exact than such a guess is. */
function aboutMinutes(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return duration((minutes > 20 ? Math.round(minutes / 5) * 5 : minutes) * 60_000);
}

/** Who judges a commit of the loop, as the subject of a sentence. */
function judgesOf({ rules }: LoopState): string {
  const own = rules?.ownChecks === undefined ? [] : ["the policy's own checks"];
  const all = [...own, "CI", ...(rules?.reviewer === null ? [] : ["the reviewer"])];
  return all.length < 3 ? all.join(" and ") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}

/** So many names are listed; the rest is counted. */
const namesShown = 5;

/** That the base was red before any work was done, while it matters: then it is known before an agent is paid. */
export function redBaseWarning({ base, redOnBase = [], phase, ending }: LoopState): string[] {
  if (base === null || redOnBase.length === 0 || ending !== null || phase === "refused") return [];
  const shown = redOnBase.slice(0, namesShown).map((name) => inlineCode(name));
  const more = redOnBase.length > shown.length ? ` and ${redOnBase.length - shown.length} more` : "";
  const checks = redOnBase.length === 1 ? "a check" : "checks";
  return [
    `> [!NOTE]\n> The base branch ${inlineCode(base.branch)} failed ${checks} before the loop began: ${shown.join(", ")}${more}, at commit ${commit(base.sha)}. An attempt that fails in nothing else is not counted, up to three times.`,
  ];
}

function rerunSentence({ attempts }: LoopState): string {
  const attempt = attempts.at(-1);
  if (attempt?.rerun === "asked" && attempt.rerunFor === "runner")
    return " A job that was to judge it was ended from outside, so CI is asked to run it once more. That uses up no attempt.";
  return attempt?.rerun === "asked"
    ? " What failed fails on the base branch too, or was green on this commit as well, so CI is asked to run it once more. That uses up no attempt."
    : "";
}

/** Which checks a person has to do something about before they can end. */
function awaitsSentence({ ciAwaits = [] }: LoopState): string {
  if (ciAwaits.length === 0) return "";
  const each = ciAwaits.map(({ name, note }) => `${inlineCode(name)} (${plainSentence(note)})`);
  return ` A person is waited for by ${each.join(", ")}.`;
}

/** Why the attempt begins with a merge; empty where it does not. */
function mergeSentence({ attempts, base }: LoopState): string {
  const merges = attempts.at(-1)?.merges;
  if (merges === undefined || base === null) return "";
  const name = inlineCode(base.branch);
  return merges === "conflict"
    ? `The branch conflicts with ${name}, so GitHub starts no CI on it and cannot merge it: the agent is to merge ${name} first. The attempt is not counted. `
    : `${capital(name)} has moved on since the branch began: the agent is to merge it first. `;
}

function say(title: string, sentence: string, next: string) {
  return { now: { title, sentence }, next };
}

function halt({ resumeAt }: LoopState): string {
  return resumeAt === null ? "" : plainSentence(withoutHostPaths(haltSentence(resumeAt.why)));
}

function resumeNext({ resumeAt, hold }: LoopState): string {
  if (resumeAt?.why.of === "hold_label")
    return `Take the label \`${holdLabel}\` off to continue; where loops wait for a container, this one goes to the end of the line. \`/loop stop\` ends it.`;
  if (hold !== undefined)
    return `Take the label \`${holdLabel}\` off, then comment \`${resumeAt?.why.of === "pause_all" ? "/loop resume-all" : "/loop resume"}\`, or \`/loop stop\` to end the loop.`;
  return resumeAt?.why.of === "pause_all"
    ? "Comment `/loop resume-all`, on any issue here and with maintain or admin permission, to continue all of them, or `/loop stop` to end this one."
    : "Comment `/loop resume` to continue, or `/loop stop` to end the loop.";
}

function haltSentence(why: Halt): string {
  switch (why.of) {
    case "pause_command":
      return `${why.by} commented \`/loop pause\`.`;
    case "pause_all":
      return `${why.by} paused every loop of this repository by \`/loop pause-all\`, on ${date(why.since)}.`;
    case "hold_label":
      return `${why.by === null ? `The label \`${holdLabel}\` is on this issue` : `${why.by} set the label \`${holdLabel}\``}, so nothing new begins and nothing is merged.`;
    case "provider_down":
      return "The model provider failed before the agent had pushed anything.";
    case "executor_lost":
      return why.note;
    case "told":
      return /[.!?]$/.test(why.said) ? why.said : `${why.said}.`;
    default:
      return unreachable(why);
  }
}

/** What keeps the run that the loop waits for from starting; null where nothing does. */
function delayOf({ attempts, phase }: LoopState): { readonly why: string; readonly awaits: boolean } | null {
  if (phase !== "preparing" && phase !== "verifying") return null;
  const waiting = attempts.at(-1)?.runs.find(({ status, delayed }) => status === "running" && delayed !== undefined);
  return waiting?.delayed === undefined ? null : { why: waiting.delayed, awaits: waiting.awaits === true };
}

function until(state: LoopState): string {
  return state.resumeAt === null ? "Waiting." : `Waiting until ${date(state.resumeAt.at)}.`;
}

function gateSentence(state: LoopState): string {
  const count = state.rules?.approvals ?? 1;
  const approvals = count === 1 ? "an approval" : `${count} approvals`;
  return `Commit ${commit(headOf(state))} passed and needs ${approvals}.`;
}

/** What the person waited for at the gate may do. */
export function gateNext(state: LoopState): string {
  return `Approve the pull request, or comment \`/loop approve\`. That takes write permission${exceptSentence(state)}. Requesting changes starts the next attempt. ${expirySentence(state)}`.trim();
}

/** What the person waited for may do about a plan. */
export function planNext(state: LoopState): string {
  return `Comment \`/loop approve\` to have the work done by this plan, \`/loop plan\` followed by what should be different to have it changed, or \`/loop deny\` to end the loop. ${expirySentence(state)}`.trim();
}

function exceptSentence(state: LoopState): string {
  if (state.rules?.approvers === "anyone") return "";
  return ` and cannot be done by ${notByWords(state)}`;
}

/** That it will rest, while what is under way comes to its end. */
export function holdWarning({ hold, phase, ending }: LoopState): string[] {
  if (hold === undefined || ending !== null || phase === "paused" || phase === "refused") return [];
  return [
    `> [!NOTE]\n> The label \`${holdLabel}\` holds this loop${hold.by === null ? "" : `; ${inlineCode(hold.by)} set it`}. What runs now comes to its end. Nothing new begins until the label is taken off.`,
  ];
}

/** Said from the start where the gate could never be passed: better before the work than after it. */
export function aloneWarning({ rules, requester, writesAlone, ending, phase }: LoopState): string[] {
  if (writesAlone !== true || rules === null || rules.approvals === 0 || rules.approvers === "anyone") return [];
  if (ending !== null || phase === "refused") return [];
  return [
    `> [!IMPORTANT]\n> Nobody but ${inlineCode(requester.login)} can write here, who started this loop and so cannot approve its result. To let whoever maintains the repository alone approve it, add \`gate: { approvers: anyone }\` to \`.github/loop.yml\`; it counts from the next loop or \`/loop retry\` on. Merging the pull request by hand completes the task, too.`,
  ];
}

/** When the gate closes by itself. */
export function expirySentence(state: LoopState): string {
  if (state.rules === null || state.gateSince === null) return "";
  return `If nobody ${state.phase === "awaiting_plan" ? "answers" : "does either"}, the loop ends on ${date(state.gateSince + state.rules.gateExpiryMs)}.`;
}
