// The one-line entries between the comments of a thread: labels, state, reviewers, commits, references.
import { html } from "hono/html";
import type { Issue, Label, Repository, TimelineEntry, User } from "../model.ts";
import { type IconName, icon } from "./icon.ts";
import { chip } from "./label.ts";
import { avatar, login } from "./person.ts";
import { issueLook, mark } from "./status.ts";
import { type Html, pathOf, shortSha, type View } from "./view.ts";
import { when } from "./when.ts";

export interface Line {
  readonly icon: IconName;
  readonly tone?: "good" | "bad" | "done" | "quiet";
  readonly actor: User;
  readonly words: Html;
  readonly at: number;
  /** Stands below the line. */
  readonly below?: Html;
}

/** One line of a thread: an icon on the rail, who, what, when. */
export function lineEntry(view: View, line: Line): Html {
  return html`<span class="rail ${line.tone ?? "quiet"}">${icon(line.icon)}</span>
  <p class="line">${avatar(line.actor, 20)} ${login(line.actor)} ${line.words} <span class="quiet">${when(line.at, view.now)}</span></p>${line.below ?? ""}`;
}

/** Changes of labels by one person in a row, as one line. */
export function labelLine(repository: Repository, entries: readonly TimelineEntry[]): Line {
  const [first] = entries as [TimelineEntry];
  const named = (kind: "labeled" | "unlabeled") =>
    entries.flatMap((entry) => (entry.what.kind === kind ? [labelOf(repository, entry.what.label)] : []));
  const added = named("labeled");
  const removed = named("unlabeled");
  const words = html`${added.length > 0 ? html`added ${added.map(chip)}` : ""}${added.length > 0 && removed.length > 0 ? " and " : ""}${removed.length > 0 ? html`removed ${removed.map(chip)}` : ""}`;
  return { icon: "tag", actor: first.actor, at: first.at, words };
}

function labelOf(repository: Repository, name: string): Label {
  const known = repository.labels.find((label) => label.name === name);
  return known ?? { id: 0, nodeId: "", name, color: "ededed", description: null };
}

/** Any other entry; null for what is told elsewhere on the page. */
export function eventLine(issue: Issue, entry: TimelineEntry): Line | null {
  const { what, actor, at } = entry;
  const thing = issue.pull ? "this pull request" : "this issue";
  switch (what.kind) {
    case "closed":
      if (issue.pull?.merged) return null;
      return {
        icon: issue.pull ? "pull" : "closed",
        tone: issue.pull ? "bad" : "done",
        actor,
        at,
        words: closedWords(issue),
      };
    case "reopened":
      return { icon: issue.pull ? "pull" : "open", tone: "good", actor, at, words: html`reopened ${thing}` };
    case "ready_for_review":
      return { icon: "eye", actor, at, words: html`marked this pull request as ready for review` };
    case "head_deleted":
      return { icon: "pull", tone: "bad", actor, at, words: html`deleted the branch` };
    case "converted_to_draft":
      return { icon: "draft", actor, at, words: html`marked this pull request as draft` };
    case "renamed":
      return {
        icon: "pencil",
        actor,
        at,
        words: html`changed the title <del>${what.from}</del> <strong>${what.to}</strong>`,
      };
    case "review_requested":
      return { icon: "eye", actor, at, words: html`requested a review from <strong>${what.reviewer}</strong>` };
    case "review_request_removed":
      return { icon: "eye", actor, at, words: html`removed the review request for <strong>${what.reviewer}</strong>` };
    case "merged":
      return { icon: "merged", tone: "done", actor, at, words: mergedWords(issue, what.sha) };
    case "head_moved":
      return { icon: "branch", actor, at, words: movedWords(issue.repository, what) };
    default:
      return null;
  }
}

function closedWords(issue: Issue): Html {
  if (issue.pull) return html`closed this pull request`;
  return html`closed this as ${issue.stateReason === "not_planned" ? "not planned" : "completed"}`;
}

function mergedWords(issue: Issue, sha: string): Html {
  const path = `${pathOf(issue.repository)}/commit/${sha}`;
  return html`merged commit <a class="sha" href="${path}">${shortSha(sha)}</a> into <code>${issue.pull?.base.ref}</code>`;
}

function movedWords(repository: Repository, moved: { from: string; to: string }): Html {
  const link = (sha: string) => html`<a class="sha" href="${pathOf(repository)}/commit/${sha}">${shortSha(sha)}</a>`;
  return html`force-pushed the branch from ${link(moved.from)} to ${link(moved.to)}`;
}

/** "linked a pull request" where another thread names this one. */
export function referenceLine(other: Issue, by: User, at: number): Line {
  const path = `${pathOf(other.repository)}/${other.pull ? "pull" : "issues"}/${other.number}`;
  const card = html`<a class="card" href="${path}">${mark(issueLook(other))} <span>${other.title}</span> <span class="number">#${other.number}</span></a>`;
  const isLink = other.pull !== null && other.user === by;
  return {
    icon: "link",
    actor: by,
    at,
    words: html`${isLink ? "linked a pull request" : "mentioned this"}`,
    below: card,
  };
}
