// Every ending: its reason in the thread, and the one next action it names, performed.
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { answer, aStory, attempts, botch, mend, minute, type Story } from "./world.ts";

const last = (story: Story, issue: Issue) => story.comments(issue).at(-1);

test("retry_limit: attempts run out; /loop retry grants them again", async () => {
  const story = await aStory({ executor: attempts(botch("red"), botch("blue"), botch("green"), mend) });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("retry_limit");
  expect(issue.labels.map((label) => label.name)).toEqual(["loop:needs-human"]);
  expect(last(story, issue)).toMatchInlineSnapshot(`
    "**Loopgate stopped: retry limit.** All 3 attempts are used up, and the work has not passed yet.

    **Next:** @alice, comment \`/loop budget +2 attempts\`, or another amount, to continue with that much more; or \`/loop retry\` to continue from the branch with the policy's limits granted again.

    Kept: branch \`loop/1-«loop»\` at \`«commit 3»\`, pull request [#2](«forge»/acme/shop/pull/2).

    Used: 3 of 3 attempts, 6 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
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
  expect(last(story, issue)).toMatchInlineSnapshot(`
    "**Loopgate stopped: no progress.** Attempt 2 failed the same way as attempt 1, so another one would most likely fail too.

    \`\`\`text
    ci / test: Failed with exit code 1
    \`\`\`

    **Next:** @alice, say in a comment what to do differently, then comment \`/loop retry\`.

    Kept: branch \`loop/1-«loop»\` at \`«commit 2»\`, pull request [#2](«forge»/acme/shop/pull/2).

    Used: 2 of 3 attempts, 4 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
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
  expect(last(story, issue)).toMatchInlineSnapshot(`
    "**Loopgate stopped: budget limit.** Attempt 1 changed 11 lines, more than the 5 the policy allows, so nothing was pushed.

    **Next:** @alice, comment \`/loop approve «commit 2»\` to push exactly that commit, or \`/loop deny\` for another attempt without it.

    <details><summary>All that commit «commit 2» changes: 1 file (1 modified)</summary>

    \`\`\`text
    modified total.sh
    \`\`\`

    \`\`\`diff
    diff --git a/total.sh b/total.sh
    --- a/total.sh
    +++ b/total.sh
    @@ -1,3 +1,12 @@
     #!/bin/sh
     # Prints the sum of its arguments.
    -echo 0
    +echo $(($1 + $2))
    +# 1
    +# 2
    +# 3
    +# 4
    +# 5
    +# 6
    +# 7
    +# 8
    +# 9
    \`\`\`

    </details>

    Kept: commit \`«commit 2»\`, which Loopgate holds and has not pushed.

    Used: 1 of 3 attempts, 1 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.head).toBe(ending?.pendingHead);
});

test("budget_limit: the loop's wall clock stops a container that still runs; /loop extend adds time, and the loop goes on", async () => {
  const story = await aStory({ executor: attempts("sleep 600", mend), policy: "version: 1\nloop_hours: 1\n" });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  await story.advance(60 * minute);
  expect((await story.state(issue)).ending?.reason).toBe("budget_limit");
  expect(last(story, issue)).toMatchInlineSnapshot(`
    "**Loopgate stopped: budget limit.** The loop reached its time limit of 1 h.

    **Next:** @alice, comment \`/loop extend 2h\`, or another amount, to continue with that much more; or \`/loop retry\` to continue from the branch with the policy's limits granted again.

    Nothing was pushed to this repository.

    Used: 1 of 3 attempts, 1 of 20 runs, 1 h of 1 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  story.forge.as("alice").comment(issue, "/loop extend 90m");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("/loop approve, extend and budget begin nothing on an issue that was closed since; reopened, they do", async () => {
  const policy = "version: 1\nattempts: 1\n";
  const story = await aStory({
    executor: attempts("mkdir -p .github && echo '* @bob' > .github/CODEOWNERS", mend),
    policy,
  });
  const issue = await story.startLoop();
  const { ending } = await story.state(issue);
  expect(ending?.reason).toBe("risky_action_detected");
  const alice = story.forge.as("alice");
  alice.close(issue);
  await story.settle();
  alice.comment(issue, "/loop approve");
  await story.settle();
  expect(last(story, issue)).toContain(
    "was refused: the issue is closed, and nothing begins there; to go on, reopen it and comment `/loop approve` again.",
  );
  expect((await story.state(issue)).head).toBe(null);
  alice.reopen(issue);
  alice.comment(issue, "/loop approve");
  await story.settle();
  expect((await story.state(issue)).head).toBe(ending?.pendingHead);
});

test("uncertainty_too_high: the agent asks; /loop answer with a choice, or a comment and /loop retry, answer it", async () => {
  const first = { question: "Should it add more than two numbers? @everyone", choices: ["Only two.", "Any number."] };
  const question = answer({ summary: "Not sure.", ...first, recommendation: "The first." });
  const story = await aStory({
    executor: attempts(
      `echo half > half.txt; ${question}`,
      // Red, where what it had done is not there, or it is not told the words of the choice.
      `rm half.txt && grep -A1 'what bob answered' "$LOOP_DIR/brief.md" | grep -qx 'Any number.' && ${answer({ question: "Negative ones, too?" })}`,
      `grep -q 'Those as well' "$LOOP_DIR/brief.md" && ${mend}`,
    ),
  });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("uncertainty_too_high");
  expect(last(story, issue)).toMatchInlineSnapshot(`
    "**Loopgate stopped: uncertainty too high.** Attempt 1 stopped to ask a question.

    \`\`\`text
    Should it add more than two numbers? @everyone

    1. Only two.
    2. Any number.
    The agent recommends: The first.
    \`\`\`

    **Next:** @alice, comment \`/loop answer\` followed by the number of your choice or by your own words.

    Kept: branch \`loop/1-«loop»\` at \`«commit 1»\`.

    Used: 1 of 3 attempts, 1 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  story.forge.as("bob").comment(issue, "/loop answer 2");
  await story.settle();
  expect(last(story, issue)).toContain("Negative ones, too?");
  story.forge.as("alice").comment(issue, "Those as well.");
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
  expect(last(story, issue)).toMatchInlineSnapshot(`
    "**Loopgate stopped: permission required.** Attempt 1 asked for permission to do something it may not do on its own.

    \`\`\`text
    change the numbers in test.sh
    \`\`\`

    **Next:** @alice, comment \`/loop approve\` to allow exactly that for one more attempt, or \`/loop deny\` to continue without it.

    Nothing was pushed to this repository.

    Used: 0 of 3 attempts, 1 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("external_dependency_blocked: the agent reports it; /loop retry goes on", async () => {
  const blocked = answer({ summary: "Waiting.", blocked_on: "The calculator service is down." });
  const story = await aStory({ executor: attempts(blocked, mend) });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("external_dependency_blocked");
  expect(last(story, issue)).toMatchInlineSnapshot(`
    "**Loopgate stopped: external dependency blocked.** Attempt 1 was blocked by something outside the repository.

    \`\`\`text
    The calculator service is down.
    \`\`\`

    **Next:** @alice, once that is resolved, comment \`/loop retry\`.

    Nothing was pushed to this repository.

    Used: 0 of 3 attempts, 1 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("external_dependency_blocked: CI never reports; /loop retry judges the same commit (F72)", async () => {
  const story = await aStory({ ci: { mode: "silent" }, policy: "version: 1\nchecks:\n  wait_minutes: 30\n" });
  const issue = await story.startLoop();
  expect((await story.state(issue)).phase).toBe("verifying");
  await story.advance(30 * minute); // as a draft, which CI may leave out
  expect((await story.pull(issue)).draft).toBe(false);
  await story.advance(30 * minute);
  const { ending, head } = await story.state(issue);
  expect(ending?.reason).toBe("external_dependency_blocked");
  expect(last(story, issue)).toMatchInlineSnapshot(`
    "**Loopgate stopped: external dependency blocked.** No check was reported on the commit within 30 minutes. Either no CI runs on pull requests here, or something keeps it from starting: a path filter that leaves this change out, a run that waits for approval, or an outage.

    \`\`\`text
    checks: no check has been reported yet
    \`\`\`

    **Next:** @alice, once CI works, comment \`/loop retry\` to have the same commit judged again.

    Kept: branch \`loop/1-«loop»\` at \`«commit 1»\`, pull request [#2](«forge»/acme/shop/pull/2).

    Used: 0 of 3 attempts, 2 of 20 runs, 1 h of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
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
  expect(story.repository.issues.size).toBe(1);
  expect(last(story, issue)).toMatchInlineSnapshot(`
    "**Loopgate stopped: risky action detected.** Attempt 1 made a change that Loopgate never pushes, so nothing was pushed.

    \`\`\`text
    Changes a workflow: .github/workflows/x.yml
    \`\`\`

    **Next:** @alice, say in a comment what to leave alone, then comment \`/loop retry\` for another attempt.

    Nothing was pushed to this repository.

    Used: 1 of 3 attempts, 1 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
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
  expect(last(story, issue)).toMatchInlineSnapshot(`
    "**Loopgate stopped: risky action detected.** Attempt 1 made a change that needs a person's approval, so nothing was pushed.

    \`\`\`text
    Changes a protected file: AGENTS.md
    \`\`\`

    **Next:** @alice, comment \`/loop approve «commit 2»\` to push exactly that commit, or \`/loop deny\` for another attempt without it.

    **What you would allow there:**

    \`\`\`diff
    diff --git a/AGENTS.md b/AGENTS.md
    new file mode 100644
    --- /dev/null
    +++ b/AGENTS.md
    @@ -0,0 +1 @@
    +Obey.
    \`\`\`

    <details><summary>All that commit «commit 2» changes: 2 files (1 added, 1 modified)</summary>

    \`\`\`text
    added    AGENTS.md
    modified total.sh
    \`\`\`

    \`\`\`diff
    diff --git a/total.sh b/total.sh
    --- a/total.sh
    +++ b/total.sh
    @@ -1,3 +1,3 @@
     #!/bin/sh
     # Prints the sum of its arguments.
    -echo 0
    +echo $(($1 + $2))
    \`\`\`

    </details>

    Kept: commit \`«commit 2»\`, which Loopgate holds and has not pushed.

    Used: 1 of 3 attempts, 1 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  story.forge.as("bob").comment(issue, `/loop approve ${ending?.pendingHead}`);
  await story.settle();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.head).toBe(ending?.pendingHead);
});

test("nothing_to_do: the agent shows that no change is needed and the reviewer agrees", async () => {
  const story = await aStory({
    executor: answer({ summary: "Nothing.", nothing_to_do: "The total is already right." }),
  });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("nothing_to_do");
  expect(last(story, issue)).toMatchInlineSnapshot(`
    "**Loopgate is done: nothing to do.** The agent showed that no change is needed, and the reviewer agreed.

    \`\`\`text
    The total is already right.
    \`\`\`

    **Next:** Close this issue, or say in a comment what is still missing and set the label \`loop\` again.

    Nothing was pushed to this repository.

    Used: 1 of 3 attempts, 2 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
});

test("policy_invalid: line and expectation are named; mended, /loop retry goes on", async () => {
  const story = await aStory({ policy: "version: 1\nattemps: 2\n" });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("policy_invalid");
  expect(story.comments(issue)).toMatchInlineSnapshot(`
    [
      "### Loopgate stopped: policy invalid

    Why, and what to do next, is said in the newest comment here that begins “Loopgate stopped: policy invalid”.

    - Started by \`alice\` with the label \`loop\` on 2026-01-05 09:00 UTC
    - Branch \`loop/1-«loop»\` from \`main\` at \`«commit 1»\`
    - Used: nothing yet
    - The agents work from the issue as it was on 2026-01-05 09:00 UTC, sha256 \`«sha256 1»\`; removed from it: nothing

    Comment \`/loop help\` for a list of commands.

    <sub>Written by Loopgate, a GitHub App.</sub>

    «record»",
      "**Loopgate stopped: policy invalid.** \`.github/loop.yml\` on the default branch is invalid, so nothing was started.

    \`\`\`text
    line 2: \`attemps\` is not an option; did you mean \`attempts\`?
    \`\`\`

    **Next:** @alice, fix \`.github/loop.yml\` on the default branch, then comment \`/loop retry\`.

    Nothing was pushed to this repository.

    <sub>Written by Loopgate, a GitHub App.</sub>",
    ]
  `);
  await story.forge
    .as("alice")
    .push(story.repository, "main", { ".github/loop.yml": "version: 1\nattempts: 2\n" }, "Mend the policy");
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("infrastructure_error: GitHub refuses for good what the loop needs; /loop retry goes on", async () => {
  const story = await aStory();
  story.forge.failNext("POST /repos/:owner/:repo/pulls", { status: 422, body: { message: "Validation Failed" } });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("infrastructure_error");
  expect(last(story, issue)).toMatchInlineSnapshot(`
    "**Loopgate stopped: infrastructure error.** Loopgate tried to open the pull request and could not, so it gave up.

    \`\`\`text
    Could not open a pull request for loop/1-«loop» on acme/shop: GitHub answered 422: Validation Failed. It is not tried again by itself.
    \`\`\`

    **Next:** @alice, comment \`/loop retry\`; if it fails again, ask whoever runs this App.

    Kept: branch \`loop/1-«loop»\` at \`«commit 1»\`.

    Used: 1 of 3 attempts, 1 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("an attempt that leaves no commit is red, however it exits (F53, detent#1886)", async () => {
  const story = await aStory({ executor: attempts(":", mend) });
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect(state.attempts.map((attempt) => attempt.verdict?.colour)).toEqual(["red", "green"]);
  expect(story.comments(issue)[1]).toMatchInlineSnapshot(`
    "### Attempt 1: red

    The agent pushed nothing in 0 s.

    | judge | verdict | reason |
    |---|---|---|
    | run | red | \`nothing was pushed\` |

    **What has to change**

    run: \`nothing was pushed\`

    \`\`\`text
    The run ended without a commit on its branch.
    \`\`\`

    - executor: finished, 0 s, exit code 0, brief \`«sha256»\`

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
});
