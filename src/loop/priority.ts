// Labels by which people say what is more or less urgent than the rest of their repository.
import { type Decision, hasLabel, stay } from "./end.ts";
import type { LoopEvent } from "./event.ts";
import type { LoopState } from "./state.ts";

/** Set by people: among the loops of one repository that wait for a container, this one goes before others, or behind them. */
export const priorityLabels = { high: "loop:priority-high", low: "loop:priority-low" } as const;
export type Priority = keyof typeof priorityLabels;

/** What the labels of an issue say; both at once say `high`. Null: nothing. */
export function priorityIn(labels: readonly string[]): Priority | null {
  if (hasLabel(labels, priorityLabels.high)) return "high";
  return hasLabel(labels, priorityLabels.low) ? "low" : null;
}

/** The state with this priority; null: none. */
export function withPriority({ priority: _, ...state }: LoopState, priority: Priority | null): LoopState {
  return priority === null ? state : { ...state, priority };
}

/** It counts when a run of the loop asks for a container the next time. */
export function onPrioritySet(state: LoopState, { priority }: Extract<LoopEvent, { type: "priority_set" }>): Decision {
  if ((state.priority ?? null) === priority) return stay(state, "its priority is known");
  return stay(withPriority(state, priority), `its priority is ${priority ?? "as of the others"} now`);
}
