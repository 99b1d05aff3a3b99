// The one issue of a repository that holds its notes, with loops that have something to note in one instant.
import { expect, test } from "vitest";
import { remember } from "../../src/engine/remember.ts";
import type { World } from "../../src/engine/world.ts";
import { aPublishedLoop } from "../loop/builder.ts";

type GitHub = World["github"];

/** Its lists show what was opened only after `unlisted` of them. */
function aRepository(listed: readonly { number: number; open: boolean }[], unlisted: number) {
  const author = { id: 1, login: "loopgate[bot]", bot: true };
  const issues = listed.map((one) => ({ ...one, body: "", author }));
  const opened: number[] = [];
  const comments: number[] = [];
  let lists = 0;
  const github = {
    readOwnIssues: async () => {
      lists += 1;
      await Promise.resolve();
      return lists > unlisted ? [...issues] : issues.filter(({ number }) => !opened.includes(number));
    },
    openIssue: async () => {
      await Promise.resolve();
      const number = 40 + opened.length;
      opened.push(number);
      issues.push({ number, open: true, body: "", author });
      return { number, author };
    },
    createComment: async ({ number }: { number: number }) => comments.push(number),
  };
  const clock = { now: () => 0 };
  const world = { github: github as unknown as GitHub, clock: clock as unknown as World["clock"] };
  return { world, opened, comments };
}

const effect = {
  type: "remember",
  notes: [{ of: "denial", by: "alice", text: "By hand.", path: null, url: null }],
} as const;

test("two loops with a first note in one instant share one issue, also where GitHub lists it late", async () => {
  for (const unlisted of [0, 4]) {
    const { world, opened, comments } = aRepository([], unlisted);
    await Promise.all(["a", "b", "c"].map((key) => remember(world, aPublishedLoop(), effect, key)));
    expect(opened).toEqual([40]);
    expect(comments).toEqual([40, 40, 40]);
  }
});

test("of two the one that is open gets the notes; with every one closed none is kept", async () => {
  const both = aRepository(
    [
      { number: 7, open: true },
      { number: 9, open: false },
    ],
    0,
  );
  await remember(both.world, aPublishedLoop(), effect, "a");
  expect([both.opened, both.comments]).toEqual([[], [7]]);
  const closed = aRepository([{ number: 9, open: false }], 0);
  await remember(closed.world, aPublishedLoop(), effect, "a");
  expect([closed.opened, closed.comments]).toEqual([[], []]);
});
