// A check that the base branch fails too is said to be so, to the agent and in the thread, and the attempt is not counted.
import { expect, test } from "vitest";
import { aStory, attempts, botch, mend, type Story, type StoryOptions } from "./world.ts";

const once = "version: 1\nattempts: 1\n";

/** Somebody has pushed to the base branch, so that CI has judged it. */
async function aJudgedBase(options: StoryOptions, files: Record<string, string>): Promise<Story> {
  const story = await aStory(options);
  await story.forge.as("dave").push(story.repository, "main", files, "Write more");
  await story.settle();
  return story;
}

test("what the base fails too is said to the agent and in the thread, and uses up no attempt", async () => {
  const said = 'grep -c "The base branch fails this check too" "$LOOP_DIR/brief.md" > said.txt';
  const executor = attempts(botch("red"), `${mend}; ${said}`);
  const story = await aJudgedBase({ executor, policy: once }, { "more.md": "More.\n" });
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect(state.attempts.map(({ counted }) => counted)).toEqual([false, true]);
  expect(state.phase).toBe("awaiting_gate");
  const first = story.comments(issue).find((comment) => comment.startsWith("### Attempt 1")) ?? "";
  expect(first).toContain("The base branch fails the same checks, so this attempt is not counted.");
  expect(first).toContain("The base branch fails this check too.");
  expect(await story.file((await story.pull(issue)).head.sha, "said.txt")).toBe("1\n");
});

test("the same failure twice ends the loop all the same, and the next step is about the base", async () => {
  const story = await aJudgedBase(
    { executor: attempts("echo '# a' >> total.sh", "echo '# b' >> total.sh"), policy: once },
    { "more.md": "More.\n" },
  );
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending).toMatchObject({ reason: "no_progress", onBase: true });
  expect(story.comments(issue).at(-1)).toContain("have the checks pass on the base branch");
});

test("what the base passes is held against the attempt", async () => {
  const story = await aJudgedBase({ executor: botch("red"), policy: once }, { "test.sh": "#!/bin/sh\n" });
  story.repository.ci = { mode: "run", command: 'sh test.sh && grep -q "sum" total.sh' };
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending).toMatchObject({ reason: "retry_limit" });
  expect(story.comments(issue).join("\n")).not.toContain("The base branch fails");
});

test("no more than three attempts are excused so", async () => {
  const words = ["red", "blue", "green", "black", "white", "grey"].map(botch);
  const story = await aJudgedBase({ executor: attempts(...words), policy: once }, { "more.md": "More.\n" });
  const issue = await story.startLoop();
  const { attempts: made, ending } = await story.state(issue);
  expect(made.map(({ counted }) => counted)).toEqual([false, false, false, true]);
  expect(ending?.reason).toBe("retry_limit");
});

test("a red base is said before an agent is paid, without a request more", async () => {
  const story = await aJudgedBase({ concurrentRuns: 0 }, { "more.md": "More.\n" });
  const from = story.forge.requests.length;
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect([state.redOnBase, state.attempts[0]?.runs[0]?.isolation]).toEqual([["ci / test"], null]);
  const [status = ""] = story.comments(issue);
  expect(status).toContain("The base branch `main` failed a check before the loop began: `ci / test`, at commit");
  expect(story.forge.requests.slice(from).filter(({ kind }) => kind.endsWith("ReadClaim"))).toHaveLength(1);
});

test("of a green base nothing is said, nor of a red check that the policy does not count", async () => {
  const story = await aJudgedBase({ policy: "version: 1\nchecks:\n  required: [other]\n" }, { "more.md": "More.\n" });
  const issue = await story.startLoop();
  expect(await story.state(issue)).not.toHaveProperty("redOnBase");
  expect(story.comments(issue).join("\n")).not.toContain("before the loop began");
});
