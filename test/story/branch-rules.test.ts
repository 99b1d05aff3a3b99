// What the rules of the base branch ask for beside the policy: heard of at once, and done where GitHub would refuse to merge.
import { expect, test } from "vitest";
import type { BranchRule, CheckRun, Issue, PushRule } from "../../src/forge/model.ts";
import { aStory, attempts, mend, minute, type Story, type StoryOptions } from "./world.ts";

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

test("where the policy has nothing run again, what turns red at the gate is not, either", async () => {
  const policy = "version: 1\npull_request:\n  draft: never\nchecks:\n  run_again: deny\n";
  const story = await aRuled({ requiredChecks: [{ context: "lint", appId: null }] }, { policy });
  const issue = await story.startLoop();
  await report(story, issue, "success");
  expect(await story.phase(issue)).toBe("awaiting_gate");
  await report(story, issue, "failure");
  const { attempts: made } = await story.state(issue);
  expect(made[0]?.verdict?.colour).toBe("red");
  expect(made[0]).not.toHaveProperty("rerunAtGate");
});

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
  expect(said).toContain("change what made GitHub reject the push, as by leaving `loop/**` out");
  expect(story.repository.issues.size).toBe(1);
  story.repository.rules.delete(branch ?? "");
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  expect([await story.phase(issue), (await story.pull(issue)).head.sha]).toEqual([
    "awaiting_gate",
    ending?.pendingHead,
  ]);
});

/** A loop whose first push meets rules of rulesets whose target its branch is among. */
async function declinedBy(rules: readonly PushRule[], options: StoryOptions = {}) {
  const story = await aStory(options);
  story.repository.pushRules.push(...rules);
  const issue = await story.startLoop();
  return { story, issue, said: story.comments(issue).at(-1) ?? "" };
}

test.each<[string, PushRule, string]>([
  ["creations", { refs: "~ALL", kind: "creation" }, "Cannot create ref due to creations being restricted."],
  ["pull requests alone", { refs: "~ALL", kind: "pull_request" }, "Changes must be made through a pull request."],
  ["a check", { refs: "~ALL", kind: "check", asks: "lint" }, 'Required status check "lint" is expected.'],
  [
    "whose address",
    { refs: "loop/**", kind: "author_email", asks: "@acme\\.com$" },
    "Commit author email must match a given regex pattern",
  ],
])(
  "a ruleset over all branches that restricts %s is told by its words, and no attempt is made for it",
  async (_, rule, words) => {
    const { story, issue, said } = await declinedBy([rule]);
    const { ending, attempts: made } = await story.state(issue);
    expect(ending).toMatchObject({ reason: "permission_required", of: "push_declined", resume: "publish" });
    expect(ending).not.toHaveProperty("ofCommits");
    expect(made.map(({ counted }) => counted)).toEqual([false]);
    expect(said).toContain(words);
    expect(said).toContain("adding this App to its bypass list");
    story.repository.pushRules.length = 0;
    story.forge.as("bob").comment(issue, "/loop approve");
    await story.settle();
    expect([await story.phase(issue), (await story.state(issue)).attempts.length]).toEqual(["awaiting_gate", 1]);
  },
);

test("a rule on updates alone lets the first push in, and the second waits for a person", async () => {
  const rule: PushRule = { refs: "loop/**", kind: "update" };
  const { story, issue, said } = await declinedBy([rule], { executor: attempts("echo more > more.txt", mend) });
  const { ending, attempts: made } = await story.state(issue);
  expect(made.map(({ verdict }) => verdict?.colour ?? null)).toEqual(["red", null]);
  expect(ending).toMatchObject({ of: "push_declined", resume: "publish" });
  expect(said).toContain("Cannot update this protected ref.");
});

const saying = (message: string) => `git add -A; git commit -q -m '${message}'`;

test.each<[string, PushRule, string, string, string]>([
  [
    "a commit's message",
    { refs: "~ALL", kind: "message", asks: "^(feat|fix):" },
    `${mend}; ${saying("Mend totals")}`,
    `${mend}; ${saying("fix: mend totals")}`,
    "Commit message must match a given regex pattern: ^(feat|fix):",
  ],
  [
    "a file's path",
    { refs: "~ALL", kind: "path", asks: "notes.txt" },
    `${mend}; echo note > notes.txt`,
    mend,
    "File path is restricted: notes.txt",
  ],
  [
    "a file's size",
    { refs: "~ALL", kind: "file_size", asks: "4k" },
    `${mend}; head -c 8000 /dev/zero | tr '\\0' x > big.txt`,
    mend,
    "File size exceeds the limit of 4k.",
  ],
])(
  "a ruleset that minds %s is told, and a person may have other commits made, which are told why",
  async (_, rule, first, second, words) => {
    const heard = `grep -qF '${words}' "$LOOP_DIR/brief.md" || exit 9`;
    const { story, issue, said } = await declinedBy([rule], { executor: attempts(first, `${heard}; ${second}`) });
    const { ending, attempts: made } = await story.state(issue);
    expect(ending).toMatchObject({ of: "push_declined", ofCommits: true, resume: "publish" });
    expect(made.map(({ counted }) => counted)).toEqual([false]);
    expect(said).toContain(words);
    expect(said).toContain("comment `/loop retry` for another attempt, which is told what GitHub says above");
    story.forge.as("bob").comment(issue, "/loop retry");
    await story.settle();
    const state = await story.state(issue);
    expect([state.phase, state.attempts.length, state.attempts[1]?.counted]).toEqual(["awaiting_gate", 2, true]);
  },
);

test("a commit that such a rule declined goes out as it is once a person changed the rule", async () => {
  const rule: PushRule = { refs: "~ALL", kind: "message", asks: "^fix: " };
  const { story, issue } = await declinedBy([rule]);
  const { ending } = await story.state(issue);
  story.repository.pushRules.length = 0;
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect((await story.pull(issue)).head.sha).toBe(ending?.pendingHead);
});

test("where a rule wants a linear history, a merge of the base is declined in its words, and tried no more", async () => {
  const base = `git fetch -q origin main && git merge -q --no-edit origin/main`;
  const executor = attempts(
    `${mend}; echo ours > both.txt`,
    `${base} || { echo both > both.txt; git add -A; git commit -q --no-edit; }`,
  );
  const story = await aStory({ executor });
  story.repository.pushRules.push({ refs: "~ALL", kind: "linear" });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  await story.forge.as("dave").push(story.repository, "main", { "both.txt": "theirs\n" }, "Write theirs");
  await story.advance(11 * minute); // the first to look sets GitHub to work, and the look after it knows
  await story.advance(11 * minute);
  const { ending, attempts: made } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "permission_required", of: "push_declined" });
  expect(ending).not.toHaveProperty("ofCommits");
  expect([made.length, made[1]?.merges, made[1]?.counted]).toEqual([2, "conflict", false]);
  expect(story.comments(issue).at(-1)).toContain("This branch must not contain merge commits.");
});
