// Commits: the list of several, and the page of one with its diff.
import { html } from "hono/html";
import { type Commit, readCommit } from "../git/commits.ts";
import type { Repository } from "../model.ts";
import { notFound } from "../refusal.ts";
import { checkRows } from "./checks.ts";
import { filesView } from "./files.ts";
import { icon } from "./icon.ts";
import { avatar, login } from "./person.ts";
import { filesOfCommit } from "./reading.ts";
import { shell, titled } from "./shell.ts";
import { checksOf, commitLook, mark } from "./status.ts";
import { type Html, pathOf, shortSha, type View } from "./view.ts";
import { when } from "./when.ts";

/** Commits as rows, in the order given. */
export function commitList(view: View, repository: Repository, commits: readonly Commit[]): Html {
  return html`<ul class="rows box">${commits.map((commit) => commitRow(view, repository, commit))}</ul>`;
}

function commitRow(view: View, repository: Repository, commit: Commit): Html {
  const path = `${pathOf(repository)}/commit/${commit.sha}`;
  const look = commitLook(repository, commit.sha);
  return html`<li><div class="grow"><p><a class="row-title" href="${path}">${subjectOf(commit)}</a></p><p class="quiet small">${author(view, commit)} committed ${when(Date.parse(commit.committer.date), view.now)}</p></div>${look ? mark(look) : ""}<a class="sha" href="${path}">${shortSha(commit.sha)}</a></li>`;
}

export const subjectOf = (commit: Commit) => commit.message.split("\n")[0] ?? "";

/** The author as one of our users when the address is theirs, else as the commit names them. */
export function author(view: View, commit: Commit): Html {
  const user = [...view.world.users.values()].find((one) => one.email === commit.author.email);
  return user
    ? html`${avatar(user, 20)} ${login(user)}`
    : html`${icon("person")} <strong>${commit.author.name}</strong>`;
}

/** `/:owner/:repo/commit/:sha`; throws a 404 `Refusal` when there is no such commit. */
export async function commitPage(view: View, repository: Repository, sha: string): Promise<Html> {
  const commit = /^[\da-f]{7,40}$/.test(sha)
    ? await readCommit(repository.gitDir, sha).catch(() => undefined)
    : undefined;
  if (!commit) throw notFound();
  const rest = commit.message.split("\n").slice(1).join("\n").trim();
  const { runs, statuses } = checksOf(repository, commit.sha);
  const annotations = runs.flatMap((run) => run.output.annotations);
  const main = html`<header class="box commit-head"><div class="pad"><h1>${subjectOf(commit)}</h1>${rest ? html`<pre class="message">${rest}</pre>` : ""}</div>
    <p class="box-foot">${author(view, commit)} committed ${when(Date.parse(commit.committer.date), view.now)} <span class="push">${parents(repository, commit)} commit <code>${commit.sha}</code></span></p></header>
  ${runs.length + statuses.length > 0 ? html`<div id="checks" class="box" data-live>${checkRows(repository, commit.sha)}</div>` : ""}
  ${filesView(await filesOfCommit(repository, commit), annotations)}`;
  return shell(view, { title: titled(subjectOf(commit), repository), main, repository, tab: "code", live: true });
}

function parents(repository: Repository, commit: Commit): Html {
  const links = commit.parents.map(
    (sha) => html`<a class="sha" href="${pathOf(repository)}/commit/${sha}">${shortSha(sha)}</a> `,
  );
  return html`${commit.parents.length === 1 ? "parent " : commit.parents.length > 1 ? "parents " : ""}${links}`;
}
