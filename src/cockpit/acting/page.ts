// The buttons on a loop's page, and the page that asks before anything is done.
import { html } from "hono/html";
import type { LoopState } from "../../loop/state.ts";
import { addressOf } from "../loops/list.ts";
import { issueName } from "../loops/words.ts";
import { type Html, shell } from "../page/shell.ts";
import { visitorBar } from "../people/bar.ts";
import type { Visitor } from "../people/visitor.ts";
import { type Act, actsOn, actWords, commentFor, mostWords, oneLine } from "./acts.ts";

/** Nothing where there is nothing to do, or nobody who could: an operator's ticket names nobody at GitHub. */
export function actingPart(issueKey: string, state: LoopState, { person }: Visitor): Html | "" {
  const possible = actsOn(state);
  if (person === null || possible.length === 0) return "";
  const links = possible.map(
    (act) => html`<li><a class="button plain" href="${addressOf(issueKey)}/do/${act}">${actWords[act].button}</a></li>`,
  );
  return html`<nav aria-label="What you can do"><ul class="row acts">${links}</ul></nav>`;
}

export interface Asked {
  readonly issueKey: string;
  readonly state: LoopState;
  readonly act: Act;
  readonly login: string;
  /** What was written already. */
  readonly words: string;
  /** Lets the form count once. */
  readonly once: string;
  readonly wrong: string | null;
  readonly visitor: Visitor;
}

export function askPage({ issueKey, state, act, login, words, once, wrong, visitor }: Asked): Html {
  const { button, meaning } = actWords[act];
  const [comment = ""] = commentFor(act, oneLine(words) || "…").split("\n");
  const field =
    act === "steer"
      ? html`<div><label for="words">What the agent is to know</label>
        <textarea id="words" name="words" rows="5" maxlength="${mostWords}" required${wrong === null ? "" : html` aria-invalid="true" aria-describedby="wrong"`}>${words}</textarea></div>`
      : "";
  const main = html`<p><a href="${addressOf(issueKey)}">Back to the loop</a></p>
    <h1>${button}: ${issueName(state)}</h1>
    <section class="card"><p>${state.title}</p>
      <p>${meaning}</p>
      ${wrong === null ? "" : html`<p class="note bad" role="alert" id="wrong">${wrong}</p>`}
      <form class="fields" method="post" action="${addressOf(issueKey)}/do/${act}">
        <input type="hidden" name="key" value="${visitor.formKey}"><input type="hidden" name="once" value="${once}">
        ${field}
        <p class="quiet">It is done by a comment in the thread, under your name (${login}): <code>${comment}</code>. It counts where your own comment would.</p>
        <div class="row"><button${act === "stop" ? html` class="grave"` : ""}>${button}</button><a class="button plain" href="${addressOf(issueKey)}">Leave it</a></div>
      </form></section>`;
  return shell({ title: `${button}: ${issueName(state)}`, narrow: true, main, bar: visitorBar(visitor, "/") });
}
