// The trigger label on a pull request: nothing begins, and whoever set it is told why and what to do instead.
import { expect, test } from "vitest";
import { aStory } from "./world.ts";

test("a pull request that gets the label is answered in words, and the label is taken off", async () => {
  const story = await aStory();
  const bob = story.forge.as("bob");
  await bob.push(story.repository, "feature", { "x.txt": "x\n" }, "x");
  const pull = await bob.openPull(story.repository, { title: "Feature", head: "feature", base: "main" });
  bob.label(pull, "loop");
  await story.settle();
  expect(pull.issue.labels.map(({ name }) => name)).toEqual([]);
  expect(story.comments(pull.issue)).toEqual([
    expect.stringContaining("`bob` set the label `loop` on a pull request. A loop works on an issue"),
  ]);
  expect(await story.phase(pull.issue)).toBe("refused");
});
