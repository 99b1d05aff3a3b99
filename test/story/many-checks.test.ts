// A commit with more checks than GitHub lists on a page: the verdict is of all of them.
import { expect, test } from "vitest";
import { aStory } from "./world.ts";

const names = Array.from({ length: 102 }, (_, number) => `job ${number}`);

test.each([
  ["green", "success", "awaiting_gate"],
  ["red", "failure", "settled"],
] as const)("a commit with 102 checks is %s by the last of them, whatever page it is on", async (_, last, phase) => {
  const policy = "version: 1\nattempts: 1\nchecks:\n  required: [job 101]\n";
  const story = await aStory({ ci: { mode: "silent" }, policy });
  const { world, ciApp } = story.forge;
  const issue = await story.startLoop();
  const headSha = (await story.pull(issue)).head.sha;
  for (const name of names) {
    const conclusion = name === "job 101" ? last : "success";
    const check = { name, headSha, headBranch: "x", status: "completed", conclusion } as const;
    await world.createCheckRun(world.actorOf(ciApp), story.repository, check);
  }
  await story.settle();
  expect(await story.phase(issue)).toBe(phase);
});
