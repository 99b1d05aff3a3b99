// One step of one loop: load, decide, save. What the decision asks for is stored in the same transaction.

import { Bug } from "../base/assert.ts";
import { decide } from "../loop/decide.ts";
import type { Effect, EffectType } from "../loop/effect.ts";
import type { LoopEvent } from "../loop/event.ts";
import type { LoopState } from "../loop/state.ts";
import type { Log, StoredEvent, StorePort } from "./ports.ts";

/**
 * Effects that act on the world; they go when a decision stops the loop before they were performed. An edit of the status
 * comment stays: it says whatever is newest, and one whose answer was lost must be looked for before another is made.
 */
const acting: readonly EffectType[] = [
  "set_labels",
  "read_claim",
  "read_retry",
  "read_verdict",
  "read_gate",
  "read_closing",
  "start_run",
  "publish",
  "open_pull",
  "publish_review",
  "mark_ready",
  "request_reviewers",
  "merge",
  "set_alarm",
  "clear_alarm",
  "release",
];

/** Handles one stored event. Throws Fault when the store fails and Bug when deciding finds the impossible. */
export async function step(store: StorePort, stored: StoredEvent, now: number, log: Log): Promise<void> {
  const { seq, issueKey, event } = stored;
  const state = await store.load(issueKey);
  const decision = decideOrStop(state, event, now, (error) =>
    log.error({ issue: issueKey, loop: state?.id, event: event.type, err: error }, "a bug of ours stops the loop"),
  );
  await store.commit({
    seq,
    issueKey,
    state: decision.state,
    effects: decision.effects,
    drop: stops(state, decision.state) ? isActing : keepAll,
    now,
  });
  const before = state?.phase ?? "none";
  const after = decision.state?.phase ?? "none";
  const fields = { issue: issueKey, loop: decision.state?.id, attempt: decision.state?.attempts.at(-1)?.number };
  log.info(
    { ...fields, event: event.type, before, after, note: decision.note, effects: decision.effects.map(typeOf) },
    "decided",
  );
  if (decision.state !== null) {
    await store.trace({
      issueKey,
      loop: decision.state.id,
      at: now,
      kind: event.type,
      detail: { before, after, note: decision.note, effects: decision.effects.map(typeOf) },
    });
  }
}

/** A bug is never guessed on: the loop ends as our own error, and the event that showed it is not played again. */
function decideOrStop(
  state: LoopState | null,
  event: LoopEvent,
  now: number,
  tell: (error: Bug) => void,
): ReturnType<typeof decide> {
  try {
    return decide(state, event, now);
  } catch (error) {
    if (!(error instanceof Bug)) throw error;
    tell(error);
    return decide(state, { type: "effect_failed", effect: "decide", message: error.message }, now);
  }
}

function stops(before: LoopState | null, after: LoopState | null): boolean {
  if (after === null || before?.phase === after.phase) return false;
  return after.phase === "settled" || after.phase === "paused" || after.phase === "refused";
}

function isActing(effect: Effect): boolean {
  return acting.includes(effect.type);
}

function keepAll(): boolean {
  return false;
}

function typeOf(effect: Effect): string {
  return effect.type;
}
