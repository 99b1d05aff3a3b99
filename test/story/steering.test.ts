// A person speaks to an agent while it works: it is told with the next answer of its tools, and the person is told whether it was.
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { until } from "../until.ts";
import { aBarrier } from "./barrier.ts";
import { outliving } from "./outliving.ts";
import { aStory, attempts, botch, mend, type Story } from "./world.ts";

/** An agent that waits until it may go on, and then does this. */
async function waiting(then: string): Promise<{ readonly executor: string; go(): void }> {
  const { wait, go } = await aBarrier();
  return { executor: `${wait}; ${then}`, go };
}

async function atWork(story: Story): Promise<Issue> {
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await until(async () => (await story.phase(issue)) === "executing");
  return issue;
}

const lastWords = (story: Story, issue: Issue) => story.comments(issue).at(-1) ?? "";

/** Says it, and waits for what the App answers. */
async function steer(story: Story, issue: Issue, words: string, by = "bob"): Promise<void> {
  const before = story.comments(issue).length;
  story.forge.as(by).comment(issue, `/loop steer ${words}`);
  await until(() => story.comments(issue).length > before);
}

test("what a person says reaches the agent at work with its next call, and the thread says when it did", async () => {
  const agent = await waiting(`loop decision "By the shell." > told.txt; loop steering > again.txt; ${mend}`);
  const story = await aStory({ executor: agent.executor });
  const issue = await atWork(story);
  await steer(story, issue, "Print no spaces.");
  expect(lastWords(story, issue)).toContain("The agent of attempt 1 is told in the next answer of Loopgate's tools");
  await steer(story, issue, "Delete it all.", "carol");
  expect(lastWords(story, issue)).toContain("was refused");
  agent.go();
  await story.settle();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.said).toMatchObject([{ of: "steer", by: "bob", text: "Print no spaces." }]);
  expect(state.said?.[0]).not.toHaveProperty("telling");
  const { sha } = (await story.pull(issue)).head;
  const told = await story.file(sha, "told.txt");
  expect(told).toMatch(/^Noted\.\n\nPeople who may decide here said this while you work/);
  expect(told).toMatch(/begin data [0-9a-f]{24}: what bob said ===\nPrint no spaces\.\n/);
  expect(told).not.toContain("Delete");
  expect(await story.file(sha, "again.txt")).toMatch(/^You were told this before:\n\n=== begin data/);
  const heard = story.comments(issue).filter((text) => text.includes("was just told"));
  expect(heard).toEqual([
    expect.stringContaining(
      "The agent of attempt 1 was just told what `bob` said (`Print no spaces.`), in the answer to a tool",
    ),
  ]);
});

test("an agent that calls no tool any more was not told, the thread says so, and the next brief quotes it", async () => {
  const agent = await waiting(
    attempts(botch("red"), `grep -A1 'what bob said' "$LOOP_DIR/brief.md" > brief.txt; ${mend}`),
  );
  const story = await aStory({ executor: agent.executor });
  const issue = await atWork(story);
  await steer(story, issue, "Print no spaces.");
  agent.go();
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const said = story.comments(issue).filter((text) => text.includes("what `bob` said"));
  expect(said).toEqual([
    expect.stringContaining(
      "Attempt 1 ended before its agent was told what `bob` said (`Print no spaces.`): it called none of Loopgate's tools after that. The brief of the next attempt, if there is one, quotes it.",
    ),
  ]);
  expect(await story.file((await story.pull(issue)).head.sha, "brief.txt")).toContain("Print no spaces.");
});

test("F12: what was said before a restart of the App is told after it, and once", async () => {
  const agent = await waiting(`until loop steering > told.txt; do sleep 0.1; done; loop steering > again.txt; ${mend}`);
  const story = await aStory({ executor: agent.executor, runtime: outliving(agent.go) });
  const issue = await atWork(story);
  await steer(story, issue, "Print no spaces.");
  await story.restart();
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const { sha } = (await story.pull(issue)).head;
  expect(await story.file(sha, "told.txt")).toContain("Print no spaces.");
  expect(story.comments(issue).filter((text) => text.includes("was just told"))).toHaveLength(1);
});
