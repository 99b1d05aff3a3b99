// What people added to a loop's limits: how much more may be, and what has expired is taken back.
import type { Amount } from "./amount.ts";
import { spentOf } from "./money.ts";
import type { LoopState, Raise } from "./state.ts";

/** Nothing was added yet. */
const none = { nano: 0, attempts: 0, ms: 0 };

/** Milliseconds that the loop may work in all on this grant, with what people added. Before the claim there is no limit: infinite. */
export function loopMsOf({ rules, raised }: Pick<LoopState, "rules" | "raised">): number {
  return rules === null ? Number.POSITIVE_INFINITY : rules.loopMs + (raised?.ms ?? 0);
}

/** So many additions that expire are kept of one loop at a time. */
export const raisesAtMost = 8;

/**
 * How much of this may still be added on the present grant: within the operator's bound for one grant, and for money also
 * within what all loops of the issue may cost. `by`: which of the two is the tighter.
 */
export function roomFor(
  state: LoopState,
  of: Amount["of"],
): { readonly left: number; readonly by: "operator" | "issue" } {
  const { rules, raised = none } = state;
  if (rules?.raise === undefined) return { left: 0, by: "operator" };
  const { raise } = rules;
  if (of === "attempts")
    return { left: Math.max(0, raise.attempts - rules.attempts - raised.attempts), by: "operator" };
  if (of === "time") return { left: Math.max(0, raise.ms - rules.loopMs - raised.ms), by: "operator" };
  const ofLoop = Math.max(0, raise.nano - rules.budgetNano - raised.nano);
  const ofIssue = Math.max(0, rules.issueNano - state.earlier.spentNano - state.grantedNano);
  return ofIssue < ofLoop ? { left: ofIssue, by: "issue" } : { left: ofLoop, by: "operator" };
}

/** The state with this added; `forMs` is how long it stands, null: as long as the grant. */
export function withRaise(
  state: LoopState,
  { by, nano, attempts, ms, forMs }: Omit<Raise, "at" | "forMs"> & { readonly forMs: number | null },
  now: number,
): LoopState {
  const { raised = none, raises = [] } = state;
  return {
    ...state,
    granted: state.granted + attempts,
    grantedNano: state.grantedNano + nano,
    raised: { nano: raised.nano + nano, attempts: raised.attempts + attempts, ms: raised.ms + ms },
    ...(forMs === null ? {} : { raises: [...raises, { by, at: now, forMs, nano, attempts, ms }] }),
  };
}

/** What is left of additions once a new grant begins: money and attempts stay until they expire, the clock begins anew. */
export function withoutRaises({ raises }: LoopState): Pick<LoopState, "raised" | "raises"> {
  return { raised: undefined, ...(raises === undefined ? {} : { raises: raises.map((one) => ({ ...one, ms: 0 })) }) };
}

/**
 * The state without what has expired: what is not used of it is taken back. A run of an agent that is under way keeps what
 * it was started with, so that nothing is taken back before its end.
 */
export function withoutExpired(state: LoopState, now: number): LoopState {
  const { raises = [] } = state;
  const over = raises.filter(({ at, forMs }) => at + forMs <= now);
  if (over.length === 0 || hasAgentAtWork(state)) return state;
  const { raises: _, ...rest } = state;
  const left = raises.filter((one) => !over.includes(one));
  return over.reduce(takenBack, left.length === 0 ? rest : { ...rest, raises: left });
}

function takenBack(state: LoopState, { nano, attempts, ms }: Raise): LoopState {
  const { raised = none } = state;
  const used = state.attempts.filter(({ counted }) => counted).length;
  const money = Math.max(0, Math.min(nano, state.grantedNano - spentOf(state)));
  const tries = Math.max(0, Math.min(attempts, state.granted - used));
  return {
    ...state,
    granted: state.granted - tries,
    grantedNano: state.grantedNano - money,
    raised: {
      nano: Math.max(0, raised.nano - money),
      attempts: Math.max(0, raised.attempts - tries),
      ms: Math.max(0, raised.ms - ms),
    },
  };
}

function hasAgentAtWork({ attempts }: LoopState): boolean {
  return attempts.some(({ runs }) => runs.some(({ role, status }) => role !== "check" && status === "running"));
}
