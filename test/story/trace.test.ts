// What a run did on its way, in a loop: told in the thread whatever it is, and a judge where policy says so.
import { expect, test } from "vitest";
import { approving, aStory, attempts, mend } from "./world.ts";

const files = { "total.sh": "echo 0\n", "test.sh": "true\n", "notes.txt": "old\n" };
const commit = "git add -A && git commit -qm try";
/** Two commits, of which the second puts back a file that the first changed. */
const wavering = `echo new > notes.txt; ${mend}; ${commit}; echo old > notes.txt; ${commit}`;
const elsewhere = "git push -q origin HEAD:refs/heads/other || true";
const said = "Touched files and put them back. Nothing of it is in the change: notes.txt.";

test("T12: files put back and a push that was refused are told in the thread, and stand in nobody's way", async () => {
  const story = await aStory({ files, reviewer: approving, executor: `${wavering}; ${elsewhere}` });
  const issue = await story.startLoop();
  await story.settle();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  const attempt = state.attempts.at(-1);
  expect(attempt?.trace?.finds.map(({ rule }) => rule)).toEqual(["refused", "reverted"]);
  const part = attempt?.verdict?.parts.find(({ source }) => source === "trace");
  expect(part).toMatchObject({ colour: "absent", name: "trace review" });
  expect(part?.note).toContain(said);
  expect(story.comments(issue).join("\n")).toMatch(/\| trace review \| not counted \| `Was refused\. [^|]*push /);
});

test("T12: a run that kept to its task has no such line", async () => {
  const story = await aStory({ files, reviewer: approving, executor: mend });
  const issue = await story.startLoop();
  await story.settle();
  expect((await story.state(issue)).attempts.at(-1)?.trace).toBeUndefined();
  expect(story.comments(issue).join("\n")).not.toContain("trace review");
});

test("T12: where policy blocks, the verdict is red for it alone, and the next attempt is told", async () => {
  const policy = "version: 1\ntrace:\n  block: [reverted]\n";
  const heard = 'grep -qF "Nothing of it is in the change: notes.txt" "$LOOP_DIR/brief.md"';
  const executor = attempts(`${wavering}; ${elsewhere}`, `${heard} && echo more > more.txt`);
  const story = await aStory({ files, policy, reviewer: approving, executor });
  const issue = await story.startLoop();
  await story.settle();
  const { phase, attempts: made } = await story.state(issue);
  expect([phase, ...made.map(({ verdict }) => verdict?.colour)]).toEqual(["awaiting_gate", "red", "green"]);
  expect(made[0]?.verdict?.findings.map(({ source, title }) => [source, title])).toEqual([
    ["trace", "Touched files and put them back"],
  ]);
});
