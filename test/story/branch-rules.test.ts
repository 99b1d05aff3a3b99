// What the rules of the base branch ask for beside the policy: heard of at once, and done where GitHub would refuse to merge.
import { expect, test } from "vitest";
import type { BranchRule, CheckRun, Issue } from "../../src/forge/model.ts";
import { aStory, mend, type Story, type StoryOptions } from "./world.ts";

const open: BranchRule = { requiredChecks: [], requiredApprovals: 0, restrictPushes: false, allowForcePushes: true };

async function aRuled(rule: Partial<BranchRule>, options: StoryOptions): Promise<Story> {
  const story = await aStory(options);
  story.repository.rules.set("main", { ...open, ...rule });
  return story;
}

/** A check run that only the branch rules know of. */
async function report(story: Story, issue: Issue, conclusion: "success" | "failure"): Promise<CheckRun> {
  const app = { user: story.forge.ciApp.bot, app: story.forge.ciApp };
  const headSha = (await story.pull(issue)).head.sha;
  const run = await story.forge.world.createCheckRun(app, story.repository, { name: "lint", headSha, conclusion });
  await story.settle();
  return run;
}

test("where branch rules require `loop / review` by name, the reviewer's answer is shown alone as well, before the gate", async () => {
  const requiredChecks = [{ context: "loop / review", appId: null }];
  const story = await aRuled({ requiredChecks }, { policy: "version: 1\npull_request:\n  draft: never\n" });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const ours = story.repository.runs.filter(({ name }) => name.startsWith("loop / "));
  expect(ours.map(({ name, conclusion }) => [name, conclusion])).toEqual([
    ["loop / verdict", "success"],
    ["loop / review", "success"],
  ]);
});

test.each([
  ["a ruleset", {}],
  ["classic protection", { classic: true }],
])(
  "a check that only %s requires is heard of at once beside those of the policy, before the gate and at it",
  async (_, of) => {
    const requiredChecks = [{ context: "lint", appId: null }];
    const policy = 'version: 1\npull_request:\n  draft: never\nchecks:\n  required: ["ci / test"]\n';
    const story = await aRuled({ ...of, requiredChecks }, { policy });
    const issue = await story.startLoop();
    expect(await story.phase(issue)).toBe("verifying");
    await report(story, issue, "success");
    expect(await story.phase(issue)).toBe("awaiting_gate");
    await report(story, issue, "failure");
    expect((await story.state(issue)).attempts[0]).toMatchObject({ rerun: "asked", rerunAtGate: true });
  },
);

test("a rule over the loop's own branch declines the push in GitHub's words; the commit waits, and is pushed once the rule lets it", async () => {
  const story = await aStory({ executor: `sleep 2; ${mend}` });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  const { branch } = await story.state(issue);
  story.repository.rules.set(branch ?? "", { ...open, restrictPushes: true });
  await story.settle();
  const { ending, attempts } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "permission_required", of: "push_declined", resume: "publish" });
  expect(attempts.map(({ counted }) => counted)).toEqual([false]);
  expect(ending?.pendingHead).toMatch(/^[0-9a-f]{40}$/);
  const said = story.comments(issue).at(-1) ?? "";
  expect(said).toContain("GH006: Protected branch update failed");
  expect(said).toContain("change what made GitHub reject the push, then comment `/loop approve");
  expect(story.repository.issues.size).toBe(1);
  story.repository.rules.delete(branch ?? "");
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  expect([await story.phase(issue), (await story.pull(issue)).head.sha]).toEqual([
    "awaiting_gate",
    ending?.pendingHead,
  ]);
});
