// What of CI is going, and when it is worth another reading.
import { expect, test } from "vitest";
import { afterNews, goingIn, withGoing } from "../../src/loop/ci-going.ts";
import type { LoopState, VerdictPart } from "../../src/loop/state.ts";
import { stateIn } from "./table.ts";

const loop: LoopState = { ...stateIn("awaiting_gate"), ciGoing: undefined };
const passed = (name: string | null) => ({ type: "ci_changed", head: "aa1", name, passed: true }) as const;

/** What was read as the events came in, with every reading that finds `after` going. */
function heard(state: LoopState, names: readonly (string | null)[], after: readonly string[] = []): boolean[] {
  const reads: boolean[] = [];
  let now = state;
  for (const name of names) {
    const news = afterNews(now, passed(name));
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
  expect(afterNews(state, { type: "ci_changed", head: "aa1", name: "a" }).reads).toBe(true);
  expect(afterNews(state, { type: "ci_changed", head: "aa1", name: "a", failed: true }).reads).toBe(true);
  expect(afterNews(loop, passed("a")).reads).toBe(true);
  expect(afterNews(withGoing(loop, null), passed("a")).reads).toBe(true);
});

test("F29: a replica that did not hear of a check yet does not have it waited for", () => {
  const state = withGoing(afterNews(loop, passed("a")).state, ["a", "b"]); // read after `a` had passed
  expect(heard(state, ["b"])).toEqual([true]);
});

test("what is heard while it is read is not waited for either", () => {
  const first = afterNews(loop, passed("a")).state;
  const second = afterNews(first, passed("b"));
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
