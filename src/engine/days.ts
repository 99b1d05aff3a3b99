// Which days with limits a loop falls into, and how far its repository's is used.
import type { Day } from "../loop/day.ts";
import { type Limit, limitsOfDay } from "../loop/limits.ts";
import { nanoOf } from "../loop/money.ts";
import type { LoopState } from "../loop/state.ts";
import { dayAround } from "../policy/cron.ts";
import type { Operator } from "../policy/rules.ts";
import type { World } from "./world.ts";

/** The days that a run of the loop falls into, as far as they have limits. */
export function daysOf({ bounds }: Operator, { rules }: LoopState, at: number): readonly Day[] {
  const account = { nano: nanoOf(bounds.day_usd), runs: bounds.day_runs, zone: bounds.day_zone };
  const all = [
    ...(rules?.day === undefined ? [] : [{ whose: "repository" as const, limit: rules.day }]),
    ...(account.nano === 0 && account.runs === 0 ? [] : [{ whose: "account" as const, limit: account }]),
  ];
  return all.map((day) => ({ ...day, ...dayAround(day.limit.zone, at) }));
}

/** How far the limits of the repository's day are used. What its account comes to, other repositories' loops and all, is for the operator alone. */
export async function usedToday({ clock, operator, store }: World, state: LoopState): Promise<readonly Limit[]> {
  const day = daysOf(operator, state, clock.now()).find(({ whose }) => whose === "repository");
  return day === undefined ? [] : limitsOfDay(day.limit, await store.dayUse(state.issue, day));
}
