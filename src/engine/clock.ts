// A clock that never goes back and is never fooled into granting time: what alarms and budgets are measured with.
import type { Clock } from "./ports.ts";

export interface Times {
  /** The machine's wall clock, epoch milliseconds: it can be set, forwards and backwards. */
  readonly wall: () => number;
  /** Milliseconds that only ever grow, at the pace of time. */
  readonly steady: () => number;
}

/** A timer sleeps at most so long before it looks at the time again: the wall clock may have been set forward. */
const napMs = 60_000;

/**
 * `notBefore` is the latest time an earlier process is known to have seen. A wall clock that is set back is ignored: time
 * goes on from where it was. One that is set forward is believed, since a machine that slept looks just like that; budgets
 * may then end early, but no run is ever granted more than its time (F14).
 */
export function steadyClock({ wall, steady }: Times, notBefore: number): Clock {
  let seen = Math.max(wall(), notBefore);
  let at = steady();
  const now = () => {
    const tick = steady();
    seen = Math.max(seen + (tick - at), wall());
    at = tick;
    return Math.floor(seen);
  };
  return {
    now,
    at(due, fire) {
      let timer: NodeJS.Timeout;
      const wait = () => {
        const left = due - now();
        if (left <= 0) fire();
        else timer = setTimeout(wait, Math.min(left, napMs)).unref();
      };
      timer = setTimeout(wait, Math.min(Math.max(due - now(), 0), napMs)).unref();
      return () => clearTimeout(timer);
    },
  };
}
