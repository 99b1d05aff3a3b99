// What the policy says of the agent in a run's role.
import { assert } from "../base/assert.ts";
import type { RunOrder } from "../engine/ports.ts";
import { rulesOf } from "../loop/begin.ts";
import { reviewersOf } from "../loop/reviewers.ts";
import type { Rules } from "../loop/state.ts";

/** The policy's words on the agent of this role; a check runs in the executor's image. Throws Bug before the claim. */
export function roleOf({ role, loop, reviewer = 0 }: Pick<RunOrder, "role" | "loop" | "reviewer">): Rules["executor"] {
  const rules = rulesOf(loop);
  if (role === "check") return { ...rules.executor, agent: "command", model: "", command: "true" };
  const chosen = role === "executor" ? rules.executor : reviewersOf(rules)[reviewer];
  assert(chosen !== undefined, "a reviewer runs only where the policy has one");
  return chosen;
}

/** Whether a run of this role speaks by tools of its own: what a reviewer and a check find is their answer alone. */
export function hasTools({ role }: Pick<RunOrder, "role">): boolean {
  return role === "executor";
}
