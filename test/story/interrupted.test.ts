// People interrupt a loop at its busiest: in the middle of a push, of a run, of a second attempt.
import { describe, expect, test } from "vitest";
import type { Issue, Pull } from "../../src/forge/model.ts";
import { until } from "../until.ts";
import { aBarrier } from "./barrier.ts";
import { aStory, attempts, botch, mend, minute, type Story } from "./world.ts";

const pullsOf = ({ repository }: Story) =>
  [...repository.issues.values()].flatMap(({ pull }) => (pull === null ? [] : [pull]));

const pushesOf = ({ forge }: Story) => forge.requests.filter(({ kind }) => kind === "git push").length;

/** The act happens when the App has asked for the token to push with: from there on the push is on its way. */
async function whilePushing(act: (story: Story, issue: Issue) => void): Promise<{ story: Story; issue: Issue }> {
  const story = await aStory();
  const issue = story.openIssue();
  await story.settle();
  let done = false;
  story.forge.failNext(
    ({ path }) => {
      const isPublishing = story.log.some(({ fields }) => fields.after === "publishing");
      if (!done && isPublishing && path.endsWith("/access_tokens")) {
        done = true;
        act(story, issue);
      }
      return false;
    },
    { status: 500 },
  );
  story.forge.as("alice").label(issue, "loop");
  await story.settle();
  expect(done).toBe(true);
  expect(pushesOf(story)).toBe(1);
  return { story, issue };
}

describe("while the push is under way", () => {
  test("F66: /loop stop ends the loop; the commit that arrived is kept, and nothing follows it", async () => {
    const { story, issue } = await whilePushing((world, it) => world.forge.as("bob").comment(it, "/loop stop"));
    const state = await story.state(issue);
    expect(state.ending).toMatchObject({ reason: "cancelled", by: "bob", during: "publishing" });
    expect(pullsOf(story)).toEqual([]);
    expect(story.comments(issue).at(-1)).toContain("Loopgate stopped: cancelled");
    await story.advance(60 * minute);
    expect(pushesOf(story)).toBe(1);
    expect(pullsOf(story)).toEqual([]);
  });

  test("F66, F67: closing the issue does the same", async () => {
    const { story, issue } = await whilePushing((world, it) => world.forge.as("alice").close(it));
    expect((await story.state(issue)).ending).toMatchObject({ reason: "cancelled", by: "alice" });
    expect(pullsOf(story)).toEqual([]);
  });

  test("F66: after a stop in the middle of a push, the label begins a loop with a branch of its own", async () => {
    const { story, issue } = await whilePushing((world, it) => world.forge.as("bob").comment(it, "/loop stop"));
    const first = await story.state(issue);
    story.forge.as("alice").label(issue, "loop");
    await story.settle();
    const second = await story.state(issue);
    expect(second.branch).not.toBe(first.branch);
    expect(second.phase).toBe("awaiting_gate");
    expect(pullsOf(story).map(({ head }) => head.ref)).toEqual([second.branch]);
  });
});

describe("while the executor is at work", () => {
  test.each<[string, (story: Story, issue: Issue) => void, string]>([
    [
      "deleted",
      (story, issue) => story.forge.world.deleteIssue({ user: story.repository.owner, app: null }, issue),
      "issue_deleted",
    ],
    [
      "transferred to another repository",
      (story, issue) => story.forge.world.transferIssue(story.forge.as("alice").actor, issue, other(story)),
      "issue_transferred",
    ],
  ])("F67: an issue that is %s ends its loop without a word, and its container with it", async (_, act, gone) => {
    const { wait, go } = await aBarrier();
    const story = await aStory({ executor: `${wait}; ${mend}` });
    await story.forge.createRepository({ owner: "acme", name: "other", collaborators: { alice: "maintain" } });
    const issue = story.openIssue();
    story.forge.as("alice").label(issue, "loop");
    await story.reaches(issue, "executing");
    act(story, issue);
    await story.settle(); // which waits for the container to be gone
    const state = await story.state(issue);
    expect(state.ending).toMatchObject({ of: "out_of_reach", gone });
    expect(state.attempts.flatMap(({ runs }) => runs.map(({ status }) => status))).toEqual(["stopped"]);
    go();
    await story.advance(60 * minute);
    expect(pushesOf(story)).toBe(0);
    expect(other(story).issues.get(1)?.comments ?? []).toEqual([]);
  });
});

test("F67: an issue that becomes a discussion ends its loop as closed; what can no longer be said there holds nothing up", async () => {
  const { wait, go } = await aBarrier();
  const story = await aStory({ executor: `${wait}; ${mend}` });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  const said = story.comments(issue).length;
  story.forge.world.convertToDiscussion(story.forge.as("alice").actor, issue);
  await story.settle();
  const { ending, attempts: made } = await story.state(issue);
  expect(ending).toMatchObject({ of: "issue_closed", by: "alice" });
  expect(made.flatMap(({ runs }) => runs.map(({ status }) => status))).toEqual(["stopped"]);
  go();
  await story.advance(60 * minute);
  expect([pushesOf(story), story.comments(issue).length]).toEqual([0, said]);
  const next = await story.startLoop("Another");
  expect(await story.phase(next)).toBe("awaiting_gate");
});

function other({ forge }: Story) {
  return forge.repository("acme/other");
}

/** A loop whose first attempt is red in its pull request, and whose second is at work. */
async function inSecondAttempt(): Promise<{ story: Story; issue: Issue; pull: Pull; go(): void }> {
  const { wait, go } = await aBarrier();
  const story = await aStory({ executor: attempts(botch("red"), `${wait}; ${mend}`) });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  await until(async () => (await story.state(issue)).attempts.length === 2);
  await story.reaches(issue, "executing");
  return { story, issue, pull: await story.pull(issue), go };
}

describe("in the middle of a second attempt", () => {
  test("F68: a person closes the pull request: the container stops, and nothing more is pushed", async () => {
    const { story, issue, pull, go } = await inSecondAttempt();
    const before = pushesOf(story);
    story.forge.as("dave").close(pull);
    await story.settle();
    const { ending } = await story.state(issue);
    expect(ending).toMatchObject({ of: "pull_closed", by: "dave", during: "executing" });
    expect(story.comments(issue).at(-1)).toContain("dave closed the pull request.");
    go();
    await story.advance(60 * minute);
    expect(pushesOf(story)).toBe(before);
  });

  test("F68: a person merges it as it is: the loop says so, and that its gate was never passed", async () => {
    const { story, issue, pull, go } = await inSecondAttempt();
    const before = pushesOf(story);
    story.forge.as("dave").markReady(pull);
    await story.forge.as("dave").merge(pull);
    await story.settle();
    const { ending } = await story.state(issue);
    expect(ending).toMatchObject({ of: "merged_by_hand", gate: "not_reached", by: "dave", during: "executing" });
    expect(story.comments(issue).at(-1)).toContain(
      "dave merged the pull request. Its gate had not been passed: the loop was still working on it.",
    );
    go();
    await story.advance(60 * minute);
    expect(pushesOf(story)).toBe(before);
  });

  test("F68: a person points it at another base: the loop goes on, and leaves it pointed there", async () => {
    const { story, issue, pull, go } = await inSecondAttempt();
    await story.forge.as("dave").push(story.repository, "next", { "NOTES.md": "Next.\n" }, "Begin the next version");
    await story.forge.world.updatePull(story.forge.as("dave").actor, pull, { base: "next" });
    go();
    await story.settle();
    expect(await story.phase(issue)).toBe("awaiting_gate");
    story.forge.as("bob").approve(pull);
    await story.settle();
    expect((await story.state(issue)).ending?.reason).toBe("task_complete");
    expect(pull.base.ref).toBe("next");
    expect(pull.merged).toBe(false);
  });
});
