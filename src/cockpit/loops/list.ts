// The list of loops: by who is waited for, a page at a time.
import { html } from "hono/html";
import { classOf } from "../../loop/end.ts";
import type { LoopState } from "../../loop/state.ts";
import { type Html, shell } from "../page/shell.ts";
import { visitorBar } from "../people/bar.ts";
import type { Visitor } from "../people/visitor.ts";
import { headline, issueName, moment, spentOn } from "./words.ts";

export const views = ["people", "work", "queue", "ended"] as const;
export type View = (typeof views)[number];

export interface Listed {
  readonly view: View;
  /** How many loops there are in each view; null: not counted. */
  readonly counts: Readonly<Record<View, number | null>>;
  /** `state` null: it cannot be read. */
  readonly loops: readonly { readonly issueKey: string; readonly state: LoopState | null }[];
  /** The address of the next page; null: this is the last. */
  readonly next: string | null;
  /** Null: not for whoever looks. */
  readonly slots: { readonly taken: number; readonly of: number; readonly waiting: number } | null;
  readonly visitor: Visitor;
}

const titles: Readonly<Record<View, string>> = {
  people: "Waiting for people",
  work: "At work",
  queue: "In line or resting",
  ended: "Ended",
};

const nothing: Readonly<Record<View, string>> = {
  people: "Nobody is waited for.",
  work: "No loop is at work.",
  queue: "Nothing is in line.",
  ended: "No loop has ended yet, or what had ended is forgotten.",
};

export function listPage({ view, counts, loops, next, slots, visitor }: Listed): Html {
  const tabs = views.map((one) => {
    const count = counts[one];
    return html`<li><a href="/?show=${one}"${one === view ? html` aria-current="page"` : ""}>${titles[one]}${count === null ? "" : html` <span class="count">${count}</span>`}</a></li>`;
  });
  const main = html`<h1>${titles[view]}</h1>
    <nav aria-label="Loops"><ul class="tabs">${tabs}</ul></nav>
    ${slots === null ? "" : html`<p class="quiet">${slots.taken} of ${slots.of} containers at work, ${slots.waiting} ${slots.waiting === 1 ? "run waits" : "runs wait"} for one.</p>`}
    ${loops.length === 0 ? html`<p>${nothing[view]}</p>` : html`<ul class="loops">${loops.map(row)}</ul>`}
    ${next === null ? "" : html`<p><a class="button" href="${next}">Next page</a></p>`}`;
  return shell({ title: titles[view], main, bar: visitorBar(visitor, "/") });
}

function row({ issueKey, state }: Listed["loops"][number]): Html {
  if (state === null)
    return html`<li class="card loop"><h2>Issue ${issueKey.split("#")[1]} of repository ${issueKey.split("#")[0]}</h2>
      <p class="facts"><span class="state bad">cannot be read</span> <span>What is stored of this loop is not as this version knows it. The log says more.</span></p></li>`;
  const since = state.ending?.at ?? state.gateSince ?? state.startedAt;
  const attempt = state.attempts.length;
  return html`<li class="card loop">
    <h2><a href="${addressOf(issueKey)}">${state.title}</a></h2>
    <p class="facts"><span class="state ${toneOf(state)}">${headline(state)}</span> <span>${issueName(state)}</span> <span>${attempt === 1 ? "1 attempt" : `${attempt} attempts`}</span> <span>${spentOn(state)}</span> <span>since ${moment(since)}</span></p>
  </li>`;
}

/** Where a loop's page is: the key's two numbers as parts of a path. */
export const addressOf = (issueKey: string) => `/loops/${issueKey.replace("#", "/")}`;

/** The colour of its state: good, bad, waiting for a person, or at work. */
export function toneOf({ ending, phase }: LoopState): string {
  if (ending !== null)
    return classOf(ending.reason) === "well" ? "good" : classOf(ending.reason) === "person" ? "wait" : "bad";
  return ["awaiting_gate", "awaiting_plan", "paused"].includes(phase) ? "wait" : "work";
}
