// The frame around every page: document, landmarks, the bar to choose who you are, and the repository's tabs.
import { html } from "hono/html";
import { fullName } from "../core.ts";
import type { Repository } from "../model.ts";
import { icon } from "./icon.ts";
import { avatar } from "./person.ts";
import { type Html, pathOf, type View } from "./view.ts";
import { peopleOf } from "./viewer.ts";

export interface Page {
  readonly title: string;
  readonly main: Html;
  readonly repository?: Repository;
  readonly tab?: "code" | "issues" | "pulls";
  /** Follow changes without a reload. */
  readonly live?: boolean;
}

/** The whole document. */
export function shell(view: View, page: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${page.title}</title>
  <link rel="icon" href="/-/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/-/style.css">
  ${page.live ? html`<script src="/-/live.js" nonce="${view.nonce}" defer></script>` : ""}
</head>
<body>
  <a class="skip" href="#main">Skip to content</a>
  ${topBar(view)}
  ${page.repository ? repositoryBar(page.repository, page.tab) : ""}
  <main id="main" tabindex="-1">${page.main}</main>
  <footer>A local forge for trying things out. Nothing here leaves this machine.</footer>
</body>
</html>`;
}

function topBar(view: View): Html {
  const { viewer } = view;
  const options = peopleOf(view.world).map(
    (user) => html`<option value="${user.login}"${user === viewer ? html` selected` : ""}>${user.login}</option>`,
  );
  return html`<header class="top">
    <a class="brand" href="/">${icon("anvil")}<span>Forge</span></a>
    <span id="live" class="live" role="status" hidden><span class="live-dot"></span><span class="live-words">live</span></span>
    <form class="who" method="post" action="/-/person">
      <input type="hidden" name="back" value="${view.path}">
      ${viewer ? avatar(viewer, 24) : icon("person")}
      <label for="person">You are</label>
      <select id="person" name="login"><option value="">nobody</option>${options}</select>
      <button class="small">Switch</button>
    </form>
  </header>`;
}

function repositoryBar(repository: Repository, tab: Page["tab"]): Html {
  const path = pathOf(repository);
  const open = [...repository.issues.values()].filter((issue) => issue.state === "open");
  const pulls = open.filter((issue) => issue.pull).length;
  const entry = (name: Page["tab"], href: string, words: Html, count?: number) =>
    html`<li><a href="${href}"${tab === name ? html` aria-current="page"` : ""}>${words}${count ? html` <span class="count">${count}</span>` : ""}</a></li>`;
  return html`<nav class="repository" aria-label="Repository">
    <p class="crumbs">${icon("book")} <a href="/${repository.owner.login}">${repository.owner.login}</a> <span>/</span> <a href="${path}"><strong>${repository.name}</strong></a> <span class="badge">${repository.private ? "private" : "public"}</span></p>
    <ul class="tabs">
      ${entry("code", path, html`${icon("file")} Code`)}
      ${entry("issues", `${path}/issues`, html`${icon("open")} Issues`, open.length - pulls)}
      ${entry("pulls", `${path}/pulls`, html`${icon("pull")} Pull requests`, pulls)}
    </ul>
  </nav>`;
}

/** The page for something that went wrong, in the reader's words. */
export function errorPage(view: View, status: number, message: string): Html {
  const title = status === 404 ? "Not found" : "That did not work";
  return shell(view, {
    title: `${title} · Forge`,
    main: html`<div class="box notice"><h1>${title}</h1><p>${message}</p><p>${status === 404 ? "" : html`<a href="${view.path}">Back</a> · `}<a href="/">All repositories</a></p></div>`,
  });
}

/** The document title of a repository's page. */
export const titled = (words: string, repository: Repository) => `${words} · ${fullName(repository)}`;
