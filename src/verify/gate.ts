// What people have said about the exact head of a pull request, and whose word counts.

import type { GateFacts } from "../loop/event.ts";
import type { ApprovalRefusal } from "../loop/refusal.ts";
import type { Finding, Person, Verdict } from "../loop/state.ts";
import type { Authors } from "./authors.ts";
import { type ApprovalFact, conflictIn, type PullFacts, type ReviewFact, type Unread } from "./facts.ts";

export interface GateQuestion {
  readonly pull: PullFacts;
  readonly requester: number; // id of who set the label
  readonly anyone: boolean; // true: the requester and the authors may approve, too
  readonly authors: Authors;
  readonly heard: readonly number[] | null; // requests for changes that an attempt was briefed with; null: not known
  readonly commands: readonly ApprovalFact[]; // `/loop approve`, its comments read again at this moment
  readonly unread: Unread | null; // of what was read besides the pull request
  readonly verdict: Verdict; // CI read again at this moment
}

/**
 * Eligible approvals, those that do not count with the reason, and requested changes. Only each person's last word counts
 * (a mere comment is no word), and only on the current head. An approval needs write permission and someone who is not
 * a bot and, unless policy lets anyone approve, neither the requester nor an author of the commits; changes may be requested by any person with write permission, also of an
 * earlier commit as long as no attempt was briefed with them. People
 * are compared by their ids, since a login can be changed and taken by somebody else.
 */
export function gateOf(question: GateQuestion): GateFacts {
  const { pull, commands, authors, unread, verdict } = question;
  const words = lastWords(pull.reviews);
  const approved = [...words.filter((review) => review.state === "approved"), ...commands];
  const requests = words.filter((review) => requestsChanges(review, question));
  const judged = approved.map((one) => ({ person: one.author, why: whyNot(one, question) }));
  return {
    head: pull.head,
    open: pull.open,
    merged: pull.merged && { by: pull.merged.by, ours: pull.merged.ours },
    approvals: once(judged.flatMap(({ person, why }) => (why === null ? [person] : []))),
    refusals: judged.flatMap(({ person, why }) => (why === null ? [] : [{ id: person.id, login: person.login, why }])),
    changes: requests.flatMap(findingsOf),
    requests: requests.map(({ id }) => id),
    unknownPushes: authors.unknown,
    unread: pull.unread ?? unread,
    verdict,
    ...(pull.autoMergeBy === undefined ? {} : { autoMergeBy: pull.autoMergeBy }),
    ...(pull.queued === true ? { queued: true as const } : {}),
    ...(pull.unqueued === undefined ? {} : { unqueued: pull.unqueued }),
    ...conflictIn(pull.ci),
  };
}

function lastWords(reviews: readonly ReviewFact[]): ReviewFact[] {
  const spoken = reviews
    .filter((review) => review.state !== "commented" && review.state !== "pending")
    .toSorted((a, b) => a.submittedAt - b.submittedAt || a.id - b.id);
  return [...new Map(spoken.map((review) => [review.author.id, review])).values()];
}

function once(people: readonly Person[]): Person[] {
  return [...new Map(people.map((person) => [person.id, person])).values()];
}

function whyNot(approval: ApprovalFact, { pull, requester, anyone, authors }: GateQuestion): ApprovalRefusal | null {
  const { author, canPush, head } = approval;
  if (author.bot) return { of: "bot" };
  if (!anyone && author.id === requester) return { of: "requester" };
  if (!anyone && authors.ids.has(author.id)) return { of: "author" };
  if (!canPush || isNobody(author)) return { of: "no_permission" };
  return head === pull.head ? null : { of: "other_head", head, now: pull.head };
}

/** An account that was deleted: several of them look like one. */
function isNobody({ id }: Person): boolean {
  return id === 0;
}

function requestsChanges({ id, state, canPush, author, head }: ReviewFact, { pull, heard }: GateQuestion): boolean {
  if (state !== "changes_requested" || !canPush || author.bot) return false;
  return head === pull.head || (heard !== null && !heard.includes(id));
}

function findingsOf(review: ReviewFact): Finding[] {
  const title = `Changes requested by ${review.author.login}`;
  const inline = review.comments.map(({ path, line, body, thread }) => ({
    ...finding(title, body, path, line),
    ...(thread === undefined ? {} : { thread }),
  }));
  if (review.body.trim() === "" && inline.length > 0) return inline;
  const said = review.body.trim();
  if (said === "") return [{ ...finding(title, "No words were given.", null, null), wordless: true }];
  return [finding(title, said, null, null), ...inline];
}

/** So much of what a person wrote is kept; the rest stands in the review. */
const mostCharacters = 4000;

function finding(title: string, text: string, path: string | null, line: number | null): Finding {
  const left = text.length - mostCharacters;
  const detail =
    left <= 0
      ? text
      : `${text.slice(0, mostCharacters).toWellFormed()}\n[… ${left} more characters stand in the review …]`;
  return { source: "person", title, detail, path, line, url: null };
}
