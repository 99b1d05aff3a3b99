// The form at the end of a thread: comment, and close or reopen.
import { html } from "hono/html";
import { hasAccess } from "../core.ts";
import type { Issue, User } from "../model.ts";
import { icon } from "./icon.ts";
import { avatar } from "./person.ts";
import { type Html, pathOf, type View } from "./view.ts";

/** The form, or a word about why there is none. */
export function replyForm(view: View, issue: Issue): Html {
  const { viewer } = view;
  if (!viewer) return html`<p class="box pad invite">Choose who you are in the bar on top to take part.</p>`;
  const path = `${pathOf(issue.repository)}/issues/${issue.number}/comments`;
  return html`<form class="reply-form" method="post" action="${path}" aria-label="Add a comment">
    <input type="hidden" name="back" value="${view.path}">
    <div class="avatar-column">${avatar(viewer, 40)}</div>
    <div class="comment own">
      <header><label for="reply">Add a comment as ${viewer.login}</label></header>
      <textarea id="reply" name="body" rows="4" placeholder="Markdown works here, and so does /loop help"></textarea>
      <p id="reply-buttons" class="buttons" data-live>${stateButton(viewer, issue)}<button class="primary" name="also" value="">Comment</button></p>
    </div>
  </form>`;
}

/** Closing and reopening take what is in the text field along, as on GitHub. */
function stateButton(viewer: User, issue: Issue): Html | "" {
  const mayChange = viewer === issue.user || hasAccess(viewer, issue.repository, "triage");
  if (!mayChange || issue.pull?.merged) return "";
  const thing = issue.pull ? "pull request" : "issue";
  if (issue.state === "open") {
    return html`<button name="also" value="close">${icon(issue.pull ? "pull" : "closed")} Close ${thing}</button>`;
  }
  return html`<button name="also" value="reopen">${icon(issue.pull ? "pull" : "open")} Reopen ${thing}</button>`;
}
