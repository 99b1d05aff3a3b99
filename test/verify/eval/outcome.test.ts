// What came of a task: solved takes both, the policy's green and that of the hidden tests.
import { describe, expect, test } from "vitest";
import { isFalseRed, type Outcome, outcomeOf, type TaskFacts } from "../../../src/verify/eval/outcome.ts";
import type { Hidden } from "../../../src/verify/eval/proof.ts";

const hidden = (colour: Hidden["colour"]): Hidden => ({ colour, failed: [] });

describe("a task", () => {
  test.each<[TaskFacts["verdict"], Hidden["colour"] | null, TaskFacts["reason"], Outcome]>([
    ["green", "green", null, "solved"],
    ["green", "green", "verifier_passed", "solved"],
    ["green", "red", null, "false_green"],
    ["green", null, null, "not_judged"],
    ["red", "green", "retry_limit", "red"],
    ["red", "red", "no_progress", "red"],
    ["red", null, "retry_limit", "red"],
    ["red", "green", "risky_action_detected", "red"],
    [null, null, "uncertainty_too_high", "red"],
    [null, null, "stalled", "red"],
    [null, "red", "budget_limit", "red"],
    ["pending", "green", "external_dependency_blocked", "not_judged"],
    ["pending", "green", null, "not_judged"],
    ["red", "red", "infrastructure_error", "not_judged"],
    [null, null, "infrastructure_error", "not_judged"],
    [null, null, "external_dependency_blocked", "not_judged"],
  ])("whose verdict is %s, hidden tests %s and end %s is %s", (verdict, colour, reason, outcome) => {
    expect(outcomeOf({ verdict, hidden: colour === null ? null : hidden(colour), reason })).toBe(outcome);
  });

  test("is a false red where the policy refuses what the hidden tests take, and only there", () => {
    const all = (["green", "red", "pending", null] as const).flatMap((verdict) =>
      (["green", "red"] as const).map((colour) => ({ verdict, hidden: hidden(colour) })),
    );
    expect(all.filter(isFalseRed)).toEqual([{ verdict: "red", hidden: hidden("green") }]);
  });
});
