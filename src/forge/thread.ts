// The thread of an issue or pull request as Markdown: what a person would read on its page.
import { requireIssue } from "./core.ts";
import type { Issue, Repository, TimelineEntry } from "./model.ts";

interface Entry {
  readonly id: number;
  readonly text: string;
}

/** Title, body, comments and reviews in order; with `timeline` also what happened between them. */
export function renderThread(repository: Repository, number: number, options: { timeline?: boolean } = {}): string {
  const issue = requireIssue(repository, number);
  const head = `# ${issue.title} (#${issue.number}, ${stateOf(issue)})\n\n${said(issue.user.login, issue.body ?? "")}`;
  const entries = [
    ...issue.comments.map((comment) => ({ id: comment.id, text: said(comment.user.login, comment.body) })),
    ...reviewsOf(issue),
    ...(options.timeline
      ? issue.timeline.map((entry) => ({ id: entry.id, text: `*${entry.actor.login} ${told(entry.what)}*` }))
      : []),
  ];
  return `${[head, ...inOrder(entries)].join("\n\n---\n\n")}\n`;
}

function stateOf(issue: Issue): string {
  if (issue.pull?.merged) return "merged";
  return issue.pull?.draft && issue.state === "open" ? "draft" : issue.state;
}

const said = (login: string, body: string) => `**${login}**\n\n${body}`.trimEnd();

function reviewsOf(issue: Issue): Entry[] {
  const reviews = (issue.pull?.reviews ?? []).filter((review) => review.submittedAt !== null);
  return reviews.map((review) => {
    const words = review.state.toLowerCase().replaceAll("_", " ");
    const text = `**${review.user.login}** (${words} at ${review.commitId.slice(0, 7)})\n\n${review.body}`;
    return { id: review.id, text: text.trimEnd() };
  });
}

function told(what: TimelineEntry["what"]): string {
  switch (what.kind) {
    case "labeled":
      return `added the label ${what.label}`;
    case "unlabeled":
      return `removed the label ${what.label}`;
    case "renamed":
      return `changed the title from ${what.from} to ${what.to}`;
    case "review_requested":
      return `asked ${what.reviewer} for a review`;
    case "review_request_removed":
      return `no longer asks ${what.reviewer} for a review`;
    case "merged":
      return `merged commit ${what.sha.slice(0, 7)}`;
    case "head_moved":
      return `moved the head from ${what.from.slice(0, 7)} to ${what.to.slice(0, 7)}`;
    case "ready_for_review":
      return "marked this as ready for review";
    case "converted_to_draft":
      return "converted this to a draft";
    default:
      return `${what.kind} this`;
  }
}

function inOrder(entries: readonly Entry[]): string[] {
  return entries.toSorted((one, other) => one.id - other.id).map((entry) => entry.text);
}
