// What rules ask of reviews beside their number: approvals that GitHub dismisses, threads that must be resolved.
import { expect, test } from "vitest";
import type { BranchRule, Issue, Pull } from "../../src/forge/model.ts";
import { aStory, brokenShop, type Story } from "./world.ts";

const open: BranchRule = { requiredChecks: [], requiredApprovals: 1, restrictPushes: false, allowForcePushes: true };
const kinds = [
  ["a ruleset", {}],
  ["classic protection", { classic: true }],
] as const;

interface AtGate {
  readonly story: Story;
  readonly issue: Issue;
  readonly pull: Pull;
}

async function atTheGate(rule: Partial<BranchRule>, files: Readonly<Record<string, string>> = {}): Promise<AtGate> {
  const policy = "version: 1\ngate:\n  merge: true\n";
  const story = await aStory({ policy, files: { ...brokenShop, ...files } });
  story.repository.rules.set("main", { ...open, ...rule });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  return { story, issue, pull: await story.pull(issue) };
}

async function retry({ story, issue }: AtGate): Promise<void> {
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
}

test.each(kinds)(
  "T21: an approval that %s dismisses at a push stays dismissed when the branch is put back, and a new one merges",
  async (_, kind) => {
    const { story, issue, pull } = await atTheGate({ ...kind, dismissStale: true });
    const approved = pull.head.sha;
    story.forge.failNext("PUT /repos/:owner/:repo/pulls/:number/merge", { status: 502, times: 4 });
    story.forge.as("bob").approve(pull);
    await story.settle();
    const dave = story.forge.as("dave");
    await dave.push(story.repository, pull.head.ref, { "more.md": "More.\n" }, "Write more");
    await story.settle();
    expect(pull.reviews.map(({ user, state }) => [user.login, state])).toContainEqual(["bob", "DISMISSED"]);
    await story.forge.world.updateRef(dave.actor, story.repository, `refs/heads/${pull.head.ref}`, approved, true);
    await story.settle();
    for (let times = 0; times < 5; times++) await story.advance(30_000);
    expect([pull.head.sha, pull.merged, await story.phase(issue)]).toEqual([approved, false, "awaiting_gate"]);
    story.forge.as("bob").approve(pull);
    await story.settle();
    for (let times = 0; times < 10 && !pull.merged; times++) await story.advance(30_000);
    expect([pull.merged, (await story.state(issue)).ending?.of]).toEqual([true, "approved_and_merged"]);
  },
  60_000,
);

test.each(kinds)(
  "a thread that %s wants resolved keeps the merge off, in GitHub's words; resolved and retried, it is merged",
  async (_, kind) => {
    const gate = await atTheGate({ ...kind, resolvedThreads: true });
    const { story, issue, pull } = gate;
    const bob = story.forge.as("bob");
    bob.review(pull, { event: "COMMENT", comments: [{ path: "README.md", line: 1, body: "Why this word?" }] });
    bob.approve(pull);
    await story.settle();
    expect(pull.merged).toBe(false);
    expect((await story.state(issue)).ending).toMatchObject({ reason: "permission_required", of: "merge_declined" });
    const told = story.comments(issue).at(-1);
    expect(told).toContain("A conversation must be resolved before this pull request can be merged.");
    expect(told).toContain("change what stopped the merge");
    await retry(gate);
    expect(pull.merged).toBe(false);
    const root = pull.reviewComments.find(({ inReplyTo }) => inReplyTo === null);
    if (root) story.forge.world.resolveThread(bob.actor, root, true);
    await retry(gate);
    expect([pull.merged, (await story.state(issue)).ending?.of]).toEqual([true, "approved_and_merged"]);
  },
  60_000,
);

test.each(kinds)(
  "an owner whose review %s wants keeps the merge off, in GitHub's words; once that is there and retried, it is merged",
  async (_, kind) => {
    const owners = { ".github/CODEOWNERS": "* @alice\n*.sh @dave\n" };
    const gate = await atTheGate({ ...kind, codeOwners: true }, owners);
    const { story, issue, pull } = gate;
    expect(pull.requestedReviewers.map(({ login }) => login)).toEqual(["dave"]);
    story.forge.as("bob").approve(pull);
    await story.settle();
    expect(pull.merged).toBe(false);
    expect((await story.state(issue)).ending).toMatchObject({ reason: "permission_required", of: "merge_declined" });
    expect(story.comments(issue).at(-1)).toContain("Waiting on code owner review from dave.");
    await retry(gate);
    expect(pull.merged).toBe(false);
    story.forge.as("dave").approve(pull);
    await retry(gate);
    expect([pull.merged, (await story.state(issue)).ending?.of]).toEqual([true, "approved_and_merged"]);
  },
  60_000,
);

test.each(kinds)(
  "where %s wants the last push approved by another, whoever approves what a person pushed is another here, too",
  async (_, kind) => {
    const { story, issue, pull } = await atTheGate({ ...kind, lastPushApproval: true });
    const dave = story.forge.as("dave");
    await dave.push(story.repository, pull.head.ref, { "more.md": "More.\n" }, "Write more");
    await story.settle();
    dave.approve(pull);
    await story.settle();
    expect([pull.merged, await story.phase(issue)]).toEqual([false, "awaiting_gate"]);
    story.forge.as("bob").approve(pull);
    await story.settle();
    expect([pull.merged, (await story.state(issue)).ending?.of]).toEqual([true, "approved_and_merged"]);
  },
  60_000,
);
