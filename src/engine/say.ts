// Effects that write in the thread: every word is report/'s, every comment carries a marker by which it is found again.
import { assert } from "../base/assert.ts";
import { mayWrite } from "../loop/begin.ts";
import type { Reply } from "../loop/effect.ts";
import { hasLabel } from "../loop/end.ts";
import type { LoopEvent } from "../loop/event.ts";
import type { IssueRef, LoopState } from "../loop/state.ts";
import { type PolicyFile, readRules } from "../policy/rules.ts";
import { schedulesIn } from "../policy/schedules.ts";
import { encodeRecord } from "../record/codec.ts";
import { encodeFacts } from "../record/facts.ts";
import { attemptMarker, replyMarker, statusMarker, stopMarker } from "../record/markers.ts";
import { threadAnswer } from "../report/pull.ts";
import { attemptComment, replyText, statusComment, stopComment, withoutLoopText } from "../report/report.ts";
import { scheduleLine } from "../report/schedule.ts";
import type { SeenWithoutLoop } from "../report/wording/replies.ts";
import { usedToday } from "./days.ts";
import { showPictures } from "./pictures.ts";
import type { PushedChange, StoredEffect } from "./ports.ts";
import type { World } from "./world.ts";

/** At most this many attempts get a comment of their own, of a schedule's loop the first; but for plans, which stand nowhere else; the status comment lists all. design.md §5. */
const attemptComments = 10;

/** Creates or edits the one status comment, with the record of the state it shows. */
export async function writeStatus(world: World, state: LoopState, retrying: boolean): Promise<LoopEvent[]> {
  const { issue, comments } = state;
  const marker = statusMarker(state.id);
  const body = [statusComment(state, world.clock.now()), marker, encodeRecord(state, world.sealKey)].join("\n\n");
  if (comments.status !== null && (await world.github.editComment(issue, comments.status, body))) return [];
  const comment = await world.github.createComment(issue, body, marker, retrying);
  return [{ type: "status_posted", comment }];
}

/** Posts what came of one attempt, with its facts. */
export async function postAttempt(world: World, state: LoopState, number: number, tries: number): Promise<LoopEvent[]> {
  const retrying = tries > 0;
  const attempt = state.attempts.find((one) => one.number === number);
  assert(attempt !== undefined, `attempt ${number} is not in the state`);
  const most = state.schedule === undefined ? attemptComments : 1;
  if (number > most && state.plan?.of !== number) return [];
  const marker = attemptMarker(state.id, number);
  const shown = await showPictures(world, state, attempt, tries);
  const body = [attemptComment(state, attempt, shown), marker, encodeFacts(state, attempt, world.sealKey)].join("\n\n");
  const known = state.comments.attempts[String(number)];
  if (known !== undefined && (await world.github.editComment(state.issue, known, body))) return [];
  const comment = await world.github.createComment(state.issue, body, marker, retrying);
  return [{ type: "attempt_posted", attempt: number, comment }];
}

/** Posts the one reason why the loop ended and the one thing to do next. */
export async function postStop(world: World, state: LoopState, retrying: boolean): Promise<LoopEvent[]> {
  assert(state.ending !== null, `loop ${state.id} has not ended`);
  const marker = stopMarker(state.id, state.ending.at);
  const body = [stopComment(state, await heldChange(world, state)), marker].join("\n\n");
  await world.github.createComment(state.issue, body, marker, retrying);
  return [];
}

/** What the commit changes that waits for a person's yes; null where none does. */
async function heldChange(world: World, state: LoopState): Promise<PushedChange | null> {
  const head = state.ending?.pendingHead ?? null;
  const run = state.attempts.at(-1)?.runs.findLast(({ role }) => role === "executor");
  return head === null || run === undefined ? null : world.runs.readHeld(run.id, head);
}

/** Answers in the thread. `key` is the effect's, so that the same answer is recognised. */
export async function reply(
  world: World,
  state: LoopState,
  answer: Reply,
  key: string,
  retrying: boolean,
): Promise<LoopEvent[]> {
  const marker = replyMarker(key);
  const limits = world.github.limitsLeft(state.issue.installationId);
  const today = answer.kind === "explain" || answer.kind === "report" ? await usedToday(world, state) : [];
  const schedules = answer.kind === "explain" ? await schedulesBeside(world, state) : [];
  const body = [replyText(answer, state, { now: world.clock.now(), limits, today, schedules }), marker].join("\n\n");
  await world.github.createComment(state.issue, body, marker, retrying);
  return [];
}

/** Answers on the pull request what somebody asked for on a line, in its thread. */
export async function answerThread(
  world: World,
  state: LoopState,
  { thread, head, path }: Extract<StoredEffect["effect"], { type: "answer_thread" }>,
  retrying: boolean,
): Promise<void> {
  assert(state.pull !== null, "threads are on a pull request");
  const marker = replyMarker(`${state.id} ${thread} ${head}`);
  const body = [threadAnswer(state, path), marker].join("\n\n");
  await world.github.answerThread(state.issue, { pull: state.pull.number, thread, body, marker }, retrying);
}

type AnswerWithoutLoop = StoredEffect & {
  readonly effect: Extract<StoredEffect["effect"], { type: "answer_without_loop" }>;
};

/** Says on an issue that it has no loop, to a person who could start one; anybody else is not answered. */
export async function answerWithoutLoop(world: World, { tries, effect }: AnswerWithoutLoop): Promise<void> {
  const { command, on } = effect;
  if (!mayWrite(await world.github.permission(on.issue, command.actor))) return;
  const marker = replyMarker(`${on.issue.repositoryId}/${on.issue.number}/${command.commentId}`);
  const seen = command.verb === "explain" ? await seenWithoutLoop(world, on) : null;
  const body = [withoutLoopText(command, on.label, seen), marker].join("\n\n");
  await world.github.createComment(on.issue, body, marker, tries > 0);
}

/** Why there is none, as far as GitHub tells. */
async function seenWithoutLoop(
  world: World,
  { issue, label }: AnswerWithoutLoop["effect"]["on"],
): Promise<SeenWithoutLoop> {
  const { open, labels, policy, policyFault } = await world.github.readClaim(issue);
  const rules = policyFault === null ? readRules(policy, world.operator, label) : null;
  const fault = rules === null || rules.ok ? policyFault : rules.message;
  return {
    open,
    labelled: hasLabel(labels, label),
    policyFault: fault,
    schedules: await schedulesOf(world, issue, policy),
  };
}

/** What else begins here by itself, where the loop's policy names any; a policy that was broken since is not this loop's. */
async function schedulesBeside(world: World, { issue, rules }: LoopState): Promise<string[]> {
  if (rules?.schedules !== true) return [];
  const { policy } = await world.github.readSchedules(issue);
  return schedulesOf(world, issue, policy);
}

/** How the schedules of the repository's own policy stand, a line each. */
async function schedulesOf(world: World, { repositoryId }: IssueRef, policy: PolicyFile | null): Promise<string[]> {
  const named = schedulesIn({ policy, policyFault: null }, world.operator);
  if (!named.ok || named.schedules.length === 0) return [];
  const standing = new Map(Object.entries((await world.store.schedules(repositoryId))?.standing ?? {}));
  return named.schedules.map((one) => scheduleLine(one, standing.get(one.name), world.clock.now()));
}

type RunLoop = Extract<StoredEffect["effect"], { type: "run_loop" }>;

/** `/loop run`: the label is set by the App in the name of a person who may set it; of anybody else nothing is taken. */
export async function runLoop(world: World, { command, issue, base }: RunLoop): Promise<LoopEvent[]> {
  const { begins, actor, commentId } = command;
  assert(begins !== undefined, "a loop that begins has a name");
  if (!mayWrite(await world.github.permission(issue, actor))) return [];
  const { loop, title, label } = begins;
  await world.github.changeLabels(issue, { add: [label], remove: [] });
  await world.github.react(issue, commentId, "+1");
  return [{ type: "labelled", issue, loop, title, label, actor, ...(base === undefined ? {} : { base }) }];
}
