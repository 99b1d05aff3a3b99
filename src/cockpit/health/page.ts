// How the App is, on one page: what `loopgate doctor` looks at, what it can do now, what it heard, and what waits longest.
import { html } from "hono/html";
import type { Measured } from "../../engine/look/forgetting.ts";
import { date, duration } from "../../report/time.ts";
import { type Html, shell } from "../page/shell.ts";
import { visitorBar } from "../people/bar.ts";
import type { Visitor } from "../people/visitor.ts";
import type { Readiness } from "../readiness.ts";
import type { SeenReport } from "./seen.ts";

/** One part that the App depends on, and what was found of it. */
export interface ExaminedPart {
  readonly part: string;
  readonly findings: readonly { readonly level: "problem" | "warning"; readonly text: string }[];
}

export interface Examined {
  readonly at: number; // epoch milliseconds
  readonly parts: readonly ExaminedPart[];
}

export interface Health {
  readonly readiness: Readiness;
  /** Null: nothing examines this App. */
  readonly examined: Examined | null;
  readonly seen: SeenReport;
  readonly disk: Measured | null;
  readonly slots: { readonly taken: number; readonly of: number; readonly waiting: number };
  /** By name, such as `Loopgate`. */
  readonly versions: Readonly<Record<string, string>>;
  /** The loop that has waited longest at its gate; null: none waits. */
  readonly oldestGate: { readonly address: string; readonly since: number } | null;
  readonly now: number; // epoch milliseconds
  readonly visitor: Visitor;
}

export function healthPage(health: Health): Html {
  const { readiness, examined, disk, slots, versions, oldestGate, now, visitor } = health;
  const main = html`<h1>Health</h1>
    <section class="card"><h2>Now</h2>
      <p><span class="state ${readiness.ready ? "good" : "bad"}">${readiness.ready ? "ready" : "not ready"}</span></p>
      <ul class="tree">${readiness.lines.map((line) => html`<li>${line}</li>`)}</ul>
      <dl class="pairs">
        <div><dt>Containers at work</dt><dd>${slots.taken} of ${slots.of}</dd></div>
        <div><dt>Runs that wait for one</dt><dd>${slots.waiting}</dd></div>
        <div><dt>Longest at a gate</dt><dd>${oldestGate === null ? "nobody waits" : html`<a href="${oldestGate.address}">${duration(now - oldestGate.since)}</a>`}</dd></div>
        ${Object.entries(versions).map(([name, version]) => html`<div><dt>${name}</dt><dd>${version}</dd></div>`)}
      </dl></section>
    ${examined === null ? "" : examinedPart(examined, visitor, now)}
    ${seenPart(health)}
    ${disk === null ? "" : diskPart(disk)}`;
  return shell({ title: "Health", main, bar: visitorBar(visitor, "/health") });
}

function examinedPart({ at, parts }: Examined, { formKey }: Visitor, now: number): Html {
  const rows = parts.map(({ part, findings }) => {
    const tone = findings.length === 0 ? "good" : findings.some(({ level }) => level === "problem") ? "bad" : "wait";
    const word = { good: "in order", bad: "problem", wait: "warning" }[tone];
    return html`<li><span class="state ${tone}">${word}</span> ${part}${findings.map(({ text }) => html`<p class="note${tone === "bad" ? " bad" : ""}">${text}</p>`)}</li>`;
  });
  return html`<section class="card"><h2>What <code>loopgate doctor</code> looks at</h2>
    <ul class="tree">${rows}</ul>
    <form class="row" method="post" action="/health"><input type="hidden" name="key" value="${formKey}"><button class="plain">Look again</button><span class="quiet">Looked ${duration(now - at)} ago.</span></form></section>`;
}

function seenPart({ seen: { since, deliveries, refused, limits }, now }: Health): Html {
  const ago = (at: number) => html`<time datetime="${new Date(at).toISOString()}">${duration(now - at)} ago</time>`;
  return html`<section class="card"><h2>Heard from GitHub since ${date(since)}</h2>
    ${
      deliveries.length === 0
        ? html`<p>No delivery was stored yet.</p>`
        : table(
            "Deliveries",
            ["Repository", "Last delivery", "Deliveries"],
            deliveries.map(
              ({ repository, at, count }) =>
                html`<tr><th scope="row">${repository}</th><td>${ago(at)}</td><td class="number">${count}</td></tr>`,
            ),
          )
    }
    <h3>Refused</h3>
    ${
      refused.length === 0
        ? html`<p>Nothing was refused.</p>`
        : html`<p class="quiet">Whose a delivery is that is not signed rightly is not known, so these are of no repository.</p>${table(
            "Refused",
            ["Why", "Last", "Requests"],
            refused.map(
              ({ reason, at, count }) =>
                html`<tr><th scope="row">${reason}</th><td>${ago(at)}</td><td class="number">${count}</td></tr>`,
            ),
          )}`
    }
    <h3>Limits</h3>
    ${
      limits.length === 0
        ? html`<p>GitHub was asked nothing yet.</p>`
        : table(
            "Limits",
            ["Installation", "Of", "Left", "As of"],
            limits.map(
              (one) =>
                html`<tr><th scope="row">${one.installationId}</th><td>${one.resource}</td><td class="number">${one.remaining} of ${one.limit}</td><td>${ago(one.at)}</td></tr>`,
            ),
          )
    }</section>`;
}

function diskPart({ at, total, most, ...parts }: Measured): Html {
  const rows = Object.entries(parts).map(
    ([part, bytes]) => html`<tr><th scope="row">${part}</th><td class="number">${inGigabytes(bytes)}</td></tr>`,
  );
  return html`<section class="card"><h2>Disk</h2><p>${inGigabytes(total)} of ${most === null ? "any amount" : inGigabytes(most)}, measured ${date(at)}.</p>${table("Disk", ["What for", "Takes"], rows)}</section>`;
}

const inGigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;

/** Columns of figures, which stand to the right. */
const numbers = ["Deliveries", "Requests", "Left", "Takes"];

function table(label: string, heads: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}"><table><thead><tr>${heads.map((head) => html`<th scope="col"${numbers.includes(head) ? html` class="number"` : ""}>${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}
