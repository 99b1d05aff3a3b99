// The list of loops: by who is waited for, a page at a time.
import { html } from "hono/html";
import { type Html, shell } from "../page/shell.ts";
import { visitorBar } from "../people/bar.ts";
import type { Visitor } from "../people/visitor.ts";

export const views = ["people", "work", "queue", "ended"] as const;
export type View = (typeof views)[number];

export interface Listed {
  readonly view: View;
  /** How many loops there are in each view; null: not counted. */
  readonly counts: Readonly<Record<View, number | null>>;
  /** A row for each. */
  readonly loops: readonly Html[];
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
    ${loops.length === 0 ? html`<p>${nothing[view]}</p>` : html`<ul class="loops">${loops}</ul>`}
    ${next === null ? "" : html`<p><a class="button" href="${next}">Next page</a></p>`}`;
  return shell({ title: titles[view], main, bar: visitorBar(visitor, "/") });
}

/** Where a loop's page is: the key's two numbers as parts of a path. */
export const addressOf = (issueKey: string) => `/loops/${issueKey.replace("#", "/")}`;
