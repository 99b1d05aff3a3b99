// The description of the pull request: what is known when it opens, and what is known at each green. A mark tells whether it is still ours.
import { createHash } from "node:crypto";
import { assert } from "../base/assert.ts";
import { maskCredentials } from "../base/credentials.ts";
import { resultsOf } from "../loop/results.ts";
import type { Attempt, LoopState, Review } from "../loop/state.ts";
import { inertMessage } from "../policy/closing.ts";
import { quoteUntrusted } from "./escape.ts";
import { homeOf } from "./home.ts";
import { judgesIn, judgeTable } from "./results.ts";
import { criteriaTable } from "./tables.ts";
import { footer } from "./wording/parts.ts";
import {
  agentSaysHeadline,
  answerSentence,
  askedSentence,
  assumptionsHeadline,
  changeHeadline,
  lookFirstSentence,
  moreJudgesSentence,
  openedSentences,
  pullNext,
  unverifiedSentences,
  verifiedHeadline,
} from "./wording/pull.ts";

/** A tired reader has fifteen seconds: so much of what an agent says stands here, and all of it in the issue. */
const [summaryCharacters, assumptionsShown, assumptionCharacters, judgesShown] = [1200, 5, 300, 10];

/** The description as it opens, before anything has judged the commits. */
export function openedBody(state: LoopState): string {
  return marked(state, [...openedSentences(state), footer]);
}

/** What was asked, what changed and why, how that was verified and how not, what to confirm, and where to look first. */
export function explainedBody(state: LoopState): string {
  const attempt = state.attempts.at(-1);
  assert(attempt !== undefined && attempt.verdict !== null, `loop ${state.id} has a green attempt`);
  return marked(state, [
    askedSentence(state),
    ...changeParts(state, attempt),
    ...verifiedParts(state, attempt),
    ...assumptionParts(attempt),
    ...lookFirstSentence(attempt),
    `**Next:** ${pullNext(state)}`,
    footer,
  ]);
}

/** The answer to what somebody asked for on a line of `path`, once an attempt that was told of it is green. */
export function threadAnswer(state: LoopState, path: string): string {
  const attempt = state.attempts.at(-1);
  assert(attempt !== undefined, `loop ${state.id} has a green attempt`);
  const summary = attempt.claim?.summary.trim() ?? "";
  const said = summary === "" ? [] : [agentSaysHeadline, quoted(summary, summaryCharacters)];
  return [answerSentence(attempt, path), ...said, footer].join("\n\n");
}

/** Whether a description is as the App wrote it, with line ends as browsers send them. */
export function isOwnPullBody(body: string): boolean {
  const found = unified(body).trimEnd();
  const [, text, hash] = /^([\s\S]*)\n\n<!-- loopgate:description ([0-9a-f]{64}) -->$/.exec(found) ?? [];
  return text === undefined ? earlier.test(found) : hash === hashOf(text);
}

/** What versions before the mark opened pull requests with, whole. */
const earlier =
  /^Closes #\d+\n\nLoopgate, a GitHub App, opened this pull request for [^\n]*\n\nIt stays a draft until [^\n]*Requesting changes here starts the next attempt\.$/;

/** The only reference in it that closes anything: GitHub reads such words from descriptions. */
function closes({ issue }: LoopState): string {
  return `Closes #${issue.number}`;
}

function changeParts(state: LoopState, attempt: Attempt): string[] {
  const summary = attempt.claim?.summary.trim() ?? "";
  const headline = changeHeadline(state, attempt, summary !== "");
  return summary === "" ? [headline] : [headline, quoted(summary, summaryCharacters)];
}

function verifiedParts(state: LoopState, attempt: Attempt): string[] {
  const { verdict, head, review } = attempt;
  const results = resultsOf(attempt);
  assert(verdict !== null && results !== null, "a green attempt has a verdict");
  return [
    verifiedHeadline(head),
    judgeTable(results, homeOf(state), judgesShown),
    ...moreJudgesSentence(judgesIn(results).slice(judgesShown).length),
    ...criteriaTable(review && withoutCredentials(review), judgesShown),
    `**Not verified:** ${unverifiedSentences(state, verdict).join(" ")}`,
  ];
}

/** Without credentials in the words on criteria. */
function withoutCredentials({ criteria = [], ...review }: Review): Review {
  const words = criteria.map(({ text, state, evidence }) => {
    return { text: maskCredentials(text), state, evidence: maskCredentials(evidence) };
  });
  return { ...review, criteria: words };
}

function assumptionParts({ claim }: Attempt): string[] {
  const all = (claim?.assumptions ?? []).filter((text) => text.trim() !== "");
  if (all.length === 0) return [];
  const lines = all
    .slice(0, assumptionsShown)
    .map((text) => `- ${text.replace(/\s+/g, " ").slice(0, assumptionCharacters).toWellFormed()}`);
  if (all.length > lines.length) lines.push(`- and ${all.length - lines.length} more`);
  return [assumptionsHeadline, quoted(lines.join("\n"), lines.length * (assumptionCharacters + 2))];
}

/** An agent's words. */
function quoted(text: string, characters: number): string {
  return quoteUntrusted(maskCredentials(text), characters);
}

/** A repository may make a description the message of its squashed commit, where no fence holds anything: only our own first line acts there. */
function marked(state: LoopState, parts: readonly string[]): string {
  const text = [closes(state), ...parts.map(inertMessage)].join("\n\n");
  return `${text}\n\n<!-- loopgate:description ${hashOf(text)} -->`;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function unified(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}
