// `loop:hold`: people hold a loop by a label, and what its labels show is put right when somebody changes it.
import { expect, test } from "vitest";
import { aStory, attempts, botch, mend, minute } from "./world.ts";

const names = (issue: { labels: readonly { name: string }[] }) => issue.labels.map(({ name }) => name).sort();

test("while the label loop:hold is set nothing new begins and nothing is merged; taken off, the loop goes on", async () => {
  const story = await aStory({
    executor: attempts(botch("one"), `sleep 1; ${mend}`),
    policy: "attempts: 2\ngate: { merge: true }\n",
  });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop:hold");
  story.forge.as("alice").label(issue, "loop");
  await story.settle();
  expect((await story.state(issue)).attempts).toEqual([]);
  expect(story.comments(issue)).toHaveLength(1);
  expect(story.comments(issue)[0]).toContain("### Loopgate: held");
  expect(story.comments(issue)[0]).toContain("Take the label `loop:hold` off to continue");
  story.forge.as("bob").comment(issue, "/loop resume");
  await story.settle();
  expect(story.comments(issue).at(-1)).toContain("the label `loop:hold` is on the issue and holds the loop");

  // Whoever may only triage takes it off and sets it again: it starts nothing that was not asked for.
  story.forge.as("carol").unlabel(issue, "loop:hold");
  await story.reaches(issue, "executing");
  story.forge.as("carol").label(issue, "loop:hold");
  await story.settle();
  expect(await story.phase(issue)).toBe("paused");
  expect(
    (await story.state(issue)).attempts.flatMap(({ runs }) => runs.map(({ role, status }) => [role, status])),
  ).toEqual([["executor", "finished"]]);
  await story.restart({ loseStore: true });
  expect(await story.phase(issue)).toBe("paused");

  // The webhook that tells of it is lost: a look finds out.
  story.forge.dropDeliveries(1);
  story.forge.as("bob").unlabel(issue, "loop:hold");
  await story.settle();
  for (let wait = 0; wait < 40 && (await story.phase(issue)) !== "awaiting_gate"; wait++) await story.advance(minute);
  expect(await story.phase(issue)).toBe("awaiting_gate");

  story.forge.as("bob").label(issue, "loop:hold");
  await story.settle();
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect((await story.pull(issue)).merged).toBe(false);
  expect(story.comments(issue)[0]).toContain(
    "bob set the label `loop:hold`, so nothing new begins and nothing is merged.",
  );
  story.forge.as("bob").unlabel(issue, "loop:hold");
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

test("a status label that somebody changes by hand is put right while the loop lives, however often it flaps", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  expect(names(issue)).toEqual(["loop", "loop:needs-human"]);
  story.forge.as("carol").label(issue, "loop:done");
  await story.settle();
  story.forge.as("carol").unlabel(issue, "loop:needs-human");
  await story.settle();
  expect(names(issue)).toEqual(["loop", "loop:needs-human"]);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const before = story.requests.length;
  for (let turn = 0; turn < 20; turn++) {
    story.forge.as("carol").label(issue, "loop:running");
    await story.settle();
    if (names(issue).includes("loop:running")) story.forge.as("carol").unlabel(issue, "loop:running");
    await story.settle();
  }
  expect(story.requests.length - before).toBeLessThan(20);
  expect(await story.phase(issue)).toBe("awaiting_gate");
});
