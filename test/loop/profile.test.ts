// Labels that give a loop less money than most, or more: within the policy, the operator's bounds and what all loops of the issue may cost.
import { expect, test } from "vitest";
import { decide } from "../../src/loop/decide.ts";
import type { LoopEvent } from "../../src/loop/event.ts";
import { profiled } from "../../src/loop/profile.ts";
import type { LoopState, Rules } from "../../src/loop/state.ts";
import { generousBounds } from "../../src/policy/clamp.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { readRules } from "../../src/policy/rules.ts";
import { playToEnd, readEvent } from "./script.ts";

const usd = 1e9;
const defaults = { agent: { command: "agent", image: "i" }, reviewer: { command: "review", image: "i" } };

function rulesOf(text: string, mostUsd = 20): Rules {
  const bounds = { ...generousBounds, usd: mostUsd };
  const read = readRules({ text, sha: "b10b" }, { bounds, defaults }, "loop");
  if (!read.ok) throw new Error(read.message);
  return read.rules;
}

const policy = "budget: {usd: 5, small: 2, large: 12}\n";

test.each([
  [policy, [], 5, undefined],
  [policy, ["Loop:Budget-Small"], 2, "small"],
  [policy, ["loop:budget-large"], 12, "large"],
  [policy, ["loop:budget-large", "loop:budget-small"], 2, "small"],
  ["version: 1\n", ["loop:budget-large"], 5, "large"], // nobody said that there is more
  ["version: 1\n", ["loop:budget-small"], 1, "small"],
  ["budget: {usd: 0.5}\n", ["loop:budget-small"], 0.5, "small"], // never more than without
  ["budget: {usd: 5, large: 3}\n", ["loop:budget-large"], 5, "large"], // never less than without
])("%j with %j: %s dollars", (text, labels, dollars, profile) => {
  expect(profiled(rulesOf(text), labels)).toMatchObject({ budgetNano: dollars * usd, ...(profile ? { profile } : {}) });
});

test("the operator's bound holds for every profile, and the thread is told of the line", () => {
  const rules = rulesOf(policy, 4);
  expect(rules.clamped).toEqual([
    "line 1: `budget.usd` is 5, but this App's operator allows at most 4",
    "line 1: `budget.large` is 12, but this App's operator allows at most 4",
  ]);
  expect(profiled(rules, ["loop:budget-large"]).budgetNano).toBe(4 * usd);
});

test("what all loops of the issue may cost is at least the largest profile, and bounds it when some is spent", () => {
  expect(parsePolicy("budget: {large: 30}\nissue: {usd: 20}\n")).toMatchObject({
    ok: false,
    message: "line 2: `issue.usd` (20) must be at least `budget.large` (30)",
  });
  const { state } = playToEnd(["label alice"]);
  const claim = (spent: number, labels: readonly string[]): LoopState => {
    const before: LoopState = { ...state!, earlier: { loops: 1, runs: 1, spentNano: spent * usd } };
    const read = readEvent("claim", before, before.startedAt) as Extract<LoopEvent, { type: "claim_read" }>;
    const facts = { ...read.facts, labels: ["loop", ...labels], policy: { ok: true as const, rules: rulesOf(policy) } };
    return decide(before, { type: "claim_read", facts }, before.startedAt).state!;
  };
  expect(claim(0, ["loop:budget-large"])).toMatchObject({ grantedNano: 12 * usd, rules: { profile: "large" } });
  expect(claim(0, ["loop:budget-small"]).grantedNano).toBe(2 * usd);
  expect(claim(24, ["loop:budget-large"]).grantedNano).toBe(1 * usd); // of 25 for the issue
});
