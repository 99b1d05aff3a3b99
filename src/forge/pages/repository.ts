// A repository's pages: its front with the README, folders, files, branches, and the list of all repositories.
import { html, raw } from "hono/html";
import { accessOf, fullName, hasAccess } from "../core.ts";
import { log } from "../git/commits.ts";
import type { TreeEntry } from "../git/history.ts";
import type { Repository, User } from "../model.ts";
import { author, subjectOf } from "./commit.ts";
import { icon } from "./icon.ts";
import { renderMarkdown } from "./markdown.ts";
import { avatar, login } from "./person.ts";
import { branchesOf, bytesOf, entriesOf, isText, type Place } from "./place.ts";
import { shell, titled } from "./shell.ts";
import { commitLook, mark } from "./status.ts";
import { type Html, markdownContext, pathOf, shortSha, type View } from "./view.ts";
import { plural, when } from "./when.ts";

/** `/`: the repositories the viewer may see. */
export function homePage(view: View): Html {
  const shown = [...view.world.repositories.values()].filter((repository) => maySee(view, repository));
  return shell(view, {
    title: "Repositories · Forge",
    main: html`<h1>Repositories</h1>${repositoryList(view, shown)}`,
    live: true,
  });
}

/** Whether the viewer may know that the repository exists. */
export function maySee(view: View, repository: Repository): boolean {
  return !repository.private || (view.viewer !== null && hasAccess(view.viewer, repository, "read"));
}

function repositoryList(view: View, repositories: readonly Repository[]): Html {
  const rows = repositories.map((repository) => {
    const open = [...repository.issues.values()].filter((issue) => issue.state === "open").length;
    return html`<li>${icon("book")}<div class="grow"><p><a class="row-title" href="${pathOf(repository)}">${fullName(repository)}</a> <span class="badge">${repository.private ? "private" : "public"}</span></p>
      <p class="quiet small">${repository.description ? html`${repository.description} · ` : ""}${plural(open, "open thread")} · pushed ${when(repository.pushedAt, view.now)}</p></div></li>`;
  });
  return html`<div id="list" class="box" data-live>${rows.length > 0 ? html`<ul class="rows">${rows}</ul>` : html`<p class="blank">There is no repository here that you can see.</p>`}</div>`;
}

/** `/:login`: who that is and their repositories. */
export function accountPage(view: View, user: User): Html {
  const shown = [...view.world.repositories.values()].filter(
    (one) => maySee(view, one) && accessOf(user, one) !== "none" && (one.owner === user || one.collaborators.has(user)),
  );
  const main = html`<header class="account">${avatar(user, 64)}<div><h1>${user.name}</h1><p>${login(user)}</p></div></header>${repositoryList(view, shown)}`;
  return shell(view, { title: `${user.login} · Forge`, main });
}

/** `/:owner/:repo` before its first push. */
export function emptyPage(view: View, repository: Repository): Html {
  const main = html`<div class="box pad"><h1>Nothing here yet</h1><p>This repository is empty. Push to it:</p><pre>git push ${view.world.origin}${pathOf(repository)}.git HEAD:${repository.defaultBranch}</pre></div>`;
  return shell(view, { title: fullName(repository), main, repository, tab: "code", live: true });
}

/** A folder at a commit: the front page of a repository is the root of its default branch. */
export async function folderPage(view: View, place: Place): Promise<Html> {
  const { repository, path } = place;
  const [entries, branches, [newest]] = await Promise.all([
    entriesOf(place),
    branchesOf(repository),
    log(repository.gitDir, ["-n", "1", place.sha, "--"]),
  ]);
  const look = newest ? commitLook(repository, newest.sha) : null;
  const head = newest
    ? html`<p class="box-head">${author(view, newest)} <a href="${pathOf(repository)}/commit/${newest.sha}">${subjectOf(newest)}</a> ${look ? mark(look) : ""} <span class="push quiet"><span class="sha">${shortSha(newest.sha)}</span> · ${when(Date.parse(newest.committer.date), view.now)}</span></p>`
    : "";
  const main = html`${path === "" && repository.description ? html`<p class="description">${repository.description}</p>` : ""}
  ${placeBar(place, branches)}
  <div id="entries" class="box" data-live>${head}<ul class="rows tree">${entries.map((entry) => entryRow(place, entry))}</ul></div>
  ${await readme(view, place, entries)}`;
  return shell(view, {
    title: path === "" ? fullName(repository) : titled(path, repository),
    main,
    repository,
    tab: "code",
    live: true,
  });
}

function entryRow(place: Place, entry: TreeEntry): Html {
  const name = entry.path.split("/").at(-1);
  const kind = entry.type === "tree" ? "tree" : "blob";
  return html`<li>${icon(entry.type === "tree" ? "folder" : "file")} <a href="${address(place, kind, entry.path)}">${name}</a>${entry.type === "commit" ? html` <span class="quiet">submodule</span>` : ""}</li>`;
}

const address = (place: Place, kind: "tree" | "blob" | "raw", path: string) =>
  `${pathOf(place.repository)}/${kind}/${[...place.ref.split("/"), ...path.split("/")].filter(Boolean).map(encodeURIComponent).join("/")}`;

/** Which branch, and the path as links. */
function placeBar(place: Place, branches: readonly string[]): Html {
  const others = branches.map(
    (name) =>
      html`<li><a href="${address({ ...place, ref: name }, "tree", "")}"${name === place.ref ? html` aria-current="true"` : ""}>${icon("branch")} ${name}</a></li>`,
  );
  const parts = place.path.split("/").filter(Boolean);
  const crumbs = parts.map((part, at) => {
    const isLast = at === parts.length - 1;
    return html` / ${isLast ? html`<strong>${part}</strong>` : html`<a href="${address(place, "tree", parts.slice(0, at + 1).join("/"))}">${part}</a>`}`;
  });
  return html`<div class="place"><details class="menu"><summary>${icon("branch")} ${branches.includes(place.ref) ? place.ref : shortSha(place.ref)}</summary><ul>${others}</ul></details>
    <p><a href="${address(place, "tree", "")}"><strong>${place.repository.name}</strong></a>${crumbs}</p><p class="push quiet">${plural(branches.length, "branch", "branches")}</p></div>`;
}

async function readme(view: View, place: Place, entries: readonly TreeEntry[]): Promise<Html | ""> {
  const entry = entries.find((one) => /(?:^|\/)readme(?:\.md)?$/i.test(one.path) && one.type === "blob");
  if (!entry) return "";
  const bytes = await bytesOf({ ...place, path: entry.path });
  return html`<article id="readme" class="box" data-live><p class="box-head">${icon("book")} <strong>${entry.path}</strong></p><div class="pad">${markdownFile(view, place, bytes.toString())}</div></article>`;
}

function markdownFile(view: View, place: Place, text: string): Html {
  const folder = place.path === "" || !place.path.includes("/") ? "" : place.path.slice(0, place.path.lastIndexOf("/"));
  return html`<div class="markdown">${raw(renderMarkdown(text, markdownContext(view, place.repository, address(place, "blob", folder))))}</div>`;
}

const mostLines = 5_000;

/** A file at a commit: numbered lines, or rendered when it is Markdown. */
export async function filePage(view: View, place: Place): Promise<Html> {
  const [bytes, branches] = await Promise.all([bytesOf(place), branchesOf(place.repository)]);
  const main = html`${placeBar(place, branches)}
  <div class="box"><p class="box-head"><span class="quiet">${plural(bytes.length, "byte")}</span> <a class="push button small" href="${address(place, "raw", place.path)}">Raw</a></p>${fileBody(view, place, bytes)}</div>`;
  return shell(view, { title: titled(place.path, place.repository), main, repository: place.repository, tab: "code" });
}

function fileBody(view: View, place: Place, bytes: Buffer): Html {
  if (/\.(?:png|jpe?g|gif|webp)$/i.test(place.path))
    return html`<p class="pad"><img src="${address(place, "raw", place.path)}" alt="${place.path}"></p>`;
  if (!isText(bytes)) return html`<p class="blank">A binary file.</p>`;
  const text = bytes.toString();
  if (/\.md$/i.test(place.path)) return html`<div class="pad">${markdownFile(view, place, text)}</div>`;
  const lines = text.replace(/\n$/, "").split("\n");
  const rows = lines
    .slice(0, mostLines)
    .map((line, at) => html`<tr id="L${at + 1}"><td class="no">${at + 1}</td><td class="code">${line}</td></tr>`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="File"><table class="diff"><tbody>${rows}</tbody></table></div>${lines.length > mostLines ? html`<p class="blank">Only the first ${mostLines} of ${lines.length} lines are shown.</p>` : ""}`;
}
