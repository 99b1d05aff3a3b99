// What came of loops that ended: of each the few facts that outcomes are counted from, and those summed up by what they share.
import { classOf } from "../../loop/end.ts";
import type { LoopState } from "../../loop/state.ts";

export const results = ["merged", "changed", "well", "stopped", "closed"] as const;
/**
 * `merged`: as it was opened; `changed`: merged after a person had pushed to its branch; `well`: ended well without a merge that
 * the loop heard of; `stopped`: a person is needed; `closed`: ended without success.
 */
export type Result = (typeof results)[number];

export interface Digest {
  readonly repository: string; // owner/name
  /** The executor's model, or its agent where policy names none. */
  readonly model: string;
  readonly reason: string;
  readonly result: Result;
  readonly startedAt: number; // epoch milliseconds
  readonly endedAt: number;
  readonly spentNano: number;
}

/** Null for a loop that has not ended. */
export function digestOf(state: LoopState): Digest | null {
  const { ending, issue, rules, startedAt, attempts } = state;
  if (ending === null) return null;
  const executor = rules?.executor;
  return {
    repository: `${issue.owner}/${issue.name}`,
    model: executor === undefined ? "none" : executor.model || executor.agent,
    reason: ending.reason,
    result: resultOf(state, ending),
    startedAt,
    endedAt: ending.at,
    spentNano: attempts.flatMap(({ runs }) => runs).reduce((sum, { spentNano }) => sum + spentNano, 0),
  };
}

function resultOf({ othersPushed }: LoopState, { reason, of }: NonNullable<LoopState["ending"]>): Result {
  if (of === "approved_and_merged" || of === "merged_by_hand") return othersPushed ? "changed" : "merged";
  const ended = classOf(reason);
  return ended === "well" ? "well" : ended === "person" ? "stopped" : "closed";
}

export interface Sum {
  readonly name: string;
  readonly loops: number;
  readonly counts: Readonly<Record<Result, number>>;
  readonly spentNano: number;
  /** All that was spent, also on loops that came to nothing, by merged changes; null: none was merged. */
  readonly perMergedNano: number | null;
  /** From the label to the merge, of half of the merged ones at most; null: none was merged. */
  readonly medianToMergeMs: number | null;
}

export const groupings = ["repository", "model", "reason", "week"] as const;
export type Grouping = (typeof groupings)[number];

/** Most loops first; weeks in their order, each named by its Monday. */
export function summed(digests: readonly Digest[], by: Grouping): Sum[] {
  const groups = Map.groupBy(digests, (one) => (by === "week" ? mondayOf(one.endedAt) : one[by]));
  const sums = [...groups].map(([name, all]) => sumOf(name, all));
  if (by === "week") return sums.sort((one, other) => (one.name < other.name ? -1 : 1));
  return sums.sort((one, other) => other.loops - one.loops || (one.name < other.name ? -1 : 1));
}

export function sumOf(name: string, all: readonly Digest[]): Sum {
  const count = (result: Result) => all.filter((one) => one.result === result).length;
  const counts = Object.fromEntries(results.map((result) => [result, count(result)])) as Record<Result, number>;
  const spentNano = all.reduce((sum, one) => sum + one.spentNano, 0);
  const merged = all.filter(({ result }) => result === "merged" || result === "changed");
  const times = merged.map(({ startedAt, endedAt }) => endedAt - startedAt).sort((one, other) => one - other);
  return {
    name,
    loops: all.length,
    counts,
    spentNano,
    perMergedNano: merged.length === 0 ? null : spentNano / merged.length,
    medianToMergeMs: times[Math.floor((times.length - 1) / 2)] ?? null,
  };
}

const dayMs = 24 * 3_600_000;

/** Of the week of that moment, in UTC, as `2026-11-23`. */
export function mondayOf(at: number): string {
  const day = (new Date(at).getUTCDay() + 6) % 7;
  return new Date(at - day * dayMs).toISOString().slice(0, 10);
}

/** The Mondays of so many weeks up to the one of `now`, oldest first. */
export function mondays(now: number, weeks: number): string[] {
  return Array.from({ length: weeks }, (_, back) => mondayOf(now - (weeks - 1 - back) * 7 * dayMs));
}
