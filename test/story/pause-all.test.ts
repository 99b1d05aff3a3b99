// `/loop pause-all`: a whole repository rests, for whoever may say so, also without its store.
import { expect, test } from "vitest";
import { until } from "../until.ts";
import { aStory, attempts, mend } from "./world.ts";

test("F8: a repository that a maintainer paused stays so when the store is lost, starts nothing, and goes on at resume-all", async () => {
  const story = await aStory({ executor: attempts("echo half > half.txt; sleep 600", mend) });
  const [working, quiet, later] = [story.openIssue(), story.openIssue(), story.openIssue()];
  const say = async (login: string, issue: typeof working, text: string) => {
    const before = story.comments(issue).length;
    story.forge.as(login).comment(issue, text);
    await story.settle();
    return story.comments(issue).slice(before).join("\n");
  };
  story.forge.as("alice").label(working, "loop");
  await story.reaches(working, "executing");
  story.forge.as("bob").comment(quiet, "/loop pause-all");
  await until(async () => story.comments(quiet).length === 1);
  expect(story.comments(quiet)[0]).toContain("takes maintain or admin permission, and bob has write");
  expect((await story.state(working)).phase).toBe("executing");

  expect(await say("alice", quiet, "/loop pause-all")).toContain(
    "`alice` paused this repository. Its 1 loop rests, with what the agents had done kept, and nothing new starts.",
  );
  expect((await story.state(working)).phase).toBe("paused");
  expect(story.comments(working)[0]).toContain("alice paused every loop of this repository by `/loop pause-all`");

  await story.restart({ loseStore: "alone" });
  await story.settle();
  expect(await say("bob", working, "/loop resume")).toContain("alice paused every loop of this repository");
  story.forge.as("bob").label(later, "loop");
  await story.settle();
  expect(story.comments(later).join("\n")).toMatch(
    /`alice` paused every loop of this repository on 20.*nothing was started/,
  );
  expect(later.labels).toEqual([]);

  expect(await say("alice", quiet, "/loop resume-all")).toContain("Its 1 loop that rested continues");
  expect((await story.state(working)).phase).toBe("awaiting_gate");
  expect(await say("alice", quiet, "/loop resume-all")).toContain("is not paused, so nothing changed");
});
