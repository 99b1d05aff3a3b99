// Repositories that do not offer everything: no drafts, no merge commits, reviewers that cannot be asked.
import { expect, test } from "vitest";
import { aStory, attempts, botch, mend } from "./world.ts";

const reviewing = "version: 1\ngate:\n  reviewers: [bob]\n";

test("a repository without drafts gets an ordinary pull request, says so, and reviewers are asked once, at the gate", async () => {
  const story = await aStory({
    drafts: false,
    policy: reviewing,
    executor: attempts(botch("red"), mend, `${mend}; echo because > why.txt`),
  });
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.pull).toMatchObject({ draft: false, draftless: true });
  expect(story.comments(issue)[0]).toContain("this repository has no drafts");
  const asked = story.requests.filter(({ route }) => route.endsWith("/requested_reviewers"));
  expect(asked).toHaveLength(1);
  expect(story.requests.filter(({ route }) => route === "MarkReady")).toEqual([]);
  story.forge.as("bob").requestChanges(await story.pull(issue), "Say why.");
  await story.settle();
  expect((await story.state(issue)).attempts).toHaveLength(3);
  expect(story.requests.filter(({ route }) => route.endsWith("/requested_reviewers"))).toHaveLength(1);
  await story.restart({ loseStore: true });
  expect((await story.state(issue)).pull).toMatchObject({ draft: false, draftless: true });
});

test.each([[["squash"] as const], [["squash", "rebase"] as const]])(
  "a repository that merges by %j only is merged so, where the policy says that Loopgate merges",
  async (mergeMethods) => {
    const story = await aStory({ mergeMethods, policy: "version: 1\ngate:\n  merge: true\n" });
    const issue = await story.startLoop();
    story.forge.as("bob").approve(await story.pull(issue));
    await story.settle();
    expect((await story.state(issue)).ending).toMatchObject({ reason: "task_complete", of: "approved_and_merged" });
    expect((await story.pull(issue)).merged).toBe(true);
  },
);

test("a repository whose methods are all refused keeps the approval and hands the merge to a person", async () => {
  const story = await aStory({ mergeMethods: ["rebase"], policy: "version: 1\ngate:\n  merge: true\n" });
  const issue = await story.startLoop();
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  const { ending } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "permission_required", of: "merge_declined", resume: "gate" });
  expect(ending?.quote).toContain("not allowed on this repository");
});

test("of several reviewers those that can be asked are, and the others are named", async () => {
  const story = await aStory({ policy: "version: 1\ngate:\n  reviewers: [bob, zoe, dave]\n" });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  expect(pull.requestedReviewers.map(({ login }) => login)).toEqual(["bob", "dave"]);
  const answers = story.comments(issue).filter((text) => text.includes("GitHub would not ask"));
  expect(answers).toHaveLength(1);
  expect(answers[0]).toContain("`zoe`");
  expect(answers[0]).not.toContain("`bob`");
});

test("F29: what GitHub does not know yet of a push and of a new pull request is asked for again, and nobody hears of it", async () => {
  const story = await aStory({ policy: "version: 1\ngate:\n  reviewers: [bob, dave]\n" });
  const errors = [
    { resource: "PullRequest", code: "missing_field", field: "head_sha" },
    { resource: "PullRequest", code: "custom", message: "No commits between main and loop/1" },
  ];
  const lagging = { status: 422, times: 2, body: { message: "Validation Failed", errors } } as const;
  story.forge.failNext("POST /repos/:owner/:repo/pulls", lagging);
  const message = "Could not resolve to a node with the global id of 'PR_kwDOABCD'.";
  story.forge.failNext("POST /repos/:owner/:repo/pulls/:number/requested_reviewers", {
    status: 422,
    times: 3,
    body: { message },
  });
  const issue = await story.startLoop();
  for (let second = 0; second < 10; second++) await story.advance(second * 1_000);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const { requestedReviewers } = await story.pull(issue);
  expect(requestedReviewers.map(({ login }) => login)).toEqual(["bob", "dave"]);
  expect(story.comments(issue).join("\n")).not.toMatch(/would not ask|No commits between/i);
});
