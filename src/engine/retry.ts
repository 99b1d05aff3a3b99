// When an effect that failed is tried again, and when it is given up: pure.
import type { Fault } from "../base/fault.ts";

const minute = 60_000;

/** Waits between tries, in milliseconds; about two hours in all before an effect is given up. */
const waits = [1_000, 5_000, 20_000, minute, 5 * minute, 15 * minute, 30 * minute, 60 * minute];

/** While the other side is down or asks to wait: soon at first, then each quarter of an hour, for two days (F38). */
const outageWaits = [1_000, 5_000, 20_000, minute, 5 * minute];
const outageWait = 15 * minute;
const outageTries = 200;

/** What is on its way ends by itself, and says so as soon as it is asked. */
const preparingWait = 10_000;

/** The time of the next try in epoch milliseconds, or null when there is none. `tries` counts those that failed, from 1. */
export function nextTry(fault: Fault, tries: number, now: number): number | null {
  if (fault.retry === "never") return null;
  if (fault.kind === "preparing") return now + preparingWait;
  const wait = isOutage(fault) ? waitInOutage(tries) : waits[tries - 1];
  if (wait === undefined) return null;
  return Math.max(now + wait, fault.retryAt ?? 0);
}

/** So many tries fail, within half a minute, before it is worth a word in the thread. */
const quietTries = 3;

/**
 * Whether the thread says that a run could not start and is tried again. What is missing, such as an image, does not come by
 * itself: said at the first failure. What may pass in seconds is said once it has not. GitHub's own outages cannot be told there.
 */
export function isToldOf(fault: Fault, tries: number): boolean {
  if (isOutage(fault)) return false;
  return fault.kind === "engine" || fault.kind === "conflict" ? tries > quietTries : true;
}

function isOutage({ kind }: Fault): boolean {
  return kind === "unavailable" || kind === "rate_limited";
}

function waitInOutage(tries: number): number | undefined {
  return tries > outageTries ? undefined : (outageWaits[tries - 1] ?? outageWait);
}
