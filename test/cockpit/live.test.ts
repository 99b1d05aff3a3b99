// Which group of the list of loops a living loop stands in.
import { expect, test } from "vitest";
import { createLive, groups } from "../../src/cockpit/live.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { aLoop, anAttempt, aRun } from "../loop/builder.ts";

const waiting = { run: "12-k3f9-2", since: 1 };
const dayFull = { ...waiting, whose: "account", of: "runs", may: 1, zone: "UTC", until: 9 } as const;
const queued = { ...waiting, place: 1, of: 2 };
const working = [anAttempt({ runs: [aRun({ status: "running", endedAt: null })], endedAt: null })];

const groupOf = (loop: LoopState) => {
  const live = createLive();
  live.decided({ issueKey: "1#1", after: loop });
  return groups.filter((group) => live.keys(group).length > 0);
};

test.each([
  ["that works", {}, "work"],
  ["in line for a container", { queued }, "queue"],
  ["held until the day turns", { dayFull }, "queue"],
  ["with one check in line and another under way", { queued, attempts: working }, "work"],
] as const)("a loop %s", (_, over, group) => {
  expect(groupOf(aLoop({ phase: "preparing", ...over }))).toEqual([group]);
});

test("what the store had at the start stands where it would after a decision", () => {
  const live = createLive();
  live.began([
    { issueKey: "1#1", phase: "preparing", gateSince: null, waits: "day" },
    { issueKey: "1#2", phase: "preparing", gateSince: null, waits: null },
  ]);
  expect([live.keys("queue"), live.keys("work")]).toEqual([["1#1"], ["1#2"]]);
});
