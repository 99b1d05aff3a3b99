// Reviews in a pull request's thread, with the comments on lines that belong to them.
import { html } from "hono/html";
import type { Review, ReviewComment } from "../model.ts";
import { body, commentBox } from "./comment.ts";
import { icon } from "./icon.ts";
import { avatar, login } from "./person.ts";
import { reviewLook } from "./status.ts";
import { type Html, pathOf, shortSha, type View } from "./view.ts";
import { when } from "./when.ts";

/** One review as an item of the timeline. */
export function reviewItem(view: View, review: Review): { key: string; at: number; kind: "event"; content: Html } {
  const look = reviewLook(review.state);
  const at = review.submittedAt ?? review.pull.issue.createdAt;
  const comments = review.pull.reviewComments.filter((comment) => comment.review === review);
  const content = html`<span class="rail ${look.tone === "quiet" ? "quiet" : `${look.tone} solid`}">${icon(look.icon)}</span>
  <p class="line">${avatar(review.user, 20)} ${login(review.user)} ${look.word} <span class="quiet">${when(at, view.now)}</span> ${onCommit(review)}</p>
  ${review.body.trim() === "" ? "" : html`<div class="reply">${spoken(view, review)}</div>`}
  ${comments.map((comment) => html`<div class="reply">${lineComment(view, comment)}</div>`)}`;
  return { key: `pullrequestreview-${review.id}`, at, kind: "event", content };
}

/** Which commit was reviewed, said plainly when the branch has moved since. */
function onCommit(review: Review): Html {
  const { pull, commitId } = review;
  const isOld = commitId !== pull.head.sha;
  const path = `${pathOf(pull.issue.repository)}/commit/${commitId}`;
  return html`<span class="quiet">on <a class="sha" href="${path}">${shortSha(commitId)}</a></span>${isOld ? html` <span class="badge warning" title="The branch has moved since this review">outdated</span>` : ""}`;
}

function spoken(view: View, review: Review): Html {
  const { issue } = review.pull;
  return commentBox(view, {
    anchor: `pullrequestreview-${review.id}`,
    repository: issue.repository,
    user: review.user,
    author: issue.user,
    at: review.submittedAt ?? issue.createdAt,
    body: review.body,
    reactions: [],
    isEdited: false,
    editPath: null,
    verb: html`left a review`,
  });
}

function lineComment(view: View, comment: ReviewComment): Html {
  const { repository } = comment.pull.issue;
  const place = comment.line === null ? comment.path : `${comment.path}:${comment.line}`;
  return html`<article class="comment line-comment" aria-label="Comment on ${place}">
    <header><span class="said"><code>${place}</code></span></header>
    <p class="line">${avatar(comment.user, 20)} ${login(comment.user)} <span class="quiet">${when(comment.createdAt, view.now)}</span></p>
    ${body(view, repository, comment.body)}
  </article>`;
}
