// The work clock: what it counts, which alarms still mean something, and loops that began before there was one.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dueAt, leftMs, workedMs } from "../../src/loop/clock.ts";
import { decide } from "../../src/loop/decide.ts";
import { LoopState } from "../../src/loop/state.ts";
import { upgradeState } from "../../src/loop/upgrade.ts";
import { aLoop, anEndedLoop, aPublishedLoop, hour, labelledAt, minute, someRules } from "./builder.ts";
import { readEvent } from "./script.ts";

test("the clock counts while it runs and stands still otherwise, and a wall clock that is behind gives no time", () => {
  const running = aLoop({ worked: { ms: hour, since: labelledAt } });
  expect(workedMs(running, labelledAt + 30 * minute)).toBe(90 * minute);
  expect(workedMs(running, labelledAt - 30 * minute)).toBe(hour);
  expect(workedMs(aLoop({ worked: { ms: hour, since: null } }), labelledAt + 100 * hour)).toBe(hour);
  expect(leftMs(running, labelledAt + 100 * hour)).toBe(0);
});

test.each([
  ["loop_deadline", anEndedLoop({ reason: "cancelled", of: "stop_command", by: "alice" })],
  ["ci_wait", aPublishedLoop({ ciSince: labelledAt, ciOverdue: true })],
  ["ci_wait", aLoop({ phase: "executing", ciSince: labelledAt })],
  ["gate_reminder", aPublishedLoop({ phase: "awaiting_gate", gateSince: labelledAt, gateReminded: true })],
  ["gate_expiry", aPublishedLoop({ phase: "paused", gateSince: labelledAt })],
  [
    "rest",
    aLoop({
      phase: "executing",
      resumeAt: { phase: "preparing", at: labelledAt, why: { of: "pause_command", by: "alice" } },
    }),
  ],
] as const)("an alarm %s for something that is over changes nothing, however late it rings", (name, state) => {
  expect(dueAt(state, name)).toBeNull();
  const late = decide(state, { type: "alarm", name }, labelledAt + 1000 * hour);
  expect([late.state, late.effects]).toEqual([state, []]);
});

test("an alarm that rings before its time by the state is set again, for the right time", () => {
  const state = aPublishedLoop({ worked: { ms: 0, since: null }, phase: "awaiting_gate", gateSince: labelledAt });
  const at = labelledAt + someRules().gateExpiryMs;
  const early = decide(state, { type: "alarm", name: "gate_expiry" }, at - 1);
  expect(early.effects).toEqual([{ type: "set_alarm", name: "gate_expiry", at }]);
  expect(decide(state, { type: "alarm", name: "gate_expiry" }, at).state?.ending?.reason).toBe("unanswered");
});

describe("F15: a loop that began before there was a work clock goes on", () => {
  const text = readFileSync(join(import.meta.dirname, "../../fixtures/records/before-work-clock.json"), "utf8");
  const earlier = JSON.parse(text) as Record<string, unknown>;
  const read = (phase: string) => LoopState.parse(upgradeState(earlier[phase]));

  test.each([
    ["queued", "claim", "preparing"],
    ["preparing", "started", "executing"],
    ["executing", "executor pushed=aa1", "publishing"],
    ["publishing", "published aa1", "publishing"],
    ["verifying", "reviewer approve", "verifying"],
    ["resting", "alarm rest", "preparing"],
    ["awaiting_gate", "gate changes=bob", "preparing"],
    ["paused", "checked alice resume", "preparing"],
    ["settled", "reread", "verifying"],
  ])("in phase %s, by %s", (phase, line, next) => {
    const state = read(phase);
    // Seven hours after the label: the gate, the pause and the end cost nothing, and eight hours of work are given.
    const now = state.startedAt + 7 * hour;
    expect(decide(state, readEvent(line, state, now), now).state?.phase).toBe(next);
  });

  test.each(["awaiting_gate", "paused", "settled"])(
    "in phase %s its clock stands, and what it worked counts",
    (phase) => {
      const { worked } = read(phase);
      expect(worked.since).toBeNull();
      expect(worked.ms).toBeGreaterThan(0);
      expect(worked.ms).toBeLessThan(2 * hour);
    },
  );

  test.each(["preparing", "executing", "publishing", "verifying", "resting"])(
    "in phase %s its clock runs, and it is out of time no later than it would have been",
    (phase) => {
      const state = read(phase);
      expect(workedMs(state, state.grantedAt + 10 * hour)).toBeGreaterThan(8 * hour);
      const now = state.grantedAt + 10 * hour;
      const ended = decide(state, { type: "alarm", name: "loop_deadline" }, now).state?.ending;
      expect(ended).toMatchObject({ reason: "budget_limit", resume: phase === "verifying" ? "verify" : "execute" });
    },
  );

  test("what is upgraded once is left alone after", () => {
    for (const phase of Object.keys(earlier)) expect(upgradeState(read(phase))).toEqual(read(phase));
  });
});
