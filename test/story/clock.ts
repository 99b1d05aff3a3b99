// A clock that a story moves by hand: nothing in a story sleeps.
import type { Clock } from "../../src/engine/ports.ts";

export interface HandClock extends Clock {
  /** Moves the time and fires what is due, in order. */
  advance(ms: number): void;
  /** When something is due next; null: nothing is waited for. */
  next(): number | null;
}

export function handClock(start = Date.parse("2026-01-05T09:00:00Z")): HandClock {
  let now = start;
  let timers: { at: number; fire: () => void }[] = [];
  return {
    now: () => now,
    at(at, fire) {
      const timer = { at, fire };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    next: () => (timers.length === 0 ? null : Math.min(...timers.map(({ at }) => at))),
    advance(ms) {
      now += ms;
      const due = timers.filter((timer) => timer.at <= now).sort((a, b) => a.at - b.at);
      timers = timers.filter((timer) => timer.at > now);
      for (const timer of due) timer.fire();
    },
  };
}
