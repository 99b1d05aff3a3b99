// A commit with more checks than GitHub lists on a page: the verdict is of all of them.
import { expect, test } from "vitest";
import { outages } from "../../src/forge/http/outages.ts";
import { aStory, minute } from "./world.ts";

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

test("where GitHub gives up on a hundred checks at a time, they are read in smaller pages, and the verdict is of all of them", async () => {
  const policy = "version: 1\nattempts: 1\nchecks:\n  required: [job 101]\n";
  const story = await aStory({ ci: { mode: "silent" }, policy });
  const { world, ciApp } = story.forge;
  let refused = 0;
  const isTooMuch = ({ body }: { body: string }) => {
    const asksForAll = /contexts\(first: 100/.test(body);
    refused += Number(asksForAll);
    return asksForAll;
  };
  story.forge.failNext(isTooMuch, { ...outages.badGateway, times: 1_000 });
  const issue = await story.startLoop();
  for (let tries = 0; tries < 3; tries++) await story.advance(minute);
  const headSha = (await story.pull(issue)).head.sha;
  for (const name of names) {
    const check = { name, headSha, headBranch: "x", status: "completed", conclusion: "success" } as const;
    await world.createCheckRun(world.actorOf(ciApp), story.repository, check);
  }
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
  expect(refused).toBe(2); // known from then on
});
