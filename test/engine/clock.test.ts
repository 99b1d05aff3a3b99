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

const day = 24 * 3_600_000;

test("F14: one wrong second forward is healed, and a process that starts later knows nothing of it", () => {
  const { times, clock, pass } = aClock();
  clock.now();
  times.wall += 30 * day;
  pass(1_000);
  expect(clock.now()).toBe(1_001_000 + 30 * day);
  times.wall -= 30 * day;
  pass(7 * day);
  expect(clock.now()).toBe(times.wall);
  expect(steadyClock({ wall: () => times.wall, steady: () => 0 }, clock.now()).now()).toBe(times.wall);
});

test("F14: a clock that was wrong when its process died is healed after an hour of the next one", () => {
  const { times, clock, pass } = aClock(1_000_000, 1_000_000 + 30 * day);
  for (let minute = 0; minute < 59; minute++) {
    pass(60_000);
    expect(clock.now()).toBe(times.wall + 30 * day);
  }
  pass(60_000);
  expect(clock.now()).toBe(times.wall);
});

test("F14: a wall clock that is set back and again forward within the hour changes nothing", () => {
  const { times, clock, pass } = aClock();
  for (let minute = 0; minute < 240; minute++) {
    if (minute % 80 === 20) times.wall -= 3 * 3_600_000;
    if (minute % 80 === 70) times.wall += 3 * 3_600_000;
    pass(60_000);
    expect(clock.now()).toBe(1_000_000 + (minute + 1) * 60_000);
  }
});

test("F14: a wall clock that stands still for hours is never believed", () => {
  const { times, clock } = aClock();
  for (let minute = 1; minute <= 300; minute++) {
    times.steady += 60_000;
    expect(clock.now()).toBe(1_000_000 + minute * 60_000);
  }
});

test("F14: what was timed by a clock that was ahead is due when so much time has passed", () => {
  vi.useFakeTimers();
  try {
    const { times, clock, pass } = aClock();
    const fired: string[] = [];
    times.wall += 30 * day;
    clock.at(clock.now() + 5_400_000, () => fired.push("due"));
    times.wall -= 30 * day;
    for (let minute = 0; minute < 90; minute++) {
      expect(fired).toEqual([]);
      pass(60_000);
      clock.now();
      vi.advanceTimersByTime(60_000);
    }
    expect(clock.now()).toBe(times.wall);
    expect(fired).toEqual(["due"]);
  } finally {
    vi.useRealTimers();
  }
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
