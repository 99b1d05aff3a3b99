// The way through the house when all goes well: label, container, push, verdict, approval, done.
import { expect, test } from "vitest";
import { answer, approving, aStory, attempts, botch, mend } from "./world.ts";

test("a labelled issue becomes an approved pull request", async () => {
  const story = await aStory({ executor: mend });
  const issue = await story.startLoop();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  const pull = await story.pull(issue);
  expect(pull.draft).toBe(false);
  expect(issue.labels.map((label) => label.name)).toEqual(["loop", "loop:needs-human"]);
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect(issue.labels.map((label) => label.name)).toEqual(["loop:done"]);
  expect(story.comments(issue)).toMatchInlineSnapshot(`
    [
      "### Loopgate is done: task complete

    Why, and what to do next, is said in the newest comment here that begins “Loopgate is done: task complete”.

    > [!CAUTION]
    > **No container isolates this loop.** The agent runs as an ordinary process on the App's own host: nothing keeps it from that host's files and network. This is for the demo only.

    | attempt | change | CI | review | outcome | time |
    |---|---|---|---|---|---|
    | 1 | 1 file, +1 −1 in \`«commit 1»\` | green | approves | green | 0 s |

    - Started by \`alice\` with the label \`loop\` on 2026-01-05 09:00 UTC
    - Branch \`loop/1-«loop»\` from \`main\` at \`«commit 2»\`; pull request [#2](«forge»/acme/shop/pull/2)
    - Environment: image \`toolchain\`, 2 GiB of memory, 2 CPUs, 256 processes, 512 MiB in \`/tmp\`, 4 GiB of disk
    - Isolation: **none**: the agent runs as a plain process on the App's host
    - Estimate: at most $5.00 for models and 3 attempts, which the policy grants; too few loops of this repository have ended to say more
    - Used: 1 of 3 attempts, 2 of 20 runs, 0 s of 12 h
    - Policy: the defaults, since there is no \`.github/loop.yml\`
    - The agents work from the issue as it was on 2026-01-05 09:00 UTC, sha256 \`«sha256 1»\`; removed from it: nothing

    Comment \`/loop help\` for a list of commands.

    <sub>Written by Loopgate, a GitHub App.</sub>

    «record»",
      "### Attempt 1: green

    The agent changed 1 file (+1 −1) in 0 s. The work is in commit \`«commit 1»\`.

    | judge | verdict | reason |
    |---|---|---|
    | CI \`ci / test\` | [green](«forge»/acme/shop/runs/«run») | \`success\` |
    | review | green | \`approved\` |

    **Next:** Approve the pull request, or comment \`/loop approve\`. That takes write permission and cannot be done by \`alice\` or an author of the commits. Requesting changes starts the next attempt. If nobody does either, the loop ends on 2026-01-19 09:00 UTC.

    <details><summary>Changed files</summary>

    \`\`\`text
    total.sh
    \`\`\`

    </details>

    - executor: finished, 0 s, exit code 0, brief \`«sha256»\`, log \`«sha256»\`
    - reviewer: finished, 0 s, exit code 0, brief \`«sha256»\`

    <sub>Written by Loopgate, a GitHub App.</sub>",
      "**Loopgate is done: task complete.** bob approved this exact commit.

    **Next:** Merge [#2](«forge»/acme/shop/pull/2).

    Kept: branch \`loop/1-«loop»\` at \`«commit 1»\`, pull request [#2](«forge»/acme/shop/pull/2).

    Used: 1 of 3 attempts, 2 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>",
    ]
  `);
  expect(story.forge.thread(story.repository, pull.issue.number)).toContain("Closes #1");
});

test("red, then green: the failure of the first attempt briefs the second", async () => {
  const story = await aStory({
    executor: attempts(botch("red"), `grep -q 'expected 5, got red' "$LOOP_DIR/brief.md" && ${mend}`),
  });
  const issue = await story.startLoop();
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  const state = await story.state(issue);
  expect(state.ending?.reason).toBe("task_complete");
  expect(state.attempts.map((attempt) => attempt.verdict?.colour)).toEqual(["red", "green"]);
  expect(story.comments(issue)).toMatchInlineSnapshot(`
    [
      "### Loopgate is done: task complete

    Why, and what to do next, is said in the newest comment here that begins “Loopgate is done: task complete”.

    > [!CAUTION]
    > **No container isolates this loop.** The agent runs as an ordinary process on the App's own host: nothing keeps it from that host's files and network. This is for the demo only.

    | attempt | change | CI | review | outcome | time |
    |---|---|---|---|---|---|
    | 1 | 1 file, +2 −2 in \`«commit 1»\` | red: \`ci / test\` | approves | red | 0 s |
    | 2 | 1 file, +2 −2 in \`«commit 2»\` | green | approves | green | 0 s |

    - Started by \`alice\` with the label \`loop\` on 2026-01-05 09:00 UTC
    - Branch \`loop/1-«loop»\` from \`main\` at \`«commit 3»\`; pull request [#2](«forge»/acme/shop/pull/2)
    - Environment: image \`toolchain\`, 2 GiB of memory, 2 CPUs, 256 processes, 512 MiB in \`/tmp\`, 4 GiB of disk
    - Isolation: **none**: the agent runs as a plain process on the App's host
    - Estimate: at most $5.00 for models and 3 attempts, which the policy grants; too few loops of this repository have ended to say more
    - Used: 2 of 3 attempts, 4 of 20 runs, 0 s of 12 h
    - Policy: the defaults, since there is no \`.github/loop.yml\`
    - The agents work from the issue as it was on 2026-01-05 09:00 UTC, sha256 \`«sha256 1»\`; removed from it: nothing

    Comment \`/loop help\` for a list of commands.

    <sub>Written by Loopgate, a GitHub App.</sub>

    «record»",
      "### Attempt 1: red

    The agent changed 1 file (+2 −2) in 0 s. The work is in commit \`«commit 1»\`.

    | judge | verdict | reason |
    |---|---|---|
    | CI \`ci / test\` | [red](«forge»/acme/shop/runs/«run») | \`failure\` |
    | review | green | \`approved\` |

    **What has to change**

    [ci](«forge»/acme/shop/runs/«run»): \`ci / test: Failed with exit code 1\`

    \`\`\`text
    expected 5, got red
    \`\`\`

    <details><summary>Changed files</summary>

    \`\`\`text
    total.sh
    \`\`\`

    </details>

    - executor: finished, 0 s, exit code 0, brief \`«sha256»\`, log \`«sha256»\`
    - reviewer: finished, 0 s, exit code 0, brief \`«sha256»\`

    <sub>Written by Loopgate, a GitHub App.</sub>",
      "### Attempt 2: green

    The agent changed 1 file (+2 −2) in 0 s. The work is in commit \`«commit 2»\`.

    | judge | verdict | reason |
    |---|---|---|
    | CI \`ci / test\` | [green](«forge»/acme/shop/runs/«run») | \`success\` |
    | review | green | \`approved\` |

    **Next:** Approve the pull request, or comment \`/loop approve\`. That takes write permission and cannot be done by \`alice\` or an author of the commits. Requesting changes starts the next attempt. If nobody does either, the loop ends on 2026-01-19 09:00 UTC.

    <details><summary>Changed files</summary>

    \`\`\`text
    total.sh
    \`\`\`

    </details>

    - executor: finished, 0 s, exit code 0, brief \`«sha256»\`, log \`«sha256»\`
    - reviewer: finished, 0 s, exit code 0, brief \`«sha256»\`

    <sub>Written by Loopgate, a GitHub App.</sub>",
      "**Loopgate is done: task complete.** bob approved this exact commit.

    **Next:** Merge [#2](«forge»/acme/shop/pull/2).

    Kept: branch \`loop/1-«loop»\` at \`«commit 2»\`, pull request [#2](«forge»/acme/shop/pull/2).

    Used: 2 of 3 attempts, 4 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>",
    ]
  `);
});

test("a reviewer who rejects makes the verdict red although CI is green", async () => {
  const reject = answer({
    verdict: "reject",
    summary: "It only adds two numbers.",
    confidence: 0.9,
    findings: [{ title: "More than two arguments are ignored", detail: "Sum all of them.", path: "total.sh", line: 3 }],
  });
  const story = await aStory({
    executor: attempts(mend, `grep -q 'More than two' "$LOOP_DIR/brief.md" && echo '# all of them' >> total.sh`),
    reviewer: attempts(reject, approving),
  });
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect(state.attempts.map((attempt) => attempt.verdict?.colour)).toEqual(["red", "green"]);
  const runs = story.repository.runs.filter((run) => run.name === "loop / verdict");
  expect(story.repository.runs.filter((run) => run.name === "loop / review")).toEqual([]); // nothing asks for it
  expect(runs.map((run) => run.conclusion)).toEqual(["failure", "success"]);
  expect(runs[0]?.output).toMatchInlineSnapshot(`
    {
      "annotations": [
        {
          "endLine": 3,
          "level": "warning",
          "message": "More than two arguments are ignored
    Sum all of them.",
          "path": "total.sh",
          "rawDetails": null,
          "startLine": 3,
          "title": null,
        },
      ],
      "summary": "- verdict **red**: 1 red, 1 green
      - CI \`ci / test\` **green**: \`success\`
      - review **red**: \`rejected\`",
      "text": "**What the reviewer says**, with a confidence of 0.9:

    \`\`\`text
    It only adds two numbers.
    \`\`\`

    review: \`More than two arguments are ignored\` at \`total.sh:3\`

    \`\`\`text
    Sum all of them.
    \`\`\`

    <sub>Written by Loopgate, a GitHub App.</sub>",
      "title": "Red: review",
    }
  `);
});

test("changes requested by a reviewer are the next brief, and the new head needs a new approval", async () => {
  const story = await aStory({
    executor: attempts(mend, `grep -q 'Say what it does' "$LOOP_DIR/brief.md" && echo '# Adds.' >> total.sh`),
  });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  story.forge.as("bob").requestChanges(pull, "Say what it does at the end of the file.");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect((await story.state(issue)).attempts).toHaveLength(2);
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
  expect(story.comments(issue)).toMatchInlineSnapshot(`
    [
      "### Loopgate is done: task complete

    Why, and what to do next, is said in the newest comment here that begins “Loopgate is done: task complete”.

    > [!CAUTION]
    > **No container isolates this loop.** The agent runs as an ordinary process on the App's own host: nothing keeps it from that host's files and network. This is for the demo only.

    | attempt | change | CI | review | outcome | time |
    |---|---|---|---|---|---|
    | 1 | 1 file, +1 −1 in \`«commit 1»\` | green | approves | green | 0 s |
    | 2 | 1 file, +1 −0 in \`«commit 2»\` | green | approves | green | 0 s |

    - Started by \`alice\` with the label \`loop\` on 2026-01-05 09:00 UTC
    - Branch \`loop/1-«loop»\` from \`main\` at \`«commit 3»\`; pull request [#2](«forge»/acme/shop/pull/2)
    - Environment: image \`toolchain\`, 2 GiB of memory, 2 CPUs, 256 processes, 512 MiB in \`/tmp\`, 4 GiB of disk
    - Isolation: **none**: the agent runs as a plain process on the App's host
    - Estimate: at most $5.00 for models and 3 attempts, which the policy grants; too few loops of this repository have ended to say more
    - Used: 2 of 3 attempts, 4 of 20 runs, 0 s of 12 h
    - Policy: the defaults, since there is no \`.github/loop.yml\`
    - The agents work from the issue as it was on 2026-01-05 09:00 UTC, sha256 \`«sha256 1»\`; removed from it: nothing

    Comment \`/loop help\` for a list of commands.

    <sub>Written by Loopgate, a GitHub App.</sub>

    «record»",
      "### Attempt 1: green

    The agent changed 1 file (+1 −1) in 0 s. The work is in commit \`«commit 1»\`.

    | judge | verdict | reason |
    |---|---|---|
    | CI \`ci / test\` | [green](«forge»/acme/shop/runs/«run») | \`success\` |
    | review | green | \`approved\` |

    **Next:** Approve the pull request, or comment \`/loop approve\`. That takes write permission and cannot be done by \`alice\` or an author of the commits. Requesting changes starts the next attempt. If nobody does either, the loop ends on 2026-01-19 09:00 UTC.

    <details><summary>Changed files</summary>

    \`\`\`text
    total.sh
    \`\`\`

    </details>

    - executor: finished, 0 s, exit code 0, brief \`«sha256»\`, log \`«sha256»\`
    - reviewer: finished, 0 s, exit code 0, brief \`«sha256»\`

    <sub>Written by Loopgate, a GitHub App.</sub>",
      "### Attempt 2: green

    The agent changed 1 file (+1 −0) in 0 s. The work is in commit \`«commit 2»\`.

    | judge | verdict | reason |
    |---|---|---|
    | CI \`ci / test\` | [green](«forge»/acme/shop/runs/«run») | \`success\` |
    | review | green | \`approved\` |

    **Next:** Approve the pull request, or comment \`/loop approve\`. That takes write permission and cannot be done by \`alice\` or an author of the commits. Requesting changes starts the next attempt. If nobody does either, the loop ends on 2026-01-19 09:00 UTC.

    <details><summary>Changed files</summary>

    \`\`\`text
    total.sh
    \`\`\`

    </details>

    - executor: finished, 0 s, exit code 0, brief \`«sha256»\`, log \`«sha256»\`
    - reviewer: finished, 0 s, exit code 0, brief \`«sha256»\`

    <sub>Written by Loopgate, a GitHub App.</sub>",
      "**Loopgate is done: task complete.** bob approved this exact commit.

    **Next:** Merge [#2](«forge»/acme/shop/pull/2).

    Kept: branch \`loop/1-«loop»\` at \`«commit 2»\`, pull request [#2](«forge»/acme/shop/pull/2).

    Used: 2 of 3 attempts, 4 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>",
    ]
  `);
});
