// Half of the money is spent, or four fifths: said once each, while there is still something to decide.
import { overMoney } from "./begin.ts";
import { type Decision, isLive } from "./end.ts";
import { spentOf } from "./money.ts";
import type { LoopState } from "./state.ts";

/** Of what was granted; the higher one first. */
const warnedAt = [80, 50] as const;

/** The decision on a run's end, with a word where what was booked with it reached one of the shares; of both, the higher one. */
export function withMoneyWarning(before: LoopState | null, decision: Decision): Decision {
  const { state } = decision;
  if (before === null || state === null || !isLive(state) || state.id !== before.id) return decision;
  if (state.rules === null || overMoney(state) !== null) return decision; // it ends, and says so then
  const reaches = (loop: LoopState, percent: number) => spentOf(loop) * 100 >= state.grantedNano * percent;
  const percent = warnedAt.find((one) => reaches(state, one) && !reaches(before, one));
  if (percent === undefined || warnedAt.some((one) => one > percent && reaches(before, one))) return decision;
  return { ...decision, effects: [...decision.effects, { type: "reply", reply: { kind: "money_warning", percent } }] };
}
