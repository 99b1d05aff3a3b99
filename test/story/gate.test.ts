// The gate: whose approval counts, on which commit, and what people's pushes mean.
import { expect, test } from "vitest";
import { aStory, minute } from "./world.ts";

test("an approval of an old head does not count (T21, F69)", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const old = pull.head.sha;
  await story.forge.as("dave").push(story.repository, pull.head.ref, { "NOTES.md": "A note.\n" }, "Add a note");
  await story.settle();
  expect(pull.head.sha).not.toBe(old);
  story.forge.as("bob").approve(pull, { commit: old });
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot();
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

test("the requester's own approval does not count (F70)", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  story.forge.as("alice").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot();
  story.forge.as("alice").comment(issue, "/loop approve");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot();
});

test("an approval by someone without write permission does not count (T21)", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  story.forge.as("carol").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("a person's push to the branch at the gate is judged again and never overwritten (F71, I8)", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const pushed = await story.forge.as("dave").push(story.repository, pull.head.ref, { "NOTES.md": "A note.\n" }, "Add a note");
  await story.settle();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.head).toBe(pushed);
  expect(pull.head.sha).toBe(pushed);
  story.forge.as("dave").approve(pull);
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot();
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

test("/loop approve by another writer counts on the exact head", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ reason: "task_complete", by: "bob" });
});

test("nobody answers: one reminder, then the loop ends as unanswered", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  await story.advance(2 * 24 * 60 * minute);
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot();
  await story.advance(7 * 24 * 60 * minute);
  expect((await story.state(issue)).ending?.reason).toBe("unanswered");
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot();
  const said = story.comments(issue).length;
  await story.advance(30 * 24 * 60 * minute);
  expect(story.comments(issue)).toHaveLength(said);
});

test("with no gate in the policy a green verdict is the end", async () => {
  const story = await aStory({ policy: "version: 1\ngate:\n  approvals: 0\n" });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("verifier_passed");
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot();
});

test("where the policy says so, the approved commit is merged", async () => {
  const story = await aStory({ policy: "version: 1\ngate:\n  merge: true\n" });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect(pull.merged).toBe(true);
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});
