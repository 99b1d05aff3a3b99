// What the thread tells people about what they said, and about what is not there.
import { expect, test } from "vitest";
import { answer, aStory, attempts, mend } from "./world.ts";

test.each([
  ["on the lines after it", "/loop retry\n\nUse shell arithmetic."],
  ["on its own line", "/loop retry Use shell arithmetic."],
])("an answer in the same comment as /loop retry, %s, reaches the agent", async (_, comment) => {
  const asks = answer({ summary: "I have a question.", confidence: 0.9, question: "Which arithmetic?" });
  const heard = `grep -q "Use shell arithmetic." "$LOOP_DIR/brief.md" && { ${mend}; }`;
  const story = await aStory({ executor: attempts(asks, heard) });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.of).toBe("question");
  story.forge.as("alice").comment(issue, comment);
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("a word that is no command is called that, with the list of commands, whether or not there is a loop", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  story.forge.as("alice").comment(issue, "/loop frobnicate `@all` now");
  await story.settle();
  const started = await story.startLoop();
  story.forge.as("alice").comment(started, "/loop retyr");
  await story.settle();
  for (const [place, word] of [
    [issue, "/loop frobnicate"],
    [started, "/loop retyr"],
  ] as const) {
    const said = story.comments(place).at(-1);
    expect(said).toContain(`\`${word}\` is not a command, so nothing was done.`);
    expect(said).toContain("- `/loop retry`: after a stop");
    expect(said).not.toContain("@all");
  }
});

test("where nobody named a reviewer the executor's command is not taken for one: only CI judges, and the thread says so", async () => {
  const story = await aStory({ executor: `[ "$LOOP_ROLE" = executor ] || exit 7; ${mend}`, reviewer: "" });
  const issue = await story.startLoop();
  const { phase, runsStarted } = await story.state(issue);
  expect([phase, runsStarted]).toEqual(["awaiting_gate", 1]);
  expect(story.comments(issue)[0]).toContain(
    "Reviewer: none, only CI judges, since neither the policy nor this App's operator names a `reviewer.command`",
  );
});

test("the newest comment at the gate says what to do next", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const newest = story.comments(issue).at(-1);
  expect(newest).toContain("### Attempt 1: green");
  expect(newest).toContain("**Next:** Approve the pull request, or comment `/loop approve`.");
});

test("while an agent works the status comment does not say that it is only starting", async () => {
  const story = await aStory({ executor: "sleep 600" });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  expect(story.comments(issue)[0]).toContain("### Loopgate: attempt 1 of 3 is under way");
  story.forge.as("alice").comment(issue, "/loop stop");
  await story.settle();
});
