// The engine's clock under a wall clock that people, NTP and sleeping machines set (F14).
import { expect, test, vi } from "vitest";
import { steadyClock } from "../../src/engine/clock.ts";

function aClock(start = 1_000_000, notBefore = 0) {
  const times = { wall: start, steady: 0 };
  const clock = steadyClock({ wall: () => times.wall, steady: () => times.steady }, notBefore);
  const pass = (ms: number) => {
    times.wall += ms;
    times.steady += ms;
  };
  return { times, clock, pass };
}

test("F14: a wall clock set back an hour neither stops time nor grants any", () => {
  const { times, clock, pass } = aClock();
  times.wall -= 3_600_000;
  expect(clock.now()).toBe(1_000_000);
  pass(60_000);
  expect(clock.now()).toBe(1_060_000);
});

test("F14: a frozen wall clock does not stop time", () => {
  const { times, clock } = aClock();
  times.steady += 5_000;
  expect(clock.now()).toBe(1_005_000);
});

test("F11, F14: a machine that slept is late, and its budgets know it", () => {
  const { times, clock } = aClock();
  times.wall += 3_600_000;
  expect(clock.now()).toBe(4_600_000);
});

test("F14: after a restart time goes on from the latest that was stored, whatever the wall clock says", () => {
  const { clock, pass } = aClock(1_000_000, 5_000_000);
  expect(clock.now()).toBe(5_000_000);
  pass(1);
  expect(clock.now()).toBe(5_000_001);
});

test("a timer fires when its time has come by this clock, and not when it was cancelled", () => {
  vi.useFakeTimers();
  try {
    const { times, clock, pass } = aClock();
    const fired: string[] = [];
    clock.at(1_090_000, () => fired.push("due"));
    clock.at(1_090_000, () => fired.push("cancelled"))();
    pass(60_000);
    vi.advanceTimersByTime(60_000);
    expect(fired).toEqual([]);
    times.wall += 3_600_000;
    vi.advanceTimersByTime(60_000);
    expect(fired).toEqual(["due"]);
  } finally {
    vi.useRealTimers();
  }
});
