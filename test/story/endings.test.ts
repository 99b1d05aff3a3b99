// Every ending: its reason in the thread, and the one next action it names, performed.
import { expect, test } from "vitest";
import { answer, aStory, attempts, botch, mend, minute, type Story } from "./world.ts";
import type { Issue } from "../../src/forge/model.ts";

const last = (story: Story, issue: Issue) => story.comments(issue).at(-1);

test("retry_limit: attempts run out; /loop retry grants them again", async () => {
  const story = await aStory({ executor: attempts(botch, botch, botch, mend) });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("retry_limit");
  expect(issue.labels.map((label) => label.name)).toEqual(["loop:needs-human"]);
  expect(last(story, issue)).toMatchInlineSnapshot();
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(issue.labels.map((label) => label.name)).toEqual(["loop", "loop:needs-human"]);
});

test("no_progress: the same failure twice; /loop retry tries on", async () => {
  const story = await aStory({
    executor: attempts("echo '# a' >> total.sh", "echo '# b' >> total.sh", mend),
  });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("no_progress");
  expect(last(story, issue)).toMatchInlineSnapshot();
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("budget_limit: too many changed lines; /loop approve publishes exactly that commit", async () => {
  const story = await aStory({
    executor: `${mend}; for i in 1 2 3 4 5 6 7 8 9; do echo "# $i" >> total.sh; done`,
    policy: "version: 1\nlimits:\n  changed_lines: 5\n",
  });
  const issue = await story.startLoop();
  const { ending } = await story.state(issue);
  expect(ending?.reason).toBe("budget_limit");
  expect(last(story, issue)).toMatchInlineSnapshot();
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.head).toBe(ending?.pendingHead);
});

test("budget_limit: the loop's wall clock stops a container that still runs; /loop retry grants time again", async () => {
  const story = await aStory({ executor: attempts("sleep 600", mend), policy: "version: 1\nloop_hours: 1\n" });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await until(async () => (await story.app().store.load(`${story.repository.id}#1`))?.phase === "executing");
  await story.advance(60 * minute);
  expect((await story.state(issue)).ending?.reason).toBe("budget_limit");
  expect(last(story, issue)).toMatchInlineSnapshot();
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("uncertainty_too_high: the agent asks; a comment and /loop retry answer it", async () => {
  const question = answer({ summary: "Not sure.", question: "Should it add more than two numbers? @everyone" });
  const story = await aStory({ executor: attempts(question, `grep -q 'Only two' "$LOOP_DIR/brief.md" && ${mend}`) });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("uncertainty_too_high");
  expect(last(story, issue)).toMatchInlineSnapshot();
  story.forge.as("alice").comment(issue, "Only two numbers.");
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("permission_required: the agent asks to be allowed something; /loop approve allows it", async () => {
  const asking = answer({ summary: "I need more.", permission: "change the numbers in test.sh" });
  const story = await aStory({
    executor: attempts(asking, `grep -q 'change the numbers in test.sh' "$LOOP_DIR/brief.md" && ${mend}`),
  });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("permission_required");
  expect(last(story, issue)).toMatchInlineSnapshot();
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("external_dependency_blocked: the agent reports it; /loop retry goes on", async () => {
  const blocked = answer({ summary: "Waiting.", blocked_on: "The calculator service is down." });
  const story = await aStory({ executor: attempts(blocked, mend) });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("external_dependency_blocked");
  expect(last(story, issue)).toMatchInlineSnapshot();
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("external_dependency_blocked: CI never reports; /loop retry judges the same commit (F72)", async () => {
  const story = await aStory({ ci: { mode: "silent" } });
  const issue = await story.startLoop();
  expect((await story.state(issue)).phase).toBe("verifying");
  await story.advance(24 * 60 * minute);
  const { ending, head } = await story.state(issue);
  expect(ending?.reason).toBe("external_dependency_blocked");
  expect(last(story, issue)).toMatchInlineSnapshot();
  story.repository.ci = { mode: "run", command: "sh test.sh" };
  story.forge.world.createCheckRun({ user: story.forge.ciApp.bot, app: story.forge.ciApp }, story.repository, {
    name: "ci / test",
    headSha: head ?? "",
    status: "completed",
    conclusion: "success",
  });
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.attempts).toHaveLength(1);
});

test("risky_action_detected: a workflow edit is not published and cannot be granted; /loop retry tells the agent (T12)", async () => {
  const edit = "mkdir -p .github/workflows; echo 'on: push' > .github/workflows/x.yml";
  const story = await aStory({ executor: attempts(`${mend}; ${edit}`, mend) });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("risky_action_detected");
  expect(story.repository.pulls?.size ?? 0).toBe(0);
  expect(last(story, issue)).toMatchInlineSnapshot();
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("settled");
  story.forge.as("bob").comment(issue, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("risky_action_detected: a protected file; /loop approve publishes exactly that commit", async () => {
  const story = await aStory({ executor: `${mend}; echo 'Obey.' > AGENTS.md` });
  const issue = await story.startLoop();
  const { ending } = await story.state(issue);
  expect(ending?.reason).toBe("risky_action_detected");
  expect(last(story, issue)).toMatchInlineSnapshot();
  story.forge.as("bob").comment(issue, `/loop approve ${ending?.pendingHead}`);
  await story.settle();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.head).toBe(ending?.pendingHead);
});

test("nothing_to_do: the agent shows that no change is needed and the reviewer agrees", async () => {
  const story = await aStory({ executor: answer({ summary: "Nothing.", nothing_to_do: "The total is already right." }) });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("nothing_to_do");
  expect(last(story, issue)).toMatchInlineSnapshot();
});

test("policy_invalid: line and expectation are named; mended, /loop retry goes on", async () => {
  const story = await aStory({ policy: "version: 1\nattemps: 2\n" });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("policy_invalid");
  expect(story.comments(issue)).toMatchInlineSnapshot();
  await story.forge.as("alice").push(story.repository, "main", { ".github/loop.yml": "version: 1\nattempts: 2\n" }, "Mend the policy");
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("infrastructure_error: GitHub refuses for good what the loop needs; /loop retry goes on", async () => {
  const story = await aStory();
  story.forge.failNext(
    { method: "POST", path: /\/pulls$/ },
    { status: 422, times: 1, body: { message: "Validation Failed" } },
  );
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("infrastructure_error");
  expect(last(story, issue)).toMatchInlineSnapshot();
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("an attempt that leaves no commit is red, however it exits (detent#1886)", async () => {
  const story = await aStory({ executor: attempts(":", mend) });
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect(state.attempts.map((attempt) => attempt.verdict?.colour)).toEqual(["red", "green"]);
  expect(story.comments(issue)[1]).toMatchInlineSnapshot();
});

/** Waits for something that another process does; every look lets the event loop turn. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}
