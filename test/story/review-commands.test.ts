// Commands in the text of a review: done once, by whoever may, beside what the review itself says.
import { expect, test } from "vitest";
import type { Issue, Pull } from "../../src/forge/model.ts";
import { aStory, mend, minute, type Story, type StoryOptions } from "./world.ts";

interface AtGate {
  readonly story: Story;
  readonly issue: Issue;
  readonly pull: Pull;
}

async function atTheGate(options: StoryOptions = {}): Promise<AtGate> {
  const story = await aStory(options);
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  return { story, issue, pull: await story.pull(issue) };
}

const reactions = ({ reviews }: Pull) => reviews.at(-1)?.reactions.map(({ content }) => content);

test.each(["COMMENT", "APPROVE"] as const)(
  "/loop approve in a review (%s) is an approval of its commit",
  async (event) => {
    const { story, issue, pull } = await atTheGate();
    story.forge.as("bob").review(pull, { event, body: "/loop approve\nLooks right." });
    await story.settle();
    expect((await story.state(issue)).ending).toMatchObject({ reason: "task_complete", by: "bob" });
    expect(reactions(pull)).toEqual(["+1"]);
  },
);

test("I15: an approval by a review's text is gone with that text, and with an older commit", async () => {
  const { story, issue, pull } = await atTheGate({ policy: "version: 1\ngate:\n  approvals: 2\n" });
  story.forge.as("bob").review(pull, { event: "COMMENT", body: "/loop approve" });
  await story.settle();
  expect((await story.state(issue)).approvals).toMatchObject([{ person: { login: "bob" }, review: true }]);
  const [review] = pull.reviews;
  if (review) review.body = "I was too quick.";
  story.forge.as("dave").approve(pull);
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("T16: a review with a command by someone who may not is refused as a comment is", async () => {
  const { story, issue, pull } = await atTheGate();
  story.forge.as("carol").review(pull, { event: "COMMENT", body: "/loop stop" });
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(story.comments(issue).join("\n")).toContain("`carol`");
  story.forge.as("alice").review(pull, { event: "COMMENT", body: "/loop approve" });
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(reactions(pull)).toEqual(["-1"]);
});

test("a review that approves and pauses does both: the loop rests, and the approval counts when it goes on", async () => {
  const { story, issue, pull } = await atTheGate({ policy: "version: 1\ngate:\n  merge: true\n" });
  story.forge.as("bob").review(pull, { event: "APPROVE", body: "/loop pause\nNot before the release." });
  await story.settle();
  expect([await story.phase(issue), pull.merged]).toEqual(["paused", false]);
  story.forge.as("bob").comment(issue, "/loop resume");
  await story.settle();
  await story.advance(11 * minute);
  expect([pull.merged, (await story.state(issue)).ending?.reason]).toEqual([true, "task_complete"]);
});

test("a review that approves and stops merges nothing", async () => {
  const { story, issue, pull } = await atTheGate({ policy: "version: 1\ngate:\n  merge: true\n" });
  story.forge.as("bob").review(pull, { event: "APPROVE", body: "/loop stop" });
  await story.settle();
  expect([pull.merged, (await story.state(issue)).ending?.reason]).toEqual([false, "cancelled"]);
});

test("a request for changes with a command briefs the next attempt without the command's line", async () => {
  const { story, issue, pull } = await atTheGate({
    executor: `cp "$LOOP_DIR/brief.md" brief-seen.md; ${mend}; git add -A; git commit -q -m "Keep the brief"`,
  });
  story.forge.as("bob").review(pull, { event: "REQUEST_CHANGES", body: "/loop status\nKeep the old name." });
  await story.settle();
  const state = await story.state(issue);
  expect(state.attempts).toHaveLength(2);
  expect(reactions(pull)).toEqual(["+1"]);
  const brief = await story.file((await story.pull(issue)).head.sha, "brief-seen.md");
  expect(brief).toContain("Keep the old name.");
  expect(brief).not.toContain("/loop status");
});

test("F18: heard of twice, and edited since, a command in a review is done once", async () => {
  const { story, issue, pull } = await atTheGate();
  const said = () => story.comments(issue).length;
  const before = said();
  story.forge.duplicateDeliveries(1);
  story.forge.as("bob").review(pull, { event: "COMMENT", body: "/loop status" });
  await story.settle();
  expect([said(), reactions(pull)]).toEqual([before + 1, ["+1"]]);
  const [review] = pull.reviews;
  if (review === undefined) throw new Error("the review is there");
  story.forge.world.editReview(story.forge.as("bob").actor, review, "/loop stop");
  await story.settle();
  expect([await story.phase(issue), said()]).toEqual(["awaiting_gate", before + 1]);
});

test("a command in a comment on a line is done, by whoever may, and is no item of the brief", async () => {
  const { story, issue, pull } = await atTheGate({ executor: `cp "$LOOP_DIR/brief.md" brief.txt; ${mend}` });
  const onLine = (login: string, body: string, event: "COMMENT" | "REQUEST_CHANGES" = "COMMENT") =>
    story.forge.as(login).review(pull, { event, body: "", comments: [{ path: "total.sh", line: 1, body }] });
  onLine("bob", "/loop approve");
  await story.settle();
  expect([await story.phase(issue), (await story.state(issue)).approvals]).toEqual(["awaiting_gate", []]);
  expect(story.comments(issue).at(-1)).toContain("not in a comment on a line");
  expect(pull.reviewComments.at(-1)?.reactions.map(({ content }) => content)).toEqual(["-1"]);
  onLine("carol", "/loop stop");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  onLine("bob", "/loop steer Mind the zero.\nAnd the sign.", "REQUEST_CHANGES");
  await story.settle();
  const brief = await story.file((await story.pull(issue)).head.sha, "brief.txt");
  expect(brief).toContain("And the sign.");
  expect(brief).not.toContain("/loop steer");
  onLine("bob", "/loop stop");
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ reason: "cancelled", of: "stop_command", by: "bob" });
});
