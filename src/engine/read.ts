// Effects that ask GitHub something and turn the answer into an event.
import { assert } from "../base/assert.ts";
import { Fault } from "../base/fault.ts";
import { withoutUnseen } from "../base/unseen.ts";
import { criteriaIn } from "../brief/criteria.ts";
import { freezeIssue } from "../brief/freeze.ts";
import { wordsBesidesCommand } from "../brief/words.ts";
import { mayWrite } from "../loop/begin.ts";
import type { Effect } from "../loop/effect.ts";
import { hasLabel } from "../loop/end.ts";
import { pastAtMost, pastOf } from "../loop/estimate.ts";
import type { BaseRefusal, ClaimFacts, Command, LoopEvent, Permission } from "../loop/event.ts";
import { issueKeyOf } from "../loop/issue-key.ts";
import { notesWithin } from "../loop/notes.ts";
import { begins, onCommand } from "../loop/people.ts";
import type { LoopState, Rules, Snapshot } from "../loop/state.ts";
import { environmentFiles, type RepositoryFiles } from "../policy/found/find.ts";
import { filesNamed, readRules } from "../policy/rules.ts";
import { schedulesIn } from "../policy/schedules.ts";
import { isOwnPullBody } from "../report/pull.ts";
import { scheduledTitle } from "../report/schedule.ts";
import { redOnBase } from "../verify/ci.ts";
import { type CiFacts, conflictIn, outdatedIn } from "../verify/facts.ts";
import { againOf, judgeWithLogs } from "./judge.ts";
import { openBeside } from "./open-beside.ts";
import type { BaseRead, ClaimRead, IssueComment } from "./ports.ts";
import { ourChecks, reviewCheck, textOf, type World } from "./world.ts";

/** Reads may lag this far behind the event that led to them. */
const replicaMs = 60_000;

/** Comments by at most this many different people are considered for the frozen text: each costs one request. */
const speakersAtMost = 10;

/** May this person start a loop here, and what exactly do the issue and the policy say? */
export async function readClaim(world: World, state: LoopState): Promise<LoopEvent[]> {
  const askedAt = world.clock.now();
  const [permission, found] = await Promise.all([
    state.schedule !== undefined ? ("write" as const) : world.github.permission(state.issue, state.requester),
    world.github.readClaim(state.issue),
  ]);
  requireFresh(state, found, askedAt);
  const scheduled = asScheduled(world, state, found);
  const read = scheduled ?? found;
  if (state.threadUnread === true && read.hasRecord) return recallFirst(world, state, permission, read);
  const facts = await claimFacts(world, state, permission, read);
  const allPaused = await world.store.allPaused(state.issue.repositoryId);
  const ended = await world.store.pastLoops(state.issue.repositoryId, pastAtMost);
  const told = {
    ...facts,
    ...(scheduled === null ? { unscheduled: true as const } : {}),
    past: ended.flatMap((one) => pastOf(one) ?? []),
  };
  return [{ type: "claim_read", facts: allPaused === null ? told : { ...told, allPaused } }];
}

/**
 * What began by a schedule is the policy's wish, as the maintainers have it on the default branch: its words are the policy's own, whatever
 * anybody made of the issue since. Null: the policy does not name the schedule any more. What a person asked for stays as it is.
 */
function asScheduled({ operator }: World, { schedule }: LoopState, read: ClaimRead): ClaimRead | null {
  if (schedule === undefined) return read;
  const named = schedulesIn(read, operator);
  if (!named.ok) return read; // the claim says what is wrong with the policy
  const found = named.schedules.find(({ name }) => name === schedule.name);
  return found === undefined ? null : { ...read, title: scheduledTitle(found, schedule.at), body: found.body };
}

/** The store does not know the loop of that record: it comes back, and this one, which has come to nothing yet, gives way to it. */
async function recallFirst(
  world: World,
  state: LoopState,
  permission: Permission,
  read: ClaimRead,
): Promise<LoopEvent[]> {
  const { repositoryId, number } = state.issue;
  const recalled = await world.recall(issueKeyOf(repositoryId, number));
  if (recalled === null)
    throw new Fault(`The thread of issue ${number} has a record that cannot be read now.`, {
      kind: "unavailable",
      retry: "later",
    });
  if (recalled === "here") return [];
  const facts = await claimFacts(world, state, permission, read);
  return [{ type: "claim_read", facts: recalled === "newer" ? { ...facts, newerRecord: true } : facts }];
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
  const read = await world.github.readClaim(state.issue, state.base?.branch);
  return [{ type: "retry_read", facts: await claimFacts(world, state, "write", read) }];
}

async function claimFacts(
  world: World,
  state: LoopState,
  permission: Permission,
  read: ClaimRead,
): Promise<ClaimFacts> {
  const { rules, base, refused } = await rulesAndBase(world, state, read);
  return {
    permission,
    open: read.open && !read.isPull,
    ...(read.isPull ? { isPull: true } : {}),
    labels: read.labels,
    title: read.title,
    base: base.base,
    ...(base.signed === true ? { signed: true } : {}),
    policy: rules,
    ...(refused === undefined ? {} : { baseRefused: refused }),
    ...(read.knownGone === true ? { baseGone: true } : {}),
    ...(read.notes === undefined
      ? {}
      : { notes: { issue: read.notes.issue, texts: notesWithin(read.notes.texts.map(withoutUnseen)) } }),
    ...(read.soleAssignee === state.requester.id ? { writesAlone: true } : {}),
    ...(read.inTheWay === undefined ? {} : { inTheWay: read.inTheWay }),
    ...(rules.ok && rules.rules.openPulls !== undefined
      ? { openPulls: await openBeside(world, state, rules.rules.openPulls) }
      : {}),
    ...(rules.ok ? redFact(redOnBase(base.baseChecks ?? [], rules.rules, ourChecks)) : {}),
    ...(rules.ok && isUnjudged(rules.rules, read, base) ? { unjudged: true } : {}),
    snapshot: await freeze(world, state, read, permission),
  };
}

interface RulesAndBase {
  readonly rules: ClaimFacts["policy"];
  readonly base: BaseRead;
  readonly refused?: BaseRefusal;
}

/** The policy as rules, and the branch that it has loops begin from. One request more where that is not the default branch. */
async function rulesAndBase(world: World, state: LoopState, read: ClaimRead): Promise<RulesAndBase> {
  if (read.policyFault !== null) return { rules: { ok: false, message: read.policyFault }, base: read };
  const found = await baseOf(world, state, read, readRules(read.policy, world.operator, state.label));
  if (!found.rules.ok || found.refused !== undefined) return found;
  const files = await environmentFilesAt(world, state, read, found.base.base.sha);
  return { ...found, rules: readRules(read.policy, world.operator, state.label, files) };
}

async function baseOf(
  world: World,
  state: LoopState,
  read: ClaimRead,
  rules: ClaimFacts["policy"],
): Promise<RulesAndBase> {
  if (rules.ok && state.wantedBase !== undefined) return baseOfCommand(world, state, read, rules, state.wantedBase);
  const name = rules.ok ? rules.rules.base : undefined;
  if (name === undefined || name === read.base.branch) return { rules, base: read };
  const base = await world.github.readBase(state.issue, name);
  if (base !== null) return { rules, base };
  const which = read.policy?.hidden === true ? "a branch that" : `the branch \`${name}\`, which`;
  const message = `\`base\` names ${which} this repository does not have`;
  return { rules: { ok: false, message }, base: read };
}

/** Files of the base from which an environment may come. One request more where the base is another branch, policy names one of its own, or a devcontainer has its own folder. */
async function environmentFilesAt(
  world: World,
  { issue }: LoopState,
  { policy, base, files, devcontainers = [] }: ClaimRead,
  sha: string,
): Promise<RepositoryFiles> {
  const named = filesNamed(policy);
  const isKnown = sha === base.sha;
  const [only, another] = devcontainers;
  const apart = only === undefined || another !== undefined ? [] : [only];
  const asked = isKnown ? apart : [...environmentFiles, ...apart];
  const missing = [...named.compose, ...(named.seeks ? asked : [])];
  // Of several it is enough to know that they are there.
  const unread = another === undefined || !isKnown ? [] : devcontainers.map((path) => [path, null] as const);
  const known = new Map([...(isKnown ? files : []), ...unread]);
  if (missing.length === 0) return known;
  return new Map([...known, ...(await world.github.readFiles(issue, sha, missing))]);
}

/** Where a person named a branch, the loop begins there or not at all. */
async function baseOfCommand(
  world: World,
  state: LoopState,
  read: ClaimRead,
  rules: Extract<ClaimFacts["policy"], { ok: true }>,
  wanted: string,
): Promise<RulesAndBase> {
  const named = rules.rules.base ?? null;
  if (named !== null && named !== wanted) return { rules, base: read, refused: "policy" };
  if (wanted.startsWith("loop/")) return { rules, base: read, refused: "loop" };
  if (wanted === read.base.branch) return { rules, base: read };
  const base = await world.github.readBase(state.issue, wanted);
  return base === null ? { rules, base: read, refused: "missing" } : { rules, base };
}

/** Whether neither the policy nor the repository shows anything that could judge a change: no check of either's, and no workflow. */
function isUnjudged(rules: Rules, { workflows }: ClaimRead, { baseChecks = [] }: BaseRead): boolean {
  const others = baseChecks.filter(({ name }) => !ourChecks.includes(name));
  return !rules.ownChecks && rules.requiredChecks.length === 0 && workflows !== true && others.length === 0;
}

function redFact(names: readonly string[]): Pick<ClaimFacts, "redOnBase"> {
  return names.length === 0 ? {} : { redOnBase: names };
}

async function freeze(world: World, state: LoopState, read: ClaimRead, permission: Permission): Promise<Snapshot> {
  const { heard, hidden, unasked } = await permitted(world, state, read, permission);
  const frozen = freezeIssue({
    title: read.title,
    body: read.body,
    comments: heard.map((comment) => spoken(comment, state)),
  });
  await world.store.putArtifact(frozen.text, textOf(world, state));
  const criteria = criteriaIn(frozen.text).length;
  const cut = [
    ...(hidden === 0
      ? []
      : [hidden === 1 ? "a comment that is hidden here" : `${hidden} comments that are hidden here`]),
    ...(unasked === 0 ? [] : [`the comments of ${unasked} more people, whose permission was not asked`]),
  ];
  return {
    sha256: frozen.sha256,
    title: read.title,
    comments: heard.map((comment) => comment.id),
    removed: [...frozen.removed, ...cut],
    ...(criteria === 0 ? {} : { criteria }),
    at: world.clock.now(),
  };
}

/** A comment as it is frozen: nothing of the requester's is ever cut. */
export function spoken({ author, body }: IssueComment, { requester }: LoopState) {
  return { author: author.login, body: wordsBesidesCommand(body), whole: author.id === requester.id };
}

/** Comments of people who may write here; bots, bare commands, what somebody hid and everyone else are left out (T3). `unasked`: people left out for their number. */
async function permitted(
  world: World,
  state: LoopState,
  { comments, assignable = [] }: Pick<ClaimRead, "comments" | "assignable">,
  permission: Permission,
): Promise<{ heard: readonly IssueComment[]; hidden: number; unasked: number }> {
  const spoken = comments.filter(({ author, body }) => !author.bot && wordsBesidesCommand(body) !== "");
  const { requester } = state;
  const mayBe = new Set(assignable);
  const others = speakersOf(spoken, mayBe).filter(({ author }) => author.id !== requester.id);
  const may = new Set(mayWrite(permission) ? [requester.id] : []);
  for (const { author } of others.slice(0, speakersAtMost)) {
    if (mayWrite(await world.github.permission(state.issue, author))) may.add(author.id);
  }
  const unasked = others.slice(speakersAtMost).filter((one) => isLikely(one, mayBe)).length;
  const allowed = spoken.filter(({ author }) => may.has(author.id));
  const heard = allowed.filter(({ hidden }) => hidden !== true);
  return { heard, hidden: allowed.length - heard.length, unasked };
}

/**
 * Each speaker's newest comment: whoever may be permitted before others, then the newest first. Private members are told as others, and however many strangers
 * speak after one, that hides no word of theirs: issues can be assigned to whoever may write, and that is told (T3).
 */
function speakersOf(comments: readonly IssueComment[], mayBe: ReadonlySet<number>): readonly IssueComment[] {
  const newest = new Map(comments.map((comment) => [comment.author.id, comment]));
  const rank = (comment: IssueComment) => (mayBe.has(comment.author.id) ? 2 : isInsider(comment) ? 1 : 0);
  return [...newest.values()].sort((a, b) => rank(b) - rank(a) || b.at - a.at);
}

/** Whether the speaker may well be permitted. */
function isLikely(comment: IssueComment, mayBe: ReadonlySet<number>): boolean {
  return mayBe.has(comment.author.id) || isInsider(comment);
}

function isInsider({ association }: IssueComment): boolean {
  return ["OWNER", "MEMBER", "COLLABORATOR"].includes(association);
}

/** What may the author of this command do here, and, where a loop that is over would go on by it, is the issue open? */
export async function checkCommand(world: World, state: LoopState, command: Command): Promise<LoopEvent[]> {
  const permission = await world.github.permission(state.issue, command.actor);
  const allPaused = await world.store.allPaused(state.issue.repositoryId);
  const checked = { command, permission, ...(allPaused === null ? {} : { allPaused }) };
  // Once a loop is over, what becomes of its issue is not told to it.
  const asksIssue = begins(state, onCommand(state, checked, world.clock.now()));
  const isClosed = asksIssue && !(await world.github.readClaim(state.issue)).open;
  return [{ type: "command_checked", ...checked, ...(isClosed ? { closed: true } : {}) }];
}

/** CI as it stands on the commit, together with the review that the state holds. */
export async function readVerdict(world: World, state: LoopState, head: string, tries: number): Promise<LoopEvent[]> {
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
  const verdict = await judgeWithLogs(world, state, { head, ci, tries });
  // GitHub finds out whether the two merge once it is asked. Where CI is silent, that may be why: then its answer is waited for.
  const isUntold = ci.base?.mergeable === null && verdict.colour === "pending" && state.ciOverdue;
  if (isUntold && tries < patience) {
    if (tries === 0 && (await world.github.mergeabilityFound(state.issue, state.pull.number)))
      return readVerdict(world, state, head, 1);
    throw mergeUntold();
  }
  const body = ci.body === undefined || isOwnPullBody(ci.body) ? {} : { bodyEdited: true };
  return [
    {
      type: "verdict_read",
      verdict,
      ...conflictIn(ci),
      ...outdatedIn(ci, state.base),
      ...againOf(state, verdict, ci),
      ...(ci.autoMergeBy === undefined ? {} : { autoMergeBy: ci.autoMergeBy }),
      ...body,
      ...wantsReviewOf(ci),
    },
  ];
}

/** Whether branch rules require the check run with the reviewer's answer alone: before it was ever reported, or since. */
function wantsReviewOf({ checks, expected = [] }: CiFacts): { readonly wantsReview?: true } {
  const isWanted =
    expected.some(({ name }) => name === reviewCheck) ||
    checks.some(({ name, required }) => required && name === reviewCheck);
  return isWanted ? { wantsReview: true } : {};
}

/** So many tries wait for GitHub to find out whether a pull request merges. */
const patience = 3;

function mergeUntold(): Fault {
  return new Fault("GitHub does not say yet whether the loop's branch conflicts with its base. Asking again.", {
    kind: "not_found",
    retry: "later",
  });
}

/**
 * A closed issue whose pull request is merged was closed by that merge, and a deleted branch was done with; otherwise it was
 * whoever did either. One request.
 */
export async function readClosing(
  world: World,
  state: LoopState,
  { actor, of }: Extract<Effect, { type: "read_closing" }>,
): Promise<LoopEvent[]> {
  assert(state.pull !== null, "a loop without a pull request need not ask what closed its issue");
  const asked = { issue: state.issue.number, branch: state.branch, pull: state.pull.number };
  const { loops } = await world.github.survey(state.issue, state.label, [asked]);
  const pull = loops[0]?.pull ?? null;
  if (pull?.merged) return [{ type: "pull_closed", merged: true, actor: pull.closedBy }];
  return [{ type: of === "branch" ? "branch_deleted" : "issue_closed", actor, pullSeen: true }];
}
