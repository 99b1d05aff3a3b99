// Work side by side: no more at once than allowed, each result in its place, and nothing left running behind a failure.
import { expect, test } from "vitest";
import { eachAtMost } from "../../src/base/at-most.ts";

test("as many as allowed are under way at once, begun in their order, and each result is in its place", async () => {
  const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const begun: string[] = [];
  const results = eachAtMost(2, ["a", "b", "c", "d"], async (item, index) => {
    begun.push(item);
    await gates[index]?.promise;
    return `${item}${index}`;
  });
  await settled();
  expect(begun).toEqual(["a", "b"]);
  gates[1]?.resolve();
  await settled();
  expect(begun).toEqual(["a", "b", "c"]);
  for (const { resolve } of gates) resolve();
  expect(await results).toEqual(["a0", "b1", "c2", "d3"]);
});

test("one that fails is told of only once no other is left running", async () => {
  const gate = Promise.withResolvers<void>();
  const ended: string[] = [];
  const results = eachAtMost(2, ["fails", "goes on"], async (item) => {
    if (item === "fails") throw new Error("It failed.");
    await gate.promise;
    ended.push(item);
  });
  const told = results.catch(({ message }) => ended.push(message));
  await settled();
  expect(ended).toEqual([]);
  gate.resolve();
  await told;
  expect(ended).toEqual(["goes on", "It failed."]);
});

/** Until everything that can go on without an event has. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
