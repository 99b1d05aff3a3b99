// The clock was set right, and runs earlier than before: what was stamped meanwhile is moved along, so that nothing waits for it.
import type { World } from "./world.ts";

/** A step this small is not worth moving anything for. */
const noticedMs = 1_000;

/**
 * Asked each time the engine looks at its alarms. Resolves to the time by the clock. Where that is earlier than at any time
 * before, stored times and the loops' own are moved by as much: the time they had left they still have (F14).
 */
export function watchSetBack(world: Pick<World, "clock" | "log" | "store" | "submit">): () => Promise<number> {
  const { clock, log, store } = world;
  let latest = 0;
  return async () => {
    const now = clock.now();
    const byMs = latest - now;
    if (byMs > noticedMs) {
      log.warn({ byMs }, "the clock was ahead and has been set right; moving what was timed by it");
      await store.setBack(now, byMs);
      for (const { issueKey, state } of await store.loops("live")) {
        await world.submit(issueKey, { type: "clock_set_back", byMs }, `set-back/${state.id}/${state.revision}/${now}`);
      }
    }
    latest = now;
    return now;
  };
}
