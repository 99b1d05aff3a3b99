// CI that leaves drafts out is given a pull request that is none; and what it says only then counts as much as before.
import { expect, test } from "vitest";
import type { Issue, WorkflowFile } from "../../src/forge/model.ts";
import { aStory, attempts, botch, mend, minute, type Story } from "./world.ts";

const types = ["opened", "synchronize", "reopened", "ready_for_review"];
const command = "sh test.sh";

/** Each is a workflow of which people report that it leaves drafts out. */
const leavingOut: Readonly<Record<string, WorkflowFile>> = {
  "skips its jobs on drafts": {
    name: "CI",
    on: "pull_request",
    types,
    jobs: [{ name: "test", command, if: ({ draft }) => !draft }],
  },
  "starts with ready_for_review only": {
    name: "CI",
    on: "pull_request",
    types: ["ready_for_review"],
    jobs: [{ name: "test", command }],
  },
};

const said = (story: Story, issue: Issue) => story.comments(issue).join("\n");

test.each(Object.entries(leavingOut))(
  "a workflow that %s gets the pull request ready, and the reason is said",
  async (_, file) => {
    const story = await aStory({ ci: { actions: [file] }, policy: "gate:\n  reviewers: [bob]\n" });
    const issue = await story.startLoop();
    await story.advance(11 * minute);
    expect([await story.phase(issue), (await story.pull(issue)).draft]).toEqual(["awaiting_gate", false]);
    expect(said(story, issue)).toMatch(/made ready for review before anything was green.*`pull_request.draft: never`/);
    expect((await story.pull(issue)).requestedReviewers.map(({ login }) => login)).toEqual(["bob"]);
  },
  120_000,
);

test("CI that shows nothing on the ready pull request either ends the loop in minutes, and says what it showed", async () => {
  const conclude = async () => ({ conclusion: "skipped" as const });
  const story = await aStory({ ci: { mode: "scripted", conclude } });
  const issue = await story.startLoop();
  expect([await story.phase(issue), (await story.pull(issue)).draft]).toEqual(["verifying", false]);
  await story.advance(61 * minute);
  expect((await story.state(issue)).ending).toMatchObject({ reason: "external_dependency_blocked", of: "ci_silent" });
  expect(said(story, issue)).toContain("no check succeeded, so nothing is proven");
  expect(said(story, issue)).not.toMatch(/CI did not report|No check was reported/);
}, 120_000);

test("a green placeholder on drafts is no evidence: red after ready goes back to work, and the status says so", async () => {
  const conclude = ({ draft, sha }: { draft: boolean; sha: string }) =>
    draft || sha !== bad ? { conclusion: "success" as const } : { conclusion: "failure" as const, log: "expected 5" };
  let bad = "";
  const file: WorkflowFile = { name: "CI", on: "pull_request", types, jobs: [{ name: "test", conclude }] };
  const story = await aStory({ ci: { actions: [file] }, executor: attempts(`${botch("wrong")}`, mend) });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "verifying");
  bad = (await story.state(issue)).head ?? "";
  await story.settle();
  const state = await story.state(issue);
  expect(state.attempts.map(({ verdict }) => verdict?.colour)).toEqual(["red", "green"]);
  expect(state.phase).toBe("awaiting_gate");
  expect(said(story, issue)).toContain("### Attempt 1: red");
}, 120_000);

test("with `pull_request.draft: never` the pull request is ready from the start", async () => {
  const file = leavingOut["skips its jobs on drafts"] as WorkflowFile;
  const story = await aStory({ ci: { actions: [file] }, policy: "pull_request:\n  draft: never\n" });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(said(story, issue)).not.toContain("made ready for review before");
}, 120_000);

test("CI that GitHub holds until a person approves it is said at once as that, and judged once it ran", async () => {
  const file = { name: "CI", on: "pull_request", held: true, jobs: [{ name: "test", command }] } as const;
  const story = await aStory({ ci: { actions: [file] } });
  const issue = await story.startLoop();
  await story.advance(11 * minute);
  const { ending } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "external_dependency_blocked", of: "ci_silent", lacks: "approval" });
  expect((await story.pull(issue)).draft).toBe(true);
  expect(story.comments(issue).at(-1)).toMatch(/holds back runs of workflows .*until a person approves them/);
  const [run] = story.repository.workflowRuns;
  if (run !== undefined) story.forge.world.approveWorkflowRun(story.forge.as("bob").actor, run);
  await story.settle();
  story.forge.as("bob").comment(issue, "/loop retry");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});
