// What people have said about the exact head of a pull request, and whose word counts.
import type { GateFacts } from "../loop/event.ts";
import type { ApprovalRefusal } from "../loop/refusal.ts";
import type { Finding, Verdict } from "../loop/state.ts";
import type { PullFacts, ReviewFact } from "./facts.ts";

export interface GateQuestion {
  readonly pull: PullFacts;
  readonly requester: string; // login of who set the label
  readonly verdict: Verdict; // CI read again at this moment
}

/**
 * Eligible approvals, those that do not count with the reason, and requested changes. Only each person's last word counts
 * (a mere comment is no word), and only on the current head. An approval needs write permission and someone who is not
 * a bot, the requester, or an author of the commits; changes may be requested by any person with write permission.
 */
export function gateOf({ pull, requester, verdict }: GateQuestion): GateFacts {
  const words = lastWords(pull.reviews);
  const approved = words.filter((review) => review.state === "approved");
  const judged = approved.map((review) => ({ review, why: whyNot(review, pull, requester) }));
  return {
    head: pull.head,
    open: pull.open,
    merged: pull.merged,
    approvals: judged
      .filter(({ why }) => why === null)
      .map(({ review }) => ({ login: review.author.login, head: review.head })),
    refusals: judged.flatMap(({ review, why }) => (why === null ? [] : [{ login: review.author.login, why }])),
    authors: pull.authors,
    changes: words.filter((review) => mayRequestChanges(review, pull)).flatMap(findingsOf),
    verdict,
  };
}

function lastWords(reviews: readonly ReviewFact[]): ReviewFact[] {
  const spoken = reviews
    .filter((review) => review.state !== "commented" && review.state !== "pending")
    .toSorted((a, b) => a.submittedAt - b.submittedAt || a.id - b.id);
  return [...new Map(spoken.map((review) => [review.author.id, review])).values()];
}

function whyNot(review: ReviewFact, pull: PullFacts, requester: string): ApprovalRefusal | null {
  const { author } = review;
  if (author.bot) return { of: "bot" };
  if (isSame(author.login, requester)) return { of: "requester" };
  if (pull.authors.some((login) => isSame(login, author.login))) return { of: "author" };
  if (!review.canPush) return { of: "no_permission" };
  return review.head === pull.head ? null : { of: "other_head", head: review.head, now: pull.head };
}

function mayRequestChanges(review: ReviewFact, pull: PullFacts): boolean {
  return review.state === "changes_requested" && review.canPush && !review.author.bot && review.head === pull.head;
}

function findingsOf(review: ReviewFact): Finding[] {
  const title = `Changes requested by ${review.author.login}`;
  const inline = review.comments.map(({ path, line, body }) => finding(title, body, path, line));
  if (review.body.trim() === "" && inline.length > 0) return inline;
  return [finding(title, review.body.trim() || "No words were given.", null, null), ...inline];
}

function finding(title: string, detail: string, path: string | null, line: number | null): Finding {
  return { source: "person", title, detail: detail.slice(0, 4000), path, line, url: null };
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
