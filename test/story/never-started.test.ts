// Jobs that GitHub gives no runner, and workflows it cannot start: nothing was judged, and no attempt is spent on it.
import { expect, test } from "vitest";
import { aStory, attempts, botch, mend, minute } from "./world.ts";

const refused =
  "The job was not started because recent account payments have failed or your spending limit needs to be increased. Please check the 'Billing & plans' section in your settings";
const command = "sh test.sh";

test("a job that got no runner ends the loop at once in GitHub's own words, and is judged once it ran", async () => {
  const file = { name: "CI", jobs: [{ name: "test", command, refused }] };
  const story = await aStory({ ci: { actions: [file] }, executor: attempts(mend, botch("worse")) });
  const issue = await story.startLoop();
  const { ending, attempts: made, head } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "external_dependency_blocked", of: "ci_silent", lacks: "start" });
  expect(made.map(({ counted }) => counted)).toEqual([false]);
  const said = story.comments(issue).at(-1) ?? "";
  expect(said).toContain("never started: The job was not started because recent account payments have failed");
  expect(said).toContain("That is no failure of the change.");
  expect(said).not.toMatch(/checks\.skipped|within \d+ minutes/);

  story.repository.ci = { mode: "actions", workflows: [{ name: "CI", jobs: [{ name: "test", command }] }] };
  const [run] = story.repository.workflowRuns.filter(({ headSha }) => headSha === head);
  if (run === undefined) throw new Error("CI had a run");
  run.file = { name: "CI", jobs: [{ name: "test", command }] };
  story.forge.world.rerunWorkflow(story.forge.as("alice").actor, run);
  await story.settle();
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  const state = await story.state(issue);
  expect([state.phase, state.attempts.length, state.head]).toEqual(["awaiting_gate", 1, head]);
});

test("beside a job that failed it changes nothing: that is for the agent to mend", async () => {
  const jobs = [
    { name: "test", command },
    { name: "deploy", command, refused },
  ];
  const story = await aStory({ ci: { actions: [{ name: "CI", jobs }] }, executor: attempts(botch("red"), mend) });
  const issue = await story.startLoop();
  const { ending, attempts: made } = await story.state(issue);
  expect(made.map(({ verdict }) => verdict?.colour)).toEqual(["red", "pending"]);
  expect(made[0]?.verdict?.findings.map(({ title }) => title.split(":")[0])).toEqual(["test"]);
  expect(ending).toMatchObject({ of: "ci_silent", lacks: "start" });
});

test("a required check whose workflow cannot start is told as that when its time is up", async () => {
  const broken = { name: "Tests", path: ".github/workflows/tests.yml", invalid: true, jobs: [{ name: "test" }] };
  const lint = { name: "Lint", jobs: [{ name: "lint", command: "true" }] };
  const policy = "version: 1\nchecks:\n  required: [test]\npull_request:\n  draft: never\n";
  const story = await aStory({ ci: { actions: [broken, lint] }, policy });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("verifying");
  await story.advance(61 * minute);
  expect((await story.state(issue)).ending).toMatchObject({ of: "ci_silent", lacks: "start" });
  const said = story.comments(issue).join("\n");
  expect(said).toContain("test: not reported, and GitHub could not start Tests, as where its file is invalid");
  expect(said).not.toContain("path filter");
});

test("where nothing is missing it is told, and keeps nothing off", async () => {
  const broken = { name: "CLA", invalid: true, jobs: [{ name: "cla" }] };
  const story = await aStory({ ci: { actions: [broken, { name: "CI", jobs: [{ name: "test", command }] }] } });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(story.comments(issue).join("\n")).toContain("GitHub could not start this workflow");
});
