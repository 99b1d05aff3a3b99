// What of CI is going, and when it is worth another reading.
import { expect, test } from "vitest";
import { afterNews, goingIn, notOwed, owed, withGoing } from "../../src/loop/ci-going.ts";
import type { LoopState, VerdictPart } from "../../src/loop/state.ts";
import { stateIn } from "./table.ts";

const loop: LoopState = { ...stateIn("awaiting_gate"), ciGoing: undefined };
const passed = (name: string | null) => ({ type: "ci_changed", head: "aa1", name, passed: true }) as const;

/** What was read as the events came in, with every reading that finds `after` going. */
function heard(state: LoopState, names: readonly (string | null)[], after: readonly string[] = []): boolean[] {
  const reads: boolean[] = [];
  let now = state;
  for (const name of names) {
    const news = afterNews(now, passed(name), 0);
    reads.push(news.reads);
    now = news.reads ? withGoing(news.state, after) : news.state;
  }
  return reads;
}

test("it is read when the last of those that were going has passed, in whatever order and told how often", () => {
  const state = withGoing(loop, ["a", "b", "c"]);
  expect(heard(state, ["c", "c", "a", "b"])).toEqual([false, false, false, true]);
  expect(heard(state, ["other", "a", "b", "c"])).toEqual([false, false, false, true]);
});

test("a check that did not pass, or a loop of which nothing is known, is read at once", () => {
  const state = withGoing(loop, ["a", "b"]);
  expect(afterNews(state, { type: "ci_changed", head: "aa1", name: "a" }, 0).reads).toBe(true);
  expect(afterNews(state, { type: "ci_changed", head: "aa1", name: "a", failed: true }, 0).reads).toBe(true);
  expect(afterNews(loop, passed("a"), 0).reads).toBe(true);
  expect(afterNews(withGoing(loop, null), passed("a"), 0).reads).toBe(true);
});

test("F29: a replica that did not hear of a check yet does not have it waited for", () => {
  const state = withGoing(afterNews(loop, passed("a"), 0).state, ["a", "b"]); // read after `a` had passed
  expect(heard(state, ["b"])).toEqual([true]);
});

test("what is heard while it is read is not waited for either", () => {
  const first = afterNews(loop, passed("a"), 0).state;
  const second = afterNews(first, passed("b"), 0);
  expect(second.reads).toBe(true);
  expect(heard(withGoing(second.state, ["a", "b", "c"]), ["c"])).toEqual([true]);
});

const part = (name: string, more: Partial<VerdictPart> = {}): VerdictPart => ({
  ...{ source: "ci", name, colour: "pending", note: "", url: null },
  ...more,
});
const going = (...parts: VerdictPart[]) =>
  goingIn({ head: "aa1", colour: "pending", parts, findings: [], fingerprint: "" });

test("what is waited for are checks of CI that may still pass", () => {
  const others = [part("c", { colour: "green" }), part("d", { final: true }), part("review", { source: "review" })];
  expect(going(part("a"), part("b"), ...others)).toEqual(["a", "b"]);
});

test("what CI lacks as a whole has no name, and of a great many the first are waited for", () => {
  expect(going(part("a"), part("checks"))).toBeNull();
  expect(going(...Array.from({ length: 300 }, (_, index) => part(`shard ${index}`)))).toHaveLength(64);
});

test("F7: a suite that ended is read, since what was to be told of its checks may be lost", () => {
  expect(heard(withGoing(loop, ["a", "b"]), ["a", null], ["b"])).toEqual([false, true]);
});

const minute = 60_000;

test("F17: a commit status that passed while others are going has them read in a while; a check has its suite for that", () => {
  const state = withGoing(loop, ["a", "b", "c"]);
  const after = (event: object, now: number, from = state) =>
    afterNews(from, { ...passed("a"), ...event }, now).state.ciOwed?.at;
  expect(after({}, 5)).toBe(5 + minute);
  expect(after({}, 7, afterNews(state, passed("b"), 5).state)).toBe(7 + minute);
  expect(after({ suite: "going" }, 5)).toBeUndefined();
  expect(after({ suite: "done" }, 5)).toBeUndefined();
});

test.each([
  ["verifying", "up to that of a regular look", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10]],
  ["awaiting_gate", "four times as long each time, up to a day", [1, 4, 16, 64, 256, 1024, 1440, 1440]],
] as const)(
  "%s: what is put off again and again is read after a longer time, %s, and not owed once it was read",
  (phase, _, wanted) => {
    const waits: number[] = [];
    let now: LoopState = { ...loop, phase };
    for (let time = 0; time < wanted.length; time += 1) {
      now = owed(owed(now, 0), 1000); // the first of several counts
      waits.push((now.ciOwed?.at ?? 0) / minute);
      now = notOwed(now);
      expect(now.ciOwed?.at).toBeUndefined();
    }
    expect(waits).toEqual(wanted);
    expect(afterNews(owed(loop, 0), passed("a"), 5).state.ciOwed).toEqual({ times: 1 });
  },
);
