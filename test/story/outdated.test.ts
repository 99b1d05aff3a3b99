// Rules of the base take only a branch that contains it: it is brought in before anyone's approval is spent, and judged anew.
import { expect, test } from "vitest";
import type { BranchRule, Issue } from "../../src/forge/model.ts";
import { aStory, minute, type Story, type StoryOptions } from "./world.ts";

const strict: BranchRule = {
  requiredChecks: [{ context: "ci / test", appId: null }],
  requiredApprovals: 0,
  upToDate: true,
  restrictPushes: false,
  allowForcePushes: true,
};
const merging = "version: 1\ngate:\n  merge: true\n";

interface AtGate {
  readonly story: Story;
  readonly issue: Issue;
}

async function atTheGate(rule: Partial<BranchRule>, options: StoryOptions = {}): Promise<AtGate> {
  const story = await aStory(options);
  story.repository.rules.set("main", { ...strict, ...rule });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  return { story, issue };
}

const moveBase = async (story: Story, text = "More.\n") => {
  await story.forge.as("dave").push(story.repository, "main", { "more.md": text }, "Write more");
  await story.settle();
};

/** Whoever looks first sets GitHub to work: the look after it knows. */
const lookTwice = async (story: Story) => {
  await story.advance(11 * minute);
  await story.advance(11 * minute);
};

const updates = (story: Story) => story.requests.filter(({ route }) => route.endsWith("/merges")).length;

test.each([
  ["a ruleset", {}],
  ["a ruleset that asks for an approval", { requiredApprovals: 1 }],
  ["classic protection", { classic: true }],
])(
  "%s: the base moves at the gate, is merged in before anyone approves, and only an approval of what came of it counts",
  async (_, rule) => {
    const { story, issue } = await atTheGate(rule, { policy: merging });
    const before = await story.state(issue);
    await moveBase(story);
    await lookTwice(story);
    const state = await story.state(issue);
    const pull = await story.pull(issue);
    expect([state.phase, state.attempts.length, state.othersPushed]).toEqual(["awaiting_gate", 1, false]);
    expect(pull.head.sha).not.toBe(before.head);
    expect([state.head, state.attempts[0]?.verdict?.head]).toEqual([pull.head.sha, pull.head.sha]);
    expect(state.base?.sha).toBe(pull.base.sha);
    expect(await story.file(pull.head.sha, "more.md")).toBe("More.\n");
    expect(state.attempts[0]?.runs.map(({ role }) => role)).toEqual(["executor", "reviewer", "reviewer"]);
    story.forge.as("bob").approve(pull, { commit: before.head ?? "" });
    await story.settle();
    expect(await story.phase(issue)).toBe("awaiting_gate");
    story.forge.as("bob").approve(pull);
    await story.settle();
    expect([pull.merged, (await story.state(issue)).ending?.reason]).toEqual([true, "task_complete"]);
    expect(updates(story)).toBe(1);
  },
  120_000,
);

test.each([
  ["a ruleset", {}],
  ["classic protection, which nothing but the refused merge tells of", { classic: true }],
])(
  "%s: approved just after the base moved, it is brought in, judged, and approved again before it is merged",
  async (_, rule) => {
    const { story, issue } = await atTheGate(rule, { policy: merging });
    const first = (await story.state(issue)).head;
    await moveBase(story);
    story.forge.as("bob").approve(await story.pull(issue));
    await story.settle();
    for (let times = 0; times < 20 && updates(story) === 0; times++) await story.advance(30_000);
    const pull = await story.pull(issue);
    expect([await story.phase(issue), pull.merged, updates(story)]).toEqual(["awaiting_gate", false, 1]);
    expect(pull.head.sha).not.toBe(first);
    story.forge.as("bob").approve(pull);
    await story.settle();
    expect(pull.merged).toBe(true);
  },
  120_000,
);

test("where no rule asks for it, a base that moved is left alone", async () => {
  const { story, issue } = await atTheGate({ upToDate: false });
  const { head } = await story.state(issue);
  await moveBase(story);
  await lookTwice(story);
  expect([(await story.state(issue)).head, updates(story)]).toEqual([head, 0]);
}, 60_000);

test("a base that moved while the commit was judged is in it before the gate opens", async () => {
  const story = await aStory({ ci: { mode: "silent" } });
  story.repository.rules.set("main", { ...strict, requiredChecks: [{ context: "lint", appId: null }] });
  const issue = await story.startLoop();
  const report = async () => {
    const headSha = (await story.pull(issue)).head.sha;
    const app = { user: story.forge.ciApp.bot, app: story.forge.ciApp };
    await story.forge.world.createCheckRun(app, story.repository, { name: "lint", headSha, conclusion: "success" });
    await story.settle();
  };
  await moveBase(story);
  await report();
  expect([await story.phase(issue), updates(story), (await story.pull(issue)).draft]).toEqual(["verifying", 1, true]);
  await report();
  expect(await story.phase(issue)).toBe("awaiting_gate");
}, 60_000);

test("a base that moves all the time is brought in five times, then it is left to people, with one word", async () => {
  const { story, issue } = await atTheGate({});
  for (let times = 0; times < 7; times++) {
    await moveBase(story, `${times}\n`);
    await lookTwice(story);
  }
  expect(updates(story)).toBe(5);
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  await lookTwice(story);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const said = story.comments(issue).filter((text) => text.includes("takes only a branch that contains it"));
  expect(said).toHaveLength(1);
  expect(said[0]).toContain("as often as it does (5 times)");
  await story.forge.world.updateBranch(story.forge.as("dave").actor, await story.pull(issue));
  await story.settle();
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
}, 240_000);

test("where GitHub will not have it, the thread says so in GitHub's words, once, and the gate stays closed", async () => {
  const { story, issue } = await atTheGate({});
  const { branch } = await story.state(issue);
  story.repository.rules.set(branch ?? "", { ...strict, requiredChecks: [], upToDate: false, restrictPushes: true });
  await moveBase(story);
  await lookTwice(story);
  await lookTwice(story);
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const said = story.comments(issue).filter((text) => text.includes("Loopgate could not merge"));
  expect(said).toHaveLength(1);
}, 120_000);
