// The description of a pull request: what it says at a green, what it never carries, and how it is known to be ours.
import { describe, expect, it } from "vitest";
import type { Claim } from "../../src/loop/state.ts";
import { explainedBody, isOwnPullBody, openedBody } from "../../src/report/pull.ts";
import { aLoop, anAttempt, aVerdict, labelledAt, sha } from "../loop/builder.ts";

const aClaim = (change: Partial<Claim> = {}): Claim => ({
  summary: "sum() started at index 1, so the first number was left out. It starts at 0 now.",
  confidence: 0.9,
  question: null,
  permission: null,
  blockedOn: null,
  nothingToDo: null,
  assumptions: ["An empty list adds up to 0."],
  decisions: [],
  ...change,
});

const heaviest = [
  { path: "src/sum.js", additions: 2, deletions: 1 },
  { path: "test/sum.test.js", additions: 30, deletions: 0 },
];
const change = { files: 2, additions: 32, deletions: 1, paths: [], patchId: sha("d"), heaviest };
const green = (claim: Partial<Claim> = {}, verdict = aVerdict()) =>
  aLoop({
    phase: "awaiting_gate",
    gateSince: labelledAt,
    attempts: [anAttempt({ claim: aClaim(claim), change, verdict })],
  });

describe("at a green, the description", () => {
  it("says what was asked, what changed, how that was verified, what was not, and where to look first", () => {
    expect(explainedBody(green())).toMatchInlineSnapshot(`
      "Closes #12

      **Asked** by \`alice\` in #12: \`sum() is off by one\`

      **What changed and why.** This is the first attempt. It touches 2 files (+32 −1). In the agent's words, a claim:

      \`\`\`text
      sum() started at index 1, so the first number was left out. It starts at 0 now.
      \`\`\`

      **Verified** on commit \`ccccccc\`, by judges that the agent cannot reach:

      | judge | verdict | reason |
      |---|---|---|
      | CI \`test\` | green | \`success\` |
      | review | green | \`approved\` |

      **Not verified:** The agent's words, and whatever these judges do not cover.

      **To confirm.** The agent assumed:

      \`\`\`text
      - An empty list adds up to 0.
      \`\`\`

      **Look first at** \`src/sum.js\` (+2 −1), \`test/sum.test.js\` (+30 −0).

      **Next:** Approve the pull request, or comment \`/loop approve\`. That takes write permission and cannot be done by \`alice\` or an author of the commits. Requesting changes starts the next attempt. If nobody does either, the loop ends on 2026-01-19 09:00 UTC.

      <sub>Written by Loopgate, a GitHub App.</sub>

      <!-- loopgate:description 8fe1e95b250899771e98d7140df00be2d52c167c2254e586ef849f16fe513042 -->"
    `);
  });

  it("names what no judge looked at: no reviewer, checks that did not count, other people's commits", () => {
    const absent = { source: "ci", name: "docs", colour: "absent", note: "skipped", url: null } as const;
    const verdict = aVerdict({ parts: [...aVerdict().parts, absent] });
    const state = green({}, verdict);
    const body = explainedBody({ ...state, othersPushed: true, rules: { ...state.rules!, reviewer: null } });
    for (const words of ["No independent reviewer", "1 check did not count", "Somebody else pushed"])
      expect(body).toContain(words);
    expect(explainedBody(green())).not.toMatch(/No independent reviewer|did not count|Somebody else/);
  });

  it("says that there is no CI where the policy's own checks alone judged", () => {
    const own = { source: "check", name: "test", colour: "green", note: "12 tests", url: null } as const;
    const none = {
      source: "ci",
      name: "checks",
      colour: "absent",
      lacks: "report",
      note: "there is none",
      url: null,
    } as const;
    const body = explainedBody(green({}, aVerdict({ parts: [own, none] })));
    expect(body).toContain("This repository has no CI: only the policy's own checks ran.");
    expect(body).not.toContain("did not count");
  });

  it("closes no issue but its own, and carries no credential, whatever an agent says", () => {
    const key = `ghp_${"a".repeat(36)}`;
    const state = green({ summary: `Fixes #5. The key is ${key}.`, assumptions: ["closes acme/other#6", key] });
    const criteria = [{ text: `closes #7 ${key}`, state: "met", evidence: `fixes #8 ${key}` } as const];
    const review = { verdict: "approve", summary: "", confidence: 1, findings: [], criteria } as const;
    const body = explainedBody({
      ...state,
      snapshot: { ...state.snapshot!, title: `Resolves #9 ${key}` },
      attempts: state.attempts.map((one) => ({ ...one, review: { ...review, criteria: [...criteria], findings: [] } })),
    });
    expect(body).toContain("| the reviewer says |");
    const closing = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+\S*#\d+/gi;
    expect(body.match(closing)).toEqual(["Closes #12"]);
    expect(body).not.toContain(key);
  });

  it("stays short and within GitHub's limit, whatever an agent writes", () => {
    const parts = Array.from({ length: 200 }, (_, index) => ({
      ...aVerdict().parts[0]!,
      name: `${index} ${"n".repeat(500)}`,
      note: "w".repeat(5000),
    }));
    const claim = { summary: "s".repeat(90_000), assumptions: Array.from({ length: 90 }, () => "a".repeat(9000)) };
    const body = explainedBody(green(claim, aVerdict({ parts })));
    expect(body.length).toBeLessThan(12_000);
    expect(body).toContain("and 85 more");
    expect(body).toContain("191 more are in the issue");
  });
});

describe("whose description it is", () => {
  it.each([
    ["as it was opened", openedBody(aLoop()), true],
    ["as it was explained", explainedBody(green()), true],
    ["with the line ends of a browser, and a space after it", `${openedBody(aLoop()).replaceAll("\n", "\r\n")} `, true],
    [
      "as an earlier version opened it",
      "Closes #12\n\nLoopgate, a GitHub App, opened this pull request for #12, where `alice` set the label `loop`.\n\nIt stays a draft until CI passes. Requesting changes here starts the next attempt.",
      true,
    ],
    ["with a word added", openedBody(aLoop()).replace("An agent", "Some agent"), false],
    ["with a line below", `${openedBody(aLoop())}\nReviewed together.`, false],
    ["with the mark taken away", openedBody(aLoop()).replace(/<!--.*/, ""), false],
    ["written anew", "Mine.", false],
    ["emptied", "", false],
  ])("%s", (_, body, ours) => {
    expect(isOwnPullBody(body)).toBe(ours);
  });
});
