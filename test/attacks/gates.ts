// Words at the gate that look like the approval of an independent person, each beside one that is.
import { authorsOf } from "../../src/verify/authors.ts";
import type { ApprovalFact, CommitFact, PushFact, ReviewFact, Unread } from "../../src/verify/facts.ts";
import { gateOf } from "../../src/verify/gate.ts";
import { aVerdict, sha } from "../loop/builder.ts";
import { kindOf } from "./spelling.ts";

const head = sha("c");
const person = (id: number) => ({ id, login: `p${id}`, bot: false });
const [alice, bob, dave] = [person(1), person(2), person(4)];
const us = { id: 90, login: "loopgate[bot]", bot: true };

interface Told {
  readonly reviews?: readonly Partial<ReviewFact>[];
  readonly commands?: readonly Partial<ApprovalFact>[];
  readonly pushes?: readonly PushFact[];
  readonly commits?: readonly CommitFact[];
  readonly unread?: Unread;
}

const ours: PushFact = { after: head, by: us, ours: true };
const theirs = (after: string, by: PushFact["by"]): PushFact => ({ after, by, ours: false });
const own: CommitFact = { sha: head, parents: [], people: [] };

/** Whether somebody's approval counts, and nothing speaks against merging on it. */
function takes({ reviews = [], commands = [], pushes = [ours], commits = [own], unread }: Told): boolean {
  const made = reviews.map((one, index): ReviewFact => {
    const plain = { id: index + 1, author: bob, canPush: true, state: "approved", head, submittedAt: index } as const;
    return { ...plain, body: "", comments: [], ...one } as ReviewFact;
  });
  const said = commands.map((one): ApprovalFact => ({ author: bob, canPush: true, head, ...one }) as ApprovalFact);
  const ci = { head, pullHead: head, checks: [], truncated: false };
  const {
    approvals,
    requests,
    unknownPushes,
    unread: open,
  } = gateOf({
    pull: { head, open: true, merged: null, draft: false, reviews: made, unread: null, ci },
    requester: 1,
    anyone: false,
    authors: authorsOf({ pushes, commits }),
    heard: [],
    commands: said,
    unread: unread ?? null,
    verdict: aVerdict(),
  });
  return approvals.length > 0 && requests.length === 0 && unknownPushes === 0 && open === null;
}

const by = (...reviews: Partial<ReviewFact>[]): Told => ({ reviews });
const said = (...commands: Partial<ApprovalFact>[]): Told => ({ commands });
const renamed = (id: number, login: string) => ({ author: { id, login, bot: false } });

export const gates = kindOf("a word at the gate", "T21", takes, [
  ["the requester under a new name", by(renamed(1, "somebody-else")), by(renamed(3, "p1"))],
  ["the requester by a command", said({ author: alice }), said({ author: bob })],
  ["a bot with a person's name", by({ author: { id: 7, login: "bob", bot: true } }), by({ author: bob })],
  ["an account that is gone", by(renamed(0, "ghost")), by(renamed(5, "ghost"))],
  ["who may write no longer", by({ canPush: false }), by({ canPush: true })],
  ["who may write no longer, by a command", said({ canPush: false }), said({ canPush: true })],
  ["an older commit", by({ head: sha("a") }), by({ head })],
  ["an older commit, by a command", said({ head: sha("a") }), said({ head })],
  ["a commit in capitals", by({ head: head.toUpperCase() }), by({ head })],
  ["a comment alone", by({ state: "commented" }), by({ state: "approved" }, { state: "commented" })],
  ["a review that is not sent yet", by({ state: "pending" }), by({ state: "approved" }, { state: "pending" })],
  ["a review that was dismissed", by({}, { state: "dismissed" }), by({ state: "dismissed" }, {})],
  ["a yes that became a no", by({}, { state: "changes_requested" }), by({ state: "changes_requested" }, {})],
  [
    "a yes beside another's no",
    by({}, { author: dave, state: "changes_requested" }),
    by({}, { author: dave, state: "commented" }),
  ],
  [
    "a no of an earlier commit that nobody answered",
    by({ author: dave, state: "changes_requested", head: sha("a") }, {}),
    by({ author: dave, state: "dismissed", head: sha("a") }, {}),
  ],
  [
    "a no under a hundred comments",
    by({}, { author: dave, state: "changes_requested" }, ...Array(100).fill({ author: dave, state: "commented" })),
    by({}, ...Array(100).fill({ author: dave, state: "commented" })),
  ],
  ["reviews that were not read to their end", { ...by({}), unread: { what: "reviews", read: 3000 } }, by({})],
  ["commits that were not read to their end", { ...by({}), unread: { what: "commits", read: 250 } }, by({})],
  [
    "a pusher under nobody's address",
    { ...by({}), pushes: [ours, theirs(sha("b"), bob)] },
    { ...by({}), pushes: [ours, theirs(sha("b"), dave)] },
  ],
  ["a pusher whose commit is gone again", { ...by({}), pushes: [theirs(sha("b"), bob), ours] }, by({})],
  [
    "a pusher who took a new name",
    { ...by(renamed(2, "newly")), pushes: [ours, theirs(sha("b"), bob)] },
    by(renamed(2, "newly")),
  ],
  [
    "whom another's commit names",
    { ...by({}), pushes: [theirs(head, dave)], commits: [{ ...own, people: [2] }] },
    { ...by({}), commits: [{ ...own, people: [2] }] },
  ],
  [
    "a commit that no push brought",
    { ...by({}), commits: [own, { sha: sha("d"), parents: [head], people: [] }] },
    by({}),
  ],
  ["a push by another App", { ...by({}), pushes: [theirs(head, { ...us, id: 91 })] }, by({})],
  ["a push by an account that is gone", { ...by({}), pushes: [theirs(head, null)] }, by({})],
]);
