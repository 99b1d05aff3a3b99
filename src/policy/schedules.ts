// What the policy file says of schedules, within the operator's bounds.
import { clampPolicy } from "./clamp.ts";
import { parsePolicy } from "./parse.ts";
import type { Operator, PolicyFile } from "./rules.ts";
import type { Schedule } from "./schema.ts";

export type SchedulesIn =
  | { readonly ok: true; readonly schedules: readonly Schedule[]; readonly base: string } // base: empty for the default branch
  | { readonly ok: false; readonly message: string };

/** Those of the repository's own file; where that cannot be read as a policy, why. No file: none. */
export function schedulesIn(
  { policy, policyFault }: { readonly policy: PolicyFile | null; readonly policyFault: string | null },
  { bounds }: Operator,
): SchedulesIn {
  if (policyFault !== null) return { ok: false, message: policyFault };
  if (policy === null || policy.of !== undefined) return { ok: true, schedules: [], base: "" };
  const parsed = parsePolicy(policy.text);
  if (!parsed.ok) return parsed;
  const clamped = clampPolicy(parsed.policy, parsed.lines, bounds);
  if (!clamped.ok) return clamped;
  return { ok: true, schedules: clamped.policy.schedules, base: clamped.policy.base };
}
