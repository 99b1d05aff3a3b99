// A person merges a pull request that says "Closes #n": what ends the loop is the merge, in whatever order GitHub tells of it.
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import type { Pending } from "../../src/forge/payload.ts";
import { until } from "../until.ts";
import { answer, aStory, attempts, mend, type Story } from "./world.ts";

const told = {
  issue: ({ event, action }: Pending) => event === "issues" && action === "closed",
  pull: ({ event, action }: Pending) => event === "pull_request" && action === "closed",
};

/** Merges the loop's pull request, and with it closes the issue; GitHub cannot deliver what `lost` picks out. */
async function merge(story: Story, issue: Issue, login: string, lost: (one: Pending) => boolean): Promise<void> {
  const pull = await story.pull(issue);
  expect(pull.issue.body).toContain(`Closes #${issue.number}`);
  story.forge.dropDeliveriesWhere(lost);
  await story.forge.as(login).merge(pull);
  expect(issue.state).toBe("closed");
  await story.settle();
  story.forge.dropDeliveriesWhere(null);
}

/** What was lost arrives after all. */
async function arrivesLate(story: Story, lost: (one: Pending) => boolean): Promise<void> {
  const late = story.forge.deliveries.find(
    (one) => one.statusCode === 0 && lost({ ...one, body: one.request.body, redelivery: false }),
  );
  if (late === undefined) throw new Error("nothing was lost");
  story.forge.redeliver(late);
  await story.settle();
}

const ownWords = (issue: Issue) => issue.comments.filter(({ user }) => user.login === "loopgate[bot]").length;

test.each([
  { first: "the issue", lost: told.pull, looks: 2 },
  { first: "the pull request", lost: told.issue, looks: 1 },
])("F17, F20, F68: a merge at the gate of which $first is told first, or alone, completes the task", async (order) => {
  const story = await aStory();
  const issue = await story.startLoop();
  const from = story.forge.requests.length;
  await merge(story, issue, "bob", order.lost);
  expect((await story.state(issue)).ending).toMatchObject({
    reason: "task_complete",
    by: "bob",
    of: "merged_by_hand",
    gate: "not_passed",
  });
  expect(issue.labels.map(({ name }) => name)).toEqual(["loop:done"]);
  const words = ownWords(issue);
  await arrivesLate(story, order.lost);
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
  expect(ownWords(issue)).toBe(words);
  const reads = story.forge.requests.slice(from).filter(({ kind }) => kind.startsWith("graphql query"));
  expect(reads).toHaveLength(order.looks);
});

test("F20, F44: a branch that is deleted once it is merged, while nothing was heard of the merge, completes the task", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  await merge(story, issue, "bob", (one) => told.pull(one) || told.issue(one));
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const { branch } = await story.state(issue);
  await story.forge.as("bob").deleteBranch(story.repository, branch ?? "");
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ reason: "task_complete", of: "merged_by_hand", by: "bob" });
});

test("a merge by whoever asked for the loop is said to be one, also where the issue's end is told first", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  await merge(story, issue, "alice", told.pull);
  const { ending } = await story.state(issue);
  expect(ending).toMatchObject({ of: "merged_by_hand", gate: "not_passed", by: "alice" });
  expect(story.comments(issue).at(-1)).toContain("alice merged commit `«commit 1»`. Its gate had not been passed");
});

test("F67: an issue that a person closes at the gate ends the loop as cancelled, and the pull request stays open", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  story.forge.as("alice").close(issue);
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ reason: "cancelled", of: "issue_closed", by: "alice" });
  expect((await story.pull(issue)).issue.state).toBe("open");
});

test("F67: an issue that is closed before there is a pull request ends its loop without a question to GitHub", async () => {
  const story = await aStory({ executor: attempts(answer({ question: "Which?" }), mend) });
  const issue = story.openIssue();
  await story.settle();
  story.forge.as("alice").label(issue, "loop");
  story.forge.dropDeliveriesWhere(({ event }) => event === "issue_comment");
  await until(() => issue.comments.length > 0);
  const from = story.forge.requests.length;
  story.forge.as("alice").close(issue);
  await story.settle();
  expect(story.forge.requests.slice(from).filter(({ kind }) => kind.startsWith("graphql query"))).toEqual([]);
});
