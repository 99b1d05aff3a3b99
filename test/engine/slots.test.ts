// Slots: so many containers at once, in order of asking, and none beside one that may be there already (I1).
import { expect, test } from "vitest";
import { createSlots } from "../../src/engine/slots.ts";

function twoRuns() {
  const called: string[] = [];
  const slots = createSlots(1, (key) => called.push(key));
  return { called, slots };
}

test("a run without a slot waits, and is called when one is free", () => {
  const { called, slots } = twoRuns();
  expect([slots.take("a", "issue a"), slots.take("b", "issue b")]).toEqual([true, false]);
  slots.release("a");
  expect(called).toEqual(["issue b"]);
  expect(slots.take("b", "issue b")).toBe(true);
});

test("a container that may be there counts against the others, and gives its run no slot (I1)", () => {
  const { called, slots } = twoRuns();
  slots.suspect("a");
  expect(slots.take("b", "issue b")).toBe(false);
  slots.clear("a");
  expect(called).toEqual(["issue b"]);
  slots.suspect("a");
  expect(slots.take("b", "issue b")).toBe(false);
  slots.release("b");
  slots.hold("c");
  expect(slots.take("a", "issue a")).toBe(false);
});

test("a run that was found running has its slot, and knowing of it takes none away", () => {
  const { slots } = twoRuns();
  slots.suspect("a");
  slots.hold("a");
  slots.clear("a");
  expect([slots.take("a", "issue a"), slots.take("b", "issue b"), slots.taken]).toEqual([true, false, 1]);
});
