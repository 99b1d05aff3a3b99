// Whether an agent plans first, and what its planning counts for.
import { describe, expect, test } from "vitest";
import { decide } from "../../src/loop/decide.ts";
import type { LoopEvent } from "../../src/loop/event.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { hour } from "./builder.ts";
import { playToEnd, readEvent } from "./script.ts";

test("attempts that plan do not stand for tries in vain where the model provider fails once", () => {
  const planned = ["label alice", "claim plan-first", "started", 'executor plan="one|two"'];
  const again = [
    'checked alice plan "smaller"',
    "started",
    'executor plan="one"',
    "attempt_posted 2",
    "checked bob approve",
    "started",
  ];
  const { state, now } = playToEnd([...planned, ...again, "executor model-down"]);
  expect(state).toMatchObject({ phase: "resting", resumeAt: { why: { of: "provider_down" } } });
  const rest = (state?.resumeAt?.at ?? 0) - now;
  expect([rest >= 60_000, rest <= 90_000]).toEqual([true, true]);
});

test("loops that one outage holds up do not all come back at the same moment", () => {
  const working = playToEnd(["label alice", "claim", "started"]);
  const rests = ["k3f9", "m2p7", "x8q4", "z5t6"].map((id) => {
    const state = { ...(working.state as LoopState), id };
    const { state: after } = decide(state, readEvent("executor model-down", state, working.now), working.now);
    return (after?.resumeAt?.at ?? 0) - working.now;
  });
  expect(new Set(rests).size).toBe(4);
  expect([Math.min(...rests) >= 60_000, Math.max(...rests) <= 90_000]).toEqual([true, true]);
});

describe("a plan that was to be made", () => {
  const retried = ["checked alice retry", "reread", "started"];
  const plansNow = (script: readonly string[]) => playToEnd(script).state?.attempts.at(-1)?.plans === true;

  test("since the label was set is no more wanted once it is off, though the agent gave none", () => {
    expect(plansNow(["label alice", "claim plan-first", "started", "executor", ...retried])).toBe(false);
  });

  test("since a person asked for it is made anew, though nobody answered the first one", () => {
    const stopped = ["label alice", "claim", "started", "executor question=which"];
    const asked = [...stopped, "checked bob plan", "reread", "started"];
    expect(plansNow(asked)).toBe(true);
    expect(plansNow([...asked, "executor", ...retried])).toBe(true);
    const { state, now } = playToEnd([...asked, 'executor plan="one"']);
    const later = now + 15 * 24 * hour;
    const expired = decide(state, { type: "alarm", name: "gate_expiry" }, later).state;
    expect(expired?.ending?.of).toBe("plan_expired");
    const again = retried.reduce((on, line) => decide(on, readEvent(line, on, later), later).state, expired);
    expect(again?.attempts.at(-1)).toMatchObject({ number: 3, plans: true });
  });
});

describe("a yes to a plan", () => {
  const made = ["label alice", "claim plan-first", "started", 'executor plan="one"'];
  const approves = (lines: readonly string[]) => playToEnd(lines).state?.plan?.stage === "approved";

  test("that was written while the plan is still to be posted is about another one", () => {
    const changed = [...made, "attempt_posted 1", 'checked bob plan "smaller"', "started", 'executor plan="two"'];
    expect(approves([...changed, "checked bob approve"])).toBe(false);
    expect(approves([...changed, "attempt_posted 2", "checked bob approve"])).toBe(true);
  });

  test("in a review tells nobody whether it was before the plan or after", () => {
    const { state, now } = playToEnd([...made, "attempt_posted 1"]);
    const asked = readEvent("checked bob approve", state, now) as Extract<LoopEvent, { type: "command_checked" }>;
    const said = { ...asked, command: { ...asked.command, review: "PRR_1" } };
    expect(decide(state, said, now).state?.phase).toBe("awaiting_plan");
    expect(decide(state, asked, now).state?.phase).toBe("preparing");
  });
});
