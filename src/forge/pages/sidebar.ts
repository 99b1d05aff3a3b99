// What stands beside a thread: reviewers, labels, linked pull requests, and who took part.

import { html } from "hono/html";
import { decisiveReviews } from "../actions/decisive.ts";
import { hasAccess } from "../core.ts";
import type { Issue, Label, Pull, User } from "../model.ts";
import { icon } from "./icon.ts";
import { chip } from "./label.ts";
import { avatar, login } from "./person.ts";
import { issueLook, mark, reviewLook } from "./status.ts";
import { names } from "./timeline.ts";
import { type Html, pathOf, type View } from "./view.ts";

/** The side bar of an issue or pull request. */
export function sidebar(view: View, issue: Issue): Html {
  return html`<aside id="sidebar" class="sidebar" aria-label="About this ${issue.pull ? "pull request" : "issue"}" data-live>
    ${issue.pull ? section("Reviewers", reviewers(issue.pull)) : ""}
    ${section("Labels", labels(view, issue))}
    ${section(issue.pull ? "Issues" : "Development", linked(issue))}
    ${section("Participants", participants(issue))}
  </aside>`;
}

const section = (title: string, content: Html) => html`<section><h2>${title}</h2>${content}</section>`;
const none = html`<p class="quiet">None yet</p>`;

function reviewers(pull: Pull): Html {
  const decided = decisiveReviews(pull);
  const waiting = pull.requestedReviewers.filter((user) => !decided.some((review) => review.user === user));
  const known = [...decided.map((review) => ({ user: review.user, look: reviewLook(review.state) }))];
  const asked = waiting.map((user) => ({
    user,
    look: { word: "awaiting review", tone: "waiting" as const, icon: "dot" as const },
  }));
  const rows = [...known, ...asked].map(
    ({ user, look }) => html`<li>${avatar(user, 20)} ${login(user)} <span class="push">${mark(look)}</span></li>`,
  );
  return rows.length > 0 ? html`<ul class="people">${rows}</ul>` : none;
}

function labels(view: View, issue: Issue): Html {
  const { viewer } = view;
  const chips = issue.labels.length > 0 ? html`<p class="chips">${issue.labels.map(chip)}</p>` : none;
  const mayLabel = viewer !== null && hasAccess(viewer, issue.repository, "triage");
  return html`${chips}${mayLabel ? labelMenu(view, issue) : ""}`;
}

/** Every label of the repository as a button that sets or removes it. */
function labelMenu(view: View, issue: Issue): Html {
  const button = (label: Label) => {
    const isSet = issue.labels.includes(label);
    return html`<li><button name="${isSet ? "remove" : "add"}" value="${label.name}" aria-pressed="${isSet}">${isSet ? icon("check") : html`<span class="icon"></span>`} ${chip(label)}<span class="unseen">${isSet ? "remove" : "add"}</span></button></li>`;
  };
  return html`<details class="menu">
    <summary>${icon("tag")} Change labels</summary>
    <form method="post" action="${pathOf(issue.repository)}/issues/${issue.number}/labels">
      <input type="hidden" name="back" value="${view.path}">
      <ul>${issue.repository.labels.map(button)}</ul>
    </form>
  </details>`;
}

/** Pull requests that name the issue; for a pull request, the issues it names. */
function linked(issue: Issue): Html {
  const others = [...issue.repository.issues.values()].filter((other) =>
    issue.pull
      ? !other.pull && names(issue.body ?? "", other.number)
      : other.pull && names(other.body ?? "", issue.number),
  );
  const rows = others.map((other) => {
    const path = `${pathOf(other.repository)}/${other.pull ? "pull" : "issues"}/${other.number}`;
    return html`<li>${mark(issueLook(other))} <a href="${path}">${other.title}</a> <span class="quiet">#${other.number}</span></li>`;
  });
  return rows.length > 0 ? html`<ul class="people">${rows}</ul>` : none;
}

function participants(issue: Issue): Html {
  const users = new Set<User>([
    issue.user,
    ...issue.comments.map((comment) => comment.user),
    ...(issue.pull?.reviews ?? []).map((review) => review.user),
  ]);
  return html`<p class="faces">${[...users].map((user) => html`<a href="/${user.login.replace("[bot]", "")}" title="${user.login}">${avatar(user, 26)}<span class="unseen">${user.login}</span></a>`)}</p>`;
}
