// Passing the gate: everything that counts is read, and what was read is merged in the same breath, or handed on.
import { assert } from "../base/assert.ts";
import { Fault } from "../base/fault.ts";
import { mayWrite, rulesOf } from "../loop/begin.ts";
import { goingIn } from "../loop/ci-going.ts";
import type { GateFacts, LoopEvent } from "../loop/event.ts";
import { asMerged, isCutShortAtGate, isStillPending, mayRerunAtGate, standingOf } from "../loop/gate.ts";
import { isQueued } from "../loop/merge-queue.ts";
import { names } from "../loop/people.ts";
import type { ApprovalComment, LoopState } from "../loop/state.ts";
import { authorsOf, noAuthors } from "../verify/authors.ts";
import {
  type ApprovalFact,
  type CiFacts,
  outdatedIn,
  type PullFacts,
  type ReviewFact,
  retargetedIn,
} from "../verify/facts.ts";
import { type GateQuestion, gateOf } from "../verify/gate.ts";
import { againOf, judge, judgeWithLogs } from "./judge.ts";
import type { World } from "./world.ts";

/** GitHub may tell of a push, or of our own merge, a little later than it happened: so many tries wait for it. */
const patience = 3;

interface Look {
  readonly tries: number; // before this one
  readonly checks: boolean; // they alone are news
}

/**
 * One request where only the App pushed and people approve by review; more for who pushed, for `/loop approve`, and for lists
 * of over a hundred. A merge is of the very head that was read, and tried again only with everything read again. Where the
 * loop has left its gate since, nothing is merged: it is only found out whether an earlier try did. Where checks alone are
 * news and are still pending, that one request is all. Throws Fault.
 */
export async function passGate(world: World, before: LoopState, { tries, checks }: Look): Promise<LoopEvent[]> {
  assert(before.pull !== null, "the gate is at a pull request");
  const read = await readGate(world, before, before.pull.number, { checks: checks && tries === 0 });
  if ("pending" in read) return [{ type: "checks_pending", head: read.head, names: read.pending }];
  const { state, facts, ci } = read;
  if (facts.merged === null && state.mergedBy !== null) throw mergeUntold();
  if (state.phase !== "awaiting_gate") {
    if (facts.open && tries < patience) throw mergeUntold();
    return [{ type: "gate_read", facts, merge: null }];
  }
  const standing = standingOf(state, facts);
  // The answer to a merge that was asked for may have been lost, and a replica not have heard of it, nor of the approvals.
  const mayHaveMerged = rulesOf(state).merge && tries > 0 && tries < patience && facts.open;
  if (mayHaveMerged && standing !== "passed") throw mergeUntold();
  if (standing === "short" && facts.unknownPushes > 0 && tries < patience) throw pushesUntold();
  if (standing === "red") {
    const { again = [] } = againOf(state, facts.verdict, ci);
    if (mayRerunAtGate(state, again)) return [{ type: "gate_read", facts, merge: null, again }]; // what it says then counts
    const verdict = await judgeWithLogs(world, state, { head: facts.head, ci, tries });
    return [{ type: "gate_read", facts: { ...facts, verdict }, merge: null }];
  }
  if (isCutShortAtGate(standing, facts)) {
    const { again = [] } = againOf(state, facts.verdict, ci);
    if (mayRerunAtGate(state, again)) return [{ type: "gate_read", facts, merge: null, again }];
  }
  if (standing !== "passed" || !facts.open) return [{ type: "gate_read", facts, merge: null }];
  if (!rulesOf(state).merge) {
    // A base that moved, and nobody asked since.
    if (ci.base?.mergeable === null && tries < patience) {
      if (tries === 0 && (await world.github.mergeabilityFound(state.issue, before.pull.number)))
        return passGate(world, before, { tries: 1, checks });
      throw mergeabilityUntold();
    }
    return [{ type: "gate_read", facts, merge: null }];
  }
  if (facts.queued === true) return [{ type: "gate_read", facts, merge: { ok: "queued" } }];
  if (isQueued(state, facts.head)) {
    if (tries < patience) throw mergeUntold(); // the queue may have merged it
    return [{ type: "gate_read", facts, merge: { ok: false, message: facts.unqueued ?? "unknown", queue: true } }];
  }
  const merge = await world.github.merge(state.issue, before.pull.number, facts.head);
  return merge.ok !== false ? [{ type: "gate_read", facts, merge }] : declined(world, before, { facts, merge }, tries);
}

/** A merge that GitHub would not do: where that is since the base moved, and conflicts or a rule minds, it is read so. One request. */
async function declined(
  world: World,
  before: LoopState,
  { facts, merge }: Pick<GateEvent, "facts" | "merge">,
  tries: number,
): Promise<LoopEvent[]> {
  assert(before.pull !== null, "what is merged is a pull request");
  const now = await readGate(world, before, before.pull.number, { checks: false });
  if (!("pending" in now) && now.facts.open && now.facts.head === facts.head) {
    const isByBase = now.facts.outdated !== undefined || now.facts.conflict !== undefined;
    if (isByBase) return [{ type: "gate_read", facts: now.facts, merge: null }];
    if (now.ci.base?.mergeable === null && tries < patience) {
      if (tries === 0 && (await world.github.mergeabilityFound(before.issue, before.pull.number)))
        return declined(world, before, { facts, merge }, 1);
      throw mergeabilityUntold();
    }
  }
  return [{ type: "gate_read", facts, merge }];
}

type GateEvent = Extract<LoopEvent, { type: "gate_read" }>;

interface GateRead {
  readonly state: LoopState; // with what was merged as its commit, where somebody pushed after the merge
  readonly facts: GateFacts;
  readonly ci: CiFacts;
}

/** Checks alone are news, and what the pull request says of them changes nothing: these of its head are going still. */
interface StillPending {
  readonly head: string;
  readonly pending: ReturnType<typeof goingIn>;
}

/** Nothing but the pull request is read where checks alone are news and are pending still. */
async function readGate(
  world: World,
  before: LoopState,
  number: number,
  { checks }: Pick<Look, "checks">,
): Promise<GateRead | StillPending> {
  const pull = await world.github.readPull(before.issue, number);
  const state = pull.merged === null ? before : asMerged(before, pull.head);
  const verdict = judge(state, pull.head, pull.ci);
  const factsOf = (rest: RestOfGate): GateFacts => ({
    ...gateOf({
      pull,
      requester: state.requester.id,
      anyone: rulesOf(state).approvers === "anyone",
      heard: state.requestsHeard,
      verdict,
      ...rest,
    }),
    ...outdatedIn(pull.ci, state.base),
    ...retargetedIn(pull.ci, state.base),
  });
  if (checks && isStillPending(state, factsOf({ commands: [], authors: noAuthors, unread: null })))
    return { head: pull.head, pending: goingIn(verdict) };
  const commands = await approvalsByCommand(world, state, pull);
  // Read last: whoever pushed until now, or until the merge, is an author of what was read before.
  const until = pull.merged?.at ?? null;
  const asksWho = state.othersPushed && rulesOf(state).approvers !== "anyone";
  const pushed = asksWho ? await pushedTo(world, state, { pull: number, until }) : null;
  const authors = pushed === null ? noAuthors : authorsOf(pushed);
  return { state, facts: factsOf({ commands, authors, unread: pushed?.unread ?? null }), ci: pull.ci };
}

/** What is not on the pull request. */
type RestOfGate = Pick<GateQuestion, "commands" | "authors" | "unread">;

function pushedTo(
  world: World,
  { issue, branch }: LoopState,
  of: { readonly pull: number; readonly until: number | null },
) {
  assert(branch !== null, "a loop with a pull request has a branch");
  return world.github.readPushes(issue, { ...of, branch });
}

/** Comments and reviews that still say `/loop approve` of their commit, with what their authors may do now. Two requests for each comment. */
async function approvalsByCommand(
  world: World,
  state: LoopState,
  { reviews }: PullFacts,
): Promise<readonly ApprovalFact[]> {
  const head = state.attempts.at(-1)?.head;
  const found: ApprovalFact[] = [];
  for (const approval of state.approvals) {
    if (approval.head !== head) continue;
    const fact = approval.review ? approvalIn(reviews, approval) : await approvalNow(world, state, approval);
    if (fact !== null) found.push(fact);
  }
  return found;
}

/** Of a review that was taken back, or whose text says it no more, nothing is left. */
function approvalIn(reviews: readonly ReviewFact[], { person, comment, head }: ApprovalComment): ApprovalFact | null {
  const now = reviews.find(({ id }) => id === comment);
  if (now === undefined || now.author.id !== person.id || now.state === "dismissed") return null;
  if (now.command?.verb !== "approve" || !names(now.command, head)) return null;
  return { author: now.author, canPush: now.canPush, head: now.head };
}

async function approvalNow(world: World, state: LoopState, approval: ApprovalComment): Promise<ApprovalFact | null> {
  const { person, comment, head } = approval;
  const now = await world.github.readComment(state.issue, comment);
  if (now === null || now.author.id !== person.id) return null;
  if (now.command?.verb !== "approve" || !names(now.command, head)) return null;
  const permission = await world.github.permission(state.issue, now.author);
  return { author: now.author, canPush: mayWrite(permission), head };
}

/** Told of by a webhook, or done by us with the answer lost, and not yet known to the replica that was asked (F27, F29). */
function mergeUntold(): Fault {
  return new Fault("GitHub does not show the merge of the loop's pull request yet. Asking again.", {
    kind: "not_found",
    retry: "later",
  });
}

function mergeabilityUntold(): Fault {
  return new Fault("GitHub does not say yet whether the loop's pull request can be merged. Asking again.", {
    kind: "not_found",
    retry: "later",
  });
}

function pushesUntold(): Fault {
  return new Fault("GitHub does not tell yet who pushed to the loop's branch. Asking again.", {
    kind: "not_found",
    retry: "later",
  });
}
