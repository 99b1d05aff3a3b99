// `/loop pause-all` and `/loop resume-all`: every loop of a repository, or of an organisation, rests and goes on.
import { refuse } from "./answer.ts";
import type { Halt } from "./cause.ts";
import type { Effect } from "./effect.ts";
import { closeRuns, type Decision, isLive, stay, stopRuns } from "./end.ts";
import type { Command, LoopEvent, Permission } from "./event.ts";
import { outOfQueue } from "./merge-queue.ts";
import type { LoopState } from "./state.ts";

/** Whether this permission may pause and resume a whole repository. */
export function mayPauseAll(permission: Permission): boolean {
  return permission === "maintain" || permission === "admin";
}

/** What either is about: the repository it is said in, or with a word more all of the account's where the person may say so. */
export function reachOf({ argument }: Pick<Command, "argument">): "repository" | "organisation" {
  return /^organi[sz]ation$/i.test(argument.trim()) ? "organisation" : "repository";
}

/** Asked for on a loop's issue; what comes of it is told to every loop, this one included. */
export function onPauseAll(state: LoopState, command: Command, permission: Permission): Decision {
  if (!mayPauseAll(permission)) return refuse(state, command, { of: "role", permission });
  const effect: Effect = { type: "pause_all", issue: state.issue, command };
  return { state, effects: [effect], note: `${command.verb}: every loop of the repository is told` };
}

/** The loop rests as by `/loop pause`; one that a person paused stays so, and one that a label held rests from now on whether or not that goes. */
export function onAllPaused(
  state: LoopState,
  { by, since }: Extract<LoopEvent, { type: "all_paused" }>,
  now: number,
): Decision {
  if (state.phase === "paused" && state.resumeAt?.why.of === "hold_label") {
    const next: LoopState = { ...state, resumeAt: { ...state.resumeAt, why: { of: "pause_all", by, since } } };
    return { state: next, effects: [{ type: "write_status" }], note: "held, and paused with all others" };
  }
  if (!isLive(state) || state.phase === "paused" || state.rules === null || state.mergedBy !== null)
    return stay(state, `${state.phase}: nothing of it goes on that could rest`);
  return paused(state, { of: "pause_all", by, since }, now);
}

/**
 * What a loop was told or read of its repository's pause may have been taken back before its decision was saved, and whoever took it
 * back may have told a loop that it did not concern yet. So it is read once more behind each decision by which a loop rests with all
 * others or goes on.
 */
export function readsPauseAgain(
  before: LoopState | null,
  after: LoopState,
  effects: readonly Effect[],
): readonly Effect[] {
  if (effects.some(({ type }) => type === "start_run")) return []; // which reads it
  const how = underPause(after);
  const isNew = before === null ? how === "rests" : how !== null && how !== underPause(before);
  return isNew ? [{ type: "read_pause" }] : [];
}

/** Null: the pause of a repository is nothing to it as it is now. */
function underPause(state: LoopState): "rests" | "goes on" | null {
  if (!isLive(state) || state.rules === null) return null;
  if (state.phase !== "paused") return "goes on";
  return state.resumeAt?.why.of === "pause_all" ? "rests" : null;
}

/** The state at rest: what runs is stopped, what waits in a merge queue leaves it, and the thread says so. */
export function paused(state: LoopState, why: Halt, now: number, before: readonly Effect[] = []): Decision {
  const held = outOfQueue(closeRuns(state, now));
  const next: LoopState = { ...held, phase: "paused", resumeAt: { phase: state.phase, at: now, why } };
  const out: Effect[] = state.queuedHead === undefined ? [] : [{ type: "leave_queue" }];
  const effects: Effect[] = [...stopRuns(state, "paused"), ...out, ...before, { type: "write_status" }];
  return { state: next, effects, note: "paused" };
}
