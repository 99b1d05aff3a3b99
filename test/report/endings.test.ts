// Every ending has one next action, and it is one that the machine takes up.
import { expect, it } from "vitest";
import { type Ending, StopReason } from "../../src/loop/state.ts";
import { stopComment } from "../../src/report/report.ts";
import { endingWords } from "../../src/report/wording.ts";
import { anEndedLoop, sha } from "../loop/builder.ts";

const pendingHead = sha("f");

/** Every combination of reason and way to go on that src/loop/ makes. */
const endings: Partial<Ending>[] = [
  { reason: "task_complete", resume: "none" },
  { reason: "verifier_passed", resume: "none" },
  { reason: "nothing_to_do", resume: "none" },
  { reason: "budget_limit", resume: "execute" },
  { reason: "budget_limit", resume: "publish", pendingHead },
  { reason: "budget_limit", resume: "verify" },
  { reason: "retry_limit", resume: "execute" },
  { reason: "no_progress", resume: "execute" },
  { reason: "uncertainty_too_high", resume: "execute" },
  { reason: "uncertainty_too_high", resume: "publish", pendingHead },
  { reason: "uncertainty_too_high", resume: "verify" },
  { reason: "permission_required", resume: "execute" },
  { reason: "permission_required", resume: "publish", pendingHead },
  { reason: "permission_required", resume: "gate" },
  { reason: "risky_action_detected", resume: "publish", pendingHead },
  { reason: "risky_action_detected", resume: "execute" },
  { reason: "external_dependency_blocked", resume: "execute" },
  { reason: "external_dependency_blocked", resume: "verify" },
  { reason: "stalled", resume: "execute" },
  { reason: "state_tampered", resume: "none" },
  { reason: "policy_invalid", resume: "execute" },
  { reason: "cancelled", resume: "none" },
  { reason: "unanswered", resume: "none" },
  { reason: "infrastructure_error", resume: "execute" },
  { reason: "infrastructure_error", resume: "execute", pendingHead },
  { reason: "infrastructure_error", resume: "publish", pendingHead, during: "publishing" },
  { reason: "infrastructure_error", resume: "verify" },
  { reason: "infrastructure_error", resume: "none" },
];

it("every reason is among the endings and has its words", () => {
  expect(new Set(endings.map((ending) => ending.reason))).toEqual(new Set(StopReason.options));
  expect(Object.keys(endingWords).sort()).toEqual([...StopReason.options].sort());
});

it("every ending says the one thing to do next", () => {
  const lines = endings.map((ending) => {
    const comment = stopComment(anEndedLoop({ detail: "It ended.", ...ending }));
    const next = /\*\*Next:\*\* (.*)/.exec(comment)?.[1] ?? "nothing";
    return `${ending.reason}, ${ending.resume}: ${next.replace("https://github.com/acme/widgets/pull/13", "url")}`;
  });
  expect(lines.join("\n")).toMatchInlineSnapshot(`
    "task_complete, none: Merge [#13](url), if that has not happened yet.
    verifier_passed, none: Look at [#13](url) and merge it, if you want it.
    nothing_to_do, none: Close this issue, or say in it what is still missing and set the label again.
    budget_limit, execute: @alice, comment \`/loop retry\` to grant the policy's attempts again; the work goes on from the branch.
    budget_limit, publish: @alice, comment \`/loop approve fffffff\` to publish exactly that commit.
    budget_limit, verify: @alice, comment \`/loop retry\` to have the same commit judged again.
    retry_limit, execute: @alice, comment \`/loop retry\` to grant the policy's attempts again; the work goes on from the branch.
    no_progress, execute: @alice, say in a comment what to do differently, then comment \`/loop retry\`.
    uncertainty_too_high, execute: @alice, answer in a comment, then comment \`/loop retry\`.
    uncertainty_too_high, publish: @alice, comment \`/loop approve fffffff\` to publish exactly that commit.
    uncertainty_too_high, verify: @alice, comment \`/loop retry\` to have the same commit judged again.
    permission_required, execute: @alice, comment \`/loop approve\` to allow what is asked.
    permission_required, publish: @alice, let GitHub accept the push, then comment \`/loop approve fffffff\`.
    permission_required, gate: @alice, merge [#13](url) by hand, or let GitHub accept the merge and comment \`/loop retry\` to have the same commit judged again.
    risky_action_detected, publish: @alice, comment \`/loop approve fffffff\` to publish exactly that commit.
    risky_action_detected, execute: @alice, say in a comment what to leave alone, then comment \`/loop retry\` for another attempt; Loopgate cannot publish this one.
    external_dependency_blocked, execute: @alice, once that has happened, comment \`/loop retry\`.
    external_dependency_blocked, verify: @alice, once CI works, comment \`/loop retry\` to have the same commit judged again.
    stalled, execute: @alice, comment \`/loop retry\` for another attempt from the branch; if the agent was only quiet, raise \`silence_minutes\` in \`.github/loop.yml\` first.
    state_tampered, none: @alice, set the label \`loop\` again, on the open issue, to start a new loop.
    policy_invalid, execute: @alice, mend \`.github/loop.yml\` on the default branch, then comment \`/loop retry\`.
    cancelled, none: Set the label \`loop\` again, on the open issue, to start a new loop.
    unanswered, none: @alice, set the label \`loop\` again, on the open issue, to start a new loop.
    infrastructure_error, execute: @alice, comment \`/loop retry\`; if it fails again, ask whoever runs this App.
    infrastructure_error, execute: @alice, comment \`/loop retry\`; if it fails again, ask whoever runs this App.
    infrastructure_error, publish: @alice, comment \`/loop retry\`; if it fails again, ask whoever runs this App.
    infrastructure_error, verify: @alice, comment \`/loop retry\`; if it fails again, ask whoever runs this App.
    infrastructure_error, none: @alice, set the label \`loop\` again, on the open issue, to start a new loop."
  `);
});

it("every ending states its reason, the account of it and what is kept", () => {
  for (const ending of endings) {
    const [first = "", ...rest] = stopComment(anEndedLoop({ detail: "This is the account.", ...ending })).split("\n\n");
    const { title, sentence } = endingWords[ending.reason ?? "cancelled"];
    expect(first).toMatch(/^\*\*Loopgate (is done|stopped): /);
    expect(first).toContain(title);
    expect(first.endsWith(`This is the account. ${sentence}`.trim())).toBe(true);
    expect(rest.join("\n")).toMatch(/^Kept: branch `loop\/12-k3f9` at `ccccccc`, pull request /m);
  }
});
