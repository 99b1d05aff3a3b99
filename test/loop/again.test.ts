// A label that is set again while a run of the loop that has ended is still to tell what it came to.
import { expect, test } from "vitest";
import { decide } from "../../src/loop/decide.ts";
import { removable } from "../../src/loop/end.ts";
import { spentOf } from "../../src/loop/money.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { playToEnd, readEvent } from "./script.ts";

const minute = 60_000;

function play(state: LoopState | null, line: string, at: number) {
  return decide(state, readEvent(line, state, at), at);
}

function calledOff(): LoopState {
  const { state } = playToEnd(["label alice", "claim", "status_posted", "started", "unlabel alice"]);
  if (state === null) throw new Error("no loop");
  return state;
}

test("the label waits for that end, which is booked in the loop that it is of; then its loop begins", () => {
  const ended = calledOff();
  const now = ended.startedAt + 20 * minute;
  const again = play(ended, "label bob z9y8x7", now);
  expect(again.effects).toEqual([]);
  expect(again.state).toMatchObject({ id: ended.id, phase: "settled", labelledAgain: { loop: "z9y8x7" } });
  const told = play(again.state, "executor stopped spent=0.3", now + minute);
  expect(told.state && [told.state.id, spentOf(told.state)]).toEqual([ended.id, 300_000_000]);
  expect(told.effects.map(({ type }) => type)).toEqual(["write_status", "forget_run", "answer_label"]);
  const begun = play(told.state, "label bob z9y8x7", now + 2 * minute); // as the effect has it
  expect(begun.state).toMatchObject({ id: "z9y8x7", phase: "queued", requester: { login: "bob" }, attempts: [] });
});

test("without a run that is still to be heard of it begins at once", () => {
  const told = play(calledOff(), "executor stopped spent=0.3", calledOff().startedAt + minute).state;
  expect(told && spentOf(told)).toBe(300_000_000);
  const begun = play(told, "label bob z9y8x7", calledOff().startedAt + 20 * minute);
  expect(begun.state).toMatchObject({ id: "z9y8x7", phase: "queued" });
});

test("a loop that lives again has answered it", () => {
  const paused = calledOff();
  const resumable: LoopState = { ...paused, ending: paused.ending && { ...paused.ending, resume: "execute" } };
  const again = play(resumable, "label bob z9y8x7", paused.startedAt + 20 * minute).state;
  const retried = play(again, "reread", paused.startedAt + 21 * minute).state;
  expect(retried).toMatchObject({ id: paused.id, phase: "preparing" });
  expect(retried?.labelledAgain).toBe(undefined);
});

test("and it is not removed with the labels of the loop that has ended", () => {
  const ended = calledOff();
  const again = play(ended, "label bob z9y8x7", ended.startedAt + 20 * minute).state;
  expect(removable(["loop:running", ended.label.toUpperCase()], ended)).toHaveLength(2);
  expect(again && removable(["loop:running", ended.label.toUpperCase()], again)).toEqual(["loop:running"]);
});
