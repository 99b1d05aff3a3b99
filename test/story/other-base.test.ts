// Loops that begin from another branch than the default one, as policy says.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { aStory, attempts, brokenShop, minute } from "./world.ts";

const develop = "base: develop\n";
const mendNext = "printf 'echo $(($1 + $2))\\n' > total.sh";

test("where policy names another base, the work begins there and the pull request goes there", async () => {
  const story = await aStory({ policy: develop, executor: `cp next.md seen.md; ${mendNext}` });
  await story.forge.as("bob").push(story.repository, "develop", { "next.md": "Of the next version.\n" }, "Begin");
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  expect([await story.phase(issue), pull.base.ref]).toEqual(["awaiting_gate", "develop"]);
  expect(await story.file(pull.head.sha, "seen.md")).toBe("Of the next version.\n");
  expect(story.comments(issue)[0]).toContain("from `develop` at");
  const range = `develop...${pull.head.sha}`;
  const names = execFileSync("git", ["-C", story.repository.gitDir, "diff", "--name-only", range], {
    encoding: "utf8",
  });
  expect(names.trim().split("\n")).toEqual(["seen.md", "total.sh"]);
});

test("a base that is not there is the policy's to mend; made, /loop retry begins from it", async () => {
  const story = await aStory({ policy: develop });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("policy_invalid");
  expect(story.comments(issue).at(-1)).toContain(
    "`base` names the branch `develop`, which this repository does not have",
  );
  await story.forge.as("bob").push(story.repository, "develop", { "next.md": "Next.\n" }, "Begin");
  story.forge.as("bob").comment(issue, "/loop retry");
  await story.settle();
  expect([await story.phase(issue), (await story.pull(issue)).base.ref]).toEqual(["awaiting_gate", "develop"]);
});

test("a branch of the repository cannot change the policy it is judged by: that is the default branch's", async () => {
  const story = await aStory({ policy: develop });
  const files = { ...brokenShop, ".github/loop.yml": "gate: { approvals: 0 }\n" };
  await story.forge.as("bob").push(story.repository, "develop", files, "Ask for no approval");
  const issue = await story.startLoop();
  expect([await story.phase(issue), (await story.state(issue)).rules?.approvals]).toEqual(["awaiting_gate", 1]);
});

test("where the base moves on and conflicts, the agent merges that branch and no other", async () => {
  const asked = "grep -q 'git merge origin/develop' \"$LOOP_DIR/brief.md\"";
  const merge = `${asked} && git merge -q -X ours -m 'Merge develop' origin/develop`;
  const story = await aStory({ policy: develop, executor: attempts(mendNext, merge) });
  const bob = story.forge.as("bob");
  await bob.push(story.repository, "develop", { "next.md": "Next.\n" }, "Begin");
  const issue = await story.startLoop();
  await bob.push(story.repository, "develop", { "total.sh": "echo something else\n" }, "Change it, too");
  await story.settle();
  await story.advance(11 * minute); // whoever looks first sets GitHub to work: the look after it knows
  await story.advance(11 * minute);
  const state = await story.state(issue);
  expect([state.phase, state.attempts.length, state.base?.branch]).toEqual(["awaiting_gate", 2, "develop"]);
});

test("T21: a pull request that a person has go to another branch is judged with that one before it is merged", async () => {
  const story = await aStory({ policy: "gate: { merge: true }\n" });
  const dave = story.forge.as("dave");
  await dave.push(story.repository, "release", { "notes.md": "Of the release.\n" }, "Begin");
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  await story.forge.world.updatePull(dave.actor, pull, { base: "release" });
  story.forge.as("bob").approve(pull);
  await story.settle();
  const { base, attempts: tried, ending } = await story.state(issue);
  const reviews = tried[0]?.runs.filter(({ role }) => role === "reviewer");
  expect([base?.branch, tried.length, reviews?.length]).toEqual(["release", 1, 2]);
  expect(ending).toMatchObject({ reason: "task_complete", of: "approved_and_merged" });
  expect(story.comments(issue)[0]).toContain("from `release` at");
});
