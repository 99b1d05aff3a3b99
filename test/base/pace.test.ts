// How fast something may go on: what is free at once, what has to wait for how long, and that waiting has an end.
import { expect, test } from "vitest";
import { createPace } from "../../src/base/pace.ts";

function aPace(limits: { burst: number; perSecond: number; mostMs?: number }) {
  let at = 5_000;
  const pace = createPace({ mostMs: 60_000, ...limits }, () => at);
  return { take: (amount: number) => pace.take(amount), pass: (ms: number) => (at += ms) };
}

test("so much passes at once, and what comes beyond waits for its turn", () => {
  const { take } = aPace({ burst: 3, perSecond: 2 });
  expect([take(1), take(1), take(1)]).toEqual([0, 0, 0]);
  expect([take(1), take(1)]).toEqual([500, 1_000]);
});

test("a rest gives back no more than the burst", () => {
  const { take, pass } = aPace({ burst: 2, perSecond: 10 });
  take(2);
  pass(60_000);
  expect([take(2), take(1)]).toEqual([0, 100]);
});

test("who keeps the pace never waits", () => {
  const { take, pass } = aPace({ burst: 1, perSecond: 4 });
  for (let n = 0; n < 100; n++) {
    expect(take(1)).toBe(0);
    pass(250);
  }
});

test("nobody waits longer than the most, however much was taken before", () => {
  const { take, pass } = aPace({ burst: 1, perSecond: 1, mostMs: 2_000 });
  expect(take(1_000)).toBe(2_000);
  expect(take(1)).toBe(2_000);
  pass(3_000);
  expect(take(1)).toBe(0);
});
