// Comments of the App that people touch: edited, deleted, copied, forged. None of it ever changes a decision for the better.
import { describe, expect, test } from "vitest";
import type { Comment, Issue } from "../../src/forge/model.ts";
import { aStory, attempts, mend, minute, type Story } from "./world.ts";

function ours(issue: Issue, kind: string): Comment {
  const found = issue.comments.find(({ body, user }) => body.includes(`<!-- loopgate:${kind} `) && user.type === "Bot");
  if (found === undefined) throw new Error(`there is no ${kind} comment`);
  return found;
}

async function approve(story: Story, issue: Issue): Promise<void> {
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
}

/** Webhooks of what is done meanwhile are lost without a trace. */
async function unheard(story: Story, act: () => void): Promise<void> {
  story.forge.holdDeliveries();
  act();
  story.forge.releaseDeliveries(() => []);
  await story.settle();
}

const record = /<!-- loopgate:record [\s\S]*?-->/;

describe.each<[string, (body: string) => string]>([
  ["the report's words", (body) => body.replace("waiting", "done waiting").replace("Used:", "Spent:")],
  ["the record", (body) => body.replace(record, (block) => block.replace(/data=..../, "data=AAAA"))],
  ["everything", () => "Nothing to see here."],
  ["a space at its end", (body) => `${body} `],
])("the status comment is edited: %s", (_, edited) => {
  test("F65, T16: the loop ends as state_tampered, naming who did it; the label begins another", async () => {
    const story = await aStory();
    const issue = await story.startLoop();
    const comment = ours(issue, "status");
    const body = edited(comment.body);
    expect(body).not.toBe(comment.body);
    story.forge.as("dave").editComment(comment, body);
    await story.settle();
    const { ending, id } = await story.state(issue);
    expect(ending).toMatchObject({ of: "record_edited", by: "dave", during: "awaiting_gate" });
    expect(story.comments(issue).at(-1)).toContain("dave edited the comment that holds this loop's record");
    expect(issue.labels.map(({ name }) => name)).toEqual(["loop:needs-human"]);
    expect(story.comments(issue).at(-1)).toContain("Loopgate stopped: state tampered");
    await approve(story, issue);
    expect((await story.state(issue)).ending?.reason).toBe("state_tampered");
    await story.labelAgain(issue);
    await story.settle();
    expect((await story.state(issue)).id).not.toBe(id);
    await approve(story, issue);
    expect((await story.state(issue)).ending?.reason).toBe("task_complete");
  });
});

test("F65: the status comment is edited while the executor runs: its container stops too", async () => {
  const story = await aStory({ executor: "sleep 600" });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  const comment = ours(issue, "status");
  story.forge.as("dave").editComment(comment, comment.body.replace("Used:", "Spent:"));
  await story.settle(); // which waits for the container to be gone
  const { ending, attempts: made } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "state_tampered", by: "dave" });
  expect(made[0]?.runs.map(({ status }) => status)).toEqual(["stopped"]);
});

test("F65, I7: an edit that nobody heard of decides nothing while the store is there, and is written over", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const comment = ours(issue, "status");
  await unheard(story, () => story.forge.as("dave").editComment(comment, "Approved by everyone."));
  await approve(story, issue);
  expect((await story.state(issue)).ending).toMatchObject({ reason: "task_complete", by: "bob" });
  expect(comment.body).toContain("task complete");
  expect(comment.body).toMatch(record);
});

test("F65: after the end an edited status comment is written again, and the ending stays", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  await approve(story, issue);
  const comment = ours(issue, "status");
  const before = story.comments(issue)[0];
  const state = await story.state(issue);
  story.forge.as("dave").editComment(comment, "It failed.");
  await story.settle();
  expect(story.comments(issue)[0]).toBe(before);
  expect((await story.state(issue)).ending).toEqual(state.ending);
});

test.each(["edited", "deleted"])(
  "F65: an attempt's comment that is %s changes nothing, with the store or without",
  async (how) => {
    const story = await aStory();
    const issue = await story.startLoop();
    const comment = ours(issue, "attempt");
    if (how === "deleted") story.forge.as("dave").deleteComment(comment);
    else story.forge.as("dave").editComment(comment, comment.body.replaceAll("green", "red"));
    await story.settle();
    const { id, phase } = await story.state(issue);
    expect(phase).toBe("awaiting_gate");
    await story.restart({ loseStore: true });
    expect((await story.state(issue)).id).toBe(id);
    await approve(story, issue);
    expect((await story.state(issue)).ending?.reason).toBe("task_complete");
  },
);

test("F65: the status comment is deleted unheard: the next word is said in a new one, with the whole record", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  await unheard(story, () => story.forge.as("dave").deleteComment(ours(issue, "status")));
  await approve(story, issue);
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
  expect(ours(issue, "status").body).toMatch(record);
  expect(ours(issue, "status").body).toContain("task complete");
});

test("F65, T16: a status comment forged by a writer, with a record that says it is approved, is not even read", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const { id } = await story.state(issue);
  const forged = ours(issue, "status")
    .body.replace(/rev=\d+/, "rev=999")
    .replace(/seal=[0-9a-f]+/, `seal=${"0".repeat(64)}`);
  story.forge.as("dave").comment(issue, forged);
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  await story.restart({ loseStore: true });
  expect(await story.state(issue)).toMatchObject({ id, phase: "awaiting_gate", ending: null });
  await approve(story, issue);
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

test("F65, T16: a good record of another issue, put into our own comment, is known to be of another issue", async () => {
  const story = await aStory({ executor: attempts(mend) });
  const done = await story.startLoop();
  await approve(story, done);
  const issue = await story.startLoop("Another", "Please.");
  await unheard(story, () => story.forge.as("dave").editComment(ours(issue, "status"), ours(done, "status").body));
  await story.restart({ loseStore: true });
  await story.advance(10 * minute);
  expect((await story.state(issue)).ending).toMatchObject({ reason: "state_tampered", by: "dave" });
});
