// A clock that is never fooled into granting time, and that heals: what alarms and budgets are measured with.
import type { Clock } from "./ports.ts";

export interface Times {
  /** The machine's wall clock, epoch milliseconds: it can be set, forwards and backwards. */
  readonly wall: () => number;
  /** Milliseconds that only ever grow, at the pace of time. */
  readonly steady: () => number;
}

/** A timer sleeps at most so long before it looks at the time again: the wall clock may have been set forward. */
const napMs = 60_000;

/** A wall clock that has kept one other, earlier time for so long is right, and what was believed before was wrong. */
const patienceMs = 3_600_000;

/** Two readings within this of each other tell the same time. */
const slackMs = 60_000;

/** That the wall clock is behind: since when by the steady clock, and by how much. */
interface Behind {
  readonly since: number;
  readonly byMs: number;
}

/**
 * `notBefore` is the latest time an earlier process is known to have seen. A wall clock that is set forward is believed at
 * once, since a machine that slept looks just like that: budgets may then end early, but no run is granted more than its
 * time (F14). One that is set back is not: time goes on from where it was. But where it goes on telling that earlier time
 * for an hour, the later one was the mistake, and `now` returns to it; whoever keeps times hears of that by a `now` that is
 * earlier than one before, and moves them (engine/set-back.ts).
 */
export function steadyClock({ wall, steady }: Times, notBefore: number): Clock {
  let told = wall();
  let at = steady();
  let seen = Math.max(told, notBefore);
  let behind: Behind | null = seen - told > slackMs ? { since: at, byMs: seen - told } : null;

  /** How far the wall clock is behind `line`; null: it is not. */
  function lag(line: number, said: number, tick: number): Behind | null {
    const byMs = line - said;
    if (byMs <= slackMs) return null;
    if (behind !== null && Math.abs(byMs - behind.byMs) <= slackMs) return behind;
    // It was set back at some moment since the last look. One that merely stands still falls further and further behind.
    return { since: said < told ? at : tick, byMs };
  }

  const now = () => {
    const tick = steady();
    const said = wall();
    const line = seen + (tick - at);
    behind = lag(line, said, tick);
    const isHealed = behind !== null && tick - behind.since >= patienceMs;
    seen = isHealed ? said : Math.max(line, said);
    if (isHealed) behind = null;
    told = said;
    at = tick;
    return Math.floor(seen);
  };
  return {
    now,
    at(due, fire) {
      // So much time passes in any case, whatever becomes of `now` meanwhile.
      const atLatest = steady() + Math.max(0, due - now());
      const left = () => Math.max(0, Math.min(due - now(), atLatest - steady()));
      let timer: NodeJS.Timeout;
      const wait = () => {
        const ms = left();
        if (ms <= 0) fire();
        else timer = setTimeout(wait, Math.min(ms, napMs)).unref();
      };
      timer = setTimeout(wait, Math.min(left(), napMs)).unref();
      return () => clearTimeout(timer);
    },
  };
}
