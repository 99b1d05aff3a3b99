// What the App answers people, and what it writes beside the issue: pull request and check run.
import { describe, expect, it } from "vitest";
import type { Reply } from "../../src/loop/effect.ts";
import type { Command } from "../../src/loop/event.ts";
import type { CommandRefusal } from "../../src/loop/refusal.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { checkText, pullText, replyText } from "../../src/report/report.ts";
import { aFinding, aLoop, anAttempt, aPublishedLoop, aRun, labelledAt, minute, someRules } from "../loop/builder.ts";

const now = labelledAt + 5 * minute;
const limits = {
  requests: { left: 4_987, of: 5_000, resetAt: labelledAt + 60 * minute },
  writes: { left: 488, of: 500 },
};
const command: Command = { verb: "retry", argument: "", actor: { id: 9, login: "bob", bot: false }, commentId: 1 };

function reply(answer: Reply): string {
  const text = replyText(answer, aPublishedLoop({ gateSince: labelledAt }), { now, limits });
  return text.replace("\n\n<sub>Written by Loopgate, a GitHub App.</sub>", "");
}

describe("a reply", () => {
  it("to a label by someone who may not", () => {
    expect(reply({ kind: "not_permitted", login: "bob", permission: "triage" })).toMatchInlineSnapshot(
      `"\`bob\` set the label \`loop\` but has only \`triage\` permission here. Starting a loop takes write permission, so nothing was started and the label was removed. Next: someone with write permission sets it again."`,
    );
  });

  it("to a command that is refused", () => {
    const why = { of: "no_permission", permission: "read" } as const;
    expect(reply({ kind: "command_refused", command, why })).toMatchInlineSnapshot(
      `"\`/loop retry\` by \`bob\` was refused: it needs write permission, and bob has read. Nothing changed. \`/loop help\` lists the commands."`,
    );
    expect(reply({ kind: "command_refused", command: { ...command, verb: "unknown" }, why })).toMatch(
      /^`\/loop` by `bob`/,
    );
  });

  it("to an approval that does not count", () => {
    expect(reply({ kind: "approval_does_not_count", login: "bob", why: { of: "author" } })).toMatchInlineSnapshot(
      `"The approval by \`bob\` does not count: authors of the commits cannot approve them. The loop still needs an approval of commit \`ccccccc\` by someone with write permission who is neither \`alice\` nor an author of the commits."`,
    );
  });

  it("when nobody has answered at the gate", () => {
    expect(reply({ kind: "gate_reminder" })).toMatchInlineSnapshot(
      `"Pull request [#13](https://github.com/acme/widgets/pull/13) has been waiting for approval since 2026-01-05 09:00 UTC. This is the only reminder. Next: approve it or request changes there. If nobody does either, the loop ends on 2026-01-19 09:00 UTC."`,
    );
  });

  it("to an addition to the limits, cut to what may be, and to one that is not taken", () => {
    const given = { of: "money", nano: 3e9 } as const;
    const asked = { of: "money", nano: 5e9 } as const;
    expect(
      reply({ kind: "raised", given, cut: { asked, by: "operator" }, until: null, goesOn: false }),
    ).toMatchInlineSnapshot(
      `"Added $3.00 of the $5.00 you asked for: this App's operator allows one loop no more money. Spent so far: $0.00 of $5.00. It counts from the next run on; an agent at work now keeps what it was started with."`,
    );
    const time = { of: "time", ms: 90 * minute } as const;
    expect(
      reply({ kind: "raised", given: time, cut: null, until: now + 60 * minute, goesOn: true }),
    ).toMatchInlineSnapshot(
      `"Added 1 h 30 min. Worked so far: 5 min of 12 h. It stands until 2026-01-05 10:05 UTC; what is not used by then is taken back. The loop continues where it stopped."`,
    );
    const refused = (why: CommandRefusal) =>
      reply({ kind: "command_refused", command: { ...command, verb: "budget" }, why });
    expect(refused({ of: "amount", fault: "no_plus" })).toMatchInlineSnapshot(
      `"\`/loop budget\` by \`bob\` was refused: an amount without a plus could also be meant as the new limit; write for example \`/loop budget +$5\`, \`/loop budget +2 attempts\` or \`/loop budget +2h\`, each also with \`for 24h\` behind it. Nothing changed. \`/loop help\` lists the commands."`,
    );
    expect(refused({ of: "raise_role", least: "maintain", permission: "write" })).toMatchInlineSnapshot(
      `"\`/loop budget\` by \`bob\` was refused: the policy (\`budget.raise\`) leaves adding to limits to people with at least maintain permission, and you have write. Nothing changed. \`/loop help\` lists the commands."`,
    );
    expect(refused({ of: "raise_in_vain", needs: "time" })).toMatchInlineSnapshot(
      `"\`/loop budget\` by \`bob\` was refused: the loop stopped for want of time, so that adding something else would not continue it; \`/loop extend 2h\` would. Nothing changed. \`/loop help\` lists the commands."`,
    );
    expect(refused({ of: "raise_full", what: "money", by: "issue" })).toMatchInlineSnapshot(
      `"\`/loop budget\` by \`bob\` was refused: \`issue.usd\` in \`.github/loop.yml\` allows all loops of this issue together no more money; raise it there, and \`/loop retry\` after a stop reads it. Nothing changed. \`/loop help\` lists the commands."`,
    );
  });

  it("to attempts that were added counts the one they began with as still to be used up", () => {
    const attempts = [anAttempt(), anAttempt({ number: 2, endedAt: null })];
    const answer: Reply = { kind: "raised", given: { of: "attempts", count: 1 }, cut: null, until: null, goesOn: true };
    const text = replyText(answer, aPublishedLoop({ attempts, granted: 2 }), { now, limits });
    expect(text).toContain("Added 1 attempt. Used so far: 1 of 2 attempts. The loop continues where it stopped.");
  });

  it("says how much of the money is spent, and how to add some only where that may be", () => {
    const spent = aPublishedLoop({ attempts: [anAttempt({ runs: [aRun({ spentNano: 4.1e9 })] })] });
    const warned = (state: LoopState) => replyText({ kind: "money_warning", percent: 80 }, state, { now, limits });
    expect(warned(spent)).toMatchInlineSnapshot(`
      "80 % of this loop's money for models is spent: $4.10 of $5.00. No work begins once nine tenths are; the rest is for handing over. Nothing has to be done now: \`/loop budget +$5\` adds some; \`/loop stop\` ends the loop.

      <sub>Written by Loopgate, a GitHub App.</sub>"
    `);
    expect(warned({ ...spent, rules: someRules({ raise: undefined }) })).not.toContain("/loop budget");
  });

  it("to a call for help names every command that works", () => {
    expect(reply({ kind: "help" })).toMatchInlineSnapshot(`
      "Put a command on the first line of a new comment. Commands need write permission.

      - \`/loop run\`: start a loop on this issue, as the label does; \`/loop run base=BRANCH\` starts it from another branch
      - \`/loop status\`: say what the loop is doing
      - \`/loop explain\`: say why it is not running: what it waits for, whose word that takes, and how far each limit is used
      - \`/loop report\`: say what was tried so far, attempt by attempt, what it cost and what is left
      - \`/loop stop\`: end the loop; removing the label or closing the issue does the same
      - \`/loop pause\`, \`/loop resume\`: pause the loop, and continue it
      - \`/loop pause-all\`, \`/loop resume-all\`: the same for every loop of this repository, with nothing started meanwhile; they take maintain or admin permission, and followed by \`organisation\` mean every repository of the account where you have that
      - \`/loop retry\`: after a stop, read the issue and the policy again and continue from the branch
      - \`/loop answer\`, followed by the number of a choice or your own words: answer the agent's question and continue
      - \`/loop approve\`: approve the commit, or allow what the loop stopped to ask for
      - \`/loop plan\`, followed by what should be different: have the plan made anew; after a stop, plan before going on
      - \`/loop deny\`: refuse what the loop stopped to ask for, and continue without it; words after it say why
      - \`/loop steer\`, followed by your words: tell the agent something, the one at work or that of the next attempt
      - \`/loop budget +$5\`, \`/loop budget +2 attempts\`, either also with \`for 24h\`: add to the loop's limits, and continue a loop that stopped at one
      - \`/loop extend 2h\`: the same for the loop's time
      - \`/loop help\`: show this list

      The label \`loop:hold\` holds the loop: while it is on the issue, nothing new begins and nothing is merged. \`loop:plan-first\`, set first, has an agent plan and wait for \`/loop approve\` before any work."
    `);
  });

  it("to whoever speaks to an agent: when it hears, and whether it did", () => {
    const of = [{ of: "steer", by: "bob", text: "Use `tabs` @alice", id: "1" } as const];
    const quoted = "what `bob` said (``Use `tabs` @alice``)";
    const ended = `Attempt 2 ended before its agent was told ${quoted}: it called none of Loopgate's tools after that.`;
    const toRetry = "The next attempt's brief quotes it. Next: comment `/loop retry` to begin that attempt.";
    const answers: [Reply, string][] = [
      [
        { kind: "steered", hears: "now", attempt: 2 },
        "Heard. The agent of attempt 2 is told in the next answer of Loopgate's tools that it gets, and a comment here says when it was. If it ends before that, the next attempt's brief quotes it.",
      ],
      [{ kind: "steered", hears: "next" }, "Heard. No agent is at work, so the next attempt's brief quotes it."],
      [{ kind: "steered", hears: "retry" }, `Heard. ${toRetry}`],
      [
        { kind: "words_heard", of, attempt: 2, by: "brief" },
        `The agent of attempt 2 was told ${quoted}: its brief quotes it.`,
      ],
      [
        { kind: "words_heard", of: [...of, ...of], attempt: 2, by: "tool" },
        `The agent of attempt 2 was just told ${quoted}, and ${quoted}, in the answer to a tool that it called. What it makes of it, its change will show; later attempts' briefs quote it too.`,
      ],
      [
        { kind: "words_unheard", of, attempt: 2, hears: "next" },
        `${ended} The brief of the next attempt, if there is one, quotes it.`,
      ],
      [{ kind: "words_unheard", of, attempt: 2, hears: "retry" }, `${ended} ${toRetry}`],
      [{ kind: "words_unheard", of, attempt: 2, hears: "nobody" }, `${ended} The loop is over, so nobody will be.`],
    ];
    for (const [answer, text] of answers) expect(reply(answer)).toBe(text);
  });

  it("to a call for the status", () => {
    expect(reply({ kind: "status" })).toMatchInlineSnapshot(`
      "### Loopgate: attempt 1 of 3 is being judged

      CI and the reviewer are judging commit \`ccccccc\`.
      **Next:** If it passes, a person is asked to approve it. If not, the next attempt is told what to fix.

      | attempt | change | CI | review | outcome | time |
      |---|---|---|---|---|---|
      | 1 | 2 files, +3 −1 in \`ccccccc\` | – | – | – | since 2026-01-05 09:00 UTC |

      - Used: 1 of 3 attempts, 2 of 20 runs, 5 min of 12 h
      - Left of GitHub's limits: 4987 of 5000 requests until 2026-01-05 10:00 UTC, and 488 of 500 writes within an hour"
    `);
  });
});

describe("the pull request", () => {
  it("says who asked, what wrote it and what it waits for", () => {
    expect(pullText(aLoop())).toMatchInlineSnapshot(`
      {
        "body": "Closes #12

      Loopgate, a GitHub App, opened this pull request for #12, where \`alice\` set the label \`loop\`. An agent wrote the commits. The issue says what each attempt tried, what failed and why.

      Once CI and an independent reviewer have passed it, this text says what changed, how it was verified and where to look first. Then it needs the approval of someone with write permission who is neither \`alice\` nor an author of the commits. Requesting changes here starts the next attempt.

      <sub>Written by Loopgate, a GitHub App.</sub>

      <!-- loopgate:description 23910749b430efa7b5d22fe051d1a1e8527e0e737f8c7fdb44161993e40f4348 -->",
        "title": "sum() is off by one",
      }
    `);
  });

  it("closes no other issue by its title, which may become a commit message", () => {
    expect(
      pullText(aLoop({ title: "Fixes https://github.com/acme/shop/issues/5, resolved GH-7, see GH-8" })).title,
    ).toBe("Fixes no. 5, resolved no. 7, see GH-8");
    expect(pullText(aLoop({ title: "Fixes #5 and closes: other/repo#6,\nresolve\u200b things, see #7" })).title).toBe(
      "Fixes no. 5 and closes: no. 6, resolve things, see #7",
    );
    expect(pullText(aLoop({ title: " \n " })).title).toBe("Loop for issue 12");
    expect(pullText(aLoop({ title: "x".repeat(500) })).title).toHaveLength(200);
  });
});

describe("the reviewer's check", () => {
  const findings = [
    aFinding({ source: "review", title: "Zero", detail: "sum([]) throws", path: "src/sum.js", line: 3 }),
    aFinding({ source: "review", title: "No place" }),
    aFinding({ source: "review", title: "Outside", path: "../etc/passwd", line: 1 }),
  ];

  it("shows a rejection with its findings and annotations where they have a place", () => {
    expect(checkText({ verdict: "reject", summary: "Not yet.", confidence: 0.9, findings })).toMatchInlineSnapshot(`
      {
        "annotations": [
          {
            "level": "warning",
            "line": 3,
            "message": "Zero
      sum([]) throws",
            "path": "src/sum.js",
          },
        ],
        "conclusion": "failure",
        "summary": "\`\`\`text
      Not yet.
      \`\`\`

      Confidence: 0.9",
        "text": "review: \`Zero\` at \`src/sum.js:3\`

      \`\`\`text
      sum([]) throws
      \`\`\`

      review: \`No place\`

      \`\`\`text
      expected 2, got 3
      \`\`\`

      review: \`Outside\` at \`../etc/passwd:1\`

      \`\`\`text
      expected 2, got 3
      \`\`\`

      <sub>Written by Loopgate, a GitHub App.</sub>",
        "title": "The reviewer asks for changes",
      }
    `);
  });

  it.each([
    ["approve", "success"],
    ["reject", "failure"],
    ["unreadable", "failure"],
  ] as const)("of a review that says %s ends as %s", (verdict, conclusion) => {
    expect(checkText({ verdict, summary: "", confidence: 0, findings: [] }).conclusion).toBe(conclusion);
  });
});
