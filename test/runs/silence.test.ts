// The silence limit under a clock moved by hand: what counts as a sign of life, what is not silence, what a restart remembers.
import { expect, test } from "vitest";
import { afterLook, lookEvery, type Quiet, type Signs, watchSilence } from "../../src/runs/silence.ts";
import { handClock } from "../story/clock.ts";

const minute = 60_000;
const start = Date.parse("2026-01-05T09:00:00Z");

function aWatch(quiet: Quiet | null = null, limitMs = 10 * minute) {
  const clock = handClock(start);
  const signs: { -readonly [field in keyof Signs]: Signs[field] } = { heard: 0, isBusy: false, waitsUntil: null };
  const notes: string[] = [];
  const kept: Quiet[] = [];
  const end = watchSilence({
    clock,
    limitMs,
    quiet,
    signs: () => ({ ...signs }),
    keep: async (count) => void kept.push(count),
    onSilent: (note) => notes.push(note),
  });
  const pass = (minutes: number) => {
    for (let passed = 0; passed < minutes; passed += 1) clock.advance(minute);
  };
  return { clock, signs, notes, kept, end, pass };
}

test("a run that is never heard of is silent at its limit, and not a minute before", () => {
  const { notes, pass } = aWatch();
  pass(9);
  expect(notes).toEqual([]);
  pass(1);
  expect(notes).toEqual([
    "For 10 min it wrote nothing, called no model, and neither fetched nor pushed; it was last heard of on 2026-01-05 09:00 UTC.",
  ]);
});

test("it is said once, and then no longer watched", () => {
  const { notes, pass } = aWatch();
  pass(40);
  expect(notes).toHaveLength(1);
});

test("whatever is heard begins the count anew", () => {
  const { signs, notes, pass } = aWatch();
  pass(9);
  signs.heard += 1;
  pass(10);
  expect(notes).toEqual([]);
  pass(1);
  expect(notes[0]).toContain("last heard of on 2026-01-05 09:10 UTC");
});

test("while a request is under way the run is not silent, however long it takes", () => {
  const { signs, notes, pass } = aWatch();
  signs.isBusy = true;
  pass(60);
  signs.isBusy = false;
  pass(9);
  expect(notes).toEqual([]);
  pass(1);
  expect(notes).toHaveLength(1);
});

test("while a provider makes the run wait it is not silent; the count begins when that wait is over", () => {
  const { signs, notes, pass } = aWatch();
  pass(5);
  signs.waitsUntil = start + 30 * minute;
  pass(25);
  pass(9);
  expect(notes).toEqual([]);
  pass(1);
  expect(notes[0]).toContain("For 10 min");
});

test("F12: a restart of the App does not forget that the run waits", async () => {
  const before = aWatch();
  before.signs.waitsUntil = start + 30 * minute;
  before.pass(1);
  await before.end();
  const quiet = before.kept.at(-1);
  expect(quiet?.waitsUntil).toBe(start + 30 * minute);
  const { notes, pass } = aWatch(quiet);
  pass(39);
  expect(notes).toEqual([]);
  pass(1);
  expect(notes).toHaveLength(1);
});

test("F11, F14: time in which the App or the machine stood still is not silence", () => {
  const { clock, notes, pass } = aWatch();
  pass(5);
  clock.advance(600 * minute);
  expect(notes).toEqual([]);
  pass(4);
  expect(notes).toEqual([]);
  pass(1);
  expect(notes).toHaveLength(1);
});

test("F12: a restart of the App goes on with what was counted before it", async () => {
  const before = aWatch();
  before.pass(7);
  await before.end();
  const quiet = before.kept.at(-1);
  expect(quiet).toEqual({ ms: 7 * minute, heardAt: start });
  const { notes, pass } = aWatch(quiet);
  pass(2);
  expect(notes).toEqual([]);
  pass(1);
  expect(notes[0]).toContain("last heard of on 2026-01-05 09:00 UTC");
});

test("a count that was broken off is kept as well, so that a restart does not take up an old one", async () => {
  const { signs, kept, end, pass } = aWatch();
  pass(7);
  signs.heard += 1;
  pass(1);
  await end();
  expect(kept.at(-1)).toEqual({ ms: 0, heardAt: start + 8 * minute });
});

test("a watch that was ended says nothing, and has kept all that it counted", async () => {
  const { notes, kept, end, pass } = aWatch();
  pass(3);
  await end();
  expect(kept).toHaveLength(3);
  pass(20);
  expect([notes, kept.length]).toEqual([[], 3]);
});

test("a short limit is looked at more often, a long one every minute", () => {
  expect([minute, 5 * minute, 10 * minute, 240 * minute].map(lookEvery)).toEqual([6_000, 30_000, minute, minute]);
});

test("F14: a clock that went back takes nothing away and adds nothing", () => {
  const quiet = { ms: 5 * minute, heardAt: start };
  const look = { now: start, everyMs: minute, isAlive: false };
  expect(afterLook(quiet, { ...look, passedMs: -minute })).toEqual(quiet);
  expect(afterLook(quiet, { ...look, passedMs: 2 * minute })).toEqual({ ...quiet, ms: 7 * minute });
  expect(afterLook(quiet, { ...look, passedMs: 2 * minute + 1 })).toEqual(quiet);
});
