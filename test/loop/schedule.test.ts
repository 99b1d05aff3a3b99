// What becomes of a schedule when its time comes.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  countsFrom,
  firstSeen,
  looksAgainAt,
  opened,
  type PassFacts,
  passAt,
  type Standing,
  type Terms,
} from "../../src/loop/schedule.ts";

const hour = 3_600_000;
const day = 24 * hour;
const terms = { unchanged: "skip", max_runs: 0, stop_after: 3 } as const;
const fresh: Standing = { since: 0, passes: 0, last: null, unanswered: [] };
const once: Standing = { since: day, passes: 1, last: { at: day, issue: 7, base: "b1" }, unanswered: [] };
const facts: PassFacts = { paused: false, going: false, base: "b2", unanswered: [] };

test.each<[string, Standing, Partial<Terms>, Partial<PassFacts>, string]>([
  ["the first", fresh, {}, { unanswered: null }, "opens"],
  ["the next, once it is asked who answered", once, {}, { unanswered: null }, "asks"],
  ["the next", once, {}, {}, "opens"],
  ["while all loops are paused", fresh, {}, { paused: true }, "paused"],
  ["while the last one goes on", once, {}, { going: true }, "going"],
  ["with the branch where it was", once, {}, { base: "b1" }, "unchanged"],
  ["with the branch where it was, where that does not matter", once, { unchanged: "run" }, { base: "b1" }, "opens"],
  ["after the last of all", once, { max_runs: 1 }, {}, "all_done"],
  ["after three that nobody answered", { ...once, unanswered: [3, 5] }, {}, { unanswered: [3, 5, 7] }, "unanswered"],
  ["after two that nobody answered", { ...once, unanswered: [5] }, {}, { unanswered: [5, 7] }, "opens"],
])("a pass: %s", (_, standing, more, seen, expected) => {
  const came = passAt(standing, { ...terms, ...more }, 2 * day, { ...facts, ...seen });
  expect(came.of === "nothing" ? came.standing.skipped?.why : came.of).toBe(expected);
  if (came.of === "nothing") expect(came.standing.since).toBe(2 * day);
});

test("times that a clock put forward brings together are no two passes", () => {
  const came = passAt(once, terms, once.since + 10 * 60_000, facts);
  expect(came).toMatchObject({ of: "nothing", standing: { skipped: { why: "going" } } });
});

test("who is asked about are those that nobody answered, and the last", () => {
  const came = passAt({ ...once, unanswered: [3, 5] }, terms, 2 * day, { ...facts, unanswered: null });
  expect(came).toEqual({ of: "asks", issues: [3, 5, 7] });
});

test("a schedule that is first seen has missed nothing; one that GitHub's issues tell of goes on behind them", () => {
  expect(firstSeen(null, 5 * day)).toEqual({ since: 5 * day, passes: 0, last: null, unanswered: [] });
  const last = { at: 3 * day, issue: 9, base: "b9", pass: 4, unanswered: [7] };
  expect(firstSeen(last, 5 * day)).toMatchObject({ since: 3 * day, passes: 4, unanswered: [7] });
});

test("a clock that was days ahead does not silence it; one of some hours repeats nothing", () => {
  expect(countsFrom({ ...once, since: 9 * day }, 2 * day)).toBe(2 * day);
  expect(countsFrom({ ...once, since: 2 * day + hour }, 2 * day)).toBe(2 * day + hour);
});

test("one that rests is looked at once a day at most, one that is over never", () => {
  const resting: Standing = { ...once, skipped: { at: day, why: "unanswered" } };
  expect(looksAgainAt(resting, day + hour, day)).toBe(2 * day);
  expect(looksAgainAt(resting, 9 * day, day)).toBe(9 * day);
  expect(looksAgainAt({ ...once, skipped: { at: day, why: "all_done" } }, 2 * day, day)).toBe(null);
  expect(looksAgainAt(once, 2 * day, day)).toBe(2 * day);
});

test("whatever is seen at its times, no more issues are opened than the policy says, and never more than so many unanswered in a row", () => {
  const seen = fc.record({
    paused: fc.boolean(),
    going: fc.boolean(),
    base: fc.constantFrom("a", "b"),
    answers: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(seen, { maxLength: 60 }),
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      (times, max_runs, stop_after) => {
        let standing = fresh;
        let open: number[] = []; // unanswered, in a row
        let issues = 0;
        for (const [index, { answers, ...rest }] of times.entries()) {
          if (answers) open = [];
          const came = passAt(standing, { unchanged: "run", max_runs, stop_after }, (index + 1) * day, {
            ...rest,
            unanswered: open,
          });
          if (came.of === "asks") throw new Error("it was told");
          standing = came.standing;
          if (came.of !== "opens") continue;
          issues += 1;
          open = [...open, issues];
          standing = opened(came.standing, { at: (index + 1) * day, issue: issues, base: rest.base });
          expect(open.length).toBeLessThanOrEqual(stop_after);
        }
        if (max_runs > 0) expect(issues).toBeLessThanOrEqual(max_runs);
        expect(standing.passes).toBe(issues);
      },
    ),
  );
});
