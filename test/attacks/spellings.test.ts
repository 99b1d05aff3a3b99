// Every spelling that was tried on a guard: it does not come through, and its plain neighbour does.
import { describe, expect, test } from "vitest";
import { kinds } from "./kinds.ts";

describe.each(kinds)("$name", ({ attempts }) => {
  test.each([...attempts])("$title", async ({ attack, control }) => {
    expect({ attack: await attack(), control: await control() }).toEqual({ attack: false, control: true });
  });
});

test("at least ten of every kind were tried, 520 in all, and each is called otherwise", () => {
  const titles = kinds.flatMap(({ attempts }) => attempts.map(({ title }) => title));
  expect(kinds.filter(({ attempts }) => attempts.length < 10).map(({ name }) => name)).toEqual([]);
  expect(titles.length).toBeGreaterThanOrEqual(520);
  expect(new Set(titles).size).toBe(titles.length);
});
