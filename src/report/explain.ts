// The answers to `/loop explain` and `/loop report`: why a loop is not running, and what it has tried so far.
import { type Limit, limitsOf } from "../loop/limits.ts";
import { spentOf } from "../loop/money.ts";
import type { Attempt, LoopState } from "../loop/state.ts";
import { inlineCode } from "./escape.ts";
import { pullLink } from "./home.ts";
import { inDollars } from "./money.ts";
import { duration } from "./time.ts";
import { limitRow, reportHeadline, waitingWords } from "./wording/explain.ts";
import { commit } from "./wording/parts.ts";

/** Why nothing happens, or what does, and how far each limit is used, those of its repository's day last. `now` in epoch milliseconds. */
export function explainText(state: LoopState, now: number, today: readonly Limit[]): string[] {
  const { title, lines } = waitingWords(state, now);
  const list = lines.map((line) => `- ${line}`).join("\n");
  return [`### ${title}`, ...(list === "" ? [] : [list]), ...limitTable(state, now, today)];
}

function limitTable(state: LoopState, now: number, today: readonly Limit[]): string[] {
  const limits = [...limitsOf(state, now), ...today];
  if (limits.length === 0) return [];
  const head = ["| limit | used | may | set by |", "|---|---|---|---|"];
  return [[...head, ...limits.map(limitRow)].join("\n")];
}

/** Attempts in a report: the newest so many; the rest is counted. */
const attemptsShown = 10;

/** Findings of an attempt in a report. */
const findingsShown = 3;

/** What was tried, an attempt a line with what was wrong with it, and what it cost. */
export function reportText(state: LoopState, now: number, today: readonly Limit[]): string[] {
  const shown = state.attempts.slice(-attemptsShown);
  const left = state.attempts.length - shown.length;
  const earlier = left === 0 ? [] : [`(${left} earlier attempts are in the comments above.)`];
  const lines = shown.map(attemptLine).join("\n");
  const link = pullLink(state);
  const where = link === null || state.head === null ? [] : [`The work is in ${link} at ${commit(state.head)}.`];
  return [
    `### ${reportHeadline(state, now)}`,
    ...earlier,
    ...(lines === "" ? ["No attempt has begun yet."] : [lines]),
    ...where,
    ...limitTable(state, now, today),
  ];
}

function attemptLine(attempt: Attempt): string {
  const { number, change, head, verdict, counted, startedAt, endedAt } = attempt;
  const outcome = verdict?.colour ?? (endedAt === null ? "under way" : "not judged");
  const spent = spentOf({ attempts: [attempt] });
  const facts = [
    endedAt === null ? null : `took ${duration(endedAt - startedAt)}`,
    spent === 0 ? null : inDollars(spent),
    change === null
      ? endedAt === null
        ? null
        : "pushed nothing"
      : `${change.files === 1 ? "1 file" : `${change.files} files`}, +${change.additions} −${change.deletions}${head === null ? ", not pushed" : ` in ${commit(head)}`}`,
    counted ? null : "not counted",
  ].filter((fact) => fact !== null);
  const findings = verdict?.findings ?? [];
  const wrong = findings.slice(0, findingsShown).map(({ title }) => inlineCode(title, 100));
  const more = findings.length > wrong.length ? [`${findings.length - wrong.length} more`] : [];
  const what = wrong.length === 0 ? "" : `. Wrong: ${[...wrong, ...more].join("; ")}`;
  return `- **Attempt ${number}: ${outcome}**${facts.length === 0 ? "" : ` (${facts.join(", ")})`}${what}`;
}
