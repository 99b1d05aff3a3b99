// Which revision a decision has: what a loop asks for is named by it, and is done once for each name.
import { expect, test } from "vitest";
import { decide } from "../../src/loop/decide.ts";
import { playToEnd, readEvent } from "./script.ts";

const before = ["label alice"];
const since = [...before, 'checked bob steer "use the old parser"', 'checked bob steer "and its tests"'];

test("L1: a record that is older than the loop beside it names nothing anew that was asked for", () => {
  const [older, state] = [playToEnd(before).state, playToEnd(since).state];
  if (older === null || state === null) throw new Error("no loop");
  const restored = decide(state, readEvent("restored here", older, state.startedAt), state.startedAt);
  expect(restored.effects).toMatchObject([{ type: "read_claim" }]);
  expect([older.revision, state.revision, restored.state?.revision]).toEqual([1, 3, 4]);
});

test("L1: where the store is lost the record's own revision goes on", () => {
  const { state: record } = playToEnd([...before, "claim", "status_posted"]);
  if (record === null) throw new Error("no loop");
  const restored = decide(null, readEvent("restored here", record, record.startedAt), record.startedAt);
  expect(restored.state?.revision).toBe(record.revision + 1);
});
