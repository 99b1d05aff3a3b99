// A pull request's page and its four tabs.
import { html } from "hono/html";
import type { Pull } from "../model.ts";
import type { World } from "../world.ts";
import { checkOutputs } from "./checks.ts";
import { commitList } from "./commit.ts";
import { filesView } from "./files.ts";
import { gateBox, reviewForm } from "./gate.ts";
import { type IconName, icon } from "./icon.ts";
import { login } from "./person.ts";
import { commitsOf, filesOf } from "./reading.ts";
import { replyForm } from "./reply.ts";
import { shell, titled } from "./shell.ts";
import { sidebar } from "./sidebar.ts";
import { checksOf, issueLook, pill } from "./status.ts";
import { timeline } from "./timeline.ts";
import { type Html, pathOf, type View } from "./view.ts";
import { plural } from "./when.ts";

export type PullTab = "conversation" | "commits" | "checks" | "files";

/** `/:owner/:repo/pull/:n` and its tabs. */
export async function pullPage(view: View, pull: Pull, tab: PullTab): Promise<Html> {
  const { issue } = pull;
  const main = html`${heading(pull)}${tabs(pull, tab)}${await content(view, pull, tab)}`;
  const title = titled(`${issue.title} · Pull request #${issue.number}`, issue.repository);
  return shell(view, { title, main, repository: issue.repository, tab: "pulls", live: true });
}

async function content(view: View, pull: Pull, tab: PullTab): Promise<Html> {
  const { repository } = pull.base;
  switch (tab) {
    case "conversation":
      return conversation(view, pull);
    case "commits":
      return html`<div id="commits" data-live>${commitList(view, repository, await commitsOf(pull))}</div>`;
    case "checks":
      return html`<div id="outputs" data-live>${checkOutputs(view, repository, pull.head.sha)}</div>`;
    case "files": {
      const annotations = checksOf(repository, pull.head.sha).runs.flatMap((run) => run.output.annotations);
      return html`<div id="files" data-live>${filesView(await filesOf(pull), annotations)}</div>${reviewForm(view, pull)}`;
    }
  }
}

async function conversation(view: View, pull: Pull): Promise<Html> {
  const mergeable = pull.issue.state === "open" ? await mergeability(view.world, pull) : null;
  return html`<div class="columns">
    <section class="conversation" aria-label="Conversation">${timeline(view, pull.issue, await commitsOf(pull))}${gateBox(view, pull, mergeable)}${reviewForm(view, pull)}${replyForm(view, pull.issue)}</section>
    ${sidebar(view, pull.issue)}
  </div>`;
}

const mergeability = (world: World, pull: Pull) => world.mergeability(pull);

function heading(pull: Pull): Html {
  const { issue, head, base, merged, mergedBy } = pull;
  const by = merged && mergedBy ? mergedBy : issue.user;
  const branch = (name: string) => html`<a class="ref" href="${pathOf(issue.repository)}/tree/${name}">${name}</a>`;
  return html`<header id="heading" class="heading" data-live>
    <h1>${issue.title} <span class="number">#${issue.number}</span></h1>
    <p>${pill(issueLook(issue))} <span>${login(by)} ${merged ? "merged" : "wants to merge"} ${plural(pull.stats.commits, "commit")} into ${branch(base.ref)} from ${branch(head.ref)}</span></p>
  </header>`;
}

function tabs(pull: Pull, shown: PullTab): Html {
  const { issue, stats } = pull;
  const path = `${pathOf(issue.repository)}/pull/${issue.number}`;
  const { runs, statuses } = checksOf(pull.base.repository, pull.head.sha);
  const said = issue.comments.length + pull.reviews.filter((review) => review.body !== "").length;
  const tab = (name: PullTab, href: string, picture: IconName, words: string, count: number) =>
    html`<li><a href="${href}"${name === shown ? html` aria-current="page"` : ""}>${icon(picture)} ${words} <span class="count">${count}</span></a></li>`;
  return html`<nav id="tabs" class="pull-tabs" aria-label="Pull request" data-live><ul class="tabs">
    ${tab("conversation", path, "comment", "Conversation", said)}
    ${tab("commits", `${path}/commits`, "commit", "Commits", stats.commits)}
    ${tab("checks", `${path}/checks`, "check", "Checks", runs.length + statuses.length)}
    ${tab("files", `${path}/files`, "file", "Files changed", stats.changedFiles)}
  </ul><p class="push"><span class="good">+${stats.additions}</span> <span class="bad">−${stats.deletions}</span></p></nav>`;
}
