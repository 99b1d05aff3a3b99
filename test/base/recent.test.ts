// What is worked out once for a text, and for how long.
import { expect, test } from "vitest";
import { recent } from "../../src/base/recent.ts";

test("works a text out once, and again only when enough others came since it was last asked for", () => {
  const worked: string[] = [];
  const upper = recent(2, (text) => {
    worked.push(text);
    return text.toUpperCase();
  });
  expect(["a", "b", "a", "c", "a", "b"].map(upper)).toEqual(["A", "B", "A", "C", "A", "B"]);
  expect(worked).toEqual(["a", "b", "c", "b"]); // "b" went for "c"; "a", asked for in between, stayed
});

test("keeps an answer that is nothing, and none of what failed", () => {
  let asked = 0;
  const one = recent<undefined>(1, (text) => {
    asked += 1;
    if (text === "bad") throw new Error(text);
    return undefined;
  });
  one("good");
  one("good");
  expect(asked).toBe(1);
  expect(() => one("bad")).toThrow("bad");
  expect(() => one("bad")).toThrow("bad");
  expect(asked).toBe(3);
});
