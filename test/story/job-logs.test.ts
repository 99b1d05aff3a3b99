// CI as GitHub Actions has it: what failed stands in a job's log, and the next attempt is told of it.
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { answer, aStory, attempts, botch, mend, minute, type Story } from "./world.ts";

const ci = { actions: { test: "sh test.sh" } };

/** Goes on as long as GitHub is asked again for a log that is not there. */
async function untilDone(story: Story, issue: Issue): Promise<void> {
  for (let n = 0; n < 8 && (await story.phase(issue)) === "verifying"; n++) await story.advance(minute / 2);
}

test("the second brief holds the assertion from the log, and so does the thread, for one request more", async () => {
  const second = `grep -q 'expected 5, got red' "$LOOP_DIR/brief.md" && ${mend}`;
  const story = await aStory({ ci, executor: attempts(botch("red"), second) });
  const before = story.forge.requests.length;
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const said = story.comments(issue).find((text) => text.includes("expected 5, got red")) ?? "";
  expect(said).toContain("Run sh test.sh");
  expect(said).not.toMatch(/##\[|\x1b|actions\/checkout|Process completed|could be read/);
  const asked = story.forge.requests.slice(before).filter(({ path }) => path.endsWith("/logs"));
  expect(asked).toHaveLength(1);
});

test("where the logs have expired the thread says so, and failures that look alike are not called the same", async () => {
  const story = await aStory({ ci, executor: attempts(botch("red"), botch("blue"), mend) });
  story.forge.world.listen(({ event, repository }) => {
    if (event !== "workflow_job") return;
    for (const run of repository?.workflowRuns ?? []) for (const job of run.jobs) job.logExpired = true;
  });
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect([state.phase, state.attempts.length, state.attempts[0]?.verdict?.fingerprint]).toEqual([
    "awaiting_gate",
    3,
    "",
  ]);
  const said = story.comments(issue).filter((text) => text.includes("has expired at GitHub"));
  expect(said).toHaveLength(2);
});

test("a log that is not there yet is asked for again, and one that never comes does not hold up the loop", async () => {
  const story = await aStory({ ci, executor: attempts(botch("red"), mend) });
  story.forge.world.listen(({ event, action, repository }) => {
    if (event !== "workflow_job" || action !== "completed") return;
    const job = repository?.workflowRuns[0]?.jobs[0];
    if (job) job.log = null;
  });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("verifying");
  await untilDone(story, issue);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(story.comments(issue).join("\n")).toContain("GitHub has no log of this job");
});

test("without the permission the thread names it, once for each job", async () => {
  const story = await aStory({ ci, executor: attempts(botch("red"), mend) });
  for (const one of story.forge.world.installations) {
    const { actions: _, ...permissions } = one.permissions;
    one.permissions = permissions;
  }
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(story.comments(issue).filter((text) => text.includes("`actions: read`"))).toHaveLength(1);
});

test("the same failure in the logs of two attempts is the same, however long it took", async () => {
  const slow = `${botch("red")}; echo again > again.txt`;
  const story = await aStory({ ci, executor: attempts(botch("red"), slow, mend) });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("no_progress");
});

test("a job that turns red at the gate briefs the next attempt with its log", async () => {
  const again = `grep -q 'the sum is off' "$LOOP_DIR/brief.md" && ${mend} && echo x > x.txt`;
  const conclude = async ({ attempt }: { attempt: number }) =>
    attempt > 1 ? { conclusion: "failure" as const, log: "the sum is off" } : { conclusion: "success" as const };
  const story = await aStory({
    ci: { actions: [{ name: "CI", jobs: [{ name: "test", conclude }] }] },
    executor: attempts(`${mend}; ${answer({ summary: "Mended." })}`, again),
  });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const [run] = story.repository.workflowRuns;
  if (run === undefined) throw new Error("CI ran");
  story.forge.world.rerunWorkflow(story.forge.world.actorOf(story.forge.actionsApp), run);
  await story.settle();
  await untilDone(story, issue);
  expect(story.forge.requests.filter(({ path }) => path.endsWith("/logs"))).toHaveLength(1);
  const state = await story.state(issue);
  expect(state.attempts.length).toBe(2);
  expect(state.attempts[0]?.verdict?.findings[0]?.detail).toContain("the sum is off");
});
