// Several reviewers and a quorum: where they agree, where they do not, and what each of them costs.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { LoopState } from "../../src/loop/state.ts";
import { until } from "../until.ts";
import { answer, aStory, attempts, mend, type StoryOptions } from "./world.ts";

const says = (verdict: string, summary: string) => answer({ verdict, summary, confidence: 0.9, findings: [] });
const yes = says("approve", "It adds.");
const no = says("reject", "Not below zero.");

/** The commands of the reviewers, in their order. */
function reviewedBy(quorum: number, first: string, ...others: readonly string[]): StoryOptions {
  const lines = [
    ...["version: 1", "reviewer:", `  command: ${JSON.stringify(first)}`, `  quorum: ${quorum}`, "  others:"],
    ...others.map((command) => `    - command: ${JSON.stringify(command)}`),
  ];
  return { policy: `${lines.join("\n")}\n`, executor: mend };
}

function reviewersIn({ attempts }: LoopState) {
  return attempts.flatMap(({ runs }) => runs.filter(({ role }) => role === "reviewer").map((run) => run.reviewer ?? 0));
}

test("all agree: one answer, which says by how many", async () => {
  const story = await aStory(reviewedBy(0, yes, says("approve", "I agree.")));
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect([state.phase, reviewersIn(state)]).toEqual(["awaiting_gate", [0, 1]]);
  expect(story.comments(issue)[1]).toContain("| review | green | `approved by 2 of 2 reviewers` |");
  expect(story.comments(issue)[1]).toContain("- reviewer 2: finished");
  const shown = story.repository.runs.filter(({ name }) => name === "loop / verdict");
  expect(shown.map(({ output }) => output.text)).toEqual([expect.stringContaining("Reviewer 2 (approve): I agree.")]);
});

test("uncertainty_too_high: they disagree; a person's word and /loop retry have all of them judge again", async () => {
  const told = 'grep -q "Negative numbers are out of scope" "$LOOP_DIR/brief.md"';
  const story = await aStory(reviewedBy(0, yes, `if ${told}; then ${yes}; else ${no}; fi`));
  const issue = await story.startLoop();
  const { phase, ending, attempts } = await story.state(issue);
  expect([phase, ending?.reason, ending?.of, attempts[0]?.verdict?.colour]).toEqual([
    "settled",
    "uncertainty_too_high",
    "reviewers_disagree",
    undefined,
  ]);
  expect(story.comments(issue).at(-1)).toContain("Reviewer 2 (reject): Not below zero.");
  story.forge.as("alice").comment(issue, "Negative numbers are out of scope.");
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  const after = await story.state(issue);
  expect([after.phase, after.attempts.length, reviewersIn(after)]).toEqual(["awaiting_gate", 1, [0, 1, 0, 1]]);
});

test("a quorum of two is enough: the third is not asked, and one against does not count", async () => {
  const story = await aStory(reviewedBy(2, yes, yes, no));
  const issue = await story.startLoop();
  const early = await story.state(issue);
  expect([early.phase, reviewersIn(early)]).toEqual(["awaiting_gate", [0, 1]]);
  const other = await aStory(reviewedBy(2, yes, no, yes));
  const second = await other.startLoop();
  const late = await other.state(second);
  expect([late.phase, reviewersIn(late)]).toEqual(["awaiting_gate", [0, 1, 2]]);
  expect(other.comments(second)[1]).toContain("approved by 2 of 3 reviewers");
});

test("all reject: the next attempt is told what each of them found", async () => {
  const finds = (title: string) =>
    answer({ verdict: "reject", summary: title, confidence: 0.9, findings: [{ title, detail: "" }] });
  const both = 'grep -q "One thing" "$LOOP_DIR/brief.md" && grep -q "Another" "$LOOP_DIR/brief.md"';
  const until = (found: string) => `if grep -q done total.sh; then ${yes}; else ${found}; fi`;
  const policy = reviewedBy(0, until(finds("One thing")), until(finds("Another"))).policy ?? "";
  const story = await aStory({ policy, executor: `${mend}; if ${both}; then echo '# done' >> total.sh; fi` });
  const issue = await story.startLoop();
  const { phase, attempts } = await story.state(issue);
  expect([phase, ...attempts.map(({ review }) => review?.verdict)]).toEqual(["awaiting_gate", "reject", "approve"]);
});

test("F60: one whose answer cannot be read is asked once more, and it alone", async () => {
  const once = `if [ -e $HOME/../../asked ]; then ${yes}; else touch $HOME/../../asked; echo nonsense > "$LOOP_DIR/out/result.json"; fi`;
  const story = await aStory(reviewedBy(0, yes, once));
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect([state.phase, reviewersIn(state)]).toEqual(["awaiting_gate", [0, 1, 1]]);
});

test("a quorum of more than there are is told before anything starts", async () => {
  const story = await aStory(reviewedBy(3, yes, yes));
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("policy_invalid");
  expect(story.comments(issue).at(-1)).toContain("`reviewer.quorum` (3) is more than there are reviewers (2)");
});

test("no_progress: the same finding of the reviewer twice ends the loop, however different the change", async () => {
  const finding = { title: "Negative numbers are lost", detail: "total.sh -1 1 prints 1.", path: "total.sh", line: 3 };
  const reviewer = answer({ verdict: "reject", summary: "Not yet.", confidence: 0.9, findings: [finding] });
  const story = await aStory({ executor: attempts(mend, "echo more >> README.md"), reviewer });
  const issue = await story.startLoop();
  const { ending, attempts: made } = await story.state(issue);
  expect([ending?.reason, ending?.of, made.length]).toEqual(["no_progress", "same_failure", 2]);
  expect(story.comments(issue).at(-1)).toContain("Negative numbers are lost");
});

test("a reviewer that is late, since somebody pushed meanwhile, has no say: the new commit is judged by itself", async () => {
  const waits = `if grep -q dave README.md; then ${yes}; else touch $HOME/../../reading; sleep 60; ${no}; fi`;
  const story = await aStory({ executor: mend, reviewer: waits });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  const reading = join(story.dataDir(), "..", "scratch", "reading");
  await until(async () => existsSync(reading));
  const branch = (await story.state(issue)).branch ?? "";
  const pushed = await story.forge
    .as("dave")
    .push(story.repository, branch, { "README.md": "# dave's\n" }, "Say whose");
  await story.settle();
  const { phase, head, attempts: made } = await story.state(issue);
  expect([phase, head, made.at(-1)?.review?.verdict]).toEqual(["awaiting_gate", pushed, "approve"]);
  const shown = story.repository.runs.filter(({ name }) => name === "loop / verdict");
  expect(shown.map(({ headSha, conclusion }) => [headSha, conclusion])).toEqual([[pushed, "success"]]);
});

test("a reviewer that contradicts itself, approving with a criterion that is not met, rejects", async () => {
  const criteria = [{ number: 1, state: "not_met", evidence: "total.sh:3 loses the sign" }];
  const reviewer = answer({ verdict: "approve", summary: "Fine.", confidence: 1, findings: [], criteria });
  const story = await aStory({ executor: mend, reviewer, policy: "version: 1\nattempts: 1\n" });
  const issue = await story.startLoop("Sum", "## Done when\n- negative numbers add up\n");
  const { ending, attempts: made } = await story.state(issue);
  expect([ending?.reason, made[0]?.review?.verdict]).toEqual(["retry_limit", "reject"]);
});
