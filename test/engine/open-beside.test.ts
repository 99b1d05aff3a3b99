// Two loops that ask in one instant whether another may begin: nothing of either is saved when the other counts.
import { expect, test } from "vitest";
import { openBeside } from "../../src/engine/open-beside.ts";
import type { World } from "../../src/engine/world.ts";
import { issueKeyOf } from "../../src/loop/issue-key.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { aLoop, someRules } from "../loop/builder.ts";

/** A store of loops that all await their claim, and a GitHub on which nothing is open. */
function aWorld(numbers: readonly number[]) {
  const base = aLoop();
  const states = new Map(
    numbers.map((number) => {
      const issue = { ...base.issue, number };
      const queued: LoopState = { ...base, issue, phase: "queued", rules: null, pull: null, revision: 1 };
      return [issueKeyOf(issue.repositoryId, number), queued] as const;
    }),
  );
  const world = {
    beginning: new Map(),
    github: { openPulls: async () => [] },
    store: {
      liveLoops: async () =>
        [...states].map(([issueKey, { issue, pull }]) => ({ issueKey, repositoryId: issue.repositoryId, pull })),
      load: async (key: string) => states.get(key) ?? null,
    },
  } as unknown as World;
  const keyOf = (number: number) => issueKeyOf(base.issue.repositoryId, number);
  const ask = (number: number, may: number) => openBeside(world, states.get(keyOf(number)) as LoopState, may);
  const save = (number: number, change: Partial<LoopState>) => {
    const before = states.get(keyOf(number)) as LoopState;
    states.set(keyOf(number), { ...before, revision: before.revision + 1, ...change });
  };
  return { ask, save };
}

test("of loops that ask in one instant, each counts those that were let begin before it", async () => {
  const { ask } = aWorld([1, 2, 3, 4]);
  expect((await Promise.all([1, 2, 3, 4].map((number) => ask(number, 2)))).sort()).toEqual([0, 1, 2, 2]);
});

test("asked again after a fault, a loop does not count itself; events meanwhile take no place away", async () => {
  const { ask, save } = aWorld([1, 2]);
  expect(await ask(1, 1)).toBe(0);
  save(1, {}); // somebody set the label again
  expect(await ask(1, 1)).toBe(0);
  expect(await ask(2, 1)).toBe(1);
});

test.each<[string, Partial<LoopState>, number]>([
  ["was claimed", { phase: "preparing", rules: someRules() }, 1],
  ["ended for another reason", { phase: "settled", rules: someRules() }, 0],
  ["was refused: whoever set the label may not", { phase: "refused" }, 0],
])("a loop that was let begin and then %s", async (_, change, counted) => {
  const { ask, save } = aWorld([1, 2]);
  await ask(1, 1);
  save(1, change);
  expect(await ask(2, 1)).toBe(counted);
});

test("a loop that ended and asks again by /loop retry takes a place as well", async () => {
  const { ask, save } = aWorld([1, 2]);
  for (const number of [1, 2]) save(number, { phase: "settled", rules: someRules() });
  expect((await Promise.all([ask(1, 1), ask(2, 1)])).sort()).toEqual([0, 1]);
});
