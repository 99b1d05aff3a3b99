// How many pull requests of loops may wait for people at once, where policy says so.
import { expect, test } from "vitest";
import { aStory } from "./world.ts";

const atMostOne = "pull_request: { open_at_most: 1 }\n";

test("a loop begins where fewer are open than policy lets; the next says so, and begins once one is closed", async () => {
  const story = await aStory({ policy: atMostOne });
  const bob = story.forge.as("bob");
  await bob.push(story.repository, "feature", { "x.txt": "x\n" }, "x");
  await bob.openPull(story.repository, { title: "Feature", head: "feature", base: "main" }); // is nobody's loop
  const first = await story.startLoop();
  expect(await story.phase(first)).toBe("awaiting_gate");
  const second = await story.startLoop("Another");
  const { ending, runsStarted } = await story.state(second);
  expect([ending?.of, ending?.reason, runsStarted]).toEqual(["open_pulls", "external_dependency_blocked", 0]);
  expect(story.comments(second).at(-1)).toContain("have 1 pull request open or on their way");
  bob.comment(second, "/loop retry");
  await story.settle();
  expect((await story.state(second)).ending?.of).toBe("open_pulls");
  bob.close(await story.pull(first));
  await story.settle();
  bob.comment(second, "/loop retry");
  await story.settle();
  expect(await story.phase(second)).toBe("awaiting_gate");
});

test("a loop that is at work counts before its pull request is there, and never against itself", async () => {
  const story = await aStory({ policy: `${atMostOne}attempts: 1\n`, executor: "sleep 2; echo 1 > total.sh" });
  const alice = story.forge.as("alice");
  const first = story.openIssue();
  alice.label(first, "loop");
  await story.reaches(first, "executing");
  const second = story.openIssue("Another");
  alice.label(second, "loop");
  await story.reaches(second, "settled");
  expect((await story.state(second)).ending?.of).toBe("open_pulls");
  await story.settle();
  expect((await story.state(first)).ending?.reason).toBe("retry_limit");
  alice.comment(first, "/loop retry");
  await story.settle();
  expect((await story.state(first)).attempts.length).toBe(2);
});
