// A check that is red and green on one commit, or that the base fails too, is run once more and uses up no attempt.
import { expect, test } from "vitest";
import type { JobTime } from "../../src/forge/model.ts";
import { aStory, botch, mend, type Story, type StoryOptions } from "./world.ts";

const once = "version: 1\nattempts: 1\npull_request:\n  draft: never\n";

/** Jobs of one workflow that end as told for each attempt of their run, the last word for all that follow. */
function jobs(...ends: readonly ("success" | "failure")[]) {
  const counts = new Map<string, number>();
  return {
    asked: counts,
    conclude: ({ sha, attempt }: JobTime) => {
      counts.set(sha, Math.max(attempt, counts.get(sha) ?? 0));
      return { conclusion: ends[Math.min(attempt, ends.length) - 1] ?? "failure", log: "expected 5, got 0" };
    },
  };
}

/** CI on pushes alone, and Loopgate may have it run again or not. */
async function aStoryWith(
  conclude: (time: JobTime) => { conclusion: "success" | "failure"; log: string },
  { may = true, ...options }: StoryOptions & { may?: boolean } = {},
): Promise<Story> {
  const workflow = { name: "CI", jobs: [{ name: "test", conclude }] };
  const story = await aStory({ policy: once, ci: { actions: [workflow] }, ...options });
  if (may) {
    for (const one of story.forge.world.installations) one.permissions = { ...one.permissions, actions: "write" };
  }
  return story;
}

/** A person has what failed on the base run again, or nobody does: the base is judged as a push is. */
async function judgeBase(story: Story): Promise<void> {
  await story.forge.as("dave").push(story.repository, "main", { "more.md": "More.\n" }, "Write more");
  await story.settle();
}

test("red on the base too: it runs once more, and green then opens the gate", async () => {
  const told = jobs("failure", "success");
  const story = await aStoryWith(told.conclude);
  await judgeBase(story);
  const issue = await story.startLoop();
  const { attempts, phase } = await story.state(issue);
  expect([phase, attempts.length, attempts[0]?.rerun]).toEqual(["awaiting_gate", 1, "asked"]);
  expect(told.asked.get(attempts[0]?.head ?? "")).toBe(2);
  expect(story.comments(issue).join("\n")).toContain("success; it failed before on this commit");
});

test("red again after that: said so, not counted, and not run a third time", async () => {
  const told = jobs("failure");
  const story = await aStoryWith(told.conclude, { executor: botch("red") });
  await judgeBase(story);
  const issue = await story.startLoop();
  const { attempts } = await story.state(issue);
  expect(attempts[0]).toMatchObject({ rerun: "asked", counted: false });
  expect(told.asked.get(attempts[0]?.head ?? "")).toBe(2);
  const first = story.comments(issue).find((comment) => comment.startsWith("### Attempt 1")) ?? "";
  expect(first).toContain("CI was asked to run what failed once more, and it is red again.");
  expect(first).toContain("The base branch fails the same checks, so this attempt is not counted.");
});

test("without the permission it goes on, and says which one is missing", async () => {
  const told = jobs("failure");
  const story = await aStoryWith(told.conclude, { may: false, executor: botch("red") });
  await judgeBase(story);
  const issue = await story.startLoop();
  const { attempts } = await story.state(issue);
  expect(attempts[0]).toMatchObject({ rerun: "refused", counted: false });
  expect(told.asked.get(attempts[0]?.head ?? "")).toBe(1);
  expect(story.comments(issue).join("\n")).toContain("the App needs the permission `actions: write`");
});

test("what the base passes is not run again: it counts", async () => {
  const conclude = ({ branch }: JobTime) =>
    ({ conclusion: branch === "main" ? "success" : "failure", log: "expected 5, got 0" }) as const;
  const story = await aStoryWith(conclude, { executor: botch("red") });
  await judgeBase(story);
  const issue = await story.startLoop();
  expect((await story.state(issue)).attempts[0]).not.toHaveProperty("rerun");
});

test("green and then red on one commit: said to the agent and in the thread, and not counted", async () => {
  const told = jobs("success", "failure");
  const said = 'grep -c "green on the same commit" "$LOOP_DIR/brief.md" > said.txt';
  const story = await aStoryWith(told.conclude, { executor: `${mend}; ${said}` });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  await runAgain(story);
  const { attempts } = await story.state(issue);
  expect(attempts[0]).toMatchObject({ rerun: "asked", counted: false, verdict: { colour: "red", doubtful: true } });
  expect(told.asked.get(attempts[0]?.head ?? "")).toBe(3);
  expect(story.comments(issue).join("\n")).toContain("It was green on the same commit, too.");
});

/** Has the newest run of the workflow run again, as a person does who presses the button. */
async function runAgain(story: Story): Promise<void> {
  const run = story.repository.workflowRuns.at(-1);
  if (run === undefined) throw new Error("CI has run");
  story.forge.world.rerunWorkflow(story.forge.as("dave").actor, run);
  await story.settle();
}

test("red at the gate: it runs once more, and green again lets in who approved meanwhile", async () => {
  const told = jobs("success", "failure", "success");
  let approve = () => {};
  const story = await aStoryWith((time) => {
    if (time.attempt === 3) approve();
    return told.conclude(time);
  });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  approve = () => story.forge.as("bob").approve(pull);
  await runAgain(story);
  const { ending, attempts } = await story.state(issue);
  expect([ending?.reason, ending?.by]).toEqual(["task_complete", "bob"]);
  expect([attempts.length, attempts[0]?.rerun, told.asked.get(pull.head.sha)]).toEqual([1, "asked", 3]);
}, 60_000);

test("red at the gate a second time goes back to work, whatever was run again before", async () => {
  const told = jobs("success", "failure", "success", "failure");
  const story = await aStoryWith(told.conclude);
  const issue = await story.startLoop();
  await runAgain(story);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const head = (await story.state(issue)).head ?? "";
  await runAgain(story);
  const { attempts } = await story.state(issue);
  expect([attempts[0]?.verdict?.colour, attempts[0]?.counted, told.asked.get(head)]).toEqual(["red", false, 4]);
}, 60_000);

test("red at the gate, and GitHub will not run it again: it goes back to work, and says why", async () => {
  const told = jobs("success", "failure");
  const story = await aStoryWith(told.conclude, { may: false });
  const issue = await story.startLoop();
  const head = (await story.state(issue)).head ?? "";
  await runAgain(story);
  const { attempts } = await story.state(issue);
  expect([attempts[0]?.rerun, attempts[0]?.counted, told.asked.get(head)]).toEqual(["refused", false, 2]);
  expect(story.comments(issue).join("\n")).toContain("the App needs the permission `actions: write`");
}, 60_000);
