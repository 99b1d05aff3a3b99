// The gate: whose approval counts, on which commit, and what people's pushes mean.
import { expect, test } from "vitest";
import type { Pull } from "../../src/forge/model.ts";
import { aStory, minute, type Story } from "./world.ts";

test("an approval of an old head does not count (T21, F69)", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const old = pull.head.sha;
  await story.forge.as("dave").push(story.repository, pull.head.ref, { "NOTES.md": "A note.\n" }, "Add a note");
  await story.settle();
  expect(pull.head.sha).not.toBe(old);
  story.forge.as("bob").approve(pull, { commit: old });
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot(`
    "The approval by \`bob\` does not count: it is for commit \`«commit 3»\`, and the branch is now at \`«commit 1»\`. The loop still needs an approval of commit \`«commit 1»\` by someone with write permission who is neither \`alice\` nor an author of the commits.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

test("the requester's own approval does not count (F70)", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  story.forge.as("alice").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot(`
    "The approval by \`alice\` does not count: whoever started the loop cannot approve its result. The loop still needs an approval of commit \`«commit 1»\` by someone with write permission who is neither \`alice\` nor an author of the commits.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  story.forge.as("alice").comment(issue, "/loop approve");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot(`
    "\`/loop approve\` by \`alice\` was refused: you started this loop, so someone else has to approve its result. Nothing changed. \`/loop help\` lists the commands.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
});

test("an approval by someone without write permission does not count (T21)", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  story.forge.as("carol").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("a person's push to the branch at the gate is judged again and never overwritten (F71, I8)", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const pushed = await story.forge
    .as("dave")
    .push(story.repository, pull.head.ref, { "NOTES.md": "A note.\n" }, "Add a note");
  await story.settle();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.head).toBe(pushed);
  expect(pull.head.sha).toBe(pushed);
  story.forge.as("dave").approve(pull);
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot(`
    "The approval by \`dave\` does not count: authors of the commits cannot approve them. The loop still needs an approval of commit \`«commit 1»\` by someone with write permission who is neither \`alice\` nor an author of the commits.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

test("/loop approve by another writer counts on the exact head", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ reason: "task_complete", by: "bob" });
});

test("nobody answers: one reminder, then the loop ends as unanswered", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  await story.advance(2 * 24 * 60 * minute);
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot(`
    "Pull request [#2](«forge»/acme/shop/pull/2) has been waiting for approval since 2026-01-05 09:00 UTC. This is the only reminder. Next: approve it or request changes there. If nobody does either, the loop ends on 2026-01-19 09:00 UTC.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  await story.advance(12 * 24 * 60 * minute);
  expect((await story.state(issue)).ending?.reason).toBe("unanswered");
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot(`
    "**Loopgate stopped: unanswered.** Nobody approved the change or asked for changes in time.

    **Next:** @alice, set the label \`loop\` again to start a new loop.

    Kept: branch \`loop/1-«loop»\` at \`«commit 1»\`, pull request [#2](«forge»/acme/shop/pull/2).

    Used: 1 of 3 attempts, 2 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  const said = story.comments(issue).length;
  await story.advance(30 * 24 * 60 * minute);
  expect(story.comments(issue)).toHaveLength(said);
});

test("with no gate in the policy a green verdict is the end", async () => {
  const story = await aStory({ policy: "version: 1\ngate:\n  approvals: 0\n" });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("verifier_passed");
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot(`
    "**Loopgate is done: verifier passed.** All checks passed, and the policy does not ask for an approval.

    **Next:** Look at [#2](«forge»/acme/shop/pull/2) and merge it if you want it.

    Kept: branch \`loop/1-«loop»\` at \`«commit 1»\`, pull request [#2](«forge»/acme/shop/pull/2).

    Used: 1 of 3 attempts, 2 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
});

test("a merge that another one came before is tried again, and nobody is asked", async () => {
  const story = await aStory({ policy: "version: 1\ngate:\n  merge: true\n" });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const body = { message: "Base branch was modified. Review and try the merge again." };
  story.forge.failNext("PUT /repos/:owner/:repo/pulls/:number/merge", { status: 405, body });
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect(pull.merged).toBe(false);
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  await story.advance(2_000);
  expect(pull.merged).toBe(true);
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

test("a commit that a person pushes before the merge is judged, and the approval of the other merges nothing (F71, T21)", async () => {
  const story = await aStory({ policy: "version: 1\ngate:\n  merge: true\n" });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const merge = "PUT /repos/:owner/:repo/pulls/:number/merge";
  story.forge.failNext(merge, {
    status: 409,
    body: { message: "Head branch was modified. Review and try the merge again." },
  });
  story.forge.as("bob").approve(pull);
  await story.settle();
  await story.forge.as("dave").push(story.repository, pull.head.ref, { "note.txt": "mine\n" }, "A note");
  await story.settle();
  await story.advance(2_000);
  const state = await story.state(issue);
  expect(pull.merged).toBe(false);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.head).toBe(pull.head.sha);
});

test("where the policy says so, the approved commit is merged", async () => {
  const story = await aStory({ policy: "version: 1\ngate:\n  merge: true\n" });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect(pull.merged).toBe(true);
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

const slowCheck = 'version: 1\nchecks:\n  required: ["ci/slow"]\n';

/** The check that everything waits for, reported by someone else's system. */
async function pass(story: Story, pull: Pull): Promise<void> {
  const status = {
    sha: pull.head.sha,
    state: "success",
    context: "ci/slow",
    description: "",
    targetUrl: null,
  } as const;
  await story.forge.world.createStatus(
    { user: story.forge.ciApp.bot, app: story.forge.ciApp },
    story.repository,
    status,
  );
  await story.settle();
}

test("an approval given while CI still judges opens the gate at once (L5)", async () => {
  const story = await aStory({ policy: slowCheck });
  const issue = await story.startLoop();
  expect((await story.state(issue)).phase).toBe("verifying");
  const pull = await story.pull(issue);
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect((await story.state(issue)).phase).toBe("verifying");
  await pass(story, pull);
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
  expect((await story.pull(issue)).draft).toBe(false);
});

test("a merge that nobody told of, while CI still judges, opens no gate (F17, F68, I14)", async () => {
  const story = await aStory({ policy: slowCheck });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  story.forge.dropDeliveries(3); // ready for review, the push to main, closed
  await story.forge.as("dave").merge(story.forge.as("dave").markReady(pull));
  await story.settle();
  expect((await story.state(issue)).phase).toBe("verifying");
  await pass(story, pull);
  const { ending, gateSince } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "task_complete", of: "merged_by_hand", gate: "not_reached", by: "dave" });
  expect(story.comments(issue).at(-1)).toContain("Its gate had not been passed: the loop was still working on it.");
  expect(gateSince).toBeNull();
});
