// GitHub Actions as loops meet it: jobs of a matrix, filters of paths, runs that newer ones replace, logs longer than what is read.
import { expect, test } from "vitest";
import type { WorkflowFile } from "../../src/forge/model.ts";
import { aBarrier } from "./barrier.ts";
import { aStory, attempts, botch, mend, minute } from "./world.ts";

const command = "sh test.sh";

test("one job of a matrix that is red briefs the next attempt by its full name, and all of them are waited for", async () => {
  const versions = { node: [20, 22], os: ["linux"] };
  const file: WorkflowFile = {
    name: "CI",
    jobs: [
      { name: "test", matrix: versions, command },
      { name: "deploy", matrix: { region: ["eu", "us"] }, if: () => false },
    ],
  };
  const policy = 'checks:\n  required: ["test (20, linux)", "test (22, linux)"]\n';
  const second = `grep -q 'test (22, linux)' "$LOOP_DIR/brief.md" && ${mend}`;
  const story = await aStory({ ci: { actions: [file] }, policy, executor: attempts(botch("red"), second) });
  const issue = await story.startLoop();
  const { phase, attempts: made } = await story.state(issue);
  expect([phase, ...made.map(({ verdict }) => verdict?.colour)]).toEqual(["awaiting_gate", "red", "green"]);
  const parts = made[1]?.verdict?.parts.filter(({ source }) => source === "ci");
  expect(parts?.map(({ name, colour }) => [name, colour])).toEqual([
    ["test (20, linux)", "green"],
    ["test (22, linux)", "green"],
    ["deploy", "absent"],
  ]);
});

test("a required check that a path filter leaves out is told as that once its time is up, though another one passed", async () => {
  const docs: WorkflowFile = { name: "Docs", paths: ["docs/**"], jobs: [{ name: "docs", command: "true" }] };
  const policy = "checks:\n  required: [docs]\n  wait_minutes: 30\npull_request:\n  draft: never\n";
  const story = await aStory({ ci: { actions: [docs, { name: "CI", jobs: [{ name: "test", command }] }] }, policy });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("verifying");
  await story.advance(31 * minute);
  expect((await story.state(issue)).ending).toMatchObject({ of: "ci_silent", lacks: "required" });
  expect(story.comments(issue).at(-1)).toContain("A workflow whose path filter leaves this change out never reports");
});

test("a run that a newer commit replaces says nothing of that commit, and the newer one is judged by its own", async () => {
  const first = Promise.withResolvers<void>();
  let seen = "";
  const conclude = async ({ sha }: { sha: string }) => {
    seen ||= sha;
    if (sha === seen) await first.promise;
    return { conclusion: "success" as const };
  };
  const story = await aStory({
    ci: { actions: [{ name: "CI", cancelInProgress: true, jobs: [{ name: "test", conclude }] }] },
  });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "verifying");
  const { branch } = await story.state(issue);
  const newer = await story.forge
    .as("dave")
    .push(story.repository, branch ?? "", { "NOTES.md": "A note.\n" }, "Add a note");
  first.resolve();
  await story.settle();
  const { phase, head, attempts: made } = await story.state(issue);
  expect(
    story.repository.runs.filter(({ name }) => name === "test").map(({ headSha, conclusion }) => [headSha, conclusion]),
  ).toEqual([
    [seen, "cancelled"],
    [newer, "success"],
  ]);
  expect([phase, head, ...made.map(({ verdict }) => verdict?.colour)]).toEqual(["awaiting_gate", newer, "green"]);
});

test("of a log longer than what is read, the failure at its end briefs the next attempt", async () => {
  const noise = `${"x".repeat(199)}\n`.repeat(25_000);
  const conclude = ({ sha }: { sha: string }) => {
    red ??= sha;
    return sha === red
      ? { conclusion: "failure" as const, log: `${noise}the sum is off` }
      : { conclusion: "success" as const };
  };
  let red: string | undefined;
  const story = await aStory({
    ci: { actions: [{ name: "CI", jobs: [{ name: "test", conclude }] }] },
    executor: attempts(botch("red"), `grep -q 'the sum is off' "$LOOP_DIR/brief.md" && ${mend}`),
  });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(story.comments(issue).join("\n")).toContain("the sum is off");
});

test("a branch called `loop`, beside which git can have none of ours, is told before anything is paid for", async () => {
  const story = await aStory();
  await story.forge.as("dave").push(story.repository, "loop", { "a.txt": "a\n" }, "Begin a branch called loop");
  const issue = await story.startLoop();
  const { ending, runsStarted } = await story.state(issue);
  expect([ending?.of, runsStarted]).toEqual(["branch_in_the_way", 0]);
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot(`
    "**Loopgate stopped: external dependency blocked.** The repository has a branch \`loop\`. Git has no branch below another one, so none could be made for this loop (\`loop/…\`), and nothing was started.

    **Next:** @alice, rename or delete that branch, then comment \`/loop retry\`.

    Nothing was pushed to this repository.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
});

test("a branch called `loop` that comes while an agent works is told once; renamed, the same commit is pushed", async () => {
  const { wait, go } = await aBarrier();
  const story = await aStory({ executor: `${wait}; ${mend}` });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  await story.forge.as("dave").push(story.repository, "loop", { "a.txt": "a\n" }, "Begin a branch called loop");
  go();
  await story.settle();
  const { ending, attempts: made, branch } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "permission_required", of: "push_declined", resume: "publish" });
  expect(made.map(({ counted }) => counted)).toEqual([false]);
  const said = story.comments(issue).at(-1) ?? "";
  expect(said).toContain("while the repository has a branch `loop`, or one whose name begins with `loop/");
  expect(said).toContain("renaming a branch that is in the way");
  await story.forge.world.deleteRef(story.forge.as("dave").actor, story.repository, "refs/heads/loop");
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  expect([await story.phase(issue), (await story.pull(issue)).head.sha]).toEqual([
    "awaiting_gate",
    ending?.pendingHead,
  ]);
  expect(branch).toMatch(/^loop\/1-/);
});

test("an account that a company manages, with `_` in its login, is asked to review, and approves", async () => {
  const story = await aStory({ policy: "gate:\n  reviewers: [bob_acme]\n" });
  story.forge.as("bob").rename("bob_acme");
  story.forge.as("alice").rename("alice_acme");
  const issue = story.forge.as("alice_acme").openIssue(story.repository, { title: "total.sh adds nothing up" });
  story.forge.as("alice_acme").label(issue, "loop");
  await story.settle();
  const pull = await story.pull(issue);
  expect(pull.requestedReviewers.map(({ login }) => login)).toEqual(["bob_acme"]);
  story.forge.as("bob_acme").approve(pull);
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ of: "approved", by: "bob_acme" });
});
