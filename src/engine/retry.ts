// When an effect that failed is tried again, and when it is given up: pure.
import type { Fault } from "../base/fault.ts";

/** Waits between tries, in milliseconds; about two hours in all before an effect is given up. */
const waits = [1_000, 5_000, 20_000, 60_000, 300_000, 900_000, 1_800_000, 3_600_000];

/** The time of the next try in epoch milliseconds, or null when there is none. `tries` counts those that failed, from 1. */
export function nextTry(fault: Fault, tries: number, now: number): number | null {
  if (fault.retry === "never") return null;
  const wait = waits[tries - 1];
  if (wait === undefined) return null;
  return Math.max(now + wait, fault.retryAt ?? 0);
}
