// One loop's page: where it stands, what each attempt did and what the judges said of it, and what happened, newest first.
import { html } from "hono/html";
import type { TraceEntry } from "../../engine/ports.ts";
import type { Attempt, LoopState, RunFacts, Verdict } from "../../loop/state.ts";
import { inDollars } from "../../report/money.ts";
import { nextAction } from "../../report/next.ts";
import { picturesIn } from "../../report/pictures.ts";
import { duration } from "../../report/time.ts";
import { actingPart } from "../acting/page.ts";
import { type Html, shell } from "../page/shell.ts";
import { visitorBar } from "../people/bar.ts";
import type { Visitor } from "../people/visitor.ts";
import { addressOf } from "./list.ts";
import { timeline } from "./timeline.ts";
import { headline, inline, issueName, moment, sentence, spentOn, toneOf } from "./words.ts";

export interface ShownLoop {
  readonly issueKey: string;
  readonly state: LoopState;
  /** Newest first. */
  readonly trace: readonly TraceEntry[];
  /** Where people read GitHub; no slash at the end. */
  readonly github: string;
  readonly now: number; // epoch milliseconds
  readonly visitor: Visitor;
}

export function loopPage(shown: ShownLoop): Html {
  const { issueKey, state, github } = shown;
  const { owner, name, number } = state.issue;
  const main = html`<p><a href="/">All loops</a> › <a href="${github}/${owner}/${name}/issues/${number}" rel="noreferrer">${issueName(state)}</a></p>
    <h1>${state.title}</h1>
    <div id="live" data-events="${addressOf(issueKey)}/events">
      <section class="card" aria-label="State">${statePart(shown)}${actingPart(issueKey, state, shown.visitor)}</section>
      <h2>Attempts</h2>
      ${state.attempts.length === 0 ? html`<p class="quiet">None has begun.</p>` : state.attempts.toReversed().map((attempt, index) => attemptPart(issueKey, attempt, index === 0, shown.now))}
      <h2>What happened</h2>
      ${timeline(shown.trace)}
    </div>
    <p class="quiet" id="follows" role="status" hidden>This page follows along.</p>`;
  return shell({ title: state.title, main, script: "/-/loop.js", bar: visitorBar(shown.visitor, "/") });
}

function statePart({ state, github }: ShownLoop): Html {
  const { owner, name } = state.issue;
  const pull = state.pull === null ? null : `${github}/${owner}/${name}/pull/${state.pull.number}`;
  const next = state.ending === null ? null : nextAction(state, state.ending, null);
  return html`<p><span class="state ${toneOf(state)}">${headline(state)}</span></p>
    <p>${sentence(state)}</p>
    ${next === null ? "" : html`<p><strong>Next:</strong> ${inline(next)}</p>`}
    <dl class="pairs">
      <div><dt>Started</dt><dd>${moment(state.startedAt)} by ${state.schedule === undefined ? state.requester.login : `the schedule ${state.schedule.name}`}</dd></div>
      <div><dt>Attempts</dt><dd>${state.attempts.filter(({ counted }) => counted).length} of ${state.granted} used</dd></div>
      <div><dt>Spent</dt><dd>${spentOn(state)} of ${inDollars(state.grantedNano)}</dd></div>
      ${state.branch === null ? "" : html`<div><dt>Branch</dt><dd><code>${state.branch}</code></dd></div>`}
      ${pull === null ? "" : html`<div><dt>Pull request</dt><dd><a href="${pull}" rel="noreferrer">#${state.pull?.number}</a> · <a href="${pull}/files" rel="noreferrer">its changes</a></dd></div>`}
    </dl>`;
}

function attemptPart(issueKey: string, attempt: Attempt, isOpen: boolean, now: number): Html {
  const { number, verdict, change, claim, runs } = attempt;
  const colour = verdict?.colour ?? (attempt.endedAt === null ? "under way" : "not judged");
  const size =
    change === null
      ? ""
      : html` · ${change.files === 1 ? "1 file" : `${change.files} files`}, +${change.additions} −${change.deletions}`;
  return html`<details class="card" data-part="${number}"${isOpen ? html` open` : ""}>
    <summary>Attempt ${number}: <span class="state ${toneOfColour(colour)}">${colour}</span>${size}</summary>
    ${claim === null || claim.summary === "" ? "" : html`<p>The agent says, which nobody has checked: <q>${claim.summary}</q></p>`}
    ${verdict === null ? "" : verdictPart(number, verdict)}
    ${change === null || change.paths.length === 0 ? "" : changedPart(number, change)}
    <div class="scroll"><table>
      <thead><tr><th scope="col">Run</th><th scope="col">Ended</th><th scope="col">Took</th><th scope="col">Cost</th><th scope="col">Tokens</th><th scope="col">Tools</th><th scope="col">Refused</th><th scope="col">Texts</th></tr></thead>
      <tbody>${runs.map((run) => runRow(issueKey, run, now))}</tbody>
    </table></div>
    ${picturesPart(issueKey, attempt)}
  </details>`;
}

/** The paths that are kept of a change, and how many more it has. */
function changedPart(attempt: number, { files, paths }: NonNullable<Attempt["change"]>): Html {
  const more = files - paths.length;
  return html`<details data-part="${attempt} files"><summary>Changed files</summary><ul class="tree">${paths.map((path) => html`<li><code>${path}</code></li>`)}${more > 0 ? html`<li>and ${more} more</li>` : ""}</ul></details>`;
}

/** What its checks and its agent left to be looked at. */
function picturesPart(issueKey: string, attempt: Attempt): Html | "" {
  const pictures = picturesIn(attempt);
  if (pictures.length === 0) return "";
  const shown = pictures.map(({ id, path, of }) => {
    const address = `${addressOf(issueKey)}/pictures/${id}`;
    return html`<figure><a href="${address}"><img src="${address}" alt="${of}: ${path}" loading="lazy"></a><figcaption>${of}: <code>${path}</code></figcaption></figure>`;
  });
  return html`<div class="pictures">${shown}</div>`;
}

const toneOfColour = (colour: string) => ({ green: "good", red: "bad" })[colour] ?? "work";

function verdictPart(attempt: number, { parts, findings }: Verdict): Html {
  const rows = parts.map(
    ({ source, name, colour, note }) =>
      html`<li><span class="state ${toneOfColour(colour)}">${colour}</span> ${source} · ${name}${note === "" ? "" : html`: ${note}`}</li>`,
  );
  const found = findings.map(
    ({ title, path, line, detail }, index) =>
      html`<li>${title}${path === null ? "" : html` <code>${path}${line === null ? "" : `:${line}`}</code>`}${detail.trim() === "" ? "" : html`<details data-part="${attempt} finding ${index}"><summary>What it says</summary><pre>${detail.trim()}</pre></details>`}</li>`,
  );
  return html`<ul class="tree">${rows}</ul>${found.length === 0 ? "" : html`<p>Findings:</p><ul class="tree">${found}</ul>`}`;
}

function runRow(issueKey: string, run: RunFacts, now: number): Html {
  const { id, role, status, startedAt, endedAt, spentNano, tokens, toolCalls = [], refusals = [] } = run;
  const tools = toolCalls.map(
    ({ tool, calls, refused, failed }) =>
      html`<li>${tool} ×${calls}${refused > 0 ? `, ${refused} refused` : ""}${failed > 0 ? `, ${failed} failed` : ""}</li>`,
  );
  const text = (sha: string | null, words: string) =>
    sha === null ? "" : html`<li><a href="${addressOf(issueKey)}/texts/${sha}">${words}</a></li>`;
  return html`<tr>
    <th scope="row">${role} <code>${id}</code></th><td>${status}</td><td>${duration((endedAt ?? now) - startedAt)}</td><td>${inDollars(spentNano)}</td>
    <td>${tokens.input} in, ${tokens.output} out</td><td><ul>${tools}</ul></td><td><ul>${refusals.map((one) => html`<li>${one}</li>`)}</ul></td>
    <td><ul>${text(run.briefSha256, "brief")}${text(run.logSha256, "log")}</ul></td>
  </tr>`;
}
