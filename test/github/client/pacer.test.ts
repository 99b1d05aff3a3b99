// The pacer: what GitHub asked to wait with, and what is left of its limits, by installation.
import { expect, test } from "vitest";
import { createPacer } from "../../../src/github/client/pacer.ts";

test("I18: an installation waits until its own time, others do not", () => {
  const pacer = createPacer();
  pacer.waitUntil(1, 5_000);
  expect(pacer.blockedUntil(1, 4_999)).toBe(5_000);
  expect(pacer.blockedUntil(2, 4_999)).toBe(null);
  expect(pacer.blockedUntil(1, 5_000)).toBe(null);
});

test("I18: of two times to wait for, the later counts", () => {
  const pacer = createPacer();
  pacer.waitUntil(1, 9_000);
  pacer.waitUntil(1, 5_000);
  expect(pacer.blockedUntil(1, 6_000)).toBe(9_000);
});

test("what is left is what GitHub last said of this hour, and the writes that were counted in the last", () => {
  const pacer = createPacer();
  const hour = 3_600_000;
  expect(pacer.left(1, 0)).toEqual({ requests: null, writes: { left: 500, of: 500 } });
  pacer.heard(1, { left: 4_999, of: 5_000, resetAt: hour });
  pacer.heard(1, { left: 4_998, of: 5_000, resetAt: hour });
  pacer.wrote(1, 1_000);
  pacer.wrote(1, 2_000);
  const requests = { left: 4_998, of: 5_000, resetAt: hour };
  expect(pacer.left(1, hour - 1)).toEqual({ requests, writes: { left: 498, of: 500 } });
  expect(pacer.left(2, hour - 1)).toEqual({ requests: null, writes: { left: 500, of: 500 } });
  expect(pacer.left(1, hour + 1_000)).toEqual({ requests: null, writes: { left: 499, of: 500 } });
});

test("more writes than there are leave nothing, not less", () => {
  const pacer = createPacer();
  for (let at = 0; at < 600; at += 1) pacer.wrote(1, at);
  expect(pacer.left(1, 600).writes.left).toBe(0);
});
