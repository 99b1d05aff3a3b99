// The base branch of a loop is renamed under it: GitHub takes rules and open pull requests along, and tells nobody.
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { aStory, attempts, botch, mend, minute, type Story } from "./world.ts";

const rename = (story: Story) =>
  story.forge.world.renameBranch({ user: story.repository.owner, app: null }, story.repository, "main", "trunk");

const approved = async (story: Story, issue: Issue) => {
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  return (await story.state(issue)).ending?.of;
};

test("at the gate: the pull request goes to the new name, and is merged there", async () => {
  const story = await aStory({ policy: "gate: { merge: true }\n" });
  const issue = await story.startLoop();
  await rename(story);
  expect(await approved(story, issue)).toBe("approved_and_merged");
  const pull = await story.pull(issue);
  expect([pull.base.ref, pull.merged]).toEqual(["trunk", true]);
});

test("between attempts: the next one begins and is judged as if nothing had been", async () => {
  const story = await aStory({ executor: attempts(`${botch("red")}; sleep 1`, mend) });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "verifying");
  await rename(story);
  await story.settle();
  expect([await story.phase(issue), (await story.pull(issue)).base.ref]).toEqual(["awaiting_gate", "trunk"]);
  expect(await approved(story, issue)).toBe("approved");
});

test("before there is a pull request: GitHub takes none for the old name; /loop retry opens it to the new one", async () => {
  const story = await aStory({ executor: `${mend}; sleep 2` });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  await rename(story);
  await story.settle();
  for (let times = 0; times < 6 && (await story.phase(issue)) !== "settled"; times++) await story.advance(minute);
  const { ending, pull } = await story.state(issue);
  expect([ending?.reason, pull]).toEqual(["infrastructure_error", null]);
  story.forge.as("bob").comment(issue, "/loop retry");
  await story.settle();
  expect([await story.phase(issue), (await story.pull(issue)).base.ref]).toEqual(["awaiting_gate", "trunk"]);
  expect((await story.state(issue)).base?.branch).toBe("trunk");
});

test("a loop that stopped goes on from the new name, with the pull request it has", async () => {
  const story = await aStory({ executor: botch("red"), policy: "attempts: 1\n" });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("retry_limit");
  await rename(story);
  await story.forge.as("dave").push(story.repository, "trunk", { "NOTES.md": "# Notes\n" }, "Write notes");
  story.forge.as("bob").comment(issue, "/loop retry");
  await story.settle();
  const { base } = await story.state(issue);
  const tip = await story.forge.world.repositories.get(story.repository.id)?.moves.at(-1)?.after;
  expect(base).toEqual({ branch: "trunk", sha: tip });
});
