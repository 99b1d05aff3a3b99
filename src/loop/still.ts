// The one decider of what was asked for and is not done yet: does it still hold, in which order does it go. Pure.
import type { Effect, EffectType } from "./effect.ts";
import { classOf, isAnswerable, isLive, releaseIfOver, runningRuns, statusLabels, untoldRuns } from "./end.ts";
import type { AlarmName } from "./event.ts";
import type { LoopState, Phase } from "./state.ts";

/** An effect that was asked for and is not done: in whose name, and how early it may go (epoch milliseconds). */
export interface Pending {
  readonly key: string;
  readonly loop: string;
  readonly effect: Effect;
  readonly notBefore: number;
  readonly tries?: number; // begun so many times; absent: never
}

/** What is not done any more, and what it presumed in vain. */
export interface Dropped<Asked extends Pending = Pending> {
  readonly asked: Asked;
  readonly why: string;
}

/**
 * Where an effect stands in line. A stop goes before everything. An answer to a person waits for nothing. What is said in
 * the thread waits for what was to be said before it. Work waits for all that was asked for before it: nothing happens
 * that the thread does not already say (I4). What is cleared away waits for the thread to say that it is over, comes last,
 * and nothing waits for it.
 */
export type Lane = "stop" | "answer" | "thread" | "work" | "clear";

interface Presumption<Asked> {
  readonly lane: Lane;
  /** In words, for the log and the table: what must be so for it to be done. */
  readonly presumes: string;
  readonly holds: (asked: Asked, state: LoopState, tries: number) => boolean;
  /** Asked for twice, it is done once: the earlier or the later one stays. Absent: each is done. */
  readonly once?: "earlier" | "later";
  /** Whether the other one does all that this one would; absent: always. */
  readonly coveredBy?: (asked: Asked, other: Asked) => boolean;
  /** It is about no loop, or about a run, and done though its loop is not the one on the issue any more. */
  readonly outlives?: true;
}

type Presumptions = { readonly [Type in EffectType]: Presumption<Extract<Effect, { type: Type }>> };

/** What each kind of effect presumes of its loop; no other place drops, orders or guards what was asked for. */
export const presumptions: Presumptions = {
  stop_run: { lane: "stop", presumes: "nothing", holds: () => true, outlives: true },
  leave_queue: {
    lane: "stop",
    presumes: "the pull request was not put into the merge queue again",
    holds: (_, state) => state.queuedHead === undefined && state.pull !== null,
    once: "later",
  },
  check_command: { lane: "answer", presumes: "nothing", holds: () => true },
  answer_without_loop: { lane: "answer", presumes: "nothing", holds: () => true, outlives: true },
  check_policy: { lane: "answer", presumes: "nothing", holds: () => true, outlives: true },
  pause_all: { lane: "answer", presumes: "nothing", holds: () => true, outlives: true },
  read_pause: {
    lane: "answer",
    presumes: "the loop lives",
    holds: (_, state) => isLive(state),
    once: "later",
  },
  tell_run: {
    lane: "answer",
    presumes: "the run goes on, and what a person said is to be told to its agent",
    holds: ({ run }, state) => runningRuns(state).some(({ id }) => id === run) && isTelling(state, run),
    once: "later",
  },
  remember: { lane: "answer", presumes: "nothing", holds: () => true },
  run_schedules: { lane: "work", presumes: "nothing", holds: () => true, outlives: true, once: "later" },
  introduce: { lane: "work", presumes: "nothing", holds: () => true, outlives: true, once: "later" },
  run_loop: {
    lane: "thread", // behind the change of the labels by which the loop before it ended
    presumes: "nothing",
    holds: () => true,
    outlives: true,
  },
  react: { lane: "answer", presumes: "the thread is within reach", holds: (_, state) => !isOutOfReach(state) },
  reply: {
    lane: "answer",
    presumes: "the thread is within reach; a reminder, that the gate is open",
    holds: ({ reply }, state) => !isOutOfReach(state) && (reply.kind !== "gate_reminder" || waitsForPerson(state)),
  },
  write_status: {
    lane: "thread",
    presumes: "the thread is within reach",
    holds: (_, state) => !isOutOfReach(state),
    once: "earlier", // each shows the newest state, and what follows the earlier one waits for it
  },
  post_attempt: {
    lane: "thread",
    presumes: "the thread is within reach, and the attempt is in the record",
    holds: ({ attempt }, state) => !isOutOfReach(state) && state.attempts.some(({ number }) => number === attempt),
  },
  post_stop: {
    lane: "thread",
    presumes: "the loop has ended, within reach of its thread",
    holds: (_, state) => state.ending !== null && !isOutOfReach(state),
    once: "earlier",
  },
  set_labels: {
    lane: "thread",
    presumes: "the labels say what the loop is at, or give a living loop its trigger back",
    holds: ({ add }, state) => !isOutOfReach(state) && (saysHowItStands(add, state) || givesBack(add, state)),
  },
  read_claim: {
    lane: "work",
    presumes: "the loop is queued",
    holds: (_, state) => state.phase === "queued",
  },
  read_retry: {
    lane: "work",
    presumes: "the loop has ended",
    holds: (_, state) => state.ending !== null && state.phase === "settled",
    once: "later",
  },
  read_verdict: {
    lane: "work",
    presumes: "the loop judges this commit",
    holds: ({ head }, state) => state.phase === "verifying" && isAtHead(state, head),
    once: "later",
  },
  read_closing: {
    lane: "work",
    presumes: "the loop lives and has a pull request",
    holds: (_, state) => isLive(state) && state.pull !== null,
    once: "later",
  },
  start_run: {
    lane: "work",
    presumes: "the loop waits for this run",
    holds: ({ run }, state) => isLive(state) && runningRuns(state).some(({ id }) => id === run),
  },
  publish: {
    lane: "work",
    presumes: "the loop publishes this commit",
    holds: ({ head }, state) => state.phase === "publishing" && isAtHead(state, head),
  },
  open_pull: {
    lane: "work",
    presumes: "the loop publishes and has no pull request",
    holds: (_, state) => state.phase === "publishing" && state.pull === null,
  },
  publish_verdict: {
    lane: "work",
    presumes: "the loop was not called off, and the attempt's verdict on this commit stands",
    holds: ({ head, attempt }, state) => !isCalledOff(state) && isJudged(state, attempt, head),
  },
  publish_review: {
    lane: "work",
    presumes: "the loop was not called off, and the review is of its newest commit",
    holds: ({ head }, state) => isAtHead(state, head) && !isCalledOff(state),
  },
  publish_knock_out: {
    lane: "work",
    presumes: "the loop was not called off, and what was taken back is of its newest commit",
    holds: ({ head }, state) => isAtHead(state, head) && !isCalledOff(state),
  },
  rerun_checks: {
    lane: "work",
    presumes: "the loop judges this commit, and what failed on it is to run once more",
    holds: ({ head }, state) =>
      state.phase === "verifying" && isAtHead(state, head) && state.attempts.at(-1)?.rerun === "asked",
    once: "later",
  },
  update_branch: {
    lane: "work",
    presumes: "the loop judges this commit or has it at the gate",
    holds: ({ head }, state) =>
      (state.phase === "verifying" || state.phase === "awaiting_gate") && isAtHead(state, head) && state.head === head,
    once: "later",
  },
  mark_ready: {
    lane: "work",
    presumes: "this commit is at the gate or passed it, or CI that leaves drafts out judges it",
    holds: ({ head }, state) => isAtHead(state, head) && (isGreen(state) || waitsForCi(state)),
  },
  answer_thread: {
    lane: "work",
    presumes: "this commit is at the gate or passed it",
    holds: ({ head }, state) => isAtHead(state, head) && isGreen(state),
  },
  request_reviewers: {
    lane: "work",
    presumes: "the gate is open",
    holds: (_, state) => state.phase === "awaiting_gate",
  },
  pass_gate: {
    lane: "work",
    presumes:
      "the gate is open, or a merge was told of; once begun, also that the loop was paused or has ended otherwise: it may have merged",
    holds: (_, state, tries) => isAtGate(state) || (tries > 0 && mayHaveMerged(state)),
    once: "later",
    coveredBy: ({ news }, other) => news !== undefined || other.news === undefined,
  },
  set_alarm: {
    lane: "work",
    presumes: "the loop is at what the alarm is for",
    holds: ({ name }, state) => alarmPhases[name].includes(state.phase),
  },
  clear_alarm: { lane: "work", presumes: "nothing", holds: () => true },
  forget_run: {
    lane: "clear",
    presumes: "the run's end is stored",
    holds: ({ run }, state) => !untoldRuns(state).some(({ id }) => id === run),
    outlives: true,
  },
  answer_label: {
    lane: "clear", // the loop's own words and leftovers come first: then another takes its place
    presumes: "the loop has ended, told all it came to, and was labelled again",
    holds: (_, state) => isAnswerable(state),
    once: "earlier",
  },
  release: {
    lane: "clear",
    presumes: "the loop has ended for good, and every run of it told its end",
    holds: (_, state) => releaseIfOver(state).length > 0,
    once: "earlier",
  },
};

const working: readonly Phase[] = ["queued", "preparing", "executing", "publishing", "verifying", "resting"];

const alarmPhases: Readonly<Record<AlarmName, readonly Phase[]>> = {
  loop_deadline: working,
  ci_wait: ["verifying"],
  rest: ["resting"],
  gate_reminder: ["awaiting_gate", "awaiting_plan"],
  gate_expiry: ["awaiting_gate", "awaiting_plan"],
  ci_owed: ["verifying", "awaiting_gate"],
};

/** Whether what the effect presumes is still so: `null`, or what is not. */
function still({ effect, tries = 0 }: Pending, state: LoopState): string | null {
  const presumption = presumptionOf(effect);
  return presumption.holds(effect, state, tries) ? null : `presumed: ${presumption.presumes}`;
}

/** What is left of what was asked for, in the order of asking, and what is dropped. */
export function sift<Asked extends Pending>(
  pending: readonly Asked[],
  state: LoopState | null,
): { readonly left: readonly Asked[]; readonly dropped: readonly Dropped<Asked>[] } {
  const dropped: Dropped<Asked>[] = [];
  const left: Asked[] = [];
  for (const [index, asked] of pending.entries()) {
    const why = whyNot(asked, state) ?? repeated(asked, pending.slice(0, index), pending.slice(index + 1));
    if (why === null) left.push(asked);
    else dropped.push({ asked, why });
  }
  return { left, dropped };
}

/** What is done next, now; `null` while all that is left has to wait. `left` is as `sift` leaves it. */
export function nextOf<Asked extends Pending>(left: readonly Asked[], now: number): Asked | null {
  const due = left.filter(({ notBefore }, index) => notBefore <= now && mayPass(left, index));
  return due.toSorted((a, b) => rankOf(a) - rankOf(b))[0] ?? null; // a stable sort: else in the order of asking
}

function whyNot(asked: Pending, state: LoopState | null): string | null {
  const { loop, effect } = asked;
  if (state === null || state.id !== loop) {
    return presumptionOf(effect).outlives ? null : "its loop is not the one on this issue any more";
  }
  return still(asked, state);
}

function repeated(asked: Pending, before: readonly Pending[], after: readonly Pending[]): string | null {
  const { once, coveredBy = () => true } = presumptionOf(asked.effect);
  if (once === undefined) return null;
  const others = once === "earlier" ? before : after;
  return others.some((other) => isSame(asked, other) && coveredBy(asked.effect, other.effect))
    ? `asked for twice: the ${once} one is done`
    : null;
}

function isSame(a: Pending, b: Pending): boolean {
  return a.loop === b.loop && a.effect.type === b.effect.type;
}

/** Whether nothing before it in line must be done first. */
function mayPass(left: readonly Pending[], index: number): boolean {
  const asked = left[index];
  // A container that is to be stopped runs until it was: no other of its loop starts beside it (I1).
  const stops: readonly Lane[] = asked?.effect.type === "start_run" ? ["stop"] : [];
  const waitsFor = [...lanesBefore[laneOf(asked)], ...stops];
  return !left.slice(0, index).some((earlier) => waitsFor.includes(laneOf(earlier)));
}

const lanesBefore: Readonly<Record<Lane, readonly Lane[]>> = {
  stop: [],
  answer: [],
  thread: ["thread"],
  work: ["thread", "work"],
  clear: ["thread"],
};

const order: readonly Lane[] = ["stop", "answer", "thread", "work", "clear"];

function rankOf(asked: Pending): number {
  const lane = laneOf(asked);
  return lane === "work" ? order.indexOf("thread") : order.indexOf(lane);
}

function laneOf(asked: Pending | undefined): Lane {
  return asked === undefined ? "work" : presumptionOf(asked.effect).lane;
}

/** The table is exact for each type; asked for by an effect of any type, its entry takes that effect. */
function presumptionOf(effect: Effect): Presumption<Effect> {
  return presumptions[effect.type] as Presumption<Effect>;
}

function isTelling({ said = [] }: LoopState, run: string): boolean {
  return said.some(({ telling }) => telling === run);
}

function isAtHead(state: LoopState, head: string): boolean {
  return state.attempts.at(-1)?.head === head;
}

/** The thread cannot be told, or it was not: design.md §5. */
function isOutOfReach(state: LoopState): boolean {
  return state.ending?.unsaid === true;
}

function waitsForPerson({ phase }: Pick<LoopState, "phase">): boolean {
  return phase === "awaiting_gate" || phase === "awaiting_plan";
}

function isAtGate(state: LoopState): boolean {
  return state.phase === "awaiting_gate" || (state.mergedBy !== null && isLive(state));
}

/** Its answer may have been lost, and nobody looks at a loop that has ended or rests. One at its gate finds out by its next look. */
function mayHaveMerged(state: LoopState): boolean {
  const isCalledOff = !isLive(state) || state.resumeAt?.phase === "awaiting_gate";
  return isCalledOff && state.rules?.merge === true && state.ending?.reason !== "task_complete" && !isOutOfReach(state);
}

/** The attempt need not be the newest one: the next begins with what was wrong with it. */
function isJudged(state: LoopState, attempt: number, head: string): boolean {
  return state.attempts.some((one) => one.number === attempt && one.head === head && one.verdict?.head === head);
}

function isCalledOff(state: LoopState): boolean {
  return state.phase === "refused" || (state.ending !== null && classOf(state.ending.reason) === "without");
}

function waitsForCi({ phase, pull }: LoopState): boolean {
  return phase === "verifying" && pull?.readyForCi === true;
}

function isGreen(state: LoopState): boolean {
  if (state.phase === "awaiting_gate") return true;
  return state.ending?.reason === "verifier_passed" || state.ending?.reason === "task_complete";
}

function saysHowItStands(add: readonly string[], state: LoopState): boolean {
  const known = new Set<string>(Object.values(statusLabels));
  const ours = add.filter((label) => known.has(label));
  const standing = standingOf(state);
  return standing === null ? ours.length === 0 : ours.length === 1 && ours[0] === statusLabels[standing];
}

/** The trigger comes back with one change of the labels only; the status that this one shows is put right by the next. */
function givesBack(add: readonly string[], state: LoopState): boolean {
  return isLive(state) && add.includes(state.label);
}

/** What status the labels are to show; null: none. */
export function standingOf(state: LoopState): keyof typeof statusLabels | null {
  if (state.phase === "refused") return null;
  if (state.ending !== null) return classOf(state.ending.reason);
  const phase = state.phase === "paused" ? (state.resumeAt?.phase ?? state.phase) : state.phase;
  return waitsForPerson({ phase }) ? "gate" : "running";
}
