// A clock that goes as far as it is told, and fires what is due by then.
import type { Clock } from "../../../src/engine/ports.ts";

export interface HandClock {
  readonly clock: Clock;
  readonly timers: ReadonlySet<object>;
  /** So many milliseconds pass, or come back. */
  pass(ms: number): void;
}

export function handClock(): HandClock {
  let now = 1_000_000_000;
  const timers = new Set<{ readonly at: number; readonly fire: () => void }>();
  return {
    timers,
    clock: {
      now: () => now,
      at(at, fire) {
        const timer = { at, fire };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
    },
    pass(ms) {
      now += ms;
      for (const timer of [...timers]) if (timer.at <= now && timers.delete(timer)) timer.fire();
    },
  };
}
