// One boxed contribution to a thread: who, when, rendered text, reactions, and the form to edit one's own.
import { html, raw } from "hono/html";
import { accessOf } from "../core.ts";
import type { Reaction, ReactionContent, Repository, User } from "../model.ts";
import { icon } from "./icon.ts";
import { renderMarkdown } from "./markdown.ts";
import { avatar, login } from "./person.ts";
import { type Html, markdownContext, type View } from "./view.ts";
import { plural, when } from "./when.ts";

export interface Contribution {
  readonly anchor: string;
  readonly repository: Repository;
  readonly user: User;
  readonly author: User;
  readonly at: number;
  readonly body: string;
  readonly reactions: readonly Reaction[];
  readonly isEdited: boolean;
  /** Where the edit form sends to, when the viewer may edit this. */
  readonly editPath: string | null;
  /** What stands between the login and the time; default "commented". */
  readonly verb?: Html;
}

/** The box without the list item around it. */
export function commentBox(view: View, said: Contribution): Html {
  return html`<div class="avatar-column">${avatar(said.user, 40)}</div>
  <article class="comment${said.user === view.viewer ? " own" : ""}" aria-label="${said.user.login} commented">
    <header>
      <span class="said">${login(said.user)} ${said.verb ?? "commented"} <a class="quiet" href="#${said.anchor}">${when(said.at, view.now)}</a>${said.isEdited ? html` <span class="edited">· edited</span>` : ""}</span>
      <span class="roles">${roles(said)}</span>
    </header>
    ${body(view, said.repository, said.body)}
    ${reactionBar(said.reactions)}
    ${said.editPath === null ? "" : editor(view, said, said.editPath)}
  </article>`;
}

/** Rendered Markdown, or a word about there being none. */
export function body(view: View, repository: Repository, text: string): Html {
  const rendered = renderMarkdown(text, markdownContext(view, repository)).trim();
  return rendered === ""
    ? html`<div class="markdown empty">No description provided.</div>`
    : html`<div class="markdown">${raw(rendered)}</div>`;
}

function roles(said: Contribution): Html {
  const access = accessOf(said.user, said.repository);
  const role =
    said.user === said.repository.owner
      ? "Owner"
      : ["write", "maintain", "admin"].includes(access)
        ? "Collaborator"
        : null;
  return html`${said.user === said.author ? html`<span class="badge">Author</span>` : ""}${role ? html`<span class="badge">${role}</span>` : ""}`;
}

const faces: Record<ReactionContent, string> = {
  "+1": "👍",
  "-1": "👎",
  laugh: "😄",
  hooray: "🎉",
  confused: "😕",
  heart: "❤️",
  rocket: "🚀",
  eyes: "👀",
};

function reactionBar(reactions: readonly Reaction[]): Html | "" {
  if (reactions.length === 0) return "";
  const kinds = [...new Set(reactions.map((one) => one.content))];
  const chips = kinds.map((content) => {
    const logins = reactions.filter((one) => one.content === content).map((one) => one.user.login);
    const words = `${logins.join(", ")} reacted with ${content}`;
    return html`<li title="${words}"><span aria-hidden="true">${faces[content]} ${logins.length}</span><span class="unseen">${words}</span></li>`;
  });
  return html`<ul class="reactions" aria-label="${plural(reactions.length, "reaction")}">${chips}</ul>`;
}

function editor(view: View, said: Contribution, path: string): Html {
  const field = `edit-${said.anchor}`;
  return html`<details class="editor">
    <summary>${icon("pencil")} Edit</summary>
    <form method="post" action="${path}">
      <input type="hidden" name="back" value="${view.path}#${said.anchor}">
      <label class="unseen" for="${field}">Text</label>
      <textarea id="${field}" name="body" rows="8">${said.body}</textarea>
      <p class="buttons"><button class="primary">Update comment</button></p>
    </form>
  </details>`;
}
