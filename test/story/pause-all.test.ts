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

test("an owner pauses every repository of the organisation in one sentence, and none where that person may not", async () => {
  const story = await aStory({ executor: attempts("echo half > half.txt; sleep 600", mend) });
  const place = (name: string, alice: "admin" | "write") =>
    story.forge.createRepository({ owner: "acme", name, collaborators: { alice, bob: "maintain" } });
  const [site, other] = [await place("site", "admin"), await place("other", "write")];
  const issueIn = (repository: typeof site) => story.forge.as("bob").openIssue(repository, { title: "A", body: "B" });
  const [working, quiet, there] = [story.openIssue(), issueIn(site), issueIn(other)];
  const say = async (login: string, issue: typeof working, text: string) => {
    const before = story.comments(issue).length;
    story.forge.as(login).comment(issue, text);
    await until(async () => story.comments(issue).length > before);
    await story.settle();
    return story.comments(issue).slice(before).join("\n");
  };
  story.forge.as("alice").label(working, "loop");
  await story.reaches(working, "executing");
  expect(await say("alice", quiet, "/loop pause-all organisation")).toContain(
    "`alice` paused the repositories of `acme`. Their loops rest, with what the agents had done kept, and nothing new starts. " +
      "Next: `/loop resume-all organisation`, on any issue here, ends that. Those where `alice` has neither maintain nor admin permission stay as they were.",
  );
  expect(await story.phase(working)).toBe("paused");
  story.forge.as("bob").label(quiet, "loop");
  story.forge.as("bob").label(there, "loop");
  await until(async () => story.comments(there).length > 0);
  await until(async () => story.comments(quiet).some((one) => one.includes("nothing was started")));
  expect(story.comments(there)[0]).toContain("attempt 1");

  expect(await say("bob", there, "/loop pause-all organization")).toContain("`bob` paused the repositories of `acme`.");
  expect(await say("bob", quiet, "/loop pause-all Organisation")).toContain(
    "`alice`, `bob` paused the repositories of `acme` before.",
  );
  expect(await say("bob", quiet, "/loop resume-all organisation")).toContain(
    "The repositories of `acme` are not paused any more. Their loops that rested continue, and labels start loops again. " +
      "Those where `bob` has neither maintain nor admin permission stay as they were.",
  );
  expect(await story.phase(working)).toBe("paused");
  expect(await say("alice", quiet, "/loop resume-all organisation")).toContain("Their loops that rested continue");
  expect(await story.phase(working)).toBe("awaiting_gate");
  expect(await say("alice", quiet, "/loop resume-all organisation")).toContain(
    "No repository of `acme` that `alice` may resume is paused, so nothing changed. Those where `alice` has neither",
  );
});
