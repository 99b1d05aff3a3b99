// What a run causes without end is counted, and said a few times however often it happens.
import { expect, test } from "vitest";
import { toldOnce } from "../../src/runs/told-once.ts";

function said(...kinds: readonly string[]): string[] {
  const lines: string[] = [];
  const often = toldOnce();
  for (const kind of kinds) often.tell(kind, (times) => lines.push(`${kind} ${times}`));
  often.end();
  return lines;
}

test("what happens once is said once", () => {
  expect(said("a", "b")).toEqual(["a 1", "b 1"]);
});

test("a flood of one kind is said at each tenfold and at its end; another kind is not lost in it", () => {
  const flood = Array<string>(12_345).fill("a");
  expect(said(...flood, "b")).toEqual(["a 1", "a 10", "a 100", "a 1000", "a 10000", "b 1", "a 12345"]);
});
