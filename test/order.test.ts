// The order of the files: what it names is there, and it loses none.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { longest, longestFirst } from "./order.ts";

const fileOf = (name: string) => join(import.meta.dirname, `${name}.test.ts`);

test("every file that is said to take long is there, and named once", () => {
  expect(longest.filter((name) => !existsSync(fileOf(name)))).toEqual([]);
  expect(new Set(longest).size).toBe(longest.length);
});

test("the longest come first, and what is not named keeps its order", () => {
  const [first, second] = longest as [string, string];
  const given = ["loop/x", second, "base/y", first].map((name) => ({ moduleId: resolve(fileOf(name)) }));
  expect(longestFirst(given)).toEqual([given[3], given[1], given[0], given[2]]);
});
