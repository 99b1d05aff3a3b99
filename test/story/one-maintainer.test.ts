// A repository in which one person alone can write: who approves then, and that it is said before any work is done.
import { expect, test } from "vitest";
import { giveAccess } from "./access.ts";
import { aStory, type Story, type StoryOptions } from "./world.ts";

const anyone = "gate: { approvers: anyone }\n";

async function aloneStory(options: StoryOptions = {}): Promise<Story> {
  const story = await aStory(options);
  for (const login of ["bob", "dave", "carol"]) giveAccess(story, login, "none");
  return story;
}

test("where the requester alone can write, the first comment says so, with the line to add", async () => {
  const story = await aloneStory();
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  const [status = ""] = story.comments(issue);
  expect(status).toContain("Nobody but `alice` can write here");
  expect(status).toContain("`gate: { approvers: anyone }`");
  await story.settle();
  story.forge.as("alice").approve(await story.pull(issue));
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate"); // saying so opens no gate
});

test("where somebody else can write, or policy lets anyone approve, nothing of it is said", async () => {
  const one = await aloneStory();
  giveAccess(one, "bob", "write");
  expect(one.comments(await one.startLoop()).join("\n")).not.toContain("can write here");
  const other = await aloneStory({ policy: anyone });
  const issue = await other.startLoop();
  expect(other.comments(issue).join("\n")).not.toMatch(/can write here|cannot be done by/);
});

test.each(["review", "command"])(
  "T21: with `approvers: anyone` the requester approves by %s, also where a commit is their own",
  async (by) => {
    const story = await aloneStory({ policy: "gate: { approvers: anyone, merge: true }\n" });
    const issue = await story.startLoop();
    const alice = story.forge.as("alice");
    const pull = await story.pull(issue);
    await alice.push(story.repository, pull.head.ref, { "NOTES.md": "# Notes\n" }, "Add notes");
    await story.settle();
    if (by === "review") alice.approve(pull);
    else alice.comment(issue, "/loop approve");
    await story.settle();
    expect((await story.state(issue)).ending).toMatchObject({ of: "approved_and_merged", by: "alice" });
    expect(pull.merged).toBe(true);
  },
);

test("T21: with `approvers: anyone` whoever may not write approves nothing all the same", async () => {
  const story = await aloneStory({ policy: anyone });
  const issue = await story.startLoop();
  story.forge.as("bob").approve(await story.pull(issue));
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(story.comments(issue).join("\n")).toContain(
    "The approval by `bob` does not count: approving needs write permission",
  );
});
