// The pull request's description: written anew at each green, and left alone once a person wrote in it.
import { expect, test } from "vitest";
import { isOwnPullBody } from "../../src/report/pull.ts";
import { answer, aStory, attempts, mend, minute, type Story } from "./world.ts";

const told = (summary: string, more: string) =>
  `${more}; ${answer({ summary, confidence: 0.9, assumptions: ["Numbers are whole."] })}`;
const executor = attempts(
  told("It adds its arguments up now.", mend),
  told("The comment says what is added up.", `${mend}; echo '# Whole numbers only.' >> total.sh`),
);

/** The first green, then changes that bob asks for, then the second. */
async function again(story: Story, issue: Awaited<ReturnType<Story["startLoop"]>>): Promise<void> {
  expect(await story.phase(issue)).toBe("awaiting_gate");
  story.forge.as("bob").requestChanges(await story.pull(issue), "Say in a comment that it takes whole numbers.");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect((await story.state(issue)).attempts).toHaveLength(2);
}

test("at each green the pull request says what that green is of", async () => {
  const story = await aStory({ executor });
  const issue = story.openIssue("total.sh adds nothing up");
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "verifying");
  expect((await story.pull(issue)).issue.body).toMatch(/Once CI and an independent reviewer have passed it/);
  await story.settle();
  const first = (await story.pull(issue)).issue.body ?? "";
  const head = (await story.state(issue)).head ?? "";
  for (const words of [
    "**Asked** by `alice` in #1: `total.sh adds nothing up`",
    "It adds its arguments up now.",
    `**Verified** on commit \`${head.slice(0, 7)}\``,
    "- Numbers are whole.",
    "**Look first at** `total.sh`",
  ])
    expect(first).toContain(words);
  await again(story, issue);
  const second = (await story.pull(issue)).issue.body ?? "";
  const moved = (await story.state(issue)).head ?? "";
  expect(second).toContain("The comment says what is added up.");
  expect(second).toContain(`**Verified** on commit \`${moved.slice(0, 7)}\``);
  expect(second).not.toContain("It adds its arguments up now.");
  expect(isOwnPullBody(second)).toBe(true);
}, 120_000);

test("what a person writes in the very moment of the green is not lost", async () => {
  const story = await aStory({ executor });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "verifying");
  story.forge.failNext("graphql mutation MarkReady", { status: 502 });
  await story.settle();
  const pull = await story.pull(issue);
  expect([await story.phase(issue), pull.draft]).toEqual(["awaiting_gate", true]); // judged, and not shown yet
  const own = `${pull.issue.body}\n\nSeen with ops on Friday.`;
  story.forge.as("dave").edit(pull, { body: own });
  await story.advance(10 * minute);
  expect([pull.draft, pull.issue.body]).toEqual([false, own]);
  expect(story.comments(issue).filter((text) => text.includes("was edited by hand"))).toHaveLength(1);
}, 120_000);

test("a description that a person wrote in is left alone, which the status comment says and nothing else", async () => {
  const story = await aStory({ executor });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const own = `${pull.issue.body}\n\nSeen with ops on Friday.`;
  story.forge.as("dave").edit(pull, { body: own });
  const before = story.comments(issue).length;
  await again(story, issue);
  expect((await story.pull(issue)).issue.body).toBe(own);
  const said = story.comments(issue).filter((text) => text.includes("its description was edited by hand"));
  expect(said).toHaveLength(1);
  expect(said[0]).toContain("Started by `alice`"); // the status comment
  expect(story.comments(issue).length).toBe(before + 1); // of the second attempt
}, 120_000);
