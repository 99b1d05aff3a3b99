// The money of an evaluation: nothing begins that could take it beyond the budget.
import { describe, expect, test } from "vitest";
import { createPurse } from "../../src/cli/eval-purse.ts";

describe("a purse", () => {
  test("gives as long as the most that a task may spend is there, and takes back what it did not spend", async () => {
    const purse = createPurse(10, 0);
    expect(await purse.take(6)).toBe(true);
    purse.settle(6, 1);
    expect(await purse.take(9)).toBe(true);
    purse.settle(9, 9);
    expect(await purse.take(1)).toBe(false);
    expect(await purse.take(0)).toBe(true);
  });

  test("counts what was spent before", async () => {
    expect(await createPurse(10, 5).take(6)).toBe(false);
    expect(await createPurse(10, 5).take(5)).toBe(true);
    expect(await createPurse(10, 12).take(1)).toBe(false);
  });

  test("waits for tasks that are under way, which may give something back, and refuses only when none is left", async () => {
    const purse = createPurse(10, 0);
    expect(await purse.take(8)).toBe(true);
    const [second, third] = [purse.take(8), purse.take(8)];
    purse.settle(8, 2);
    expect(await second).toBe(true);
    purse.settle(8, 8);
    expect(await third).toBe(false);
  });

  test("without a budget has no end", async () => {
    expect(await createPurse(null, 1e15).take(1e15)).toBe(true);
  });
});
