// The base moves under a loop's pull request: conflicts are found at every stage, named as what they are, and merged away.
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import type { RepositoryRequest } from "../../src/forge/repository.ts";
import { aStory, attempts, mend, minute, type Story } from "./world.ts";

/** CI as GitHub Actions has it: nothing starts on a pull request while it conflicts. */
const actions: RepositoryRequest["ci"] = {
  actions: [{ name: "CI", on: "pull_request", jobs: [{ name: "test", command: "sh test.sh" }] }],
};

const byHand = { "total.sh": "#!/bin/sh\n# Another way.\nexpr $1 + $2\n" };

/** Merges the base as the brief says, and keeps the base's lines of the file in which the two conflict. */
const merging = `grep -q 'git merge origin/main' "$LOOP_DIR/brief.md" || exit 9
git merge -q origin/main || { git checkout -q --theirs total.sh && git add total.sh && printf 'both\\n' > both.txt && git add both.txt && git commit -q -m "Merge main"; }`;

const moveBase = async (story: Story) => {
  await story.forge.as("dave").push(story.repository, "main", byHand, "Mend totals by hand");
  await story.settle();
};

/** Whoever looks first sets GitHub to work: the look after it knows. */
const lookTwice = async (story: Story) => {
  await story.advance(11 * minute);
  await story.advance(11 * minute);
};

const words = (story: Story, issue: Issue) => story.comments(issue).join("\n");

test("at the gate: the agent merges the base in an attempt that is not counted, and all of it is judged anew", async () => {
  const story = await aStory({ ci: actions, executor: attempts(mend, merging), policy: "attempts: 1\n" });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const first = (await story.state(issue)).head;
  await moveBase(story);
  await lookTwice(story);
  const state = await story.state(issue);
  expect([state.phase, state.attempts.length, state.attempts.at(-1)?.counted]).toEqual(["awaiting_gate", 2, false]);
  expect(state.attempts.at(-1)?.change?.paths).toEqual(["both.txt"]);
  const pull = await story.pull(issue);
  expect(pull.head.sha).not.toBe(first);
  expect(await story.file(pull.head.sha, "total.sh")).toBe(byHand["total.sh"]);
  expect(words(story, issue)).toContain("The branch conflicted with its base");
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
}, 120_000);

test("before CI could start: the conflict is named as the cause, and CI runs once the base is merged", async () => {
  const story = await aStory({ ci: actions, executor: attempts(`${mend}; sleep 1`, merging) });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  await story.forge.as("dave").push(story.repository, "main", byHand, "Mend totals by hand");
  await story.settle();
  expect(await story.phase(issue)).toBe("verifying");
  expect(story.repository.workflowRuns).toEqual([]);
  await lookTwice(story);
  const state = await story.state(issue);
  expect([state.phase, state.attempts.length]).toEqual(["awaiting_gate", 2]);
  expect(state.attempts[0]?.verdict?.parts[0]).toMatchObject({ name: "merge", colour: "red" });
  expect(story.repository.workflowRuns).toHaveLength(1);
  expect(words(story, issue)).toMatch(/merge.*conflicts with main/);
  expect(words(story, issue)).not.toMatch(/CI (did not report|gave no verdict)/);
}, 120_000);

test("an agent that never merges is asked three times, then a person is; /loop retry begins from today's base", async () => {
  const story = await aStory({ ci: { mode: "silent" } });
  const issue = await story.startLoop();
  const before = (await story.state(issue)).base;
  await moveBase(story);
  await story.advance(61 * minute);
  await story.advance(minute);
  const { ending, attempts: tried } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "external_dependency_blocked", of: "base_conflict", tries: 3 });
  expect(tried.map(({ counted }) => counted)).toEqual([true, false, false, false]);
  await story.forge.as("dave").push(story.repository, "main", { "more.md": "More.\n" }, "Write more");
  story.forge.as("bob").comment(issue, "/loop retry");
  await story.settle();
  const { base } = await story.state(issue);
  expect(base).not.toEqual(before);
  expect(await story.file(base?.sha ?? "", "more.md")).toBe("More.\n");
}, 120_000);

test("a retry after the base has moved on without a conflict judges the same change against today's base", async () => {
  const reviewer = `git log -1 --format=%P > seen; grep -c 'a line of the base' "$LOOP_DIR/brief.md" > lines; printf '{"verdict":"reject","summary":"Lines of the base: %s","confidence":0.9,"findings":[]}' "$(cat lines)" > "$LOOP_DIR/out/result.json"`;
  const more =
    "grep -q 'git merge origin/main' \"$LOOP_DIR/brief.md\" && git merge -q origin/main -m 'Merge main'; echo more >> README.md";
  const story = await aStory({ policy: "attempts: 1\n", executor: attempts(mend, more), reviewer });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("retry_limit");
  const text = "a line of the base\n".repeat(3000);
  await story.forge.as("dave").push(story.repository, "main", { "docs/long.md": text }, "Write a long page");
  story.forge.as("bob").comment(issue, "/loop retry");
  await story.settle();
  const { attempts: tried } = await story.state(issue);
  expect(tried.at(-1)).toMatchObject({ counted: true, review: { summary: "Lines of the base: 0" } });
  expect(tried.at(-1)?.change?.paths).toEqual(["README.md"]);
  expect(await story.file((await story.pull(issue)).head.sha, "docs/long.md")).toBe(text);
}, 120_000);

test("when the time for CI is up, a conflict that nobody asked about is found in that very look", async () => {
  const story = await aStory({ ci: { mode: "silent" }, executor: attempts(mend, merging) });
  const issue = await story.startLoop();
  const before = (await story.state(issue)).base;
  await moveBase(story);
  await story.advance(61 * minute);
  expect(words(story, issue)).toMatch(/merge.*conflicts with main/);
  expect(words(story, issue)).not.toMatch(/CI (did not report|gave no verdict)/);
  const { base, attempts: tried } = await story.state(issue);
  expect([tried.length, tried[1]?.merges]).toEqual([2, "conflict"]);
  expect(base).not.toEqual(before);
}, 120_000);

test.each([
  ["a person merges", "attempts: 1\n"],
  ["Loopgate merges", "attempts: 1\ngate:\n  merge: true\n"],
])(
  "an approval after the base moved, where %s: the conflict is found before it counts",
  async (_, policy) => {
    const story = await aStory({ ci: actions, executor: attempts(mend, merging), policy });
    const issue = await story.startLoop();
    await moveBase(story);
    story.forge.as("bob").approve(await story.pull(issue));
    await story.settle();
    const { phase, attempts: tried } = await story.state(issue);
    expect([phase, tried.length, tried.at(-1)?.merges, tried.at(-1)?.counted]).toEqual([
      "awaiting_gate",
      2,
      "conflict",
      false,
    ]);
  },
  120_000,
);
