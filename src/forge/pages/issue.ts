// An issue's page and the list of issues or pull requests.
import { html } from "hono/html";
import { hasAccess } from "../core.ts";
import type { Issue, Repository } from "../model.ts";
import { icon } from "./icon.ts";
import { chip } from "./label.ts";
import { login } from "./person.ts";
import { replyForm } from "./reply.ts";
import { shell, titled } from "./shell.ts";
import { sidebar } from "./sidebar.ts";
import { commitLook, issueLook, mark, pill } from "./status.ts";
import { timeline } from "./timeline.ts";
import { type Html, pathOf, type View } from "./view.ts";
import { plural, when } from "./when.ts";

/** `/:owner/:repo/issues/:n` */
export function issuePage(view: View, issue: Issue): Html {
  const main = html`${heading(view, issue)}
  <div class="columns">
    <section class="conversation" aria-label="Conversation">${timeline(view, issue)}${replyForm(view, issue)}</section>
    ${sidebar(view, issue)}
  </div>`;
  const title = titled(`${issue.title} · Issue #${issue.number}`, issue.repository);
  return shell(view, { title, main, repository: issue.repository, tab: "issues", live: true });
}

function heading(view: View, issue: Issue): Html {
  return html`<header id="heading" class="heading" data-live>
    <h1>${issue.title} <span class="number">#${issue.number}</span></h1>
    <p>${pill(issueLook(issue))} <span>${login(issue.user)} opened this issue ${when(issue.createdAt, view.now)} · ${plural(issue.comments.length, "comment")}</span></p>
  </header>`;
}

/** `/:owner/:repo/issues` and `/:owner/:repo/pulls`, newest first; `shown` is what the filter asks for. */
export function listPage(view: View, repository: Repository, kind: "issues" | "pulls", shown: "open" | "closed"): Html {
  const all = [...repository.issues.values()].filter((issue) => (issue.pull !== null) === (kind === "pulls")).reverse();
  const count = (state: "open" | "closed") => all.filter((issue) => issue.state === state).length;
  const path = `${pathOf(repository)}/${kind}`;
  const tab = (state: "open" | "closed", words: string) =>
    html`<a href="${path}?state=${state}"${state === shown ? html` aria-current="page"` : ""}>${count(state)} ${words}</a>`;
  const name = kind === "issues" ? "Issues" : "Pull requests";
  const rows = all.filter((issue) => issue.state === shown).map((issue) => row(view, issue));
  const main = html`<div class="title-row"><h1>${name}</h1>${kind === "issues" ? html`<a class="button primary" href="${path}/new">New issue</a>` : ""}</div>
  <div id="list" class="box" data-live>
    <nav class="box-head" aria-label="Filter">${tab("open", "Open")} ${tab("closed", "Closed")}</nav>
    ${rows.length > 0 ? html`<ul class="rows">${rows}</ul>` : html`<p class="blank">Nothing is ${shown} here.</p>`}
  </div>`;
  return shell(view, { title: titled(name, repository), main, repository, tab: kind, live: true });
}

function row(view: View, issue: Issue): Html {
  const path = `${pathOf(issue.repository)}/${issue.pull ? "pull" : "issues"}/${issue.number}`;
  const look = issue.pull ? commitLook(issue.repository, issue.pull.head.sha) : null;
  return html`<li>${mark(issueLook(issue))}
    <div class="grow"><p><a class="row-title" href="${path}">${issue.title}</a> ${look ? mark(look) : ""} ${issue.labels.map(chip)}</p>
    <p class="quiet small">#${issue.number} opened ${when(issue.createdAt, view.now)} by ${login(issue.user)}</p></div>
    ${issue.comments.length > 0 ? html`<span class="quiet comments" title="${plural(issue.comments.length, "comment")}">${icon("comment")} ${issue.comments.length}</span>` : ""}</li>`;
}

/** `/:owner/:repo/issues/new` */
export function newIssuePage(view: View, repository: Repository): Html {
  const path = `${pathOf(repository)}/issues`;
  const form = html`<form class="box pad" method="post" action="${path}">
    <p><label for="title">Title</label><input id="title" name="title" required maxlength="256" autocomplete="off"></p>
    <p><label for="body">Description</label><textarea id="body" name="body" rows="12"></textarea></p>
    <p class="buttons"><button class="primary">Open issue</button></p>
  </form>`;
  const mayOpen = view.viewer !== null && hasAccess(view.viewer, repository, "read");
  const main = html`<h1>New issue</h1>${mayOpen ? form : html`<p class="box pad">Choose who you are in the bar on top to open an issue.</p>`}`;
  return shell(view, { title: titled("New issue", repository), main, repository, tab: "issues" });
}
