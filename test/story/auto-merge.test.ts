// Somebody has GitHub merge the loop's pull request by itself: GitHub goes by its own rules, and the thread says what that means.
import { expect, test } from "vitest";
import type { BranchRule, Issue } from "../../src/forge/model.ts";
import { approving, aStory, type Story, type StoryOptions } from "./world.ts";

const early = "version: 1\npull_request:\n  draft: never\n";
const open: BranchRule = { requiredChecks: [], requiredApprovals: 0, restrictPushes: false, allowForcePushes: true };

/** A repository that has auto-merge, whose rules of `main` are these. */
async function aStoryWith(rule: Partial<BranchRule>, options: StoryOptions = {}): Promise<Story> {
  const story = await aStory({ policy: early, ...options });
  story.repository.settings.autoMerge = true;
  story.repository.rules.set("main", { ...open, ...rule });
  return story;
}

const words = (story: Story, issue: Issue) => story.comments(issue).join("\n");

test("at the gate: who switched it on is told what it does, once, and nobody is asked to merge what GitHub merges", async () => {
  const story = await aStoryWith({ requiredApprovals: 1 });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const pull = await story.pull(issue);
  story.forge.as("alice").autoMerge(pull);
  await story.settle();
  expect((await story.state(issue)).autoMerge).toEqual({ by: "alice" });
  expect(words(story, issue)).toContain("`alice` switched on auto-merge for");
  expect(words(story, issue)).toContain("make `loop / verdict` a required check of `main`");
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect([pull.merged, (await story.state(issue)).ending?.of]).toEqual([true, "approved"]);
  expect(story.comments(issue).at(-1)).toMatch(/it merges that by itself, as `alice` had it do/);
  expect(words(story, issue).match(/switched on auto-merge/g)).toHaveLength(1);
});

test("before the reviewer has answered: GitHub merges what its rules let, and the loop says that its gate was not reached", async () => {
  const requiredChecks = [{ context: "ci / test", appId: null }];
  const story = await aStoryWith({ requiredChecks }, { reviewer: `sleep 3; ${approving}`, ci: { mode: "silent" } });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "verifying");
  const pull = await story.pull(issue);
  story.forge.as("alice").autoMerge(pull);
  const app = { user: story.forge.ciApp.bot, app: story.forge.ciApp };
  const green = { name: "ci / test", headSha: pull.head.sha, conclusion: "success" } as const;
  await story.forge.world.createCheckRun(app, story.repository, green);
  await story.settle();
  const { ending } = await story.state(issue);
  expect([pull.merged, ending]).toMatchObject([
    true,
    { of: "merged_by_hand", auto: true, gate: "not_reached", by: "alice" },
  ]);
  expect(words(story, issue)).toContain("Its gate had not been passed");
});

test("F15: where its webhook is lost it is read with the gate, and so is that it was switched off", async () => {
  const policy = `${early}gate:\n  approvals: 2\n`;
  const story = await aStoryWith({ requiredApprovals: 2 }, { policy });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  story.forge.dropDeliveriesWhere(() => true);
  story.forge.as("alice").autoMerge(pull);
  await story.settle();
  story.forge.dropDeliveriesWhere(null);
  expect((await story.state(issue)).autoMerge).toBeUndefined();
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect(words(story, issue)).toContain("`alice` switched on auto-merge for");
  story.forge.world.disableAutoMerge(story.forge.as("alice").actor, pull);
  await story.settle();
  expect((await story.state(issue)).autoMerge).toBeUndefined();
});

test("what cannot have it at GitHub is refused: a draft, what merges at once, and a repository that does not allow it", async () => {
  const story = await aStoryWith({}, { policy: "version: 1\n", ci: { mode: "silent" } });
  const issue = await story.startLoop();
  const alice = story.forge.as("alice");
  const pull = await story.pull(issue);
  expect(() => alice.autoMerge(pull)).toThrow("Can't enable auto-merge");
  alice.markReady(pull);
  await story.settle();
  expect(() => alice.autoMerge(pull)).toThrow("is in clean status");
  story.repository.settings.autoMerge = false;
  expect(() => alice.autoMerge(pull)).toThrow("not allowed for this repository");
});
