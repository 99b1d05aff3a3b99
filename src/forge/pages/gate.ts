// The box at the end of a pull request: reviews, checks, merging; and the form to review.

import { html } from "hono/html";
import { decisiveReviews } from "../actions/decisive.ts";
import { hasAccess } from "../core.ts";
import type { Pull, User } from "../model.ts";
import { checkRows } from "./checks.ts";
import { icon } from "./icon.ts";
import { commitLook, type Look } from "./status.ts";
import { type Html, pathOf, shortSha, type View } from "./view.ts";
import { plural } from "./when.ts";

const pullPath = (pull: Pull) => `${pathOf(pull.issue.repository)}/pull/${pull.issue.number}`;

/** How the pull request stands and what can be done with it; `mergeable` is null once it no longer matters. */
export function gateBox(view: View, pull: Pull, mergeable: boolean | null): Html {
  if (pull.merged)
    return html`<div id="gate" class="box gate done" data-live>${gateRow({ word: "Merged", tone: "done", icon: "merged" }, `${pull.head.ref} was merged into ${pull.base.ref}.`)}</div>`;
  if (pull.issue.state === "closed")
    return html`<div id="gate" class="box gate" data-live>${gateRow({ word: "Closed", tone: "quiet", icon: "pull" }, "This pull request was closed without being merged.")}</div>`;
  const checks = commitLook(pull.base.repository, pull.head.sha);
  return html`<div id="gate" class="box gate" data-live>
    ${gateRow(...reviewState(pull))}
    ${checks ? html`${gateRow(checks, `On ${shortSha(pull.head.sha)}, the newest commit.`)}${checkRows(pull.base.repository, pull.head.sha)}` : gateRow({ word: "No check has reported yet", tone: "waiting", icon: "dot" }, `Nothing is known about ${shortSha(pull.head.sha)} so far; that does not count as success.`)}
    ${mergeRow(view, pull, mergeable)}
  </div>`;
}

function gateRow(look: Look, words: string): Html {
  return html`<div class="gate-row ${look.tone}"><span class="round">${icon(look.icon)}</span><div><p><strong>${look.word}</strong></p><p class="quiet">${words}</p></div></div>`;
}

/** Whether merging is what comes next: approved on this very commit, and no check is red or still running. */
function isReady(pull: Pull): boolean {
  const checks = commitLook(pull.base.repository, pull.head.sha);
  return reviewState(pull)[0].tone === "good" && (checks === null || checks.tone === "good");
}

/** Approvals count here only on the commit that is the head now. */
function reviewState(pull: Pull): [Look, string] {
  const decided = decisiveReviews(pull);
  const requested = decided.filter((review) => review.state === "CHANGES_REQUESTED");
  const approved = decided.filter((review) => review.state === "APPROVED");
  const current = approved.filter((review) => review.commitId === pull.head.sha);
  const logins = (reviews: typeof decided) => reviews.map((review) => review.user.login).join(", ");
  if (requested.length > 0)
    return [{ word: "Changes requested", tone: "bad", icon: "file" }, `By ${logins(requested)}.`];
  if (current.length > 0)
    return [
      { word: "Changes approved", tone: "good", icon: "check" },
      `${plural(current.length, "approval")} on ${shortSha(pull.head.sha)} by ${logins(current)}.`,
    ];
  if (approved.length > 0)
    return [
      { word: "Approved before the last push", tone: "waiting", icon: "dot" },
      `By ${logins(approved)}, on an older commit.`,
    ];
  return [{ word: "Waiting for a review", tone: "waiting", icon: "eye" }, "Nobody has approved this commit yet."];
}

function mergeRow(view: View, pull: Pull, mergeable: boolean | null): Html {
  const path = pullPath(pull);
  const mayWrite = view.viewer !== null && hasAccess(view.viewer, pull.base.repository, "write");
  if (pull.draft) {
    const mayReady = mayWrite || view.viewer === pull.issue.user;
    return html`${gateRow({ word: "Still a draft", tone: "quiet", icon: "draft" }, "Draft pull requests cannot be merged.")}
    ${mayReady ? html`<form class="gate-form" method="post" action="${path}/ready"><button>Ready for review</button></form>` : ""}`;
  }
  if (mergeable === false)
    return gateRow(
      { word: "This branch has conflicts with the base branch", tone: "bad", icon: "cross" },
      "They must be resolved before it can be merged.",
    );
  return html`${gateRow({ word: "No conflicts with the base branch", tone: "good", icon: "check" }, `It can be merged into ${pull.base.ref} by anyone who may write.`)}
  ${mayWrite ? html`<form class="gate-form" method="post" action="${path}/merge"><input type="hidden" name="head" value="${pull.head.sha}"><button class="${isReady(pull) ? "primary" : ""}">${icon("merged")} Merge pull request</button></form>` : ""}`;
}

/** The form to approve, ask for changes or comment; it is bound to the head that the page shows. */
export function reviewForm(view: View, pull: Pull): Html | "" {
  const { viewer } = view;
  if (!viewer || pull.issue.state === "closed" || !hasAccess(viewer, pull.base.repository, "read")) return "";
  return html`<form id="review" class="box review-form" method="post" action="${pullPath(pull)}/review" aria-label="Review changes" data-live>
    <div class="box-head"><h2>Review changes</h2> <span class="quiet">as ${viewer.login}, of commit <code>${shortSha(pull.head.sha)}</code></span></div>
    <input type="hidden" name="head" value="${pull.head.sha}">
    <div class="pad">
      <label class="unseen" for="review-body">Review comment</label>
      <textarea id="review-body" name="body" rows="3" placeholder="What you think of it; may be left empty when you approve"></textarea>
      <p class="buttons">${verdicts(viewer, pull)}</p>
    </div>
  </form>`;
}

function verdicts(viewer: User, pull: Pull): Html {
  const comment = html`<button name="verdict" value="COMMENT">${icon("comment")} Comment</button>`;
  if (viewer === pull.issue.user)
    return html`<span class="quiet">You opened this pull request, so you cannot approve it.</span> ${comment}`;
  return html`${comment}<button class="danger" name="verdict" value="REQUEST_CHANGES">${icon("file")} Request changes</button><button class="primary" name="verdict" value="APPROVE">${icon("check")} Approve</button>`;
}
