// What a day's limits let a run have: whatever is asked for, settled and set aside together never pass one.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Day, type DayUse, shareOf, withShare } from "../../src/loop/day.ts";
import { aLoop, aRun } from "./builder.ts";

const aDay = (change: Partial<Day["limit"]>, use: Partial<DayUse> = {}, whose: Day["whose"] = "repository") => ({
  whose,
  limit: { nano: 0, runs: 0, zone: "UTC", ...change },
  from: 0,
  until: 10,
  use: { settledNano: 0, reservedNano: 0, runs: 0, ...use },
});

test("all that a run wants is set aside where every day has it", () => {
  expect(shareOf(6, [aDay({ nano: 10 }), aDay({ nano: 100 }, {}, "account")])).toEqual({
    ok: true,
    nano: 6,
    short: false,
  });
  expect(shareOf(6, [])).toEqual({ ok: true, nano: 6, short: false });
});

test("less than it wants is enough down to a half, and of a loop that wants more than a whole day has, down to half a day's", () => {
  expect(shareOf(8, [aDay({ nano: 10 }, { settledNano: 6 })])).toEqual({ ok: true, nano: 4, short: true });
  expect(shareOf(8, [aDay({ nano: 10 }, { settledNano: 7 })])).toMatchObject({ ok: false, full: { of: "money" } });
  expect(shareOf(80, [aDay({ nano: 10 })])).toEqual({ ok: true, nano: 10, short: true });
});

test("what others have set aside may come back today; what is spent, and runs that have begun, do not", () => {
  expect(shareOf(8, [aDay({ nano: 10 }, { reservedNano: 7 })])).toMatchObject({ full: { sooner: true } });
  expect(shareOf(8, [aDay({ nano: 10 }, { reservedNano: 1, settledNano: 7 })])).not.toMatchObject({
    full: { sooner: true },
  });
  const [runs, account] = [aDay({ runs: 2 }, { runs: 2 }), aDay({ nano: 10 }, { reservedNano: 7 }, "account")];
  expect(shareOf(8, [account, runs])).toEqual({
    ok: false,
    full: { whose: "repository", of: "runs", may: 2, zone: "UTC", until: 10 },
  });
});

test("of several days that are used up the one is told that ends last", () => {
  const [early, late] = [aDay({ nano: 1 }, { settledNano: 1 }), aDay({ nano: 1 }, { settledNano: 1 }, "account")];
  expect(shareOf(1, [early, { ...late, until: 11 }])).toMatchObject({ full: { whose: "account", until: 11 } });
});

test("a run sees of its loop's money what was set aside for it, and no more", () => {
  const loop = aLoop({ grantedNano: 10 });
  const spent = { ...loop, attempts: loop.attempts.map((one) => ({ ...one, runs: [aRun({ spentNano: 3 })] })) };
  const before = spent.attempts.length * 3;
  expect(withShare(spent, 2).grantedNano).toBe(Math.min(10, before + 2));
  expect(withShare(spent, 2_000).grantedNano).toBe(10);
});

/** Loops of two repositories of one account that ask, end, and cost what they like of what they were given. */
const deeds = fc.array(
  fc.record({
    of: fc.constantFrom(0, 1),
    want: fc.nat(40),
    ends: fc.boolean(),
    costs: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 60 },
);

test("across repositories and their account, in any order of runs that begin and end, no day's money or runs are passed", () => {
  const limits = fc.record({ nano: fc.nat(60), runs: fc.nat(9) });
  fc.assert(
    fc.property(limits, limits, limits, deeds, (first, second, all, done) => {
      const runs: { of: number; nano: number; open: boolean }[] = [];
      const use = (of: number | null): DayUse => {
        const mine = runs.filter((run) => of === null || run.of === of);
        const sum = (open: boolean) =>
          mine.filter((run) => run.open === open).reduce((nano, run) => nano + run.nano, 0);
        return { settledNano: sum(false), reservedNano: sum(true), runs: mine.length };
      };
      for (const { of, want, ends, costs } of done) {
        const own = of === 0 ? first : second;
        const share = shareOf(want, [aDay(own, use(of)), aDay(all, use(null), "account")]);
        if (share.ok) runs.push({ of, nano: share.nano, open: true });
        const oldest = runs.find(({ open }) => open);
        if (ends && oldest !== undefined) Object.assign(oldest, { open: false, nano: Math.floor(oldest.nano * costs) });
        for (const [limit, which] of [
          [first, 0],
          [second, 1],
          [all, null],
        ] as const) {
          const { settledNano, reservedNano, runs: begun } = use(which);
          if (limit.nano > 0) expect(settledNano + reservedNano).toBeLessThanOrEqual(limit.nano);
          if (limit.runs > 0) expect(begun).toBeLessThanOrEqual(limit.runs);
        }
      }
    }),
    { numRuns: 300 },
  );
});
