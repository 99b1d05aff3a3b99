// What hunks that are held, not held or not known mean for a verdict, and how it is said.
import { describe, expect, test } from "vitest";
import {
  colourOfKnockOut,
  type HunkResult,
  type KnockOut,
  seenOfKnockOut,
  summaryOf,
} from "../../../src/verify/knock-out/knock-out.ts";

const hunk = (state: HunkResult["state"], from = 1, to = from): HunkResult => ({
  path: "src/pay.ts",
  lines: { from, to },
  state,
  by: null,
});
const tried = (hunks: readonly HunkResult[], more: Partial<KnockOut> = {}): KnockOut => ({
  hunks,
  beyond: 0,
  idleTests: [],
  notHeld: "block",
  ...more,
});

const asSeen = (...given: Parameters<typeof tried>) => seenOfKnockOut(tried(...given));

describe("the colour", () => {
  test.each([
    ["all held", tried([hunk("held")]), "green", "green", "green"],
    ["one not held", tried([hunk("held"), hunk("not_held")]), "red", "no_evidence", "told"],
    ["one not known", tried([hunk("held"), hunk("unknown")]), "no_evidence", "told", "told"],
    ["more than were tried", tried([hunk("held")], { beyond: 2 }), "no_evidence", "told", "told"],
    ["not held, and not known", tried([hunk("unknown"), hunk("not_held")]), "red", "no_evidence", "told"],
    ["nothing to hold", tried([]), "green", "green", "green"],
  ])("%s", (_, facts, blocking, asking, informing) => {
    const seen = seenOfKnockOut(facts);
    expect(colourOfKnockOut(seen, "block")).toBe(blocking);
    expect(colourOfKnockOut(seen, "ask")).toBe(asking);
    expect(colourOfKnockOut(seen, "inform")).toBe(informing);
  });
});

test("the summary counts, names the places, and leaves out what there is none of", () => {
  expect(summaryOf(asSeen([hunk("held"), hunk("not_held", 40, 52), hunk("not_held", 8)]))).toEqual([
    "1 of 3 hunks is held by a test.",
    "Not held: src/pay.ts:40–52, src/pay.ts:8. The checks stay green without any one of them.",
  ]);
  const gone = { ...hunk("unknown"), lines: null };
  expect(summaryOf(asSeen([gone], { beyond: 1, idleTests: ["adds"] }))).toEqual([
    "0 of 1 hunk is held by a test.",
    "Not known: src/pay.ts.",
    "1 smaller hunk was not tried.",
    "New or changed, but green without the change too: adds.",
  ]);
  expect(summaryOf(asSeen([]))).toEqual(["Nothing outside of tests was changed that a test could hold."]);
});
