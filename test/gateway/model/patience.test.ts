// How long a provider that has too many requests is waited for.
import { expect, test } from "vitest";
import { notWaited, waitAskedFor, waitBefore, waitFor } from "../../../src/gateway/model/patience.ts";

const patience = 30_000;
const busy = (headers: Record<string, string> = {}) => ({ statusCode: 429, headers });

test.each([
  ["its own milliseconds", { "retry-after-ms": "250", "retry-after": "9" }, 250],
  ["its seconds", { "retry-after": "9" }, 9_000],
  ["parts of a second", { "retry-after": "0.5" }, 500],
  ["as long as there is patience", { "retry-after": "30" }, 30_000],
  ["no longer", { "retry-after": "31" }, null],
  ["a second where it says nothing that is understood", { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }, 1_000],
  ["not, where it says so", { "x-should-retry": "false" }, null],
])("a provider is waited for: %s", (_, headers, wait) => {
  expect(waitBefore(busy(headers), notWaited, patience)).toBe(wait);
});

test("each wait is twice the one before, and all of them together stay within the patience", () => {
  const waits: number[] = [];
  for (let ms = 0; ; ) {
    const wait = waitBefore(busy(), { times: waits.length, ms }, patience);
    if (wait === null) break;
    waits.push(wait);
    ms += wait;
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
});

test.each([200, 400, 500, 503, 529])(
  "an answer of %i is not waited after: its client knows what to do",
  (statusCode) => {
    expect(waitBefore({ statusCode, headers: { "retry-after": "0" } }, notWaited, patience)).toBe(null);
  },
);

test("a wait ends at once when nobody wants its call any more", async () => {
  const wish = new AbortController();
  const waiting = waitFor(3_600_000, wish.signal);
  wish.abort();
  expect(await waiting).toBe(false);
  expect(await waitFor(3_600_000, wish.signal)).toBe(false);
  expect(await waitFor(0, new AbortController().signal)).toBe(true);
});

test("what is passed on says how long its client was asked to wait; an answer asks for nothing", () => {
  const headers = { "retry-after": "600" };
  expect([429, 503, 529].map((statusCode) => waitAskedFor({ statusCode, headers }))).toEqual([6e5, 6e5, 6e5]);
  expect(waitAskedFor({ statusCode: 503, headers: {} })).toBe(null);
  expect(waitAskedFor({ statusCode: 200, headers })).toBe(null);
});
