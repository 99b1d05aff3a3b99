// Commands where there is no loop, and commands of people who may give none.
import { expect, test } from "vitest";
import { aStory } from "./world.ts";

const writesTo = (story: Awaited<ReturnType<typeof aStory>>, from: number) =>
  story.requests.slice(from).filter(({ kind }) => kind === "write" || kind === "mutation");

test("a command on an issue that has no loop is answered, to whoever could start one", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  story.forge.as("bob").comment(issue, "/loop status");
  await story.settle();
  const [answer = "", ...more] = story.comments(issue);
  expect(more).toEqual([]);
  expect(answer).toContain(
    "There is no loop on this issue. Next: set the label `loop`, or comment `/loop run`, to start one.",
  );
  story.forge.as("bob").comment(issue, "/loop help");
  await story.settle();
  expect(story.comments(issue).at(-1)).toContain("- `/loop status`: say what the loop is doing");
  expect(await story.phase(issue)).toBeUndefined();
});

test("/loop run begins a loop where the label would, from the branch that is named, and /loop explain says why there is none", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  const say = async (login: string, text: string) => {
    const before = story.comments(issue).length;
    story.forge.as(login).comment(issue, text);
    await story.settle();
    return story.comments(issue).slice(before).join("\n");
  };
  expect(await say("bob", "@loopgate explain")).toContain(
    "There is no loop on this issue: nobody has set the label `loop`. Next: set it, or comment `/loop run`.",
  );
  expect(await say("carol", "/loop run")).toBe("");
  expect(issue.labels).toEqual([]);
  expect(await say("bob", "/loop run please")).toContain("only `base=` with the name of a branch may follow it");
  expect(await say("bob", "/loop run base=nowhere")).toContain(
    "No loop begins from `nowhere`: this repository has no such branch. Nothing was started.",
  );
  expect(issue.labels).toEqual([]);
  const begun = await say("bob", "/loop run");
  expect(begun).toContain("Started by `bob` with the label `loop`");
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(await say("bob", "/loop run")).toContain("a loop is running on this issue already");
});

test("T23: nobody else makes the App write on an issue that has no loop", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  await story.settle();
  const before = story.requests.length;
  for (let n = 0; n < 5; n++) story.forge.as("carol").comment(issue, `/loop status ${n}`);
  await story.settle();
  expect(story.comments(issue)).toEqual([]);
  expect(writesTo(story, before)).toEqual([]);
});

test("T23: a person without write permission is told so once, whatever they go on to say", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const [before, requests] = [story.comments(issue).length, story.requests.length];
  for (let n = 0; n < 6; n++) story.forge.as("carol").comment(issue, `/loop stop ${n}`);
  await story.settle();
  const said = story.comments(issue).slice(before);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain("was refused: it needs write permission, and carol has triage");
  expect(writesTo(story, requests)).toHaveLength(1);
});
