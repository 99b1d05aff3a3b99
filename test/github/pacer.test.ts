// The pacer: what GitHub asked to wait with, by installation.
import { expect, test } from "vitest";
import { createPacer } from "../../src/github/pacer.ts";

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
