// How long what fails is left alone, what is said of it, and that no clock can make it wait for ever.
import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { createTroubles } from "../../../src/engine/look/troubles.ts";

const minute = 60_000;
const down = new Fault("Could not look.", { kind: "unavailable", retry: "later" });
const forbidden = new Fault("Could not look: not allowed.", { kind: "forbidden", retry: "never" });
const one = "repository 100" as const;

function atHand() {
  let now = 1_000_000_000;
  const said: string[] = [];
  const say = (level: string) => (_: object, text: string) => void said.push(`${level}: ${text}`);
  const log = { info: say("info"), warn: say("warn"), error: say("error") };
  const troubles = createTroubles({ now: () => now, at: () => () => {} }, log);
  return { troubles, said, pass: (ms: number) => (now += ms), now: () => now };
}

/** Asks whenever it may, each minute; returns the minutes in which it was asked. */
function askFor(hours: number, error: unknown = down): { asked: number[]; said: string[] } {
  const { troubles, said, pass } = atHand();
  const asked: number[] = [];
  for (let at = 0; at < hours * 60; at++, pass(minute)) {
    if (!troubles.isDue(one)) continue;
    asked.push(at);
    troubles.failed(one, "acme/shop", error);
  }
  return { asked, said };
}

describe("what fails for a day", () => {
  test("is asked for after 1, 2, 5, 15 and 30 minutes, and then once an hour", () => {
    const { asked } = askFor(24);
    expect(asked.slice(0, 8)).toEqual([0, 1, 3, 8, 23, 53, 113, 173]);
    expect(asked.length).toBeLessThan(30);
  });

  test("is spoken of once", () => {
    expect(askFor(24).said).toEqual(["warn: could not be looked at; it is left alone for a while"]);
  });

  test("is spoken of again where it fails in another way, and once when it is over", () => {
    const { troubles, said } = atHand();
    for (const error of [down, down, forbidden, forbidden, new Error("a bug")])
      troubles.failed(one, "acme/shop", error);
    expect(said).toHaveLength(3);
    expect([troubles.well(one), troubles.well(one)]).toEqual([true, false]);
    expect(said.slice(3)).toEqual(["info: can be looked at again"]);
    expect([troubles.isWell(one), troubles.all(), troubles.nextAt()]).toEqual([true, [], null]);
  });
});

test("what GitHub asked to wait for is waited for, but never longer than two hours", () => {
  const { troubles, pass, now } = atHand();
  const limited = (waitMs: number) =>
    new Fault("Limited.", { kind: "rate_limited", retry: "later", retryAt: now() + waitMs });
  troubles.failed(one, "acme/shop", limited(40 * minute));
  pass(39 * minute);
  expect(troubles.due()).toEqual([]);
  pass(minute);
  expect(troubles.due()).toEqual([one]);
  troubles.failed(one, "acme/shop", limited(1_000 * 60 * minute));
  expect((troubles.nextAt() ?? 0) - now()).toBe(120 * minute);
});

test("a clock that is set back makes nothing wait for as long again", () => {
  const { troubles, pass } = atHand();
  troubles.failed(one, "acme/shop", down);
  pass(-24 * 60 * minute);
  expect(troubles.isDue(one)).toBe(true);
});

test("each waits by itself", () => {
  const { troubles, pass } = atHand();
  troubles.failed(one, "acme/shop", down);
  pass(minute);
  troubles.failed("installation 7", "installation 7", down);
  expect([troubles.isDue(one), troubles.isDue("installation 7"), troubles.isDue("issue 100#5")]).toEqual([
    true,
    false,
    true,
  ]);
  troubles.hasten("installation 7");
  expect(troubles.due()).toEqual([one, "installation 7"]);
  troubles.forget((subject) => subject.startsWith("repository"));
  expect(troubles.all().map(({ subject }) => subject)).toEqual(["installation 7"]);
});
