// What is found in a change, rule by rule.

/** Every rule, in the order in which finds are told. */
export const ruleNames = [
  "test_removed",
  "test_out_of_reach",
  "test_skipped",
  "test_focused",
  "test_narrowed",
  "assertion_removed",
  "assertion_weakened",
  "expected_rewritten",
  "snapshot_rewritten",
  "wait_raised",
  "exit_swallowed",
  "threshold_lowered",
  "lint_off",
  "types_off",
  "ci_weakened",
  "sees_tests",
  "bytes_changed",
] as const;
export type RuleName = (typeof ruleNames)[number];

export interface Find {
  readonly rule: RuleName;
  readonly path: string;
  /** At the head, from 1; of what is gone there is none. */
  readonly lines: readonly number[];
  /** What stands there or is gone: names and short pieces of code, as the change has them. */
  readonly what: readonly string[];
}
