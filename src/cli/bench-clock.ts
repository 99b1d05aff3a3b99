// Clocks that can be moved on: a look that comes every ten minutes is measured without waiting for it, and GitHub's hour of writes too.
import type { Clock } from "../engine/ports.ts";

export interface BenchClock extends Clock {
  /** Moves the time by so many milliseconds, and fires what is due then. */
  advance(ms: number): void;
}

/** The machine's time; between two moves it goes on at its own pace. */
export function benchClock(): BenchClock {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const waiting = new Map<NodeJS.Timeout, { readonly at: number; readonly fire: () => void }>();
  return {
    now,
    at(at, fire) {
      const timer = setTimeout(
        () => {
          waiting.delete(timer);
          fire();
        },
        Math.min(Math.max(0, at - now()), 2 ** 31 - 1),
      ).unref();
      waiting.set(timer, { at, fire });
      return () => {
        waiting.delete(timer);
        clearTimeout(timer);
      };
    },
    advance(ms) {
      ahead += ms;
      for (const [timer, { at, fire }] of [...waiting].sort(([, a], [, b]) => a.at - b.at)) {
        if (at > now() || !waiting.delete(timer)) continue;
        clearTimeout(timer);
        fire();
      }
    },
  };
}

const machine = Date.now;
let moved = 0;

/** Moves what the whole process takes for the machine's time: an App's tokens are renewed by it, and GitHub lets them expire. */
export function moveMachine(ms: number): void {
  moved += ms;
  Date.now = () => machine() + moved;
}

/** By how much it was moved so far. */
export function machineMoved(): number {
  return moved;
}
