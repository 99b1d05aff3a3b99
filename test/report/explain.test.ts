// What `/loop explain` and `/loop report` answer, from the state as it is.
import { expect, test } from "vitest";
import type { Reply } from "../../src/loop/effect.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { replyText } from "../../src/report/report.ts";
import { footer } from "../../src/report/wording/parts.ts";
import {
  aFinding,
  aLoop,
  anAttempt,
  anEndedLoop,
  aPublishedLoop,
  aRedVerdict,
  aRun,
  hour,
  labelledAt,
  minute,
  sha,
  someRules,
} from "../loop/builder.ts";
import { everyEnding } from "./every-ending.ts";

const now = labelledAt + 2 * hour;
const limits = { requests: null, writes: { left: 500, of: 500 } };

function said(kind: Extract<Reply["kind"], "explain" | "report">, state: LoopState): string {
  return replyText({ kind }, state, { now, limits }).replace(`\n\n${footer}`, "");
}

/** Without the table of limits. */
function why(state: LoopState): string {
  return said("explain", state).split("\n\n|")[0] ?? "";
}

test("in line for a container: its place, since when, and how far each limit is used", () => {
  const runs = [aRun({ status: "running", endedAt: null, isolation: null })];
  const queued = { run: "12-k3f9-1", since: now - 7 * minute, place: 3, of: 5 };
  const attempts = [anAttempt({ runs, endedAt: null, head: null, change: null })];
  expect(said("explain", aLoop({ attempts, queued, runsStarted: 1 }))).toMatchInlineSnapshot(`
    "### Loopgate: attempt 1 of 3 is queued, place 3 of 5

    - As many agents and reviewers are running as Loopgate's operator allows at once. The loop's time stands still meanwhile.
    - It has waited for 7 min; 2 come before it.
    - Next: It starts when its turn comes.

    | limit | used | may | set by |
    |---|---|---|---|
    | attempts | 1 | 3 | \`attempts\` |
    | money for models | $0.00 | $5.00 | \`budget.usd\` |
    | time at work | 2 h | 12 h | \`loop_hours\` |
    | containers | 1 | 20 | \`runs\` |
    | money, all loops of this issue | $0.00 | $25.00 | \`issue.usd\` |
    | containers, all loops of this issue | 1 | 60 | \`issue.runs\` |"
  `);
});

test("paused: by whom and since when", () => {
  const resumeAt = { phase: "executing", at: labelledAt + hour, why: { of: "pause_command", by: "bob" } } as const;
  expect(why(aPublishedLoop({ phase: "paused", resumeAt }))).toMatchInlineSnapshot(`
    "### Loopgate: paused

    - bob commented \`/loop pause\`.
    - It has been paused since 2026-01-05 10:00 UTC. Its time stands still.
    - Next: Comment \`/loop resume\` to continue, or \`/loop stop\` to end the loop."
  `);
});

test("at the gate: who may approve, what is missing, and who was asked", () => {
  const rules = someRules({ reviewers: ["carol", "dave"], approvals: 2 });
  const attempts = [anAttempt()];
  const pull = { ...aPublishedLoop().pull!, reviewersAsked: true };
  const gate = aPublishedLoop({ phase: "awaiting_gate", gateSince: now - hour, rules, attempts, pull });
  expect(why(gate)).toMatchInlineSnapshot(`
    "### Loopgate: waiting for a person

    - Commit \`ccccccc\` passed and needs 2 approvals.
    - Asked to review: \`carol\`, \`dave\` (\`gate.reviewers\`).
    - A reminder is due on 2026-01-07 10:00 UTC (\`gate.remind_after_hours\`).
    - Next: Approve the pull request, or comment \`/loop approve\`. That takes write permission and cannot be done by \`alice\` or an author of the commits. Requesting changes starts the next attempt. If nobody does either, the loop ends on 2026-01-19 10:00 UTC."
  `);
  expect(why({ ...gate, awaitsCi: true })).toContain("It is approved; green checks on `ccccccc` are missing.");
});

test("at work and being judged: what is under way, until when, and by which line of the policy", () => {
  const runs = [aRun({ status: "running", endedAt: null })];
  const attempts = [anAttempt({ runs, endedAt: null, head: null, change: null })];
  expect(why(aLoop({ phase: "executing", attempts }))).toMatchInlineSnapshot(`
    "### Loopgate: attempt 1 of 3 is running

    - The agent is working on the issue.
    - The agent has been at work since 2026-01-05 09:00 UTC. It is stopped 20 min after its start (\`deadline_minutes\`), or after 10 min without a sign of life (\`silence_minutes\`).
    - Next: Its commits are checked and pushed to the branch. Then CI and the reviewer judge them."
  `);
  const check = aRun({ id: "12-k3f9-3", role: "check", check: { name: "unit", at: "head" }, status: "running" });
  const judged = [anAttempt({ runs: [aRun(), check], endedAt: null })];
  const rules = someRules({ requiredChecks: ["build"] });
  expect(why(aPublishedLoop({ rules, attempts: judged, ciSince: now - minute }))).toMatchInlineSnapshot(`
    "### Loopgate: attempt 1 of 3 is being judged

    - CI and the reviewer are judging commit \`ccccccc\`.
    - Own checks under way: \`unit\`.
    - CI is waited for until 2026-01-05 11:59 UTC (\`checks.wait_minutes\`). What counts is \`build\` (\`checks.required\`).
    - Next: If it passes, a person is asked to approve it. If not, the next attempt is told what to fix."
  `);
});

test("ended at a limit: which one, how much of it, the line of the policy, and what to do", () => {
  const spent = [anAttempt({ verdict: aRedVerdict(), runs: [aRun({ spentNano: 4_620_000_000 })] })];
  const [money] = everyEnding.money;
  expect(said("explain", anEndedLoop(money, { attempts: spent }))).toMatchInlineSnapshot(`
    "### It is not running: Loopgate stopped: budget limit

    - The loop has spent $4.62 of its $5.00 for model calls, and the rest is too little for more work. That was on 2026-01-05 09:05 UTC.
    - The line of the policy behind it: \`budget.usd\` of \`.github/loop.yml\`.
    - Next: Comment \`/loop budget +$5\`, or another amount, to continue with that much more; or \`/loop retry\` to continue from the branch with the policy's limits granted again.

    | limit | used | may | set by |
    |---|---|---|---|
    | attempts | 1 | 3 | \`attempts\` |
    | money for models | $4.62 | $5.00 | \`budget.usd\` |
    | time at work | 2 h | 12 h | \`loop_hours\` |
    | containers | 2 | 20 | \`runs\` |
    | money, all loops of this issue | $4.62 | $25.00 | \`issue.usd\` |
    | containers, all loops of this issue | 2 | 60 | \`issue.runs\` |"
  `);
});

test("every ending is explained: why, when, and one next action; with the option where one is behind it", () => {
  for (const ending of Object.values(everyEnding).flat()) {
    const text = why(anEndedLoop(ending));
    expect(text, ending.of).toMatch(/^### It is not running: Loopgate (stopped|is done): /);
    expect(text.match(/^- Next: .+\.$/gm), ending.of).toHaveLength(1);
    if (ending.reason === "budget_limit" && ending.of !== "told")
      expect(text, ending.of).toMatch(/The line of the policy behind it: `[a-z_.]+` of `.github\/loop.yml`\./);
  }
});

test("a report: attempt by attempt, what was wrong, what it cost and what is left; agents' words do nothing in it", () => {
  const bad = aFinding({ source: "ci", title: "expected 3, got 4 @everyone <!-- x -->" });
  const attempts = [
    anAttempt({ verdict: aRedVerdict([bad, bad, bad, bad]), runs: [aRun({ spentNano: 410_000_000 })] }),
    anAttempt({ number: 2, endedAt: labelledAt + hour, change: null, head: null, counted: false }),
    anAttempt({ number: 3, endedAt: null, change: null, head: null }),
  ];
  expect(said("report", aPublishedLoop({ phase: "executing", attempts, runsStarted: 4 }))).toMatchInlineSnapshot(`
    "### Loopgate: 3 attempts, running for 2 h

    - **Attempt 1: red** (took 1 min 12 s, $0.41, 2 files, +3 −1 in \`ccccccc\`). Wrong: \`expected 3, got 4 @everyone < !-- x -->\`; \`expected 3, got 4 @everyone < !-- x -->\`; \`expected 3, got 4 @everyone < !-- x -->\`; 1 more
    - **Attempt 2: not judged** (took 59 min 50 s, pushed nothing, not counted)
    - **Attempt 3: under way**

    The work is in [#13](https://github.com/acme/widgets/pull/13) at \`ccccccc\`.

    | limit | used | may | set by |
    |---|---|---|---|
    | attempts | 2 | 3 | \`attempts\` |
    | money for models | $0.41 | $5.00 | \`budget.usd\` |
    | time at work | 2 h | 12 h | \`loop_hours\` |
    | containers | 4 | 20 | \`runs\` |
    | money, all loops of this issue | $0.41 | $25.00 | \`issue.usd\` |
    | containers, all loops of this issue | 4 | 60 | \`issue.runs\` |"
  `);
  expect(said("report", aLoop())).toContain("No attempt has begun yet.");
  const many = Array.from({ length: 14 }, (_, index) => anAttempt({ number: index + 1 }));
  expect(said("report", aPublishedLoop({ attempts: many }))).toContain(
    "(4 earlier attempts are in the comments above.)",
  );
  expect(said("report", anEndedLoop(everyEnding.attempts[0], { head: sha("c") }))).toMatch(
    /^### Loopgate: 1 attempt, stopped: retry limit/,
  );
});
