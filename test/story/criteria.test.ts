// What the issue says done means: the reviewer answers it line by line, and people read it where they decide.
import { describe, expect, test } from "vitest";
import { answer, aStory, attempts, botch, brokenShop, mend } from "./world.ts";

const body =
  "It adds up wrongly.\n\n## Acceptance criteria\n\n- [ ] `total.sh 2 3` prints 5\n- [ ] it stays a shell script\n";
const approves = { verdict: "approve", summary: "It adds.", confidence: 0.9, findings: [] };
const met = { number: 1, state: "met", evidence: "total.sh:3 adds its arguments" };
const unclear = { number: 2, state: "cannot_tell", evidence: "" };

test("each is answered, with its evidence, in the thread, in the pull request and in the check run", async () => {
  const asked = `grep -q '2. it stays a shell script' "$LOOP_DIR/brief.md"`;
  const reviewer = `${asked} && ${answer({ ...approves, criteria: [met, unclear] })}`;
  const story = await aStory({ reviewer });
  const issue = await story.startLoop("Sum", body);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const table = [
    "| what done means, by the issue | the reviewer says | evidence |",
    "|---|---|---|",
    "| `` `total.sh 2 3` prints 5 `` | met | `total.sh:3 adds its arguments` |",
    "| `it stays a shell script` | cannot tell | – |",
  ].join("\n");
  const shown = story.repository.runs.find(({ name }) => name === "loop / verdict");
  for (const text of [story.comments(issue)[1], (await story.pull(issue)).issue.body, shown?.output.text])
    expect(text).toContain(table);
  expect(story.comments(issue)[1]).toContain("approved; 1 of 2 acceptance criteria met, and of 1 it cannot tell");
});

test("an approval of what does not meet one of them is a rejection, and the next attempt is told which", async () => {
  const short = { number: 2, state: "not_met", evidence: "total.sh is Python now" };
  const says = (...criteria: unknown[]) => answer({ ...approves, criteria });
  const story = await aStory({
    ci: { mode: "run", command: "true" },
    executor: attempts(botch("5"), `grep -q "Not met: it stays a shell script" "$LOOP_DIR/brief.md" && ${mend}`),
    reviewer: `if grep -q 'echo 5' total.sh; then ${says(met, short)}; else ${says(met, { ...met, number: 2 })}; fi`,
  });
  const issue = await story.startLoop("Sum", body);
  const { phase, attempts: made } = await story.state(issue);
  expect([phase, ...made.map(({ review }) => review?.verdict)]).toEqual(["awaiting_gate", "reject", "approve"]);
  expect(story.comments(issue)[1]).toContain("| `it stays a shell script` | **not met** | `total.sh is Python now` |");
});

test("a reviewer that knows nothing of them judges as ever, and nothing is claimed for it", async () => {
  const story = await aStory({ reviewer: answer(approves) });
  const issue = await story.startLoop("Sum", body);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(story.comments(issue).join("\n")).not.toContain("what done means");
});

test("reviewer.rubric: what a repository asks of every change is in the reviewer's brief alone", async () => {
  const rule = "Every public function has a docstring.";
  const has = `grep -qx -- '- ${rule}' "$LOOP_DIR/brief.md"`;
  const story = await aStory({
    policy: `version: 1\nreviewer:\n  rubric:\n    - ${rule}\n`,
    executor: `! ${has} && ${mend}`,
    reviewer: `${has} && ${answer(approves)}`,
  });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

describe("issue.criteria: required", () => {
  const required = "version: 1\nissue: { criteria: required }\n";

  test("an issue that does not say what done means costs nothing: the loop asks, and goes on once it does", async () => {
    const story = await aStory({ policy: required, reviewer: answer(approves) });
    const issue = await story.startLoop("Sum", "It adds up wrongly.");
    const { phase, ending, attempts: made, runsStarted } = await story.state(issue);
    expect([phase, ending?.reason, ending?.of, made, runsStarted]).toEqual([
      "settled",
      "uncertainty_too_high",
      "no_criteria",
      [],
      0,
    ]);
    expect(story.comments(issue).at(-1)).toContain("a list under a heading such as `Acceptance criteria`");
    story.forge.as("alice").comment(issue, "/loop retry");
    await story.settle();
    expect((await story.state(issue)).ending?.of).toBe("no_criteria");
    story.forge.as("alice").edit(issue, { body });
    story.forge.as("alice").comment(issue, "/loop retry");
    await story.settle();
    expect(await story.phase(issue)).toBe("awaiting_gate");
    expect(story.comments(issue)[0]).toContain("- Done means: the 2 acceptance criteria of the issue");
  });

  test("a person may go on without: /loop approve", async () => {
    const story = await aStory({ policy: required });
    const issue = await story.startLoop("Sum", "It adds up wrongly.");
    story.forge.as("dave").comment(issue, "/loop approve");
    await story.settle();
    expect(await story.phase(issue)).toBe("awaiting_gate");
  });

  test.each([
    ["an issue that says it is begun at once", { policy: required }, body],
    ["without the policy every issue is", {}, "It adds up wrongly."],
  ])("%s", async (_, options, text) => {
    const story = await aStory(options);
    expect(await story.phase(await story.startLoop("Sum", text))).toBe("awaiting_gate");
  });
});

describe("issue.criteria: unless_judged", () => {
  const unlessJudged = "issue: { criteria: unless_judged }\n";
  const bare = { policy: `version: 1\n${unlessJudged}`, ci: { mode: "off" } } as const;

  test("where nothing could judge a change the loop asks, once and before anything is paid, and goes on with a command that judges", async () => {
    const story = await aStory({ ...bare, reviewer: answer(approves) });
    const issue = await story.startLoop("Sum", "It adds up wrongly.");
    const { phase, ending, attempts: made, runsStarted } = await story.state(issue);
    expect([phase, ending?.of, made, runsStarted]).toEqual(["settled", "no_criteria", [], 0]);
    const said = story
      .comments(issue)
      .filter((text) => text.includes("nothing else is there that could judge a change"));
    expect(said.length).toBe(1);
    expect(story.comments(issue).at(-1)).toContain("or name a command that judges a change in `checks.run`");
    const checked = `version: 1\n${unlessJudged}checks: { run: [{ name: sum, command: sh test.sh }] }\n`;
    await story.forge.as("dave").push(story.repository, "main", { ".github/loop.yml": checked }, "Name a check");
    story.forge.as("alice").comment(issue, "/loop retry");
    await story.settle();
    expect((await story.state(issue)).attempts.length).toBe(1);
  });

  test.each([
    ["an issue that says it", bare, body, {}],
    ["a workflow", bare, "It adds up wrongly.", { ".github/workflows/ci.yml": "on: pull_request\n" }],
    ["a required check", { ...bare, policy: `${bare.policy}checks: { required: [ci] }\n` }, "It adds up wrongly.", {}],
  ])("%s is enough to begin", async (_, options, text, files) => {
    const story = await aStory({ ...options, files: { ...brokenShop, ...files } });
    const issue = await story.startLoop("Sum", text);
    expect((await story.state(issue)).attempts.length).toBe(1);
  });
});
