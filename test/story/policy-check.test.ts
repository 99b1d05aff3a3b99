// A pull request of people that changes the policy gets a check run which says, on its lines, what that makes of it.
import { expect, test } from "vitest";
import type { CheckRun, Pull } from "../../src/forge/model.ts";
import { aStory, brokenShop, type Story } from "./world.ts";

const path = ".github/loop.yml";

/** The newest run of that name on the pull request's commit, as people see it; undefined: there is none. */
const checkOn = (story: Story, pull: Pull): CheckRun | undefined =>
  story.repository.runs.findLast(({ name, headSha }) => name === "loop / policy" && headSha === pull.head.sha);

/** On the lines as a reader sees them. */
const linesOf = (run: CheckRun | undefined) =>
  run?.output.annotations.map((one) => `${one.path}:${one.startLine} ${one.level} ${one.message}`);

async function propose(story: Story, files: Readonly<Record<string, string | null>>, branch = "rules"): Promise<Pull> {
  const bob = story.forge.as("bob");
  await bob.push(story.repository, branch, files, "Change the rules");
  const pull = await bob.openPull(story.repository, { title: "Change the rules", head: branch, base: "main" });
  await story.settle();
  return pull;
}

test("a pull request that changes the policy is told on its lines what it loosens, what is held to bounds and what is wrong", async () => {
  const story = await aStory({ policy: "attempts: 2\ngate:\n  approvals: 2\nprotected_paths: [secrets]\n" });
  const pull = await propose(story, { [path]: "attempts: 5\nruns: 90\ngate:\n  approvals: 3\n" });
  const first = checkOn(story, pull);
  expect([first?.status, first?.conclusion, first?.output.title]).toEqual([
    "completed",
    "neutral",
    "Loosens 3, tightens 1 of the options",
  ]);
  expect(linesOf(first)).toEqual([
    ".github/loop.yml:2 warning `runs` is 90, but this App's operator allows at most 60; it is held to that.",
    ".github/loop.yml:1 warning Loosens `attempts`: from `2` to `5`.",
    ".github/loop.yml:2 warning Loosens `runs`: from `20` to `60`.",
    ".github/loop.yml:1 warning Loosens `protected_paths`: it loses `secrets`.",
    ".github/loop.yml:4 notice Tightens `gate.approvals`: from `2` to `3`.",
  ]);
  expect(first?.output.summary).toContain("Nothing of it counts before it is merged");

  await story.forge.as("bob").push(story.repository, "rules", { [path]: "attempts: 1\natempts: 5\n" }, "Mistype");
  await story.settle();
  const second = checkOn(story, pull);
  expect([second?.conclusion, second?.output.title]).toEqual(["failure", "No loop begins with this policy"]);
  expect(linesOf(second)).toEqual([
    ".github/loop.yml:2 failure No loop begins with this: `atempts` is not an option; did you mean `attempts`?.",
  ]);
});

test("one of a stranger's fork is told the same; one that changes something else, or a loop's own, is not", async () => {
  const story = await aStory({ policy: "attempts: 2\n" });
  story.forge.createUser("mallory");
  const mallory = story.forge.as("mallory");
  const fork = await story.forge.world.fork(mallory.actor, story.repository);
  await mallory.push(fork, "loop/1-x", { [path]: "attempts: 2\ngaming: block\n" }, "Stricter");
  const theirs = await mallory.openPull(story.repository, {
    title: "Stricter",
    head: "mallory:loop/1-x",
    base: "main",
  });
  const other = await propose(story, { "README.md": "# a shop\n" }, "words");
  const issue = await story.startLoop();
  expect([checkOn(story, theirs)?.conclusion, linesOf(checkOn(story, theirs))]).toEqual([
    "success",
    [".github/loop.yml:2 notice Tightens `gaming`: from `inform` to `block`."],
  ]);
  expect([checkOn(story, other), checkOn(story, await story.pull(issue))]).toEqual([undefined, undefined]);
});

test("where the base went on by itself nothing is told, and a name that is never read is", async () => {
  const story = await aStory({ files: { ...brokenShop, [path]: "attempts: 2\n" } });
  const words = await propose(story, { "README.md": "# a shop\n" }, "words");
  await story.forge.as("bob").push(story.repository, "main", { [path]: "attempts: 3\n" }, "Three");
  await story.forge.as("bob").push(story.repository, "words", { "README.md": "# the shop\n" }, "More");
  await story.settle();
  expect(checkOn(story, words)).toBeUndefined();
  const misnamed = await propose(story, { ".github/loop.yaml": "attempts: 9\n" }, "misnamed");
  expect([checkOn(story, misnamed)?.conclusion, linesOf(checkOn(story, misnamed))]).toEqual([
    "failure",
    [
      ".github/loop.yaml:1 failure This file is never read as a policy, and while it is there no loop begins: the policy is `.github/loop.yml`, so rename it.",
    ],
  ]);
});

test("a policy of its own is set beside its owner's, and one that goes leaves it to the owner's", async () => {
  const story = await aStory();
  const owners = { owner: "acme", name: ".github", files: { [path]: "attempts: 2\ngate: {merge: true}\n" } };
  await story.forge.createRepository(owners);
  const pull = await propose(story, { [path]: "attempts: 2\n" });
  const check = checkOn(story, pull);
  expect(linesOf(check)).toEqual([".github/loop.yml:1 notice Tightens `gate.merge`: from `true` to `false`."]);
  expect(check?.output.summary).toContain("this file takes its place as a whole");
  await story.forge.as("alice").merge(pull);
  await story.settle();
  const away = await propose(story, { [path]: null }, "away");
  expect(checkOn(story, away)?.output.summary).toContain(
    "From then on the policy of the repository's owner stands in.",
  );
  expect(checkOn(story, away)?.output.summary).toContain("Loosens `gate.merge`");
  expect(linesOf(checkOn(story, away))).toEqual([]);
});

test("told of twice, or after an answer that was lost, it is one check run", async () => {
  const story = await aStory({ policy: "attempts: 2\n" });
  story.forge.failNext("POST /repos/:owner/:repo/check-runs", { status: "cut", applyEffect: true });
  const pull = await propose(story, { [path]: "attempts: 3\n" });
  for (let times = 0; times < 5; times++) await story.advance(60_000);
  story.forge.as("bob").close(pull);
  story.forge.as("bob").reopen(pull);
  await story.settle();
  expect(story.repository.runs.filter(({ name }) => name === "loop / policy")).toHaveLength(1);
});

const secretive = "attempts: 7\nruns: 90\nagent: {command: whisper}\ngate: {reviewers: [erin]}\n";

/** All that anybody reads of a check run. */
const wordsOf = (run: CheckRun | undefined) => JSON.stringify(run?.output);

test("T28: a public repository is told nothing of what the policy of a private one holds, and a private one is", async () => {
  const story = await aStory();
  await story.forge.createRepository({ owner: "acme", name: ".github", private: true, files: { [path]: secretive } });
  const pull = await propose(story, { [path]: "attempts: 9\n" });
  const check = checkOn(story, pull);
  expect([check?.conclusion, check?.output.title]).toEqual(["neutral", "Beside a policy that is not shown here"]);
  expect(check?.output.summary).toContain("nothing of it is shown, and nothing compared");
  expect(linesOf(check)).toEqual([]);
  story.repository.private = true;
  await story.forge.as("bob").push(story.repository, "rules", { [path]: "attempts: 8\n" }, "Eight");
  await story.settle();
  expect(linesOf(checkOn(story, pull))).toContain(".github/loop.yml:1 warning Loosens `attempts`: from `7` to `8`.");
  story.repository.private = false;
  await story.forge.as("alice").merge(pull);
  await story.settle();
  const away = checkOn(story, await propose(story, { [path]: null }, "away"));
  expect([away?.conclusion, linesOf(away)]).toEqual(["neutral", []]);
  for (const run of [check, away]) expect(wordsOf(run)).not.toMatch(/whisper|erin|runs|reviewers|from|`7`/);
});
