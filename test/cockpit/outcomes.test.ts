// What came of loops that ended, counted: by hand for a few of them, and read once.
import { expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { createBook } from "../../src/cockpit/outcomes/book.ts";
import { type Digest, digestOf, mondayOf, mondays, summed, sumOf } from "../../src/cockpit/outcomes/digest.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { aLoop, anAttempt, anEndedLoop, aRun, hour, labelledAt, sha, someRules } from "../loop/builder.ts";

const merged = { reason: "task_complete", of: "approved_and_merged" } as const;
const byHand = { reason: "task_complete", of: "merged_by_hand", commit: sha("c"), gate: "passed" } as const;
const spent = (nano: number) => ({ attempts: [anAttempt({ runs: [aRun({ spentNano: nano })] })] });

function ended(ending: object, change: Partial<LoopState> = {}): LoopState {
  return anEndedLoop({ at: labelledAt + hour, ...ending } as Parameters<typeof anEndedLoop>[0], change);
}

test("a loop's digest says what came of it", () => {
  const result = (ending: object, change: Partial<LoopState> = {}) => digestOf(ended(ending, change))?.result;
  expect(digestOf(aLoop())).toBeNull();
  expect(result(merged)).toBe("merged");
  expect(result(merged, { othersPushed: true })).toBe("changed");
  expect(result(byHand)).toBe("merged");
  expect(result({ reason: "task_complete", of: "approved" })).toBe("well");
  expect(result({ reason: "retry_limit", of: "attempts", is: 3 })).toBe("stopped");
  expect(result({ reason: "cancelled", of: "told", said: "" })).toBe("closed");
  const { executor } = someRules();
  const rules = someRules({ executor: { ...executor, model: "openai/gpt-5" } });
  expect(digestOf(ended(merged, { rules, ...spent(3e9) }))).toMatchObject({
    repository: "acme/widgets",
    model: "openai/gpt-5",
    reason: "task_complete",
    spentNano: 3e9,
    endedAt: labelledAt + hour,
  });
});

const one: Digest = {
  repository: "acme/a",
  model: "m",
  reason: "task_complete",
  result: "merged",
  startedAt: Date.parse("2026-01-05T00:00:00Z"),
  endedAt: Date.parse("2026-01-05T02:00:00Z"),
  spentNano: 2e9,
};

test("a merged change costs what all loops of its group cost together, and half are merged within the median", () => {
  const all: Digest[] = [
    one,
    { ...one, result: "changed", endedAt: one.startedAt + 6 * hour, spentNano: 1e9 },
    { ...one, result: "merged", endedAt: one.startedAt + 4 * hour, spentNano: 0 },
    { ...one, result: "stopped", reason: "retry_limit", spentNano: 6e9 },
    { ...one, repository: "acme/b", result: "closed", reason: "cancelled", spentNano: 1e9 },
  ];
  expect(sumOf("all", all)).toMatchObject({
    loops: 5,
    spentNano: 10e9,
    perMergedNano: 10e9 / 3,
    medianToMergeMs: 4 * hour,
  });
  const [first, second] = summed(all, "repository");
  expect(first).toMatchObject({ name: "acme/a", loops: 4, perMergedNano: 3e9 });
  expect(first?.counts).toEqual({ merged: 2, changed: 1, well: 0, stopped: 1, closed: 0 });
  expect(second).toMatchObject({ name: "acme/b", perMergedNano: null, medianToMergeMs: null });
  expect(summed(all, "reason").map(({ name, loops }) => [name, loops])).toEqual([
    ["task_complete", 3],
    ["cancelled", 1],
    ["retry_limit", 1],
  ]);
});

test("weeks begin on Mondays, also around the turn of the year", () => {
  expect(mondayOf(Date.parse("2026-01-05T00:00:00Z"))).toBe("2026-01-05");
  expect(mondayOf(Date.parse("2026-01-04T23:59:59Z"))).toBe("2025-12-29");
  expect(mondays(Date.parse("2026-01-06T12:00:00Z"), 3)).toEqual(["2025-12-22", "2025-12-29", "2026-01-05"]);
  const late = { ...one, endedAt: Date.parse("2026-01-12T00:00:00Z") };
  expect(summed([late, one], "week").map(({ name }) => name)).toEqual(["2026-01-05", "2026-01-12"]);
});

test("each loop is read once, one that cannot be read is counted as that, and a loop that ended again is read again", async () => {
  const loaded: string[] = [];
  let at = 1_000;
  const book = createBook({
    newestEnded: async () => [
      { issueKey: "1#1", at },
      { issueKey: "1#2", at: 900 },
    ],
    load: async (key) => {
      loaded.push(key);
      if (key === "1#2") throw new Fault("not as this version knows it", { kind: "invalid", retry: "never" });
      return ended(merged);
    },
  });
  expect(await book.read()).toMatchObject({ digests: [{ result: "merged" }], unread: 1, isMore: false });
  await book.read();
  expect(loaded).toEqual(["1#1", "1#2"]);
  at = 2_000;
  await book.read();
  expect(loaded).toEqual(["1#1", "1#2", "1#1"]);
});
