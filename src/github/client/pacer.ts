// Remembers until when GitHub asked each installation to wait, so that nothing is sent that would be declined, and what is left.
import type { LimitsLeft } from "../../report/limits.ts";

export interface Pacer {
  /** GitHub asked to send nothing before this time, in epoch milliseconds. */
  waitUntil(installationId: number, at: number): void;
  /** The time before which nothing may be sent, or null when nothing stands in the way. */
  blockedUntil(installationId: number, now: number): number | null;
  /** What GitHub said is left of the installation's hour of REST requests. */
  heard(installationId: number, requests: NonNullable<LimitsLeft["requests"]>): void;
  /** Something was written in this installation. */
  wrote(installationId: number, at: number): void;
  /** What is known to be left, without asking. */
  left(installationId: number, now: number): LimitsLeft;
}

const hourMs = 3_600_000;

/** GitHub's windows are an hour at most. A wait that is longer was timed by a clock that was wrong then. */
const longestWaitMs = 2 * hourMs;

/**
 * Content that GitHub lets an App create in an hour; it names no header for it, so it is counted here, and every write counts,
 * edits included: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api. What an earlier process
 * wrote is not known.
 */
const writesAnHour = 500;

/** A limit that has passed is forgotten; of two, the later counts. */
export function createPacer(): Pacer {
  const until = new Map<number, number>();
  const requests = new Map<number, NonNullable<LimitsLeft["requests"]>>();
  const writes = new Map<number, readonly number[]>();
  const lately = (installationId: number, now: number) =>
    (writes.get(installationId) ?? []).filter((at) => at > now - hourMs && at <= now);
  return {
    waitUntil(installationId, at) {
      until.set(installationId, Math.max(at, until.get(installationId) ?? 0));
    },
    blockedUntil(installationId, now) {
      const at = until.get(installationId);
      if (at === undefined) return null;
      if (at > now && at <= now + longestWaitMs) return at;
      until.delete(installationId);
      return null;
    },
    heard: (installationId, said) => void requests.set(installationId, said),
    wrote: (installationId, at) => void writes.set(installationId, [...lately(installationId, at), at]),
    left(installationId, now) {
      const said = requests.get(installationId);
      return {
        requests: said !== undefined && said.resetAt > now ? said : null,
        writes: { left: Math.max(0, writesAnHour - lately(installationId, now).length), of: writesAnHour },
      };
    },
  };
}
