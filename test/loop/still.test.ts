// What was asked for and is not done: what of it still holds, and what is next.
import { describe, expect, test } from "vitest";
import type { Effect } from "../../src/loop/effect.ts";
import type { Command } from "../../src/loop/event.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { nextOf, type Pending, sift } from "../../src/loop/still.ts";
import { aLoop, anAttempt, anEndedLoop, aPublishedLoop, aRun, sha } from "./builder.ts";

const stop: Effect = { type: "stop_run", run: "12-k3f9-1", why: "over" };
const forget: Effect = { type: "forget_run", run: "12-k3f9-1", commits: true };
const status: Effect = { type: "write_status" };
const said: Effect = { type: "reply", reply: { kind: "status" } };
const command: Command = { verb: "stop", argument: "", actor: { id: 1, login: "a", bot: false }, commentId: 1 };

const cancelled = { reason: "cancelled", of: "stop_command" } as const;
const spent = { reason: "budget_limit", of: "loop_time", may: 3_600_000 } as const;

function pending(effect: Effect, change: Partial<Pending> = {}): Pending {
  return { key: JSON.stringify(effect), loop: "k3f9", effect, notBefore: 0, ...change };
}

function left(state: LoopState | null, ...asked: Pending[]): string[] {
  return sift(asked, state).left.map(({ effect }) => effect.type);
}

describe("what still holds", () => {
  test("of an earlier loop on the issue its container is stopped and cleared away, and nothing else is done", () => {
    const old = (effect: Effect) => pending(effect, { loop: "old" });
    const asked = [old(status), old(stop), old(forget), old({ type: "release" }), old(said)];
    expect(left(aLoop(), ...asked)).toEqual(["stop_run", "forget_run"]);
    expect(left(null, pending(status), pending(stop), pending(forget))).toEqual(["stop_run", "forget_run"]);
  });

  test("nothing that tells of a run goes before its end is stored", () => {
    const ended = anEndedLoop({ ...cancelled, resume: "none" });
    const called = (untold: boolean): LoopState => {
      const runs = [aRun({ id: "12-k3f9-1", status: "stopped", ...(untold ? { untold } : {}) })];
      return { ...ended, attempts: [anAttempt({ runs })] };
    };
    expect(left(called(true), pending(forget), pending({ type: "release" }))).toEqual([]);
    expect(left(called(false), pending(forget), pending({ type: "release" }))).toEqual(["forget_run", "release"]);
  });

  test("a passing of the gate that was begun goes on when the loop is ended, where it may have merged (I15)", () => {
    const pass = (tries: number) => pending({ type: "pass_gate" }, { tries });
    const rules = { ...aLoop().rules!, merge: true };
    const stopped = { ...anEndedLoop({ ...cancelled, resume: "none" }), rules };
    expect(left(stopped, pass(0))).toEqual([]);
    expect(left(stopped, pass(1))).toEqual(["pass_gate"]);
    expect(left({ ...stopped, rules: { ...rules, merge: false } }, pass(1))).toEqual([]);
    expect(left(aPublishedLoop({ phase: "verifying", rules }), pass(1))).toEqual([]);
    const why = { of: "pause_command", by: "alice" } as const;
    const paused = aPublishedLoop({ phase: "paused", rules, resumeAt: { phase: "awaiting_gate", at: 0, why } });
    expect(left(paused, pass(0))).toEqual([]);
    expect(left(paused, pass(1))).toEqual(["pass_gate"]);
    const told = anEndedLoop({ reason: "task_complete", of: "approved_and_merged" });
    expect(left({ ...told, rules }, pass(1))).toEqual([]);
    expect(left({ ...stopped, ending: { ...stopped.ending!, unsaid: true } }, pass(1))).toEqual([]);
  });

  test("a whole reading of the gate stays beside a later one of its checks alone, which takes the place of one like it", () => {
    const gate = aPublishedLoop({ phase: "awaiting_gate" });
    const whole = pending({ type: "pass_gate" });
    const checks = pending({ type: "pass_gate", news: "checks" });
    const read = (...asked: Pending[]) => sift(asked, gate).left.map(({ effect }) => JSON.stringify(effect));
    expect(read(whole, checks)).toEqual([whole.key, checks.key]);
    expect(read(checks, whole)).toEqual([whole.key]);
    expect(read(checks, checks)).toEqual([checks.key]);
  });

  test("a stop comment is not posted for a loop that goes on", () => {
    expect(left(anEndedLoop(spent), pending({ type: "post_stop" }))).toEqual(["post_stop"]);
    expect(left(aPublishedLoop(), pending({ type: "post_stop" }))).toEqual([]);
  });

  test("a thread that is out of reach is told nothing, and what is on the host goes", () => {
    const ended = anEndedLoop({ ...cancelled, resume: "none" });
    const gone = { ...ended, ending: { ...ended.ending!, unsaid: true } };
    const asked = [status, said, { type: "post_stop" }, { type: "release" }] as const;
    expect(left(gone, ...asked.map((effect) => pending(effect)))).toEqual(["release"]);
  });

  test("a pull request is made ready for the commit at the gate, or one that passed it, and for no other", () => {
    const ready = (head: string) => pending({ type: "mark_ready", head });
    const gate = aPublishedLoop({ phase: "awaiting_gate" });
    expect(left(gate, ready(sha("c")))).toEqual(["mark_ready"]);
    expect(left(gate, ready(sha("b")))).toEqual([]);
    expect(left(aPublishedLoop(), ready(sha("c")))).toEqual([]);
    expect(left(anEndedLoop({ reason: "verifier_passed", of: "no_gate", resume: "none" }), ready(sha("c")))).toEqual([
      "mark_ready",
    ]);
    expect(left(anEndedLoop({ ...cancelled, resume: "none" }), ready(sha("c")))).toEqual([]);
  });

  test("labels that say what the loop is not at any more are not set", () => {
    const labels = (...add: string[]) => pending({ type: "set_labels", add, remove: [] });
    expect(left(aLoop(), labels("loop:running"))).toEqual(["set_labels"]);
    expect(left(anEndedLoop(spent), labels("loop:running"))).toEqual([]);
    expect(left(aLoop({ phase: "refused" }), labels())).toEqual(["set_labels"]);
  });

  test("the trigger that a retry gives back is set though the loop has gone on to its gate, and not once it is over", () => {
    const back = pending({ type: "set_labels", add: ["loop", "loop:running"], remove: [] });
    expect(left(aPublishedLoop({ phase: "awaiting_gate" }), back)).toEqual(["set_labels"]);
    expect(left(anEndedLoop(spent), back)).toEqual([]);
  });
});

describe("what is next", () => {
  const next = (...asked: Pending[]) => nextOf(asked, 1_000)?.effect.type;

  test("a stop goes before everything", () => {
    expect(next(pending(status), pending({ type: "check_command", command }), pending(stop))).toBe("stop_run");
  });

  test("`/loop stop` is checked before what has to be tried again later, and replies and reactions go too", () => {
    const stuck = pending(status, { notBefore: 9_000 });
    expect(next(stuck)).toBe(undefined);
    expect(next(stuck, pending({ type: "check_command", command }))).toBe("check_command");
    expect(next(stuck, pending(said))).toBe("reply");
    expect(next(stuck, pending({ type: "react", comment: 1, content: "+1" }))).toBe("react");
  });

  test("an answer that has to wait holds up no other one, and nothing else", () => {
    const stuck = pending(said, { notBefore: 9_000 });
    expect(next(stuck, pending({ type: "react", comment: 1, content: "+1" }))).toBe("react");
    expect(next(stuck, pending(status))).toBe("write_status");
  });

  test("the thread does not wait for work, and work waits for the thread (I4)", () => {
    const run: Effect = { type: "start_run", run: "12-k3f9-1", role: "executor", attempt: 1 };
    expect(next(pending(run, { notBefore: 9_000 }), pending(status))).toBe("write_status");
    expect(next(pending(status, { notBefore: 9_000 }), pending(run))).toBe(undefined);
    expect(next(pending(run, { notBefore: 9_000 }), pending({ type: "open_pull" }))).toBe(undefined);
  });

  test("what is cleared away waits for the thread alone, comes last, and holds nothing up", () => {
    const run: Effect = { type: "start_run", run: "12-k3f9-2", role: "executor", attempt: 2 };
    expect(next(pending(status, { notBefore: 9_000 }), pending(forget))).toBe(undefined);
    expect(next(pending(forget), pending(run))).toBe("start_run");
    expect(next(pending(run, { notBefore: 9_000 }), pending(forget))).toBe("forget_run");
    expect(next(pending(forget, { notBefore: 9_000 }), pending(run))).toBe("start_run");
  });

  test("otherwise in the order of asking", () => {
    expect(next(pending({ type: "read_claim" }), pending(status))).toBe("read_claim");
    expect(next(pending(status), pending({ type: "read_claim" }))).toBe("write_status");
  });
});
