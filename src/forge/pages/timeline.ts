// A thread in order: the description, comments, reviews, commits and everything that happened between them.
import { html } from "hono/html";
import { hasAccess } from "../core.ts";
import type { Commit } from "../git/commits.ts";
import type { Comment, Issue, TimelineEntry, User } from "../model.ts";
import { commentBox } from "./comment.ts";
import { eventLine, labelLine, lineEntry, referenceLine } from "./entry.ts";
import { icon } from "./icon.ts";
import { reviewItem } from "./review.ts";
import { commitLook, mark } from "./status.ts";
import { type Html, pathOf, shortSha, type View } from "./view.ts";

/** One list item; `key` becomes its id, by which the live script finds it again. */
interface Item {
  readonly key: string;
  readonly at: number;
  readonly kind: "said" | "event";
  readonly content: Html;
}

/** The list of everything said and done; `commits` are those of the pull request, oldest first. */
export function timeline(view: View, issue: Issue, commits: readonly Commit[] = []): Html {
  const items = [
    ...commitItems(issue, commits),
    ...referenceItems(view, issue),
    ...issue.comments.map((comment) => commentItem(view, comment)),
    ...(issue.pull?.reviews ?? [])
      .filter((review) => review.state !== "PENDING")
      .map((review) => reviewItem(view, review)),
    ...eventItems(view, issue, commits),
  ];
  // What happens in the same millisecond keeps this order: a merge follows the approval that allowed it.
  const inOrder = [descriptionItem(view, issue), ...items.sort((one, other) => one.at - other.at)];
  return html`<ol id="timeline" class="timeline" data-list>${inOrder.map(
    (item) => html`<li id="${item.key}" class="${item.kind}" data-live>${item.content}</li>`,
  )}</ol>`;
}

/** On the pages people edit only what they wrote themselves. */
const mayEdit = (view: View, author: User) => view.viewer === author;

function descriptionItem(view: View, issue: Issue): Item {
  const key = `issue-${issue.number}`;
  const content = commentBox(view, {
    anchor: key,
    repository: issue.repository,
    user: issue.user,
    author: issue.user,
    at: issue.createdAt,
    body: issue.body ?? "",
    reactions: issue.reactions,
    isEdited: false,
    editPath: mayEdit(view, issue.user) ? `${pathOf(issue.repository)}/issues/${issue.number}/body` : null,
    verb: html`opened`,
  });
  return { key, at: issue.createdAt, kind: "said", content };
}

function commentItem(view: View, comment: Comment): Item {
  const { issue } = comment;
  const key = `issuecomment-${comment.id}`;
  const content = commentBox(view, {
    anchor: key,
    repository: issue.repository,
    user: comment.user,
    author: issue.user,
    at: comment.createdAt,
    body: comment.body,
    reactions: comment.reactions,
    isEdited: comment.updatedAt !== comment.createdAt,
    editPath: mayEdit(view, comment.user) ? `${pathOf(issue.repository)}/comments/${comment.id}` : null,
  });
  return { key, at: comment.createdAt, kind: "said", content };
}

/** Everything in the issue's own timeline; labels set in a row are one line, an ordinary push is told by its commits. */
function eventItems(view: View, issue: Issue, commits: readonly Commit[]): Item[] {
  const isPush = ({ what }: TimelineEntry) =>
    what.kind === "head_moved" && commits.some((commit) => commit.sha === what.from);
  return groupLabels(issue.timeline).flatMap(({ index, entries }) => {
    const [first] = entries as [TimelineEntry];
    const line = isLabel(first) ? labelLine(issue.repository, entries) : eventLine(issue, first);
    return line && !isPush(first)
      ? [{ key: `event-${index}`, at: first.at, kind: "event", content: lineEntry(view, line) }]
      : [];
  });
}

const isLabel = (entry: TimelineEntry) => entry.what.kind === "labeled" || entry.what.kind === "unlabeled";

const oneMoment = 60_000;

function groupLabels(entries: readonly TimelineEntry[]): { index: number; entries: TimelineEntry[] }[] {
  const groups: { index: number; entries: TimelineEntry[] }[] = [];
  for (const [index, entry] of entries.entries()) {
    const first = groups.at(-1)?.entries[0];
    const isSame =
      first && isLabel(first) && isLabel(entry) && first.actor === entry.actor && entry.at - first.at < oneMoment;
    if (isSame) groups.at(-1)?.entries.push(entry);
    else groups.push({ index, entries: [entry] });
  }
  return groups;
}

/** Commits where they were pushed: at the first move of the head that includes them, else with the opening. */
function commitItems(issue: Issue, commits: readonly Commit[]): Item[] {
  const place = new Map(commits.map((commit, at) => [commit.sha, at]));
  const moves = issue.timeline.flatMap((entry) =>
    entry.what.kind === "head_moved"
      ? [{ at: entry.at, to: place.get(entry.what.to) ?? -1, from: place.get(entry.what.from) ?? -1 }]
      : [],
  );
  return commits.map((commit, at) => {
    const move = moves.find((one) => one.from < at && at <= one.to);
    return {
      key: `commit-${commit.sha}`,
      at: move?.at ?? issue.createdAt,
      kind: "event",
      content: commitLine(issue, commit),
    };
  });
}

function commitLine(issue: Issue, commit: Commit): Html {
  const path = `${pathOf(issue.repository)}/commit/${commit.sha}`;
  const look = commitLook(issue.repository, commit.sha);
  return html`<span class="rail quiet">${icon("commit")}</span>
  <p class="line commit-line"><a class="subject" href="${path}">${commit.message.split("\n")[0]}</a> ${look ? mark(look) : ""} <a class="sha" href="${path}">${shortSha(commit.sha)}</a></p>`;
}

/** Threads of the repository that name this one, once each, when they first did; not those it answers to itself. */
function referenceItems(view: View, issue: Issue): Item[] {
  const others = [...issue.repository.issues.values()].filter(
    (other) => other !== issue && !(issue.pull && names(issue.body ?? "", other.number)),
  );
  return others.flatMap((other) => {
    const said = [{ text: other.body ?? "", user: other.user, at: other.createdAt }].concat(
      other.comments.map((comment) => ({ text: comment.body, user: comment.user, at: comment.createdAt })),
    );
    const first = said.find((one) => names(one.text, issue.number));
    if (!first || (view.viewer && !hasAccess(view.viewer, other.repository, "read"))) return [];
    const content = lineEntry(view, referenceLine(other, first.user, first.at));
    return [{ key: `reference-${other.number}`, at: first.at, kind: "event", content }];
  });
}

/** Whether a text names issue `n` as `#n`, hidden comments aside. */
export function names(text: string, n: number): boolean {
  return new RegExp(`(?<![\\w/&#])#${n}(?!\\w)`).test(text.replace(/<!--[\s\S]*?(?:-->|$)/g, ""));
}
