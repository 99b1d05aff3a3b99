// A loop's state → what stands on GitHub: the status, attempt and stop comments, replies, pull request and check texts.
import { assert } from "../base/assert.ts";
import { withoutUnseen } from "../base/unseen.ts";
import type { Reply } from "../loop/effect.ts";
import { classOf } from "../loop/end.ts";
import type { Command } from "../loop/event.ts";
import type { Limit } from "../loop/limits.ts";
import { planText } from "../loop/plan-text.ts";
import { resultsOf } from "../loop/results.ts";
import type { Attempt, Ending, KnockOutSeen, LoopState, Review, Rules } from "../loop/state.ts";
import { inertMessage } from "../policy/closing.ts";
import { ATTEMPT_BYTES, COMMENT_BYTES, fitted, STATUS_BYTES } from "./clip.ts";
import { inlineCode, plainSentence, quoteUntrusted, withoutHostPaths } from "./escape.ts";
import { explainText, reportText } from "./explain.ts";
import { facts, used } from "./facts.ts";
import { changedFiles, claimText, findingText, lastLinesOf } from "./findings.ts";
import { type HeldChange, heldParts } from "./held.ts";
import { homeOf, pullLink } from "./home.ts";
import { type LimitsLeft, limitsSentence } from "./limits.ts";
import { nextAction } from "./next.ts";
import { notShown, pictureParts, type Shown } from "./pictures.ts";
import { openedBody } from "./pull.ts";
import { annotationsOf, judgeTable } from "./results.ts";
import { attemptTable, criteriaTable, isolationOf, runLines } from "./tables.ts";
import { duration } from "./time.ts";
import { endingHeadline, endingSentence, endPointerSentence, preservedSentence } from "./wording/endings.ts";
import { capital, commit, footer } from "./wording/parts.ts";
import { aloneWarning, gateNext, holdWarning, phaseWords, planNext, redBaseWarning } from "./wording/phases.ts";
import { checkTitles, noIsolationWarning, notHeldSentence } from "./wording/pull.ts";
import { raisingSentences } from "./wording/raise.ts";
import {
  type AllPausedCame,
  allPausedSentence,
  pauseAllRefused,
  replySentence,
  type SeenWithoutLoop,
  withoutLoopSentence,
} from "./wording/replies.ts";
import { calledWords, scheduleEnd } from "./wording/schedule.ts";

/** The visible part of the one status comment; the engine appends marker and record. `now` in epoch milliseconds. */
export function statusComment(state: LoopState, now: number): string {
  const before = [...(endPointer(state) ?? statusHead(state)), ...warnings(state)];
  const table = state.attempts.length === 0 ? [] : [attemptTable(state)];
  return fitted({ before, details: table, after: [facts(state, now), stopHint(state), footer] }, STATUS_BYTES);
}

/** What came of one attempt: judged by whom, what has to change, and what the agent claims. */
export function attemptComment(state: LoopState, attempt: Attempt, shown: Shown = notShown): string {
  if (attempt.plans === true) return planComment(state, attempt);
  const { verdict, claim } = attempt;
  const home = homeOf(state);
  const outcome = verdict?.colour ?? "not judged";
  const before = [`### Attempt ${attempt.number}: ${outcome}`, attemptSentence(attempt)];
  const results = resultsOf(attempt);
  if (results !== null && results.parts.length > 0) before.push(judgeTable(results, home));
  before.push(...criteriaTable(attempt.review, 20));
  if (verdict !== null && verdict.findings.length > 0) before.push("**What has to change**");
  const after = [
    ...pictureParts(attempt, shown),
    ...raisingSentences(attempt),
    ...lastLinesOf(attempt),
    ...(claim === null ? [] : [claimText(claim)]),
    ...changedFiles(attempt),
    runLines(attempt),
    footer,
  ];
  const isAtGate = state.phase === "awaiting_gate" && attempt.number === state.attempts.at(-1)?.number;
  if (isAtGate) before.push(`**Next:** ${gateNext(state)}`); // it is the newest comment then
  const details = (verdict?.findings ?? []).slice(0, 20).map((finding) => findingText(finding, home));
  return fitted({ before, details, after: after.filter((part) => part !== "") }, ATTEMPT_BYTES);
}

/** What the agent means to do, and what may be said to it: whoever says yes has seen the plan, whatever else finds no room. */
function planComment(state: LoopState, attempt: Attempt): string {
  const { plan } = state;
  const offered = plan?.of === attempt.number ? plan.offered : undefined;
  const before = offered
    ? [
        "### The plan",
        `The agent read the issue and the repository and changed nothing. This is its plan, in its own words${state.phase === "awaiting_plan" ? `.\n**Next:** ${planNext(state)}` : "."}`,
        quoteUntrusted(planText(offered), 12_000),
      ]
    : ["### No plan", attemptSentence(attempt)];
  const details = [...lastLinesOf(attempt), ...(attempt.claim === null ? [] : [claimText(attempt.claim)])];
  const after = [runLines(attempt), footer].filter((part) => part !== "");
  return fitted({ before, details: details.filter((part) => part !== ""), after }, ATTEMPT_BYTES);
}

/**
 * Why the loop ended, what somebody is asked, the one next action and what is kept, in this order: whoever reads no further
 * has what counts. It calls the person waited for, once. `held` is what the commit changes that waits for a yes; null: none does,
 * or it is gone.
 */
export function stopComment(state: LoopState, held: HeldChange | null = null): string {
  const { ending } = state;
  assert(ending !== null, `loop ${state.id} has not ended`);
  const link = pullLink(state);
  const next = nextAction(state, ending, link);
  const isWaiting =
    classOf(ending.reason) === "person" || ["unanswered", "infrastructure_error"].includes(ending.reason);
  const called = calledWords(state);
  // The clock of a loop that has ended stands: any moment gives the same.
  const parts = [
    `**${endingHeadline(ending.reason)}.** ${plainSentence(withoutHostPaths(endingSentence(ending)))}`,
    ...(ending.quote === null ? [] : [quoteUntrusted(quoteOf(ending, ending.quote))]),
    `**Next:** ${isWaiting && called !== "" ? `${called}, ${next}` : capital(next)}`,
    ...scheduleEnd(state, ending),
    ...(held === null || ending.pendingHead === null ? [] : heldParts(held, ending.pendingHead, riskyPaths(state))),
    preservedSentence(state, link),
    ...(state.attempts.length === 0 ? [] : [`${used(state, 0)}.`]),
    footer,
  ];
  return parts.join("\n\n");
}

/** The files of the last attempt that policy found a risk in. */
function riskyPaths({ attempts }: LoopState): ReadonlySet<string> {
  const found = attempts.at(-1)?.verdict?.findings ?? [];
  return new Set(found.flatMap(({ source, path }) => (source === "policy" && path !== null ? [path] : [])));
}

/** The answer to a command on an issue that has no loop. */
export function withoutLoopText(command: Command, label: string, seen: SeenWithoutLoop | null = null): string {
  return [withoutLoopSentence(command, label, seen), footer].join("\n\n");
}

/** The answer to `/loop pause-all` and `/loop resume-all`. */
export function allPausedText(command: Command, came: AllPausedCame): string {
  return [allPausedSentence(command, came), footer].join("\n\n");
}

/** The answer to either by somebody who may not. */
export function pauseAllRefusedText(command: Command, permission: string): string {
  return [pauseAllRefused(command, permission), footer].join("\n\n");
}

interface ReplyFacts {
  readonly now: number;
  readonly limits: LimitsLeft;
  readonly today?: readonly Limit[];
  readonly schedules?: readonly string[];
}

/**
 * The answer to a person's command, label or approval; `limits` are GitHub's for its installation, `today` those of the repository's day,
 * `schedules` how each of the repository's stands.
 */
export function replyText(
  reply: Reply,
  state: LoopState,
  { now, limits, today = [], schedules = [] }: ReplyFacts,
): string {
  switch (reply.kind) {
    case "explain": {
      const besides = schedules.length === 0 ? [] : [schedules.join("\n")];
      return [...explainText(state, now, today), ...besides, ...warnings(state), footer].join("\n\n");
    }
    case "report":
      return [...reportText(state, now, today), footer].join("\n\n");
    case "status":
      return statusText(state, now, limits);
    default:
      return [replySentence(reply, state, { pullLink: pullLink(state) ?? "(not opened yet)", now }), footer].join(
        "\n\n",
      );
  }
}

function statusText(state: LoopState, now: number, limits: LimitsLeft): string {
  const table = state.attempts.length === 0 ? [] : [attemptTable(state)];
  const counts = [`- ${used(state, now)}`, `- ${limitsSentence(limits)}`].join("\n");
  return [...statusHead(state), ...warnings(state), ...table, counts, footer].join("\n\n");
}

/** Title and body of the pull request. */
export function pullText(state: LoopState): { readonly title: string; readonly body: string } {
  // A title becomes the message of a squashed commit, where "fixes #5" would close issue 5.
  const title = inertMessage(withoutUnseen(state.title).replace(/\s+/g, " ")).trim().slice(0, 200);
  return { title: title || `Loop for issue ${state.issue.number}`, body: openedBody(state) };
}

/** The reviewer's answer as a check run. Markdown there is quoted; annotations and the title are plain text on GitHub. */
export function checkText(review: Review) {
  const conclusion = review.verdict === "approve" ? ("success" as const) : ("failure" as const);
  const details = review.findings.map((finding) => findingText(finding, null));
  return {
    conclusion,
    title: checkTitles[review.verdict],
    summary: `${quoteUntrusted(review.summary)}\n\nConfidence: ${review.confidence}`,
    text: fitted({ before: criteriaTable(review, 20), details, after: [footer] }, COMMENT_BYTES),
    annotations: annotationsOf(review.findings, conclusion === "success" ? "notice" : "warning"),
  };
}

/**
 * What no test holds, said in these sentences, as a check run that shows it on its lines; GitHub takes an annotation only for lines that the commit has, so a
 * file that is gone stands in the summary alone.
 */
export function knockOutText(
  { notHeld }: Pick<KnockOutSeen, "notHeld">,
  policy: NonNullable<Rules["knockOut"]>["notHeld"],
  [first = "", ...rest]: readonly string[],
) {
  return {
    conclusion: policy === "block" ? ("failure" as const) : ("neutral" as const),
    title: first,
    summary: [first, ...rest].map(plainSentence).join("\n\n"),
    text: footer,
    annotations: notHeld.flatMap(({ path, lines }) => {
      if (lines === null) return [];
      return [{ path, line: lines.from, to: lines.to, message: notHeldSentence, level: "warning" as const }];
    }),
  };
}

/** What failed here may name folders of this machine; what people, agents, containers and GitHub wrote is shown as it is. */
function quoteOf({ reason, of }: Ending, quote: string): string {
  return reason === "infrastructure_error" && of !== "command_not_run" ? withoutHostPaths(quote) : quote;
}

function statusHead(state: LoopState): string[] {
  if (state.ending !== null && state.phase === "settled") {
    const next = capital(nextAction(state, state.ending, pullLink(state)));
    const head = `### ${endingHeadline(state.ending.reason)}`;
    return [head, `${plainSentence(withoutHostPaths(endingSentence(state.ending)))}\n**Next:** ${next}`];
  }
  const { now, next } = phaseWords(state);
  return [`### Loopgate: ${now.title}`, `${now.sentence}\n**Next:** ${next}`];
}

/** Once the loop has ended, one comment says why and what to do: this one only leads there. Null: it has not, or none could be written. */
function endPointer({ phase, ending }: LoopState): string[] | null {
  if (phase !== "settled" || ending === null || ending.unsaid === true) return null;
  const headline = endingHeadline(ending.reason);
  return [`### ${headline}`, endPointerSentence(headline)];
}

function warnings(state: LoopState): string[] {
  const isolation = isolationOf(state)?.runtime === "process" ? [noIsolationWarning] : [];
  return [...holdWarning(state), ...isolation, ...aloneWarning(state), ...redBaseWarning(state)];
}

function stopHint(state: LoopState): string {
  if (state.phase === "settled" || state.phase === "refused") return "Comment `/loop help` for a list of commands.";
  return `To stop it, comment \`/loop stop\`, or remove the label ${inlineCode(state.label)}. For all commands, comment \`/loop help\`.`;
}

function attemptSentence(attempt: Attempt): string {
  const { change, head, startedAt, endedAt } = attempt;
  const took = endedAt === null ? "" : ` in ${duration(endedAt - startedAt)}`;
  if (change === null) return `${mergeSaid(attempt)}The agent pushed nothing${took}.`;
  const files = change.files === 1 ? "1 file" : `${change.files} files`;
  const where = head === null ? "None of it was pushed." : `The work is in commit ${commit(head)}.`;
  return `${mergeSaid(attempt)}The agent changed ${files} (+${change.additions} −${change.deletions})${took}. ${where}${rerunSaid(attempt)}${excuseOf(attempt)}`;
}

/** That CI was asked for a second opinion, and what came of it. */
function rerunSaid({ rerun, rerunFor, verdict }: Attempt): string {
  if (rerun === undefined || verdict?.colour !== "red") return "";
  if (rerunFor === "runner")
    return rerun === "asked" ? " CI was asked to run once more what had been ended from outside, and it is red." : "";
  return rerun === "asked"
    ? " CI was asked to run what failed once more, and it is red again."
    : " What failed was not run once more, since GitHub refused: for GitHub Actions, the App needs the permission `actions: write`.";
}

function excuseOf({ counted, verdict }: Attempt): string {
  if (counted) return "";
  if (verdict?.onBase) return " The base branch fails the same checks, so this attempt is not counted.";
  if (!verdict?.doubtful) return "";
  return " What is red was green on this commit, too, or fails on the base branch as well, so this attempt is not counted.";
}

function mergeSaid({ merges }: Attempt): string {
  if (merges === undefined) return "";
  return merges === "conflict"
    ? "The branch conflicted with its base, which GitHub neither merges nor runs CI on: this attempt was to merge the base first, and is not counted. "
    : "The base had moved on, and this attempt was to merge it first. ";
}
