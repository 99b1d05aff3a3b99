// Money as the loop keeps it: whole nano-dollars, so that no sum over a loop's life is ever off by what a float loses.
import { z } from "zod";

/** Billionths of a US dollar. Up to nine million dollars a sum is exact. */
export const NanoUsd = z.number().int().nonnegative();
export type NanoUsd = z.infer<typeof NanoUsd>;

const nano = 1e9;

/** An amount of US dollars, as a policy or an earlier version states it. */
export function nanoOf(usd: number): NanoUsd {
  return Math.round(usd * nano);
}

/** For what is read by people and by programs outside; never summed. */
export function dollarsOf(amount: NanoUsd): number {
  return amount / nano;
}

interface Books {
  readonly attempts: readonly { readonly runs: readonly { readonly spentNano: NanoUsd }[] }[];
}

/** What all runs of the loop cost so far. */
export function spentOf(loop: Books): NanoUsd {
  return loop.attempts.flatMap((attempt) => attempt.runs).reduce((sum, run) => sum + run.spentNano, 0);
}
