// What a loop will likely cost, before it costs anything: by what earlier loops of its repository came to, within what policy grants.
import { classOf, type ReasonClass } from "./end.ts";
import type { PastLoop } from "./event.ts";
import { spentOf } from "./money.ts";
import type { LoopState } from "./state.ts";

/** How many ended loops are looked back at. */
export const pastAtMost = 12;

/** Fewer than so many say nothing of the next one. */
const leastPast = 3;

/** What this loop came to, for an estimate of a later one; null: it never worked, or was called off, so that it says little. */
export function pastOf(state: LoopState): PastLoop | null {
  const course: readonly ReasonClass[] = ["well", "person"];
  const attempts = state.attempts.filter(({ counted }) => counted).length;
  if (attempts === 0 || state.ending === null || !course.includes(classOf(state.ending.reason))) return null;
  return { spentNano: spentOf(state), attempts };
}

/** From the least to the most that the past loops came to, and never more than is granted; of too few the policy alone is said. */
export function estimated(
  past: readonly PastLoop[],
  { grantedNano, granted }: Pick<LoopState, "grantedNano" | "granted">,
): NonNullable<LoopState["estimate"]> {
  if (past.length < leastPast)
    return { loops: 0, leastNano: 0, mostNano: grantedNano, leastAttempts: 1, mostAttempts: granted };
  const spent = past.map(({ spentNano }) => Math.min(spentNano, grantedNano));
  const attempts = past.map((one) => Math.min(one.attempts, granted));
  return {
    loops: past.length,
    leastNano: Math.min(...spent),
    mostNano: Math.max(...spent),
    leastAttempts: Math.min(...attempts),
    mostAttempts: Math.max(...attempts),
  };
}
