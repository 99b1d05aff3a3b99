// What a day may cost: all loops of a repository by its policy, all of an account by the operator. A run's share is set aside before it starts.
import { z } from "zod";
import { NanoUsd, spentOf } from "./money.ts";

/** Limits of each day in a time zone; 0: there is none of that kind. */
export const DayLimit = z.object({
  nano: NanoUsd, // for model calls
  runs: z.number().int(), // of agents and reviewers that begin
  zone: z.string(), // such as `Europe/Berlin`
});
export type DayLimit = z.infer<typeof DayLimit>;

/** The day's limit that a run waits for: of the repository, or of the account that has the App. */
export const DayFull = z.object({
  whose: z.enum(["repository", "account"]),
  of: z.enum(["money", "runs"]),
  may: z.number().int(), // billionths of a dollar, or runs
  zone: z.string(),
  until: z.number().int(), // when the next day begins there, epoch milliseconds
  sooner: z.literal(true).optional(), // runs that are under way may leave enough before; absent: nothing is left of this day
});
export type DayFull = z.infer<typeof DayFull>;

/** What a day has come to: what is set aside for runs under way counts as spent. */
export interface DayUse {
  readonly settledNano: NanoUsd;
  readonly reservedNano: NanoUsd;
  readonly runs: number;
}

/** One day that a run falls into, from its first moment to that of the next one, in epoch milliseconds. */
export interface Day {
  readonly whose: DayFull["whose"];
  readonly limit: DayLimit;
  readonly from: number;
  readonly until: number;
}

/** A run that is to begin. */
export interface DayAsk {
  readonly run: string;
  readonly repositoryId: number;
  readonly installationId: number;
  readonly owner: string; // login of the account: installed anew, it is the same
  readonly at: number; // epoch milliseconds
  readonly wantNano: NanoUsd; // all that its loop has left
  readonly days: readonly Day[];
}

export type DayAnswer =
  | { readonly ok: true; readonly nano: NanoUsd; readonly short: boolean } // short: less than it wanted
  | { readonly ok: false; readonly full: DayFull };

/** A run begins with no less than this share of what it wants: one that is cut short early is money for nothing. */
const leastShare = 0.5;

/** What is set aside for a run, given what each of its days has come to; settled + reserved never passes a limit by it. */
export function shareOf(wantNano: NanoUsd, days: readonly (Day & { readonly use: DayUse })[]): DayAnswer {
  const paid = days.filter(({ limit }) => limit.nano > 0);
  const most = Math.min(wantNano, ...paid.map(({ limit }) => limit.nano));
  const least = Math.ceil(most * leastShare);
  const left = Math.min(most, ...paid.map(({ limit, use }) => limit.nano - use.settledNano - use.reservedNano));
  const full = days.flatMap((day) => fullOf(day, least));
  if (full.length === 0) return { ok: true, nano: Math.max(0, left), short: left < wantNano };
  // Several may be full: what can only wait for the next day, and for the later one, holds the run longest.
  const [longest] = full.toSorted((a, b) => Number(a.sooner === true) - Number(b.sooner === true) || b.until - a.until);
  return { ok: false, full: longest as DayFull };
}

function fullOf({ whose, limit, use, until }: Day & { readonly use: DayUse }, least: NanoUsd): DayFull[] {
  const at = { whose, zone: limit.zone, until };
  if (limit.runs > 0 && use.runs >= limit.runs) return [{ ...at, of: "runs", may: limit.runs }];
  if (limit.nano === 0 || limit.nano - use.settledNano - use.reservedNano >= Math.max(1, least)) return [];
  const sooner = limit.nano - use.settledNano >= Math.max(1, least) ? { sooner: true as const } : {};
  return [{ ...at, of: "money", may: limit.nano, ...sooner }];
}

/** Whether people need not be told of it anew. */
export function isSameFull(one: DayFull, other: DayFull): boolean {
  const { whose, of, may, until, sooner } = one;
  const isSameLimit = whose === other.whose && of === other.of && may === other.may;
  return isSameLimit && until === other.until && sooner === other.sooner;
}

type Books = Parameters<typeof spentOf>[0] & { readonly grantedNano: NanoUsd };

/** All that the loop has left for model calls. */
export function leftNano(loop: Books): NanoUsd {
  return Math.max(0, loop.grantedNano - spentOf(loop));
}

/** The loop as a run sees it that may spend no more than this. */
export function withShare<Loop extends Books>(loop: Loop, nano: NanoUsd): Loop {
  return { ...loop, grantedNano: Math.min(loop.grantedNano, spentOf(loop) + nano) };
}
