// The App's comments, whole, as they stand in the thread.
import { describe, expect, it } from "vitest";
import type { LoopState } from "../../src/loop/state.ts";
import { attemptComment, statusComment, stopComment } from "../../src/report/report.ts";
import {
  aFinding,
  aLoop,
  anAttempt,
  anEndedLoop,
  aPublishedLoop,
  aPull,
  aRedVerdict,
  aRun,
  aVerdict,
  labelledAt,
  minute,
  sealed,
  sha,
} from "../loop/builder.ts";

const now = labelledAt + 5 * minute;

function status(state: LoopState): string {
  return statusComment(state, now);
}

/** The headline and what comes next, without the rest. */
function head(state: LoopState): string {
  return status(state).split("\n\n").slice(0, 2).join("\n");
}

const working = anAttempt({
  number: 2,
  endedAt: null,
  head: null,
  change: null,
  runs: [aRun({ endedAt: null, status: "running", exitCode: null })],
});

describe("the status comment", () => {
  it("of a loop whose claim is being read", () => {
    const early = { rules: null, snapshot: null, base: null, branch: null, granted: 0 };
    expect(status(aLoop({ phase: "queued", ...early }))).toMatchInlineSnapshot(`
      "### Loopgate: reading the issue

      Loopgate is checking who set the label and reading the issue and the policy.
      **Next:** The first attempt starts, or this thread says why not.

      - Started by \`alice\` with the label \`loop\` on 2026-01-05 09:00 UTC
      - Used: nothing yet

      To stop it, comment \`/loop stop\`, or remove the label \`loop\`. For all commands, comment \`/loop help\`.

      <sub>Written by Loopgate, a GitHub App.</sub>"
    `);
  });

  it("of a second attempt under way", () => {
    const snapshot = {
      sha256: "5".repeat(64),
      title: "sum() is off by one",
      comments: [4],
      removed: ["2 HTML comments in the text"],
      at: labelledAt + 2000,
    };
    const attempts = [anAttempt({ verdict: aRedVerdict() }), working];
    const state = aLoop({ phase: "executing", snapshot, attempts, head: sha("c"), pull: aPull, runsStarted: 3 });
    expect(status(state)).toMatchInlineSnapshot(`
      "### Loopgate: attempt 2 of 3 is running

      The agent is working on the issue.
      **Next:** Its commits are checked and pushed to the branch. Then CI and the reviewer judge them.

      | attempt | change | CI | review | outcome | time |
      |---|---|---|---|---|---|
      | 1 | 2 files, +3 −1 in \`ccccccc\` | red: \`test\` | – | red | 1 min 12 s |
      | 2 | working | – | – | – | since 2026-01-05 09:00 UTC |

      - Started by \`alice\` with the label \`loop\` on 2026-01-05 09:00 UTC
      - Branch \`loop/12-k3f9\` from \`main\` at \`aaaaaaa\`; pull request [#13](https://github.com/acme/widgets/pull/13) (draft)
      - Isolation: container, network \`none\`, no capabilities, read-only root, user \`65534:65534\`
      - Used: 2 of 3 attempts, 3 of 20 runs, 5 min of 12 h
      - Policy: \`.github/loop.yml\` at blob \`bbbbbbbbbbbb\`
      - The agents work from the issue as it was on 2026-01-05 09:00 UTC, sha256 \`5555555555555555555555555555555555555555555555555555555555555555\`; removed from it: 2 HTML comments in the text

      To stop it, comment \`/loop stop\`, or remove the label \`loop\`. For all commands, comment \`/loop help\`.

      <sub>Written by Loopgate, a GitHub App.</sub>"
    `);
  });

  it("of a loop at the gate", () => {
    const review = { verdict: "approve", summary: "Good.", confidence: 0.9, findings: [] } as const;
    const attempts = [anAttempt({ verdict: aVerdict(), review: { ...review, findings: [] } })];
    const pull = { ...aPull, draft: false };
    const state = aPublishedLoop({ phase: "awaiting_gate", gateSince: now, attempts, pull });
    expect(status(state)).toMatchInlineSnapshot(`
      "### Loopgate: waiting for a person

      Commit \`ccccccc\` passed and needs an approval.
      **Next:** Approve the pull request, or comment \`/loop approve\`. That takes write permission and cannot be done by \`alice\` or an author of the commits. Requesting changes starts the next attempt. If nobody does either, the loop ends on 2026-01-19 09:05 UTC.

      | attempt | change | CI | review | outcome | time |
      |---|---|---|---|---|---|
      | 1 | 2 files, +3 −1 in \`ccccccc\` | green | approves | green | 1 min 12 s |

      - Started by \`alice\` with the label \`loop\` on 2026-01-05 09:00 UTC
      - Branch \`loop/12-k3f9\` from \`main\` at \`aaaaaaa\`; pull request [#13](https://github.com/acme/widgets/pull/13)
      - Isolation: container, network \`none\`, no capabilities, read-only root, user \`65534:65534\`
      - Used: 1 of 3 attempts, 2 of 20 runs, 5 min of 12 h
      - Policy: \`.github/loop.yml\` at blob \`bbbbbbbbbbbb\`
      - The agents work from the issue as it was on 2026-01-05 09:00 UTC, sha256 \`5555555555555555555555555555555555555555555555555555555555555555\`; removed from it: nothing

      To stop it, comment \`/loop stop\`, or remove the label \`loop\`. For all commands, comment \`/loop help\`.

      <sub>Written by Loopgate, a GitHub App.</sub>"
    `);
  });

  it("of a loop that no container isolates warns loudly", () => {
    const bare = aRun({ isolation: { ...sealed, runtime: "process", network: "host" } });
    const state = aPublishedLoop({ attempts: [anAttempt({ runs: [bare] })] });
    expect(status(state)).toContain("> [!CAUTION]\n> **No container isolates this loop.**");
    expect(status(state)).toContain("- Isolation: **none**: the agent runs as a plain process on the App's host");
    expect(status(aPublishedLoop())).not.toContain("CAUTION");
  });

  it("T8: of a loop whose runs have no user of their own says so", () => {
    const shared = aRun({ isolation: { ...sealed, sharedUser: true } });
    const state = aPublishedLoop({ attempts: [anAttempt({ runs: [shared] })] });
    expect(status(state)).toContain("user `65534:65534`, **which all runs have**");
  });

  it("of a stopped loop", () => {
    expect(
      status(anEndedLoop({ reason: "retry_limit", of: "attempts", is: 3, resume: "execute" })),
    ).toMatchInlineSnapshot(`
      "### Loopgate stopped: retry limit

      Why, and what to do next, is said in the newest comment here that begins “Loopgate stopped: retry limit”.

      | attempt | change | CI | review | outcome | time |
      |---|---|---|---|---|---|
      | 1 | 2 files, +3 −1 in \`ccccccc\` | red: \`test\` | – | red | 1 min 12 s |

      - Started by \`alice\` with the label \`loop\` on 2026-01-05 09:00 UTC
      - Branch \`loop/12-k3f9\` from \`main\` at \`aaaaaaa\`; pull request [#13](https://github.com/acme/widgets/pull/13) (draft)
      - Isolation: container, network \`none\`, no capabilities, read-only root, user \`65534:65534\`
      - Used: 1 of 3 attempts, 2 of 20 runs, 5 min of 12 h
      - Policy: \`.github/loop.yml\` at blob \`bbbbbbbbbbbb\`
      - The agents work from the issue as it was on 2026-01-05 09:00 UTC, sha256 \`5555555555555555555555555555555555555555555555555555555555555555\`; removed from it: nothing

      Comment \`/loop help\` for a list of commands.

      <sub>Written by Loopgate, a GitHub App.</sub>"
    `);
  });

  it("says in every phase what happens now and what comes next", () => {
    const resumeAt = {
      phase: "preparing",
      at: now + minute,
      why: { of: "executor_lost", note: "The container was lost." },
    } as const;
    const paused = { phase: "executing", at: now, why: { of: "pause_command", by: "alice" } } as const;
    const heads = [
      aLoop({ phase: "preparing", attempts: [anAttempt({ endedAt: null, head: null, change: null })] }),
      aPublishedLoop({ phase: "publishing" }),
      aPublishedLoop(),
      aPublishedLoop({ rules: { ...aLoop().rules!, reviewer: null } }),
      aPublishedLoop({ attempts: [anAttempt({ endedAt: null, head: null, change: null })] }),
      aPublishedLoop({ phase: "resting", resumeAt }),
      aPublishedLoop({ phase: "paused", resumeAt: paused }),
      aPublishedLoop({ phase: "awaiting_gate", gateSince: now, rules: { ...aLoop().rules!, approvals: 2 } }),
      aLoop({ phase: "refused" }),
    ].map(head);
    expect(heads.join("\n\n")).toMatchInlineSnapshot(`
      "### Loopgate: attempt 1 of 3 is under way
      The agent gets a fresh container and works on the issue.
      **Next:** Its commits are checked and pushed to the branch. Then CI and the reviewer judge them.

      ### Loopgate: attempt 1 of 3 is being published
      The change passed the policy and is being pushed to the branch.
      **Next:** CI and the reviewer judge it.

      ### Loopgate: attempt 1 of 3 is being judged
      CI and the reviewer are judging commit \`ccccccc\`.
      **Next:** If it passes, a person is asked to approve it. If not, the next attempt is told what to fix.

      ### Loopgate: attempt 1 of 3 is being judged
      CI is judging commit \`ccccccc\`.
      **Next:** If it passes, a person is asked to approve it. If not, the next attempt is told what to fix.

      ### Loopgate: attempt 1 of 3 is being judged
      The agent says that no change is needed. The reviewer is checking that.
      **Next:** If the reviewer agrees, the loop is done. If not, the next attempt is told why.

      ### Loopgate: waiting to try again
      Waiting until 2026-01-05 09:06 UTC. The container was lost.
      **Next:** The next attempt starts by itself.

      ### Loopgate: paused
      alice commented \`/loop pause\`.
      **Next:** Comment \`/loop resume\` to continue, or \`/loop stop\` to end the loop.

      ### Loopgate: waiting for a person
      Commit \`ccccccc\` passed and needs 2 approvals.
      **Next:** Approve the pull request, or comment \`/loop approve\`. That takes write permission and cannot be done by \`alice\` or an author of the commits. Requesting changes starts the next attempt. If nobody does either, the loop ends on 2026-01-19 09:05 UTC.

      ### Loopgate: not started
      The label started nothing; the answer to it in this thread says why.
      **Next:** Someone with write permission can set it again, or comment \`/loop run\`."
    `);
  });

  it("does not count again what did not count", () => {
    const attempts = [anAttempt({ counted: false }), anAttempt({ number: 2, counted: true, endedAt: null })];
    const comment = status(aPublishedLoop({ attempts }));
    expect(comment).toContain("### Loopgate: attempt 2 of 4 is being judged");
    expect(comment).toContain("Used: 1 of 3 attempts");
    expect(comment).toContain("| not judged, not counted |");
  });

  it("lists at most twenty-five attempts", () => {
    const attempts = Array.from({ length: 40 }, (_, index) => anAttempt({ number: index + 1, verdict: aRedVerdict() }));
    const comment = status(aPublishedLoop({ attempts }));
    expect(comment.match(/^\| \d+ \|/gm)).toHaveLength(25);
    expect(comment).toContain("(15 earlier attempts are not shown.)");
  });
});

describe("the attempt comment", () => {
  it("of a red attempt", () => {
    const claim = {
      summary: "I fixed the loop.",
      confidence: 0.8,
      question: null,
      permission: null,
      blockedOn: null,
      nothingToDo: null,
      assumptions: ["Lists are short."],
      decisions: ["Kept the name."],
    };
    const home = "https://github.com/acme/widgets";
    const verdict = aRedVerdict([
      aFinding({ url: `${home}/runs/5`, path: "test/sum.test.js", line: 4, detail: "expected ``` 2" }),
      aFinding({ source: "review", title: "Zero is not handled", detail: "" }),
    ]);
    verdict.parts.push({
      source: "review",
      name: "review",
      colour: "red",
      note: "rejected",
      url: "https://evil.example",
    });
    const attempt = anAttempt({ verdict, claim });
    expect(attemptComment(aPublishedLoop({ attempts: [attempt] }), attempt)).toMatchInlineSnapshot(`
      "### Attempt 1: red

      The agent changed 2 files (+3 −1) in 1 min 12 s. The work is in commit \`ccccccc\`.

      | judge | verdict | reason |
      |---|---|---|
      | CI \`test\` | red | \`failure\` |
      | review | red | \`rejected\` |

      **What has to change**

      [ci](https://github.com/acme/widgets/runs/5): \`test: 1 failing\` at \`test/sum.test.js:4\`

      \`\`\`\`text
      expected \`\`\` 2
      \`\`\`\`

      review: \`Zero is not handled\`

      <details><summary>What the agent says about its work (a claim, not evidence)</summary>

      \`\`\`text
      I fixed the loop.
      Confidence: 0.8
      Assumption: Lists are short.
      Decision: Kept the name.
      \`\`\`

      </details>

      <details><summary>Changed files</summary>

      \`\`\`text
      src/sum.js
      test/sum.test.js
      \`\`\`

      </details>

      - executor: finished, 1 min, exit code 0, brief \`222222222222\`, log \`111111111111\`

      <sub>Written by Loopgate, a GitHub App.</sub>"
    `);
  });

  it("says what a container was made of, as far as it is known", () => {
    const provenance = {
      orderSha256: "3".repeat(64),
      policySha256: "4".repeat(64),
      base: sha("a"),
      startFrom: sha("a"),
      image: { reference: "agents/codex:1", id: `sha256:${"7".repeat(64)}`, digest: null },
      agent: "codex",
      agentVersion: "0.169.0",
      readyMs: 214,
    } as const;
    const plain = { ...provenance, image: null, agentVersion: null };
    const runs = [
      aRun({ provenance, logSha256: null }),
      aRun({ role: "reviewer", provenance: { ...provenance, agentVersion: null, readyMs: null }, logSha256: null }),
      aRun({ provenance: plain, logSha256: null }),
    ];
    const lines = attemptComment(aPublishedLoop(), anAttempt({ runs })).split("\n");
    expect(lines.filter((line) => line.startsWith("- "))).toEqual([
      "- executor: finished, 1 min, exit code 0, brief `222222222222`, `codex 0.169.0`, image `777777777777`, ready in 214 ms",
      "- reviewer: finished, 1 min, exit code 0, brief `222222222222`, image `777777777777`",
      "- executor: finished, 1 min, exit code 0, brief `222222222222`",
    ]);
  });

  it("of an attempt that pushed nothing", () => {
    const verdict = {
      ...aRedVerdict([
        aFinding({ source: "run", title: "nothing was pushed", detail: "The run ended without a commit." }),
      ]),
      parts: [],
    };
    const attempt = anAttempt({
      head: null,
      change: null,
      verdict,
      runs: [aRun({ status: "timed_out", exitCode: null })],
    });
    expect(attemptComment(aLoop({ attempts: [attempt] }), attempt)).toMatchInlineSnapshot(`
      "### Attempt 1: red

      The agent pushed nothing in 1 min 12 s.

      **What has to change**

      run: \`nothing was pushed\`

      \`\`\`text
      The run ended without a commit.
      \`\`\`

      - executor: timed out, 1 min, brief \`222222222222\`, log \`111111111111\`

      <sub>Written by Loopgate, a GitHub App.</sub>"
    `);
  });

  it("stays within GitHub's size and drops the oldest detail first", () => {
    const findings = Array.from({ length: 20 }, (_, index) =>
      aFinding({ title: `finding ${index}.`, detail: "é".repeat(4000) }),
    );
    const attempt = anAttempt({ verdict: aRedVerdict(findings) });
    const comment = attemptComment(aPublishedLoop({ attempts: [attempt] }), attempt);
    expect(Buffer.byteLength(comment)).toBeLessThan(60_000);
    expect(comment).toContain("(15 of 20 details left out for length.)");
    expect(comment).toContain("finding 19.");
    expect(comment).not.toContain("finding 12.");
  });
});

describe("the stop comment", () => {
  it("of a question asks the person who set the label, once", () => {
    const quote = "Should sum([]) be 0 or an error?";
    const state = anEndedLoop({
      reason: "uncertainty_too_high",
      of: "question",
      attempt: 1,
      quote,
    });
    expect(stopComment(state)).toMatchInlineSnapshot(`
      "**Loopgate stopped: uncertainty too high.** Attempt 1 stopped to ask a question.

      \`\`\`text
      Should sum([]) be 0 or an error?
      \`\`\`

      **Next:** @alice, comment \`/loop answer\` followed by your answer on the same line, or answer in a comment of any length and then comment \`/loop retry\`.

      Kept: branch \`loop/12-k3f9\` at \`ccccccc\`, pull request [#13](https://github.com/acme/widgets/pull/13).

      Used: 1 of 3 attempts, 2 of 20 runs, 0 s of 12 h.

      <sub>Written by Loopgate, a GitHub App.</sub>"
    `);
  });

  it("of a risky change shows the command that publishes exactly that commit", () => {
    const state = anEndedLoop(
      {
        reason: "risky_action_detected",
        of: "risks",
        attempt: 1,
        quote: "Changes a protected file",
        resume: "publish",
        pendingHead: sha("f"),
      },
      { head: null, pull: null },
    );
    expect(stopComment(state)).toMatchInlineSnapshot(`
      "**Loopgate stopped: risky action detected.** Attempt 1 made a change that needs a person's approval, so nothing was pushed.

      \`\`\`text
      Changes a protected file
      \`\`\`

      **Next:** @alice, comment \`/loop approve fffffff\` to push exactly that commit, or \`/loop deny\` for another attempt without it.

      Kept: commit \`fffffff\`, which Loopgate holds and has not pushed.

      Used: 1 of 3 attempts, 2 of 20 runs, 0 s of 12 h.

      <sub>Written by Loopgate, a GitHub App.</sub>"
    `);
  });

  it("of a finished loop calls nobody", () => {
    const ending = {
      reason: "task_complete",
      of: "approved",
      by: "bob",
      resume: "none",
    } as const;
    expect(stopComment(anEndedLoop(ending))).toMatchInlineSnapshot(`
      "**Loopgate is done: task complete.** bob approved this exact commit.

      **Next:** Merge [#13](https://github.com/acme/widgets/pull/13).

      Kept: branch \`loop/12-k3f9\` at \`ccccccc\`, pull request [#13](https://github.com/acme/widgets/pull/13).

      Used: 1 of 3 attempts, 2 of 20 runs, 0 s of 12 h.

      <sub>Written by Loopgate, a GitHub App.</sub>"
    `);
  });

  it("folds away a finding's long output, and shows a short one", () => {
    const long = { ...aFinding(), detail: Array.from({ length: 17 }, (_, line) => `line ${line}`).join("\n") };
    const short = { ...aFinding(), detail: "line 0\nline 1" };
    const shown = (finding: typeof long) => {
      const attempt = anAttempt({ verdict: { ...aRedVerdict(), findings: [finding] } });
      return attemptComment(aPublishedLoop({ attempts: [attempt] }), attempt);
    };
    expect(shown(long)).toContain("<details><summary>Details, 17 lines</summary>\n\n```text\nline 0");
    expect(shown(short)).not.toContain("Details,");
  });
});
