// How many requests a loop costs, against the floor of one request for each thing that has to be said or read.
import { afterAll, describe, expect, test } from "vitest";
import { countByKind } from "../../src/forge/http/requests.ts";
import type { Issue } from "../../src/forge/model.ts";
import { aStory, attempts, botch, mend, minute, type Story } from "./world.ts";

/** Every attempt but the last fails in words of its own. */
const words = ["red", "blue", "grey", "brown", "pink", "lime", "teal", "gold", "navy"];
const failing = (count: number) => attempts(...words.slice(0, count - 1).map(botch), mend);

/** As a repository of its own would say it: which check counts, and who is asked. */
function policyFor(count: number): string {
  return `version: 1\nattempts: ${count}\nruns: 40\nchecks:\n  required: ["ci / test"]\ngate:\n  reviewers: [bob]\n`;
}

async function aLoopOf(count: number): Promise<Story> {
  const story = await aStory({ executor: failing(count), policy: policyFor(count) });
  // Hours of work pass in seconds here: as many writes in a minute are no sign of bad manners.
  Object.assign(story.forge.world.limits, { contentPerMinute: 10_000, pointsPerMinute: 100_000 });
  await story.settle();
  return story;
}

/** At most an hour of silence: six periods. */
async function untilPhase(story: Story, issue: Issue, phase: string): Promise<void> {
  for (let period = 0; period < 6 && (await story.phase(issue)) !== phase; period++) {
    await story.advance(10 * minute);
  }
  expect(await story.phase(issue)).toBe(phase);
}

/** Requests of a whole loop, from the label to the approval, as a share of the floor: 13 + 4 for each attempt. */
async function shareOfFloor(story: Story, count: number): Promise<number> {
  const from = story.forge.requests.length;
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.settle();
  await untilPhase(story, issue, "awaiting_gate");
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  await untilPhase(story, issue, "settled");
  const state = await story.state(issue);
  expect(state.ending?.reason).toBe("task_complete");
  expect(state.attempts).toHaveLength(count);
  const counts = countByKind(story.forge.requests.slice(from));
  return Object.values(counts).reduce((sum, one) => sum + one, 0) / (13 + 4 * count);
}

test.each([1, 4, 10])(
  "a healthy loop of %i attempts stays within 1.1 times the floor",
  async (count) => {
    const story = await aLoopOf(count);
    expect(await shareOfFloor(story, count)).toBeLessThanOrEqual(1.1);
  },
  180_000,
);

/** One webhook in twenty is lost, the first of them this many after the first; which ones those are decides what it costs. */
describe.each([
  { count: 1, firsts: [0, 1, 3, 9, 10] }, // the approval; the label and the approval; labels; CI's words, twice
  { count: 4, firsts: [1, 4, 13] },
  { count: 10, firsts: [1, 5] },
])("with one webhook in twenty lost, a loop of $count attempts", ({ count, firsts }) => {
  const shares: number[] = [];
  afterAll(() => {
    const mean = shares.reduce((sum, one) => sum + one, 0) / shares.length;
    console.info(`${count} attempts, webhooks lost: ${mean.toFixed(2)} of the floor, at most ${Math.max(...shares)}`);
  });

  test.each(firsts)(
    "stays within 1.3 times the floor when the first lost is number %i",
    async (first) => {
      const story = await aLoopOf(count);
      let sent = 0;
      let lost = 0;
      story.forge.dropDeliveriesWhere(() => {
        const isLost = sent % 20 === first;
        sent += 1;
        lost += Number(isLost);
        return isLost;
      });
      const share = await shareOfFloor(story, count);
      shares.push(share);
      expect(lost).toBeGreaterThanOrEqual(Math.floor(sent / 20));
      expect(share).toBeLessThanOrEqual(1.3);
    },
    180_000,
  );
});
