// How a schedule stands, as whoever asks is told.
import { expect, test } from "vitest";
import type { Standing } from "../../src/loop/schedule.ts";
import type { Schedule } from "../../src/policy/schema.ts";
import { scheduleLine } from "../../src/report/schedule.ts";

const at = (text: string) => Date.parse(text);
const now = at("2026-03-27T12:00:00Z");
const weekly: Schedule = {
  ...{ name: "tidy", cron: "30 2 * * 0", time_zone: "Europe/Berlin", title: "Tidy", body: "Tidy." },
  ...{ unchanged: "skip", max_runs: 3, stop_after: 3 },
};
const standing = (change: Partial<Standing>): Standing => ({
  since: now,
  passes: 1,
  last: { at: now, issue: 7, base: "c" },
  unanswered: [],
  ...change,
});

test("its passes, and its next time on its own clock, which leaves out an hour that night", () => {
  expect(scheduleLine(weekly, undefined, now)).toBe(
    "- Schedule `tidy` (`30 2 * * 0`): no pass yet; its next time is 2026-03-29 03:00 (Europe/Berlin).",
  );
  expect(scheduleLine(weekly, standing({}), now)).toContain("pass 1 of 3 was #7; its next time is");
});

test.each([
  ["paused", "every loop of this repository is paused"],
  ["going", "the loop of the pass before was not over"],
  ["unchanged", "its branch is at the commit of the pass before"],
  ["unanswered", "it rests until one of them is answered"],
] as const)("why a time came to nothing: %s", (why, words) => {
  const line = scheduleLine(weekly, standing({ skipped: { at: at("2026-03-22T01:30:00Z"), why } }), now);
  expect(line).toContain(`Of 2026-03-22 02:30 (Europe/Berlin) nothing came, since `);
  expect(line).toContain(words);
  expect(line).toContain("its next time is");
});

test("one that has had all its passes has no next time", () => {
  expect(scheduleLine(weekly, standing({ passes: 3 }), now)).toContain("pass 3 of 3 was #7; no time comes any more.");
});
