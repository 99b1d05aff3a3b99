// Checks of a commit: the rows of the merge box, the checks tab, and the page of one run.
import { html, raw } from "hono/html";
import { hasAccess } from "../core.ts";
import type { CheckRun, CommitStatus, Repository, WorkflowJob } from "../model.ts";
import { annotationView } from "./files.ts";
import { renderMarkdown } from "./markdown.ts";
import { avatar } from "./person.ts";
import { shell, titled } from "./shell.ts";
import { checksOf, mark, pill, runLook, statusLook } from "./status.ts";
import { type Html, markdownContext, pathOf, shortSha, type View } from "./view.ts";
import { plural, sayDuration, when } from "./when.ts";

/** One row for each check of a commit, linked to its output. */
export function checkRows(repository: Repository, sha: string): Html {
  const { runs, statuses } = checksOf(repository, sha);
  return html`<ul class="rows checks">${runs.map((run) => runRow(repository, run))}${statuses.map(statusRow)}</ul>`;
}

function runRow(repository: Repository, run: CheckRun): Html {
  const look = runLook(run);
  const took =
    run.startedAt !== null && run.completedAt !== null ? ` in ${sayDuration(run.completedAt - run.startedAt)}` : "";
  return html`<li>${mark(look)} ${avatar(run.app.bot, 20)} <a href="${runPath(repository, run)}"><strong>${run.name}</strong></a> <span class="quiet">${look.word}${took}${run.output.title ? ` — ${run.output.title}` : ""}</span></li>`;
}

function statusRow(status: CommitStatus): Html {
  const look = statusLook(status);
  return html`<li>${mark(look)} ${avatar(status.creator, 20)} <strong>${status.context}</strong> <span class="quiet">${status.description ?? look.word}</span></li>`;
}

const runPath = (repository: Repository, run: CheckRun) => `${pathOf(repository)}/runs/${run.id}`;

/** Every check of a commit with its whole output, for the checks tab. */
export function checkOutputs(view: View, repository: Repository, sha: string): Html {
  const { runs, statuses } = checksOf(repository, sha);
  if (runs.length + statuses.length === 0)
    return html`<p class="box blank">No check has reported on ${shortSha(sha)} yet.</p>`;
  return html`${runs.map((run) => runBox(view, run))}${statuses.length > 0 ? html`<ul class="rows box">${statuses.map(statusRow)}</ul>` : ""}`;
}

function runBox(view: View, run: CheckRun): Html {
  const { repository } = run;
  return html`<article id="run-${run.id}" class="box run" data-live>
    <header class="box-head">${mark(runLook(run))} ${avatar(run.app.bot, 20)} <h2><a href="${runPath(repository, run)}">${run.name}</a></h2> <span class="quiet">${timing(view, run)}</span></header>
    <div class="pad">${output(view, run)}</div>
  </article>`;
}

function timing(view: View, run: CheckRun): Html | string {
  if (run.completedAt === null)
    return run.startedAt === null ? "queued" : html`started ${when(run.startedAt, view.now)}`;
  const took = run.startedAt === null ? "" : ` in ${sayDuration(run.completedAt - run.startedAt)}`;
  return html`${runLook(run).word.toLowerCase()} ${when(run.completedAt, view.now)}${took}`;
}

function output(view: View, run: CheckRun): Html {
  return html`${reported(view, run)}${jobOf(run)}`;
}

/** The steps and the log of a job of GitHub Actions, whose check run says nothing of them. */
function jobOf(run: CheckRun): Html | "" {
  const job = jobFor(run);
  if (!job) return "";
  const steps = job.steps.map(
    ({ name, conclusion, status }) => html`<li>${name} <span class="quiet">${conclusion ?? status}</span></li>`,
  );
  const log =
    job.log === null || job.logExpired
      ? ""
      : html`<details><summary>Log</summary><pre>${shownLog(job.log)}</pre></details>`;
  return html`${steps.length > 0 ? html`<ol class="rows">${steps}</ol>` : ""}${log}`;
}

/** The job of GitHub Actions that reports by this check run. */
export function jobFor(run: CheckRun): WorkflowJob | undefined {
  return run.repository.workflowRuns.flatMap(({ jobs }) => jobs).find(({ check }) => check === run);
}

/** Without what a page has other means for: time stamps and colours. */
function shownLog(log: string): string {
  return log
    .replace(/^\ufeff/, "")
    .replaceAll(/^\d{4}-\S+Z /gm, "")
    .replaceAll(/\u001b\[[\d;]*m/g, "");
}

function reported(view: View, run: CheckRun): Html {
  const { title, summary, text, annotations } = run.output;
  const context = markdownContext(view, run.repository);
  const part = (markdown: string | null) =>
    markdown ? html`<div class="markdown">${raw(renderMarkdown(markdown, context))}</div>` : "";
  if (!title && !summary && !text && annotations.length === 0)
    return html`<p class="quiet">This check has given no output${run.status === "completed" ? "" : " yet"}.</p>`;
  return html`${title ? html`<p class="run-title">${title}</p>` : ""}${part(summary)}${part(text)}
  ${annotations.length > 0 ? html`<h3>${plural(annotations.length, "annotation")}</h3>${annotations.map(annotationView)}` : ""}`;
}

/** `/:owner/:repo/runs/:id` */
export function runPage(view: View, run: CheckRun): Html {
  const { repository } = run;
  const commit = `${pathOf(repository)}/commit/${run.headSha}`;
  const pulls = [...repository.issues.values()].filter((issue) => issue.pull?.head.sha === run.headSha);
  const main = html`<div id="run" data-live>
    <header class="heading"><h1>${run.name}</h1>
      <p>${pill(runLook(run))} <span>${avatar(run.app.bot, 20)} ${run.app.name} on <a class="sha" href="${commit}">${shortSha(run.headSha)}</a>${pulls.map((issue) => html` for <a href="${pathOf(repository)}/pull/${issue.number}">#${issue.number}</a>`)} · ${timing(view, run)}</span></p></header>
    <div class="box pad">${output(view, run)}</div>
    ${rerunForm(view, run)}
  </div>`;
  return shell(view, { title: titled(run.name, repository), main, repository, tab: "pulls", live: true });
}

/** Asking the App that made the check to run it again. */
function rerunForm(view: View, run: CheckRun): Html | "" {
  if (run.status !== "completed" || !view.viewer || !hasAccess(view.viewer, run.repository, "write")) return "";
  return html`<form method="post" action="${runPath(run.repository, run)}/rerun"><p class="buttons"><button>Run again</button></p></form>`;
}
