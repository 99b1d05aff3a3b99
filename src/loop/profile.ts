// Labels by which people give a loop less money than most, or more, as far as the policy has such profiles.
import { hasLabel } from "./end.ts";
import type { Rules } from "./state.ts";

/** Set by people before the loop begins, or before `/loop retry`. */
export const budgetLabels = { small: "loop:budget-small", large: "loop:budget-large" } as const;

/** The rules with the money of the profile that the labels of the issue name; both at once name the smaller one. */
export function profiled(rules: Rules, labels: readonly string[]): Rules {
  const { profiles } = rules;
  if (profiles === undefined) return rules;
  if (hasLabel(labels, budgetLabels.small)) return { ...rules, budgetNano: profiles.small, profile: "small" };
  if (hasLabel(labels, budgetLabels.large)) return { ...rules, budgetNano: profiles.large, profile: "large" };
  return rules;
}
