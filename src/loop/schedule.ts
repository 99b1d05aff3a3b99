// What becomes of a schedule when its time comes: a pass, or none and why. Pure; the policy says when its times are.
import { z } from "zod";

/** A pass that opened an issue. Times in epoch milliseconds. */
const Pass = z.object({
  at: z.number().int(), // the time it was for, by the schedule
  issue: z.number().int(),
  base: z.string(), // commit that loops began from then
});

/** Why a time passed without an issue. */
const Skipped = z.enum(["paused", "going", "unchanged", "unanswered", "all_done"]);
export type Skipped = z.infer<typeof Skipped>;

/** How one schedule stands. */
const Standing = z.object({
  since: z.number().int(), // times up to here are dealt with
  passes: z.number().int(),
  last: Pass.nullable(), // null: there was none yet
  unanswered: z.array(z.number().int()), // issues before the last one that nobody answered, in a row, oldest first
  opening: z.object({ at: z.number().int(), begunAt: z.number().int() }).optional(), // an issue may have been opened for this time, and is not stored yet
  skipped: z.object({ at: z.number().int(), why: Skipped }).optional(), // the newest time that came to nothing; absent: each since the last pass did
});
export type Standing = z.infer<typeof Standing>;

/** All schedules of a repository, as the store keeps them. */
export const Schedules = z.object({
  repository: z.object({
    installationId: z.number().int(),
    repositoryId: z.number().int(),
    owner: z.string(),
    name: z.string(),
  }),
  standing: z.record(z.string(), Standing), // by the schedule's name
});
export type Schedules = z.infer<typeof Schedules>;

/** What a loop knows of the schedule that began it. */
export const OfSchedule = z.object({
  name: z.string(),
  at: z.number().int(), // the time it was for
  pass: z.number().int(), // the first is 1
  of: z.number().int(), // 0: any number
  unanswered: z.number().int(), // issues right before it that nobody answered
  stopAfter: z.number().int(),
});
export type OfSchedule = z.infer<typeof OfSchedule>;

/** The repository's own place among its issues' keys: GitHub counts issues from 1. */
export const noIssue = 0;

/** A schedule that is first seen: what lies before it is no pass that was missed. `last` is the pass that GitHub's issues tell of, where the store has lost it. */
export function firstSeen(
  last: (z.infer<typeof Pass> & { readonly pass: number; readonly unanswered: readonly number[] }) | null,
  now: number,
): Standing {
  if (last === null) return { since: now, passes: 0, last: null, unanswered: [] };
  const { at, issue, base, pass, unanswered } = last;
  return { since: Math.min(at, now), passes: pass, last: { at, issue, base }, unanswered: [...unanswered] };
}

/** A clock that was ahead by more than this had dealt with times that are still to come: they are counted anew. */
const aheadMs = 24 * 3_600_000;

/** From when on times count. */
export function countsFrom({ since }: Standing, now: number): number {
  return since > now + aheadMs ? now : since;
}

/** What a pass goes by. */
export interface PassFacts {
  readonly paused: boolean; // every loop of the repository is
  readonly going: boolean; // the loop of the last pass is not over
  readonly base: string; // the commit that loops begin from now
  readonly unanswered: readonly number[] | null; // issues in a row up to the last one that nobody answered, oldest first; null: not asked yet
}

/** What the policy says of how often. */
export interface Terms {
  readonly unchanged: "skip" | "run";
  readonly max_runs: number; // 0: any number
  readonly stop_after: number;
}

/** An issue is opened, or not; or first it is asked which of these issues, oldest first, nobody answered. */
export type Came =
  | { readonly of: "opens"; readonly standing: Standing }
  | { readonly of: "nothing"; readonly standing: Standing }
  | { readonly of: "asks"; readonly issues: readonly number[] };

/** Where a clock is put forward, times that it leaves out may come close to others. */
const leastApartMs = 15 * 60_000;

/** Decides about the time `at`, which has come. */
export function passAt(standing: Standing, terms: Terms, at: number, facts: PassFacts): Came {
  const { opening: _, ...known } = standing;
  const none = (why: Skipped, unanswered = known.unanswered): Came => {
    return { of: "nothing", standing: { ...known, unanswered, since: at, skipped: { at, why } } };
  };
  if (terms.max_runs > 0 && known.passes >= terms.max_runs) return none("all_done");
  if (facts.paused) return none("paused");
  if (known.last === null) return { of: "opens", standing: known };
  if (facts.going || at - known.last.at < leastApartMs) return none("going");
  if (facts.unanswered === null) return { of: "asks", issues: [...before(known), known.last.issue] };
  const unanswered = [...facts.unanswered];
  if (unanswered.length >= terms.stop_after) return none("unanswered", unanswered);
  if (terms.unchanged === "skip" && facts.base === known.last.base) return none("unchanged", unanswered);
  return { of: "opens", standing: { ...known, unanswered } };
}

function before({ unanswered, last }: Standing): readonly number[] {
  return unanswered.filter((issue) => issue !== last?.issue);
}

/** The standing once the issue of a pass is open and its loop is told. */
export function opened({ opening: _, skipped: __, ...standing }: Standing, pass: z.infer<typeof Pass>): Standing {
  return { ...standing, since: pass.at, passes: standing.passes + 1, last: pass };
}

/** One that rests looks again after so long, whatever its times are: each look asks GitHub. */
const restMs = 24 * 3_600_000;

/** When it is looked at again, if its next time is `next`; null: never by itself. */
export function looksAgainAt({ skipped }: Standing, next: number | null, now: number): number | null {
  if (next === null || skipped?.why === "all_done") return null;
  return skipped?.why === "unanswered" ? Math.max(next, now + restMs) : next;
}
