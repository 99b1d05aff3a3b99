// What is kept of own checks is told again for the same question only.
import { expect, test } from "vitest";
import { keyOfKnockOut } from "../../src/runs/checks-kept.ts";

test("the same files changed from other ones, by other checks or in other bounds are another question", () => {
  const one = { heads: ["a".repeat(64)], base: "b".repeat(40), hunks: 10 };
  const others = [
    { ...one, base: "c".repeat(40) },
    { ...one, heads: ["d".repeat(64)] },
    { ...one, heads: [...one.heads, "d".repeat(64)] },
    { ...one, hunks: 5 },
  ];
  expect(keyOfKnockOut({ ...one })).toBe(keyOfKnockOut(one));
  expect(new Set([one, ...others].map(keyOfKnockOut)).size).toBe(5);
});
