// The loop's time: it runs only while the loop works, and every alarm is a moment that the state itself names.
import type { AlarmName } from "./event.ts";
import { loopMsOf } from "./grants.ts";
import { isQueued } from "./merge-queue.ts";
import type { LoopState, Phase } from "./state.ts";

/** A person's time, and what comes after an end, is not the loop's. */
const standing: readonly Phase[] = ["awaiting_plan", "awaiting_gate", "paused", "settled", "refused"];

/** A loop's clock right after a grant: it starts with the work. */
export const freshClock: LoopState["worked"] = { ms: 0, since: null };

/** True while the loop's time runs: it works, and is not merely in line for a container or held until the day turns. */
function isWorking(state: LoopState): boolean {
  return !standing.includes(state.phase) && !isHeldUp(state) && !isHeldByDay(state);
}

/** Whether one of its runs waits in line for a container, and nothing else of it is under way. */
export function isHeldUp(state: LoopState): state is LoopState & { queued: NonNullable<LoopState["queued"]> } {
  return state.queued !== null && !hasStarted(state, state.queued);
}

/** Whether one of its runs waits for the day to turn, and nothing else of it is under way. */
export function isHeldByDay(state: LoopState): state is LoopState & { dayFull: NonNullable<LoopState["dayFull"]> } {
  return state.dayFull !== undefined && !hasStarted(state, state.dayFull);
}

/** What the loop waits for before a run of its begins: a free container, or the next day; null: nothing of the kind. */
export function waitOf(state: LoopState): "slot" | "day" | null {
  if (isHeldByDay(state)) return "day";
  return isHeldUp(state) ? "slot" : null;
}

/** Whether another of its runs is under way, as where own checks run side by side and one waits. */
function hasStarted({ attempts }: LoopState, waiting: { readonly run: string }): boolean {
  const isUnderWay = ({ id, status, isolation }: LoopState["attempts"][number]["runs"][number]) =>
    id !== waiting.run && status === "running" && isolation !== null;
  return attempts.some(({ runs }) => runs.some(isUnderWay));
}

/** Milliseconds the loop has worked since it was last given time, up to `now` (epoch milliseconds). */
export function workedMs({ worked }: LoopState, now: number): number {
  return worked.ms + (worked.since === null ? 0 : Math.max(0, now - worked.since));
}

/** Milliseconds of work that are left of what the rules give; at least 0. Before the claim there is no limit: infinite. */
export function leftMs(state: LoopState, now: number): number {
  return Math.max(0, loopMsOf(state) - workedMs(state, now));
}

/** The state with its clock started or stopped, as what it does now asks for. */
export function kept(state: LoopState, now: number): LoopState {
  const queued = waits(state, state.queued) ? state.queued : null;
  const dayFull = waits(state, state.dayFull) ? state.dayFull : undefined;
  const isSame = queued === state.queued && dayFull === state.dayFull;
  const seen = isSame ? state : { ...state, queued, dayFull };
  const { worked } = seen;
  if (isWorking(seen)) return worked.since === null ? { ...seen, worked: { ...worked, since: now } } : seen;
  return worked.since === null ? seen : { ...seen, worked: { ms: workedMs(seen, now), since: null } };
}

/** A run that has ended, or that its loop has given up, waits for nothing. */
function waits({ attempts, phase }: LoopState, waiting: { readonly run: string } | null | undefined): boolean {
  if (waiting == null || standing.includes(phase)) return false;
  return attempts.some(({ runs }) => runs.some(({ id, status }) => id === waiting.run && status === "running"));
}

/** A rest is never longer: what is to end later was timed by a clock that was ahead. */
const longestRestMs = 600_000;

/**
 * Our clock was ahead by `byMs`, and `now` is right: what lies after it was stamped then. The work that was done stays
 * counted, and what waits waits no longer than it was meant to.
 */
export function movedBack(state: LoopState, byMs: number, now: number): LoopState {
  const moved = (at: number) => (at > now ? Math.min(now, at - byMs) : at);
  const movedOrNull = (at: number | null) => (at === null ? null : moved(at));
  const { worked, queued, resumeAt, phase } = state;
  const latest = phase === "resting" ? now + longestRestMs : now;
  return {
    ...state,
    startedAt: moved(state.startedAt),
    grantedAt: moved(state.grantedAt),
    ...(state.raises === undefined ? {} : { raises: state.raises.map((one) => ({ ...one, at: moved(one.at) })) }),
    worked: { ...worked, since: movedOrNull(worked.since) },
    queued: queued && { ...queued, since: moved(queued.since) },
    ...(state.dayFull === undefined ? {} : { dayFull: { ...state.dayFull, since: moved(state.dayFull.since) } }),
    ciSince: movedOrNull(state.ciSince),
    gateSince: movedOrNull(state.gateSince),
    ...(state.ciOwed?.at === undefined ? {} : { ciOwed: { ...state.ciOwed, at: moved(state.ciOwed.at) } }),
    ...(state.hold === undefined ? {} : { hold: { ...state.hold, at: moved(state.hold.at) } }),
    resumeAt: resumeAt && {
      ...resumeAt,
      at: resumeAt.at > latest ? Math.min(latest, resumeAt.at - byMs) : resumeAt.at,
    },
  };
}

/** All alarms there are. */
export const alarmNames: readonly AlarmName[] = [
  "loop_deadline",
  "ci_wait",
  "rest",
  "gate_reminder",
  "gate_expiry",
  "ci_owed",
];

/**
 * When this alarm is to ring, by the state alone; null: it is not. One that rings earlier, or when it is not to ring, was set
 * for something that is over: the time before a `/loop retry`, another commit, an earlier gate.
 */
export function dueAt(state: LoopState, name: AlarmName): number | null {
  const { rules, phase, worked, resumeAt } = state;
  if (rules === null) return null;
  switch (name) {
    case "loop_deadline":
      return worked.since === null || !isWorking(state) ? null : worked.since + loopMsOf(state) - worked.ms;
    case "ci_wait":
      if (isQuietLookDue(state)) return state.ciSince + Math.min(quietMs, rules.ciWaitMs);
      return phase === "verifying" && waitsForCi(state) && state.ciSince !== null
        ? state.ciSince + (mayLookEarly(state) ? Math.min(earlyLookMs, rules.ciWaitMs) : rules.ciWaitMs)
        : null;
    case "rest":
      return phase === "resting" && resumeAt !== null ? resumeAt.at : null;
    case "gate_reminder":
      return state.gateReminded ? null : gateAt(state, rules.gateReminderMs);
    case "gate_expiry":
      return gateAt(state, rules.gateExpiryMs);
    case "ci_owed":
      return phase === "verifying" || phase === "awaiting_gate" ? (state.ciOwed?.at ?? null) : null;
  }
}

/**
 * CI that starts at all is listed within a minute or two; where a draft has nothing after this time, it may not run on drafts,
 * and where the end of the draft has changed nothing, nothing will.
 */
const earlyLookMs = 10 * 60_000;

function mayLookEarly({ pull, ciLooked }: LoopState): boolean {
  return (pull?.draft === true || pull?.readyForCi === true) && !ciLooked;
}

/**
 * CI that starts at all is listed within a minute or two, and where there are own checks nothing more is waited for: then it is
 * taken that there is none, unless the base has some or some is required.
 */
const quietMs = 2 * 60_000;

/** Whether it is still to be looked if there is CI at all beside the own checks. */
export function isQuietLookDue(state: LoopState): state is LoopState & { ciSince: number } {
  const { phase, rules, ciSince, ciQuiet } = state;
  const mayHaveNone = rules?.ownChecks !== undefined && rules.requiredChecks.length === 0;
  return phase === "verifying" && mayHaveNone && ciSince !== null && ciQuiet !== true && waitsForCi(state);
}

/** Whether the alarm for CI that rings now is the early one of a draft. */
export function isEarlyLook(state: LoopState, now: number): boolean {
  return mayLookEarly(state) && state.ciSince !== null && now < state.ciSince + (state.rules?.ciWaitMs ?? 0);
}

function waitsForCi(state: LoopState): boolean {
  return !state.ciOverdue && (state.attempts.at(-1)?.head ?? null) !== null;
}

function gateAt(state: LoopState, ms: number): number | null {
  const { phase, gateSince } = state;
  if (isQueued(state, state.head)) return null; // nobody is waited for
  return (phase === "awaiting_gate" || phase === "awaiting_plan") && gateSince !== null ? gateSince + ms : null;
}
