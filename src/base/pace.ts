// How fast something may go on: some of it at once, and the rest in its turn.
import { setTimeout as delay } from "node:timers/promises";

export interface PaceLimits {
  /** So much passes at once after a rest. */
  readonly burst: number;
  /** So much after that. */
  readonly perSecond: number;
  /** The longest anybody waits, in milliseconds: those who have left are not waited for. */
  readonly mostMs: number;
}

export interface Pace {
  /** Takes so much, and says how many milliseconds whoever did that has to wait before going on; 0 while the pace is kept. */
  take(amount: number): number;
}

/**
 * A leaky bucket, as the generic cell rate algorithm has it (ITU-T I.371, annex A): nothing is kept but the time by which all
 * that was taken has drained. `now` is in milliseconds and never goes back.
 */
export function createPace({ burst, perSecond, mostMs }: PaceLimits, now = () => performance.now()): Pace {
  const burstMs = (burst / perSecond) * 1000;
  let drained = 0;
  return {
    take(amount) {
      const at = now();
      drained = Math.min(Math.max(drained, at) + (amount / perSecond) * 1000, at + burstMs + mostMs);
      return Math.max(0, drained - burstMs - at);
    },
  };
}

/** Takes so much, and resolves when whoever did that may go on: at once while the pace is kept, and where there is none. */
export async function keepPace(pace: Pace | undefined, amount: number): Promise<void> {
  const waitMs = pace?.take(amount) ?? 0;
  if (waitMs > 0) await delay(waitMs);
}
