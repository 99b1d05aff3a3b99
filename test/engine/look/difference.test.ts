// What GitHub says against what a loop believes, as a table.
import { expect, test } from "vitest";
import { differences } from "../../../src/engine/look/difference.ts";
import type { LoopLook } from "../../../src/engine/ports.ts";
import type { LoopState } from "../../../src/loop/state.ts";
import { aPublishedLoop, aPull, hour, labelledAt, sha } from "../../loop/builder.ts";

const alice = { id: 7, login: "alice", bot: false };
const bob = { id: 8, login: "bob", bot: false };
const dave = { id: 9, login: "dave", bot: false };
const now = labelledAt + hour;

const pull: NonNullable<LoopLook["pull"]> = {
  number: aPull.number,
  nodeId: aPull.nodeId,
  url: aPull.url,
  open: true,
  merged: false,
  draft: true,
  queued: false,
  head: sha("c"),
  conflicts: false,
  baseHead: null,
  closedBy: bob,
  branchDeletedBy: dave,
  reviews: "",
  checksDone: false,
};

/** Exactly what the published loop believes. */
const agreed: LoopLook = {
  issue: 12,
  gone: false,
  open: true,
  closedBy: alice,
  labels: ["bug", "Loop", "loop:running"],
  unlabelledBy: dave,
  branch: { head: sha("c"), ours: true },
  pull,
};

const verifying = aPublishedLoop();
const atGate = aPublishedLoop({ phase: "awaiting_gate", gateSince: labelledAt });
const queued: LoopState = { ...atGate, queuedHead: sha("c") };

function types(state: LoopState, look: Partial<LoopLook>, newReviews = true, at = now): readonly string[] {
  return differences(state, { ...agreed, ...look }, newReviews, at).map((event) => event.type);
}

test("where GitHub and the loop agree, nothing happens", () => {
  expect(types(verifying, {})).toEqual([]);
  expect(types(atGate, {})).toEqual([]);
});

test.each<[string, LoopState, Partial<LoopLook>, readonly string[]]>([
  ["the issue was closed", verifying, { open: false }, ["issue_closed"]],
  ["the issue is gone", verifying, { gone: true }, ["issue_gone"]],
  ["the label is gone", verifying, { labels: ["bug"] }, ["unlabelled"]],
  [
    "its priority changed, and somebody approved",
    atGate,
    { labels: ["bug", "Loop", "loop:priority-high"], pull: { ...pull, reviews: "9 approved" } },
    ["priority_set", "review_submitted"],
  ],
  ["the branch was deleted", verifying, { branch: null }, ["branch_deleted"]],
  ["the branch moved", verifying, { branch: { head: sha("d"), ours: false } }, ["branch_moved"]],
  ["the pull request was closed", verifying, { pull: { ...pull, open: false } }, ["pull_closed"]],
  [
    "a merge closed the issue too",
    verifying,
    { open: false, pull: { ...pull, open: false, merged: true } },
    ["pull_closed"],
  ],
  [
    "it is in the merge queue still: whose approval counts is asked again",
    queued,
    { pull: { ...pull, queued: true } },
    ["review_submitted"],
  ],
  ["it is in the merge queue no more", queued, { pull }, ["queue_left"]],
  ["CI has finished", verifying, { pull: { ...pull, checksDone: true } }, ["ci_changed"]],
  ["CI has finished on another commit", verifying, { pull: { ...pull, checksDone: true, head: sha("d") } }, []],
  ["CI has finished and was heard", { ...verifying, ciSeen: true }, { pull: { ...pull, checksDone: true } }, []],
  ["a review came at the gate", atGate, { pull: { ...pull, reviews: "1 APPROVED" } }, ["review_submitted"]],
  ["a review came before the gate", verifying, { pull: { ...pull, reviews: "1 APPROVED" } }, []],
])("%s", (_, state, look, expected) => {
  expect(types(state, look)).toEqual(expected);
});

test("a branch that is read at the gate is believed; while a commit of ours may just have been pushed, a replica may lag (F29)", () => {
  const moved = { branch: { head: sha("d"), ours: false } };
  const told = (state: LoopState) => differences(state, { ...agreed, ...moved }, true, now);
  expect(told(atGate)).toEqual([expect.objectContaining({ type: "branch_moved", looked: true })]);
  expect(told(verifying)).toEqual([expect.not.objectContaining({ looked: true })]);
});

test("reviews that were looked at before are not looked at again", () => {
  expect(types(atGate, { pull: { ...pull, reviews: "1 APPROVED" } }, false)).toEqual([]);
});

test("an approval by comment that was refused for want of access is read again by every look, and no other is", () => {
  const approvals = [{ person: bob, comment: 700, head: sha("c") }];
  const refused = (said: string) => types({ ...atGate, approvals, refusalsSaid: [said] }, {}, false);
  expect(refused(`8 ${sha("c")} no_permission`)).toEqual(["review_submitted"]);
  expect(refused(`9 ${sha("c")} no_permission`)).toEqual([]);
  expect(refused(`8 ${sha("b")} no_permission`)).toEqual([]);
  expect(refused(`8 ${sha("c")} requester`)).toEqual([]);
});

test("F29: a claim of this minute is not ended by a look through a replica that has not heard of it", () => {
  expect(types(verifying, { labels: ["bug"] }, true, labelledAt + 59_000)).toEqual([]);
  expect(types(verifying, { gone: true }, true, labelledAt + 59_000)).toEqual([]);
});
