// What a person asks for is heard in whatever phase it comes, and stays in the brief until an attempt has passed with it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../until.ts";
import { aStory, attempts, botch, mend } from "./world.ts";

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "requested-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("changes that are requested while an attempt runs reach the next brief, and no approval passes before", async () => {
  const folder = aFolder();
  const second = `cp "$LOOP_DIR/brief.md" "${folder}/2"; while [ ! -e "${folder}/go" ]; do sleep 0.1; done; ${mend}`;
  const third = `cp "$LOOP_DIR/brief.md" "${folder}/3"; echo '# kept' >> total.sh`;
  const story = await aStory({ executor: attempts(botch("red"), second, third) });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await until(async () => {
    const state = await story.state(issue).catch(() => null);
    return state?.attempts.length === 2 && state.phase === "executing";
  });
  const pull = await story.pull(issue);
  story.forge.as("bob").requestChanges(pull, "Keep the comment in total.sh, whatever else you do.");
  await until(async () => (await story.state(issue)).reviewSeen);
  writeFileSync(join(folder, "go"), "");
  await story.settle();
  const state = await story.state(issue);
  expect([state.phase, state.attempts.length]).toEqual(["awaiting_gate", 3]);
  expect(readFileSync(join(folder, "2"), "utf8")).not.toContain("Keep the comment");
  expect(readFileSync(join(folder, "3"), "utf8")).toContain("Keep the comment in total.sh");
  story.forge.as("dave").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete"); // it was answered: once is enough
});

test("what was asked for at the gate is in each brief until an attempt is green", async () => {
  const folder = aFolder();
  const kept = `cp "$LOOP_DIR/brief.md" "${folder}/$LOOP_ATTEMPT"`;
  const story = await aStory({ executor: `${kept}; ${attempts(mend, botch("x"), mend)}` });
  const issue = await story.startLoop();
  story.forge.as("bob").requestChanges(await story.pull(issue), "Rename the function, please.");
  await story.settle();
  const { phase, attempts: made, changesRequested } = await story.state(issue);
  expect([phase, made.length, changesRequested]).toEqual(["awaiting_gate", 3, []]);
  for (const attempt of [2, 3])
    expect(readFileSync(join(folder, String(attempt)), "utf8"), `brief ${attempt}`).toContain("Rename the function");
});

test("the limit on changed lines is of the whole change: attempts that are small each are not all of them together", async () => {
  const grow = (word: string) => `for i in $(seq 30); do echo "# ${word} $i" >> notes.txt; done; ${botch(word)}`;
  const policy = "version: 1\nattempts: 3\nlimits:\n  changed_lines: 70\n";
  const story = await aStory({ policy, executor: attempts(grow("red"), grow("blue"), grow("green")) });
  const issue = await story.startLoop();
  const { ending, attempts: made } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "budget_limit", of: "changed_lines", may: 70 });
  expect(made.every(({ change }) => change !== null && change.additions + change.deletions <= 70)).toBe(true);
});
