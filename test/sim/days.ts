// What a day may cost: whatever is begun, killed, restarted or told twice, all loops together never pass a limit of their day.
import type { RunOrder } from "../../src/engine/ports.ts";
import type { DayLimit } from "../../src/loop/day.ts";
import { spentOf } from "../../src/loop/money.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { dayAround } from "../../src/policy/cron.ts";
import type { Containers } from "./containers.ts";
import { type Random, random } from "./random.ts";
import type { Disk } from "./store.ts";

export interface DayLimits {
  readonly repository: DayLimit | null; // as its policy says; null: it says nothing
  readonly account: DayLimit; // as the operator does
}

const usd = 1e9;

/** What a store or a process that failed in between takes to be there again. */
const soonMs = 3_600_000;

/** Days without limits. */
export const noDays: DayLimits = { repository: null, account: { nano: 0, runs: 0, zone: "UTC" } };

/** In a third of the runs days have limits that a few loops reach; each zone's midnight is another hour of the simulated day. */
export function someDays(name: string): DayLimits {
  const draw = random(name, "days");
  const zone = () => draw.pick(["UTC", "Asia/Tokyo", "Europe/Berlin", "America/Chicago"]);
  if (!draw.chance(1 / 3)) return noDays;
  const limit = (of: Random): DayLimit => ({ nano: of.pick([0, 2, 6]) * usd, runs: of.pick([0, 4, 9]), zone: zone() });
  const repository = limit(draw);
  const isNone = repository.nano === 0 && repository.runs === 0;
  return { repository: isNone ? null : repository, account: limit(draw) };
}

/** The operator's bounds of that. */
export function accountDay({ account: { nano, runs, zone } }: DayLimits) {
  return { day_usd: nano / usd, day_runs: runs, day_zone: zone };
}

/** The lines of a policy that says so. */
export function dayPolicy({ repository }: DayLimits): readonly string[] {
  if (repository === null) return [];
  const { nano, runs, zone } = repository;
  return [`day: {usd: ${nano / usd}, runs: ${runs}, time_zone: ${zone}}`];
}

export interface DayChecksParts {
  readonly containers: Containers;
  readonly disk: Disk;
  readonly limits: DayLimits;
  readonly now: () => number; // of the world
  readonly clock: () => number; // of the engine
  readonly hold: (condition: boolean, what: string) => void;
}

interface Begun {
  readonly lease: number; // all that it may spend
  readonly isLimited: boolean; // by the repository's day, as its loop's rules have it
  at: number; // by the engine's clock
}

export function createDayChecks({ containers, disk, limits, now, clock, hold }: DayChecksParts) {
  const begun = new Map<string, Begun>();
  const refused = new Map<string, number>(); // runs that asked last when their day was used up, since when

  function check(limit: DayLimit, whose: string, isMeant: (one: Begun) => boolean): void {
    const { from } = dayAround(limit.zone, clock());
    const ahead = clock() - now();
    let [nano, runs] = [0, 0];
    for (const [id, one] of begun) {
      one.at = Math.min(one.at, clock()); // stamped by a clock that was ahead
      const container = containers.all.get(id);
      if (!isMeant(one)) continue;
      if (one.at >= from) runs += 1;
      const isOpen = container === undefined || container.state === "running";
      if (isOpen) nano += one.lease;
      else if (one.at >= from || (container.endedAt ?? 0) + ahead >= from) nano += container.spent();
    }
    hold(limit.nano === 0 || nano <= limit.nano, `Day: ${nano} nano-dollars of the ${whose}'s ${limit.nano}`);
    hold(limit.runs === 0 || runs <= limit.runs, `Day: ${runs} runs of the ${whose}'s ${limit.runs}`);
  }

  function checkAll(): void {
    check(limits.account, "account", () => true);
    if (limits.repository !== null) check(limits.repository, "repository", ({ isLimited }) => isLimited);
  }

  return {
    onStart({ id, loop, role }: RunOrder): void {
      if (role === "check" || begun.has(id)) return;
      const isLimited = loop.rules?.day !== undefined;
      begun.set(id, { at: clock(), lease: Math.max(0, loop.grantedNano - spentOf(loop)), isLimited });
      checkAll();
    },
    /** Whoever was told to wait for another day says so in its thread. */
    onQuiet(): void {
      checkAll();
      for (const [run, since] of refused) {
        const state = [...disk.loops.values()].find(({ attempts }) => isWaitedFor(attempts, run));
        if (state === undefined) refused.delete(run);
        else
          hold(
            now() - since < soonMs || state.dayFull?.run === run,
            `Day: ${run} may not begin today, and its loop does not say so`,
          );
      }
    },
    onAsked: (run: string, may: boolean) =>
      void (may ? refused.delete(run) : refused.set(run, refused.get(run) ?? now())),
    /** What it knew is known again from threads alone, and not of loops that had ended. */
    onStoreLost(): void {
      begun.clear();
      refused.clear();
    },
    /** Whoever waits for a day to turn is going to be told of it. */
    waits: ({ id, issue, dayFull }: LoopState): boolean => {
      if (dayFull === undefined) return false;
      const start = [...disk.effects.values()].find(
        ({ loop, effect }) => loop === id && effect.type === "start_run" && effect.run === dayFull.run,
      );
      hold(
        start !== undefined,
        `Day: ${dayFull.run} of issue ${issue.number} waits for a day, and nobody will start it`,
      );
      return dayFull.until > clock();
    },
  };
}

function isWaitedFor(attempts: LoopState["attempts"], run: string): boolean {
  return attempts.some(({ runs }) => runs.some(({ id, status }) => id === run && status === "running"));
}
