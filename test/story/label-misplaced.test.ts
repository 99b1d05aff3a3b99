// The trigger label where no loop can begin: whoever set it is told why, and what to do instead.
import { expect, test } from "vitest";
import { aStory, minute } from "./world.ts";

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

test("so is a closed issue; reopened and labelled again, it has its loop", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  const alice = story.forge.as("alice");
  alice.close(issue);
  alice.label(issue, "loop");
  await story.settle();
  for (let times = 0; times < 4; times++) await story.advance(minute); // a replica might not know yet that it was reopened
  expect(issue.labels.map(({ name }) => name)).toEqual([]);
  expect(story.comments(issue)).toEqual([
    expect.stringContaining("`alice` set the label `loop` on a closed issue, so nothing was started"),
  ]);
  alice.reopen(issue);
  await story.labelAgain(issue);
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("T23: who may not start a loop makes the App say nothing on a closed issue", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  story.forge.as("alice").close(issue);
  story.forge.as("carol").label(issue, "loop");
  await story.settle();
  for (let times = 0; times < 4; times++) await story.advance(minute);
  expect([await story.phase(issue), story.comments(issue)]).toEqual(["refused", []]);
});
