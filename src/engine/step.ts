// One step of one loop: load, decide, save. What the decision asks for is stored in the same transaction.

import { Bug } from "../base/assert.ts";
import { decide } from "../loop/decide.ts";
import type { LoopEvent } from "../loop/event.ts";
import type { LoopState } from "../loop/state.ts";
import type { StoredEvent } from "./ports.ts";
import type { World } from "./world.ts";

/** Handles one stored event. Throws Fault when the store fails and Bug when deciding finds the impossible. */
export async function step(
  { store, clock, log, decider, onDecided }: Pick<World, "store" | "clock" | "log" | "decider" | "onDecided">,
  stored: StoredEvent,
): Promise<void> {
  const { seq, issueKey, event } = stored;
  const now = clock.now();
  const state = await store.load(issueKey);
  const decision = decideOrStop(state, event, now, (error) =>
    log.error({ issue: issueKey, loop: state?.id, event: event.type, err: error }, "a bug of ours stops the loop"),
  );
  const { dropped } = decider.sift(await store.pendingEffects(issueKey), decision.state);
  const drop = dropped.map(({ asked }) => asked.key);
  await store.commit({ seq, issueKey, state: decision.state, effects: decision.effects, drop, now });
  onDecided?.({ issueKey, event, before: state, after: decision.state, seq, storedAt: stored.at, at: now });
  const before = state?.phase ?? "none";
  const after = decision.state?.phase ?? "none";
  const fields = { issue: issueKey, loop: decision.state?.id, attempt: decision.state?.attempts.at(-1)?.number };
  const effects = decision.effects.map(({ type }) => type);
  const gone = dropped.map(({ asked, why }) => `${asked.effect.type}: ${why}`);
  log.info({ ...fields, event: event.type, before, after, note: decision.note, effects, dropped: gone }, "decided");
  if (decision.state !== null) {
    await store.trace({
      issueKey,
      loop: decision.state.id,
      at: now,
      kind: event.type,
      detail: { before, after, note: decision.note, effects, dropped: gone },
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
