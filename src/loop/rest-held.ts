// A held loop at rest: nothing of it runs, and what comes next waits for the label to be taken off.
import type { Effect } from "./effect.ts";
import type { Decision } from "./end.ts";
import type { LoopState, Phase } from "./state.ts";

/** At rest in front of this phase: `queued` is in front of the next attempt. `before` is said and done first. */
export function held(state: LoopState, phase: Phase, now: number, before: readonly Effect[]): Decision {
  const why = { of: "hold_label", by: state.hold?.by ?? null } as const;
  const next: LoopState = {
    ...state,
    phase: "paused",
    ending: null,
    gateSince: null,
    resumeAt: { phase, at: now, why },
  };
  return { state: next, effects: [...before, { type: "write_status" }], note: "held" };
}
