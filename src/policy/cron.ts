// When a schedule comes: five cron fields on the clock of a time zone. Pure; the arithmetic is croner's.
import { Cron, CronPattern } from "croner";

/** A pass no more often than this: an issue, a loop and its notifications come with each. */
const leastApartMinutes = 15;

const dayMinutes = 24 * 60;

/** Digits, names of days and months, and the signs of five cron fields. `?`, which stands for now, is none of them. */
const fields = /^[0-9A-Za-z*,/#-]{1,60}(?: [0-9A-Za-z*,/#-]{1,60}){4}$/;

/** When a schedule comes. */
export interface When {
  readonly cron: string;
  readonly time_zone: string;
}

/** What is wrong with the fields, as the rest of a sentence about them; null: nothing. */
export function cronProblem(cron: string): string | null {
  if (!fields.test(cron)) return "must be five cron fields with a space between, such as `0 6 * * 1`";
  try {
    if (leastApart(new CronPattern(cron, undefined, { mode: "5-part" })) < leastApartMinutes)
      return `comes more often than every ${leastApartMinutes} minutes`;
    return nextAfter({ cron, time_zone: "UTC" }, 0) === null ? "never comes" : null;
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "error"}`;
  }
}

/** The fewest minutes between two of its times on a day, or on two days in a row; what days it comes on is left aside. */
function leastApart({ minute, hour }: CronPattern): number {
  const set = (field: readonly number[]) => field.flatMap((isSet, value) => (isSet ? [value] : []));
  const times = set(hour).flatMap((at) => set(minute).map((past) => at * 60 + past));
  const [first = 0] = times;
  return Math.min(...times.map((time, index) => (times[index + 1] ?? first + dayMinutes) - time));
}

/** Whether this machine knows the time zone, by a name such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * The first time after `after`, in epoch milliseconds; null: none. A time that the zone's clock leaves out, as in spring, comes when that gap
 * ends; one that it shows twice comes once, unless the hours are `*` or a step, which go by what passes and not by what the clock shows.
 */
export function nextAfter(when: When, after: number): number | null {
  return cronOf(when).nextRun(new Date(after))?.getTime() ?? null;
}

/** The newest time after `after` and no later than `until`: of several that were missed the last one. Null: there is none. */
export function newestWithin(when: When, after: number, until: number): number | null {
  if (until <= after) return null;
  const [newest] = cronOf(when).previousRuns(1, new Date(until + 1));
  return newest === undefined || newest.getTime() <= after ? null : newest.getTime();
}

/** The day there, as in `2026-11-30`. */
export function dayIn(timeZone: string, at: number): string {
  const known = formats.get(timeZone) ?? new Intl.DateTimeFormat("en-CA", { timeZone, ...wholeDay });
  formats.set(timeZone, known);
  return known.format(at);
}

const wholeDay = { year: "numeric", month: "2-digit", day: "2-digit" } as const;

/** By time zone: one takes longer to make than to use a hundred times. */
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * The day there that `at` is on, in epoch milliseconds: from its first moment to the first of the next day. It has 23 or 25 hours where
 * the zone's clock is changed on it.
 */
export function dayAround(timeZone: string, at: number): Day {
  const known = lastDays.get(timeZone);
  if (known !== undefined && known.from <= at && at < known.until) return known;
  const found = findDay(timeZone, at);
  lastDays.set(timeZone, found);
  return found;
}

/** From its first moment to the next day's, in epoch milliseconds. */
interface Day {
  readonly from: number;
  readonly until: number;
}

/** By time zone, the day asked for last: limits of a day are asked of the same one over and over, and finding it takes some 25 dates. */
const lastDays = new Map<string, Day>();

function findDay(timeZone: string, at: number): Day {
  const day = dayIn(timeZone, at);
  const minute = Math.floor(at / minuteMs);
  const isThat = (one: number) => dayIn(timeZone, one * minuteMs) === day;
  return {
    from: (firstWith(isThat, minute - longestDay, minute) ?? minute) * minuteMs,
    until: (firstWith((one) => !isThat(one), minute, minute + longestDay) ?? minute + longestDay) * minuteMs,
  };
}

const minuteMs = 60_000;

/** Minutes that no day anywhere has. */
const longestDay = 50 * 60;

/** The first of these minutes for which it holds, where it holds for all that come after; the earliest is known not to be one. */
function firstWith(holds: (minute: number) => boolean, before: number, last: number): number | null {
  if (!holds(last)) return null;
  let [no, yes] = [before, last];
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2);
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

function cronOf({ cron, time_zone: timezone }: When): Cron {
  return new Cron(cron, { mode: "5-part", timezone, fixedTimeRule: "no-wildcard" });
}
