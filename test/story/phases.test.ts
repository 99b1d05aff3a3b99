// In each phase the App ends, with its store or without, and starts again: the loop ends as it would have. survive.test.ts has
// the phases with more to tell: executing, verifying, at the gate, settled with something left to do.
import { describe, expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { aStory, attempts, mend, minute, type Story, type StoryOptions } from "./world.ts";

function ownComments(issue: Issue, kind: string): number {
  return issue.comments.filter(({ body }) => body.includes(`<!-- loopgate:${kind} `)).length;
}

/** A labelled issue whose loop GitHub holds up: the first request that `isMeant` picks out fails, and again until `letGo`. */
async function heldUp(
  isMeant: (request: { method: string; path: string; operation: string }, story: Story) => boolean,
  options: StoryOptions = {},
): Promise<{ story: Story; issue: Issue; letGo: () => void }> {
  const story = await aStory(options);
  const issue = story.openIssue();
  await story.settle();
  let held = true;
  story.forge.failNext((request) => held && isMeant(request, story), { status: 502, times: 1_000 });
  story.forge.as("alice").label(issue, "loop");
  await story.settle();
  return {
    story,
    issue,
    letGo: () => {
      held = false;
    },
  };
}

/** Approved, the loop ends as the only one of its issue, with one of each comment that a healthy loop leaves. */
async function endsAsItWouldHave(story: Story, issue: Issue): Promise<void> {
  for (let n = 0; n < 4 && (await story.phase(issue)) !== "awaiting_gate"; n++) await story.advance(minute);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
  expect(issue.labels.map(({ name }) => name)).toEqual(["loop:done"]);
  expect([ownComments(issue, "status"), ownComments(issue, "stop")]).toEqual([1, 1]);
  expect([...story.repository.issues.values()].filter(({ pull }) => pull !== null)).toHaveLength(1);
}

describe.each([
  { what: "the store is lost", loseStore: true },
  { what: "the process is restarted", loseStore: false },
])("L1: $what", ({ loseStore }) => {
  test("while it is queued: nothing was said yet, and the label begins it", async () => {
    const { story, issue, letGo } = await heldUp(({ path }) => path === "/graphql");
    expect(await story.phase(issue)).toBe("queued");
    letGo();
    await story.restart({ loseStore });
    await endsAsItWouldHave(story, issue);
  });

  test("while it prepares, before the thread says so: no container was started that it does not know of", async () => {
    const { story, issue, letGo } = await heldUp(({ method, path }) => method === "POST" && path.endsWith("/comments"));
    expect(await story.phase(issue)).toBe("preparing");
    letGo();
    await story.restart({ loseStore });
    await endsAsItWouldHave(story, issue);
    expect((await story.state(issue)).runsStarted).toBe(2);
  });

  test("while it prepares, with its record in the thread: the same loop goes on", async () => {
    const { story, issue, letGo } = await heldUp(({ operation }) => operation === "mutation ChangeLabels");
    expect(await story.phase(issue)).toBe("preparing");
    const { id } = await story.state(issue);
    letGo();
    await story.restart({ loseStore });
    await endsAsItWouldHave(story, issue);
    expect((await story.state(issue)).id).toBe(id);
  });

  test("while it publishes, before the push: what was not pushed is pushed, or made again uncounted", async () => {
    const isPublishing = ({ log }: Story) => log.some(({ fields }) => fields.after === "publishing");
    const { story, issue, letGo } = await heldUp(
      ({ path }, world) => path.endsWith("/access_tokens") && isPublishing(world),
    );
    expect(await story.phase(issue)).toBe("publishing");
    const { id, branch } = await story.state(issue);
    letGo();
    await story.restart({ loseStore });
    await endsAsItWouldHave(story, issue);
    const state = await story.state(issue);
    expect([state.id, state.branch]).toEqual([id, branch]);
    expect(state.attempts.map(({ counted }) => counted)).toEqual(loseStore ? [false, true] : [true]);
  });

  test("while it rests: it goes on at its time, or at once where only its thread knew of it", async () => {
    const lost = `touch "$LOOP_DIR/up"; while [ -d "$LOOP_DIR" ]; do sleep 0.05; done`;
    const story = await aStory({ executor: attempts(lost, mend) });
    const issue = story.openIssue();
    story.forge.as("alice").label(issue, "loop");
    await story.reaches(issue, "executing");
    await story.restart(); // its container dies with it
    expect(await story.phase(issue)).toBe("resting");
    await story.restart({ loseStore });
    await endsAsItWouldHave(story, issue);
    expect((await story.state(issue)).attempts.map(({ counted }) => counted)).toEqual([false, true]);
  });

  test("while it is paused: it stays so until a person says `/loop resume`", async () => {
    const story = await aStory();
    const issue = await story.startLoop();
    story.forge.as("alice").comment(issue, "/loop pause");
    await story.settle();
    expect(await story.phase(issue)).toBe("paused");
    await story.restart({ loseStore });
    await story.advance(60 * minute);
    expect(await story.phase(issue)).toBe("paused");
    story.forge.as("alice").comment(issue, "/loop resume");
    await story.settle();
    await endsAsItWouldHave(story, issue);
  });

  test("after it was refused: nothing is said again, and a label of someone who may begins a loop", async () => {
    const story = await aStory();
    const issue = story.openIssue();
    story.forge.as("carol").label(issue, "loop");
    await story.settle();
    expect(await story.phase(issue)).toBe("refused");
    const said = issue.comments.length;
    await story.restart({ loseStore });
    await story.advance(20 * minute);
    expect(issue.comments).toHaveLength(said);
    await story.labelAgain(issue);
    await story.settle();
    await endsAsItWouldHave(story, issue);
  });

  test("after it was settled for good: nothing is said or done again", async () => {
    const story = await aStory();
    const issue = await story.startLoop();
    await endsAsItWouldHave(story, issue);
    const thread = issue.comments.map(({ body }) => body);
    await story.restart({ loseStore });
    await story.advance(20 * minute);
    expect(issue.comments.map(({ body }) => body)).toEqual(thread);
    expect(issue.labels.map(({ name }) => name)).toEqual(["loop:done"]);
  });
});
