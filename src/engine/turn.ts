// A loop's turn: decide all that happened, then perform what was asked for. The one place that catches.
import { Bug } from "../base/assert.ts";
import { toFault } from "../base/fault.ts";
import { type DayFull, isSameFull } from "../loop/day.ts";
import type { LoopState } from "../loop/state.ts";
import { bringBack, isRestored } from "./bring-back.ts";
import { perform } from "./perform.ts";
import type { StoredEffect, StoredEvent } from "./ports.ts";
import { isToldOf, nextTry } from "./retry.ts";
import type { Wait } from "./run.ts";
import { step } from "./step.ts";
import type { World } from "./world.ts";

/** How long a run without a free slot sleeps at most before it asks again by itself. */
const slotWaitMs = 60_000;

/** How long one whose day is used up sleeps at most: the operator may have allowed more. */
const dayWaitMs = 600_000;

/** Works until nothing of this issue is due; false when the turn was cut short and has to be taken up again. Never throws. */
export async function turn(world: World, issueKey: string): Promise<boolean> {
  try {
    for (;;) {
      const next = await turnOnce(world, issueKey);
      if (next !== "more") return next === "over";
    }
  } catch (error) {
    world.log.error({ issue: issueKey, err: error }, "the turn was cut short; it is taken up again soon");
    return false;
  }
}

async function turnOnce(world: World, issueKey: string): Promise<"more" | "over" | "later"> {
  const { store } = world;
  if (world.stopping()) return "over";
  const event = await store.nextEvent(issueKey);
  if (event !== null) {
    const recalled = event.event.type === "command" ? await comesAfterRecall(world, event) : false;
    if (recalled === null) return "later";
    if (!recalled) await (isRestored(event) ? bringBack(world, event) : step(world, event));
    return "more";
  }
  const state = await store.load(issueKey);
  const next = await nextEffect(world, issueKey, state);
  if (next === null) return "over";
  await performOne(world, next, state);
  return "more";
}

/** What is next of all that was asked for; what does not hold any more is dropped on the way. */
async function nextEffect(world: World, issueKey: string, state: LoopState | null): Promise<StoredEffect | null> {
  const { store, clock, log, decider } = world;
  const { left, dropped } = decider.sift(await store.pendingEffects(issueKey), state);
  for (const { asked, why } of dropped) {
    await store.effectDone(asked.key);
    log.info({ issue: issueKey, loop: asked.loop, effect: asked.effect.type, key: asked.key, why }, "dropped");
  }
  return decider.nextOf(left, clock.now());
}

/**
 * A command for a loop that only its thread remembers: the loop is brought back first, the command put behind that. Null: GitHub
 * cannot be asked now, and the command waits.
 */
async function comesAfterRecall(world: World, { seq, issueKey, event }: StoredEvent): Promise<boolean | null> {
  const { store, clock } = world;
  if ((await store.load(issueKey)) !== null) return false;
  const recalled = await world.recall(issueKey);
  if (recalled === null) return null;
  if (recalled === "newer" || recalled === "none") return false;
  await store.addEvent(issueKey, event, clock.now(), `again/${seq}`);
  await store.commit({ seq, issueKey, state: null, effects: [], drop: [], now: clock.now() });
  return true;
}

async function performOne(world: World, stored: StoredEffect, state: LoopState | null): Promise<void> {
  const { store, clock, log } = world;
  const { key, issueKey, effect } = stored;
  await store.effectStarted(key);
  const fields = { issue: issueKey, loop: stored.loop, effect: effect.type, key };
  try {
    const result = await perform(world, state, stored);
    if (!Array.isArray(result)) return await waitForTurn(world, stored, state, result);
    for (const [index, event] of result.entries()) {
      await store.addEvent(issueKey, event, clock.now(), `${key}/${index}`);
    }
    await store.effectDone(key);
    log.info({ ...fields, results: result.map((event) => event.type) }, "performed");
  } catch (error) {
    await onFailure(world, stored, error);
  }
}

/** The run is called when a container is free, or asks again; its loop is told what it waits for, once for each. */
async function waitForTurn(world: World, stored: StoredEffect, state: LoopState | null, wait: Wait): Promise<void> {
  if (wait.of === "day") return waitForDay(world, stored, state, wait.full);
  const { key, issueKey, loop, effect } = stored;
  const { place } = wait;
  const { store, clock, log } = world;
  if (effect.type === "start_run") {
    const event = { type: "run_queued", run: effect.run, ...place } as const;
    await store.addEvent(issueKey, event, clock.now(), `${key}/queued/${place.place}/${place.of}`);
  }
  await store.effectPostponed(key, clock.now() + slotWaitMs, true);
  log.info({ issue: issueKey, loop, key, ...place }, "waiting for a free container");
}

/** Until the day turns, and no longer than it takes for what is set aside to come back, or for an operator to allow more. */
async function waitForDay(
  { store, clock, log }: World,
  { key, issueKey, loop, effect }: StoredEffect,
  state: LoopState | null,
  full: DayFull,
): Promise<void> {
  const now = clock.now();
  const known = state?.dayFull;
  const isTold = effect.type === "start_run" && known?.run === effect.run && isSameFull(known, full);
  if (effect.type === "start_run" && !isTold)
    await store.addEvent(issueKey, { type: "day_full", run: effect.run, ...full }, now, `${key}/day/${now}`);
  const again = full.sooner === true ? slotWaitMs : dayWaitMs;
  await store.effectPostponed(key, Math.min(full.until, now + again), true);
  log.info({ issue: issueKey, loop, key, ...full }, "waiting for the day to turn");
}

async function onFailure(world: World, stored: StoredEffect, error: unknown): Promise<void> {
  const { store, clock, log } = world;
  const { key, issueKey, effect } = stored;
  const fields = { issue: issueKey, loop: stored.loop, effect: effect.type, key, tries: stored.tries + 1, err: error };
  const fault = toFault(error, `Could not perform ${effect.type}`);
  const again = error instanceof Bug ? null : nextTry(fault, stored.tries + 1, clock.now());
  if (again !== null) {
    if (effect.type === "start_run" && isToldOf(fault, stored.tries + 1)) {
      const awaits = fault.kind === "preparing" ? { awaits: true as const } : {};
      const event = { type: "run_delayed", run: effect.run, why: fault.message, ...awaits } as const;
      await store.addEvent(issueKey, event, clock.now(), `${key}/delayed/${stored.tries}`);
    }
    await store.effectPostponed(key, again, false);
    log.warn({ ...fields, again }, "an effect failed; trying it again later");
    return;
  }
  const event = { type: "effect_failed", effect: effect.type, message: fault.message } as const;
  await store.addEvent(issueKey, event, clock.now(), `${key}/failed`);
  await store.effectDone(key);
  log.error(fields, "an effect failed for good");
}
