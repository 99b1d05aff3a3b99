// Why a loop is not running, in words: what it waits for, whose word that takes, which limit, which line of the policy.
import { unreachable } from "../../base/assert.ts";
import { dueAt, isHeldByDay, isHeldUp } from "../../loop/clock.ts";
import type { Limit } from "../../loop/limits.ts";
import { isQueued } from "../../loop/merge-queue.ts";
import { priorityLabels } from "../../loop/priority.ts";
import type { Ending, LoopState } from "../../loop/state.ts";
import { inlineCode, plainSentence, withoutHostPaths } from "../escape.ts";
import { pullLink } from "../home.ts";
import { inDollars } from "../money.ts";
import { nextAction } from "../next.ts";
import { date, duration } from "../time.ts";
import { endingHeadline, endingSentence } from "./endings.ts";
import { capital, commit, headOf } from "./parts.ts";
import { phaseWords } from "./phases.ts";

interface Waiting {
  readonly title: string;
  readonly lines: readonly string[]; // each a sentence or two, for a list
}

/** The answer to "why is this not running?". `now` in epoch milliseconds. */
export function waitingWords(state: LoopState, now: number): Waiting {
  if (state.phase === "settled" && state.ending !== null) return endedWords(state, state.ending);
  const { now: words, next } = phaseWords(state);
  const title = `Loopgate: ${words.title}`;
  const lines = [words.sentence, ...waitsFor(state, now), `Next: ${next}`].filter(
    (line) => line !== "" && line !== "Next: ",
  );
  return { title, lines };
}

function endedWords(state: LoopState, ending: Ending): Waiting {
  const option = optionBehind(ending);
  return {
    title: `It is not running: ${endingHeadline(ending.reason)}`,
    lines: [
      `${plainSentence(withoutHostPaths(endingSentence(ending)))} That was on ${date(ending.at)}.`,
      ...(option === null ? [] : [`The line of the policy behind it: ${inlineCode(option)}${policyOf(state)}.`]),
      `Next: ${capital(nextAction(state, ending, pullLink(state)))}`,
    ],
  };
}

function policyOf({ rules }: LoopState): string {
  if (rules === null) return "";
  if (rules.policySha === "") return ", at its default since there is no `.github/loop.yml`";
  return ` of \`.github/loop.yml\`${rules.policyOf === undefined ? "" : ` in ${inlineCode(rules.policyOf)}`}`;
}

/** The option of the policy that an ending came of; null: none did. */
function optionBehind({ of }: Ending): string | null {
  switch (of) {
    case "changed_lines":
      return "limits.changed_lines";
    case "changed_files":
      return "limits.changed_files";
    case "attempt_time":
      return "deadline_minutes";
    case "loop_time":
      return "loop_hours";
    case "runs":
      return "runs";
    case "money":
      return "budget.usd";
    case "issue_runs":
      return "issue.runs";
    case "issue_money":
      return "issue.usd";
    case "attempts":
      return "attempts";
    case "canary_approved":
      return "reviewer.canaries";
    case "no_criteria":
      return "issue.criteria";
    case "own_confidence":
    case "review_confidence":
      return "confidence_minimum";
    case "reviewers_disagree":
      return "reviewer.quorum";
    case "not_held":
    case "knock_out_unknown":
      return "knock_out.not_held";
    case "ci_silent":
      return "checks.wait_minutes";
    case "ci_without_result":
      return "checks.skipped";
    case "checks_without_evidence":
      return "checks.run";
    case "open_pulls":
      return "pull_request.open_at_most";
    case "silence":
      return "silence_minutes";
    case "gate_expired":
    case "plan_expired":
      return "gate.expire_after_days";
    default:
      return null;
  }
}

/** What the label does, and how far. */
const priorityWords = {
  high: `By the label \`${priorityLabels.high}\` it goes before other loops of this repository; each of those waits for at most three that asked later.`,
  low: `By the label \`${priorityLabels.low}\` other loops of this repository go before it, of those that asked later at most three.`,
} as const;

/** What is waited for beside what the phase says: since when, until when, and what is missing. */
function waitsFor(state: LoopState, now: number): string[] {
  if (isHeldByDay(state)) {
    const { since, whose } = state.dayFull;
    const option =
      whose === "repository"
        ? "`day` of `.github/loop.yml`"
        : "`LOOPGATE_DAY_USD` and `LOOPGATE_DAY_RUNS`, which the operator sets";
    return [`It has waited for ${duration(now - since)}. The limit stands in ${option}.`];
  }
  if (isHeldUp(state)) {
    const { place, since } = state.queued;
    const asks = state.priority === undefined ? [] : [priorityWords[state.priority]];
    return [
      `It has waited for ${duration(now - since)}${place === 1 ? "" : `; ${place - 1} come before it`}.`,
      ...asks,
    ];
  }
  switch (state.phase) {
    case "queued":
      return [`The label was set on ${date(state.startedAt)}.`];
    case "preparing":
    case "executing":
      return runningSince(state, "executor");
    case "publishing":
      return [];
    case "verifying":
      return verifying(state);
    case "resting":
      return [];
    case "awaiting_plan":
      return reminder(state);
    case "awaiting_gate":
      return gate(state);
    case "paused":
      return state.resumeAt === null
        ? []
        : [`It has been paused since ${date(state.resumeAt.at)}. Its time stands still.`];
    case "settled":
    case "refused":
      return [];
    default:
      return unreachable(state.phase);
  }
}

function runningSince({ attempts, rules }: LoopState, role: "executor" | "reviewer"): string[] {
  const run = attempts.at(-1)?.runs.findLast((one) => one.role === role && one.status === "running");
  if (run === undefined || rules === null) return [];
  const name = role === "executor" ? "The agent" : "The reviewer";
  return [
    `${name} has been at work since ${date(run.startedAt)}. It is stopped ${duration(rules.attemptMs)} after its start (\`deadline_minutes\`), or after ${duration(rules.silenceMs)} without a sign of life (\`silence_minutes\`).`,
  ];
}

function verifying(state: LoopState): string[] {
  const { attempts } = state;
  const runs = attempts.at(-1)?.runs ?? [];
  const checks = runs.flatMap(({ check, status }) => (check !== undefined && status === "running" ? [check.name] : []));
  const own =
    checks.length === 0
      ? []
      : [`Own checks under way: ${[...new Set(checks)].map((name) => inlineCode(name)).join(", ")}.`];
  return [...runningSince(state, "reviewer"), ...own, ...ciWords(state)];
}

function ciWords(state: LoopState): string[] {
  const { rules, ciSince } = state;
  const head = headOf(state);
  if (rules === null || ciSince === null || head === null || state.ciOverdue) return [];
  const shown = rules.requiredChecks.slice(0, checksShown).map((name) => inlineCode(name));
  const which = shown.length === 0 ? "" : ` What counts is ${shown.join(", ")} (\`checks.required\`).`;
  return [`CI is waited for until ${date(ciSince + rules.ciWaitMs)} (\`checks.wait_minutes\`).${which}`];
}

/** Names of checks in a sentence. */
const checksShown = 8;

/** Who may pass the gate, and what is missing. */
function gate(state: LoopState): string[] {
  const { rules, pull } = state;
  if (rules === null || isQueued(state, headOf(state))) return [];
  const said = state.refusalsSaid.filter((one) => !one.startsWith("stranger/")).length;
  return [
    ...(state.awaitsCi ? [`It is approved; green checks on ${commit(headOf(state))} are missing.`] : []),
    ...(rules.reviewers.length > 0 && pull?.reviewersAsked === true
      ? [`Asked to review: ${rules.reviewers.map((login) => inlineCode(login)).join(", ")} (\`gate.reviewers\`).`]
      : []),
    ...(said === 0 ? [] : [`Approvals that do not count: ${said}, each answered in this thread.`]),
    ...reminder(state),
  ];
}

function reminder(state: LoopState): string[] {
  const due = dueAt(state, "gate_reminder");
  return due === null ? [] : [`A reminder is due on ${date(due)} (\`gate.remind_after_hours\`).`];
}

const limitNames: Record<Limit["of"], string> = {
  attempts: "attempts",
  money: "money for models",
  time: "time at work",
  runs: "containers",
  issue_money: "money, all loops of this issue",
  issue_runs: "containers, all loops of this issue",
  day_money: "money, all loops of this repository today",
  day_runs: "agents and reviewers, all loops of this repository today",
};

/** A row of the table of limits; one that is used up is set off. */
export function limitRow({ of, is, may, option }: Limit): string {
  const shown = ["money", "issue_money", "day_money"].includes(of) ? inDollars : of === "time" ? duration : String;
  const name = is >= may ? `**${limitNames[of]}**` : limitNames[of];
  return `| ${name} | ${shown(is)} | ${shown(may)} | \`${option}\` |`;
}

/** What a report is called. */
export function reportHeadline(state: LoopState, now: number): string {
  const count = state.attempts.length;
  const tried = count === 1 ? "1 attempt" : `${count} attempts`;
  const since = state.ending === null ? `, running for ${duration(now - state.startedAt)}` : "";
  const how = state.ending === null ? "" : `, ${endingHeadline(state.ending.reason).replace(/^Loopgate /, "")}`;
  return `Loopgate: ${tried}${since}${how}`;
}
