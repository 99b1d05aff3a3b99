// A loop that has ended goes on where its ending says, once a person has given it what it lacked.
import { goOn, publishPending } from "./attempt.ts";
import { askForCriteria, lacksCriteria } from "./begin.ts";
import type { Effect } from "./effect.ts";
import type { Decision } from "./end.ts";
import { beginVerifying, unseen } from "./judge.ts";
import type { Ending, LoopState } from "./state.ts";

/** `ready` has what it needs; `before` is said in the thread first. */
export function goOnFrom(ready: LoopState, ending: Ending, now: number, before: readonly Effect[]): Decision {
  // What was on its way out had passed policy or been allowed: it goes on its way, no agent is asked again.
  const head = ready.attempts.at(-1)?.head ?? null;
  // These commits it would decline again: others are made, and the agent is told why.
  if (ending.of === "push_declined" && ending.ofCommits === true) return goOn(ready, now, before);
  if (ending.during === "publishing" && head !== null) return publishPending(ready, head, before);
  if (lacksCriteria(ready)) return askForCriteria(ready, now);
  const isDone = (ending.resume === "verify" || ending.resume === "gate") && head !== null;
  if (!isDone) return goOn(ready, now, before);
  return beginVerifying({ ...ready, ending: null, ...unseen }, now, before);
}
