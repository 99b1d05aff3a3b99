// What is in the merge queue though its loop was called off: found by a passing of the gate that was begun before a kill.
import { expect, test } from "vitest";
import { decide } from "../../src/loop/decide.ts";
import { playToEnd, readEvent } from "./script.ts";

const atGate = ["label alice", "claim merge", "started", "executor pushed=aa1", "published aa1", "pull 7", "started"];
const green = ["reviewer approve", "ci aa1", "verdict green", "review bob"];

test.each([["stop"], ["pause"]])("is taken out after a %s, and left alone where it is in none", (verb) => {
  const { state, now } = playToEnd([...atGate, ...green, `checked alice ${verb}`]);
  const read = readEvent("gate approved=bob", state, now);
  if (read.type !== "gate_read") throw new Error("the gate was to be read");
  const queued = decide(state, { ...read, facts: { ...read.facts, queued: true } }, now);
  expect(queued.effects).toEqual([{ type: "leave_queue" }]);
  expect(queued.state?.phase).toBe(state?.phase);
  expect(decide(state, read, now).effects).toEqual([]);
});
