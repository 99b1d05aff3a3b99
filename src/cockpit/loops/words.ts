// How the operator's pages say what a loop's state holds: in the words that the thread uses, as HTML instead of Markdown.
import { html } from "hono/html";
import { classOf } from "../../loop/end.ts";
import type { LoopState, RunFacts } from "../../loop/state.ts";
import { inDollars } from "../../report/money.ts";
import { date } from "../../report/time.ts";
import { endingHeadline, endingSentence } from "../../report/wording/endings.ts";
import { phaseWords } from "../../report/wording/phases.ts";
import type { Html } from "../page/shell.ts";

/** A few words for where it stands. */
export function headline(state: LoopState): string {
  if (state.ending !== null) return endingHeadline(state.ending.reason).replace(/^Loopgate /, "");
  return phaseWords(state).now.title;
}

/** What that means, in a sentence or two. */
export function sentence(state: LoopState): Html {
  if (state.ending !== null) return inline(endingSentence(state.ending));
  const { now, next } = phaseWords(state);
  return inline(`${now.sentence} ${next}`);
}

/** Code between backticks as code, and nothing else of Markdown: what else there is was escaped for it. */
export function inline(markdown: string): Html {
  const parts = markdown.split(/(`[^`\n]+`)/).map((part) => {
    const code = /^`([^`]+)`$/.exec(part)?.[1];
    return code === undefined ? html`${part.replace(/\\([\\`*_[\]<>#|~])/g, "$1")}` : html`<code>${code}</code>`;
  });
  return html`${parts}`;
}

/** On model calls, over all runs; those of unknown outcome at their worst. */
export function spentOn(state: LoopState): string {
  return inDollars(runsOf(state).reduce((sum, { spentNano }) => sum + spentNano, 0));
}

export const runsOf = (state: LoopState): readonly RunFacts[] => state.attempts.flatMap(({ runs }) => runs);

/** A moment for people and programs. */
export const moment = (at: number): Html => html`<time datetime="${new Date(at).toISOString()}">${date(at)}</time>`;

export const issueName = ({ issue: { owner, name, number } }: LoopState) => `${owner}/${name}#${number}`;

/** The colour of its state: good, bad, waiting for a person, or at work. */
export function toneOf({ ending, phase }: LoopState): string {
  if (ending !== null)
    return classOf(ending.reason) === "well" ? "good" : classOf(ending.reason) === "person" ? "wait" : "bad";
  return ["awaiting_gate", "awaiting_plan", "paused"].includes(phase) ? "wait" : "work";
}
