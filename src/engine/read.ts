// Effects that ask GitHub something and turn the answer into an event.
import { assert } from "../base/assert.ts";
import { Fault } from "../base/fault.ts";
import { freezeIssue } from "../brief/freeze.ts";
import { mayWrite, rulesOf } from "../loop/begin.ts";
import { hasLabel } from "../loop/end.ts";
import type { ClaimFacts, Command, LoopEvent, Permission } from "../loop/event.ts";
import type { LoopState, Person, Snapshot } from "../loop/state.ts";
import { readRules } from "../policy/rules.ts";
import type { CiFacts } from "../verify/facts.ts";
import { verdictOf } from "../verify/verdict.ts";
import type { ClaimRead, IssueComment } from "./ports.ts";
import { reviewCheck, textOf, type World } from "./world.ts";

/** Reads may lag this far behind the event that led to them. */
const replicaMs = 60_000;

/** Comments by at most this many different people are considered for the frozen text: each costs one request. */
const speakersAtMost = 10;

/** May this person start a loop here, and what exactly do the issue and the policy say? */
export async function readClaim(world: World, state: LoopState): Promise<LoopEvent[]> {
  const askedAt = world.clock.now();
  const [permission, read] = await Promise.all([
    world.github.permission(state.issue, state.requester),
    world.github.readClaim(state.issue),
  ]);
  requireFresh(state, read, askedAt);
  return [{ type: "claim_read", facts: await claimFacts(world, state, permission, read) }];
}

/** A replica that does not know the label yet would have the loop refused without a word: it is asked again. */
function requireFresh(state: LoopState, read: ClaimRead, askedAt: number): void {
  const isStale = !read.isPull && (!read.open || !hasLabel(read.labels, state.label));
  if (!isStale || askedAt - state.startedAt >= replicaMs) return;
  throw new Fault(`GitHub does not show the label ${state.label} on issue ${state.issue.number} yet. Asking again.`, {
    kind: "not_found",
    retry: "later",
  });
}

/** The same for `/loop retry`, whose author's permission was read with the command. */
export async function readRetry(world: World, state: LoopState): Promise<LoopEvent[]> {
  const read = await world.github.readClaim(state.issue);
  return [{ type: "retry_read", facts: await claimFacts(world, state, "write", read) }];
}

async function claimFacts(
  world: World,
  state: LoopState,
  permission: Permission,
  read: ClaimRead,
): Promise<ClaimFacts> {
  const rules = readRules(read.policy, world.operator, state.label);
  return {
    permission,
    open: read.open && !read.isPull,
    labels: read.labels,
    title: read.title,
    base: read.base,
    policy: rules,
    snapshot: await freeze(world, state, read),
  };
}

async function freeze(world: World, state: LoopState, read: ClaimRead): Promise<Snapshot> {
  const heard = await permitted(world, state, read.comments);
  const frozen = freezeIssue({
    title: read.title,
    body: read.body,
    comments: heard.map((comment) => ({ author: comment.author.login, body: comment.body })),
  });
  await world.store.putArtifact(frozen.text, textOf(world, state));
  const cut = read.commentsTruncated ? ["comments beyond the newest 100"] : [];
  return {
    sha256: frozen.sha256,
    title: read.title,
    comments: heard.map((comment) => comment.id),
    removed: [...frozen.removed, ...cut],
    at: world.clock.now(),
  };
}

/** Comments of people who may write here; bots, commands and everyone else are left out (T3). */
async function permitted(
  world: World,
  state: LoopState,
  comments: readonly IssueComment[],
): Promise<readonly IssueComment[]> {
  const insiders = comments.filter(
    (comment) =>
      !comment.author.bot &&
      ["OWNER", "MEMBER", "COLLABORATOR"].includes(comment.association) &&
      !comment.body.trimStart().startsWith("/loop"),
  );
  const speakers = new Map(insiders.map(({ author }) => [author.id, author]));
  const may = new Set<number>();
  for (const person of [...speakers.values()].slice(0, speakersAtMost)) {
    if (mayWrite(await world.github.permission(state.issue, person))) may.add(person.id);
  }
  return insiders.filter((comment) => may.has(comment.author.id));
}

/** What may the author of this command do here? */
export async function checkCommand(world: World, state: LoopState, command: Command): Promise<LoopEvent[]> {
  const permission = await world.github.permission(state.issue, command.actor);
  return [{ type: "command_checked", command, permission }];
}

/** CI as it stands on the commit, together with the review that the state holds. */
export async function readVerdict(world: World, state: LoopState, head: string): Promise<LoopEvent[]> {
  assert(state.pull !== null, "a verdict is read on a pull request");
  const ci = await world.github.readCi(state.issue, state.pull.number, head);
  const { closed } = ci;
  const moved = ci.pullHead !== null && ci.pullHead !== head && ci.pullHead !== state.head;
  await world.store.trace({
    issueKey: `${state.issue.repositoryId}#${state.issue.number}`,
    loop: state.id,
    at: world.clock.now(),
    kind: "ci_facts",
    detail: {
      head,
      moved,
      closed,
      checks: ci.checks.map(({ name, done, conclusion, app }) => ({ name, done, conclusion, app })),
    },
  });
  // A pull request that a person closed or merged meanwhile goes to no gate, whether or not its own webhook came.
  if (closed !== null) return [{ type: "pull_closed", merged: closed.merged, actor: closed.by }];
  return [{ type: "verdict_read", verdict: judge(state, head, ci) }];
}

/** The verdict on `head`, with the review as the state holds it. */
export function judge(state: LoopState, head: string, ci: CiFacts) {
  const review = state.attempts.at(-1)?.review ?? null;
  return verdictOf({ head, ci, review, rules: rulesOf(state), reviewerName: reviewCheck });
}

/** A closed issue whose pull request is merged was closed by that merge; otherwise by whoever closed it. One request. */
export async function readClosing(world: World, state: LoopState, actor: Person): Promise<LoopEvent[]> {
  assert(state.pull !== null, "a loop without a pull request need not ask what closed its issue");
  const asked = { issue: state.issue.number, branch: state.branch, pull: state.pull.number };
  const { loops } = await world.github.survey(state.issue, state.label, [asked]);
  const pull = loops[0]?.pull ?? null;
  if (pull?.merged) return [{ type: "pull_closed", merged: true, actor: pull.closedBy }];
  return [{ type: "issue_closed", actor, pullSeen: true }];
}
