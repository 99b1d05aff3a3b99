// A change that makes its own judges see less, in a loop: what the thread, the pull request, the gate and the next brief say of it.
import { expect, test } from "vitest";
import { approving, aStory, attempts, mend, type StoryOptions } from "./world.ts";

const shopTest = (word: string) =>
  `test("adds", () => {\n  expect(add(1, 2)).toBe(3);\n});\n\n${word}("subtracts", () => {\n  expect(sub(2, 1)).toBe(1);\n});\n`;
const files = { "total.sh": "echo 0\n", "test.sh": "true\n", "shop.test.js": shopTest("test") };
const skip = "sed -i 's/^test(\"sub/test.skip(\"sub/' shop.test.js";
const again = "sed -i 's/^test.skip/test/' shop.test.js";
const said = "Keeps tests from running or failing: shop.test.js:5";

function story(gaming: string, executor: string, more: StoryOptions = {}) {
  return aStory({ files, policy: `version: 1\n${gaming}`, reviewer: approving, executor, ...more });
}

test("T12, T20: a skipped test stands in nobody's way, and is told to the reviewer, in the thread and first in the pull request", async () => {
  const brief = "$LOOP_DIR/brief.md";
  const heard = `grep -qF 'Keeps tests from running or failing at "shop.test.js:5"' "${brief}"`;
  const reviewer = `${heard} && ! grep -q "These ran before" "${brief}" && ${approving}`; // which rule and where: no word of the executor's
  const told = await story("", `${mend}; ${skip}`, { reviewer });
  const issue = await told.startLoop();
  await told.settle();
  const state = await told.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.attempts.at(-1)?.verdict?.parts.find(({ source }) => source === "gaming")).toMatchObject({
    colour: "absent",
    note: said,
  });
  expect(told.comments(issue).join("\n")).toContain(`| against gaming | not counted | \`${said}\` |`);
  expect((await told.pull(issue)).issue.body).toContain(
    "**Look first at** what makes this change's own judges see less:\n- `shop.test.js:5` keeps tests from running or failing",
  );
});

test("T12: a change that leaves its tests alone has no such line", async () => {
  const plain = await story("gaming: block\n", mend);
  const issue = await plain.startLoop();
  await plain.settle();
  const state = await plain.state(issue);
  expect([state.phase, state.attempts.at(-1)?.gaming]).toEqual(["awaiting_gate", undefined]);
  expect(plain.comments(issue).join("\n")).not.toContain("against gaming");
});

test("T12: where policy blocks, the next attempt is told of it, and is green once the test runs again", async () => {
  const heard = 'grep -q "These ran before: subtracts" "$LOOP_DIR/brief.md"';
  const blocked = await story("gaming: block\n", attempts(`${mend}; ${skip}`, `${heard} && ${again}`));
  const issue = await blocked.startLoop();
  await blocked.settle();
  const { phase, attempts: made } = await blocked.state(issue);
  expect([phase, ...made.map(({ verdict }) => verdict?.colour)]).toEqual(["awaiting_gate", "red", "green"]);
  expect(made.at(-1)?.gaming).toBeUndefined();
});

test("T12, T21: where policy asks, the commit waits, unpublished, until a person lets it out as it is", async () => {
  const asking = await story("gaming: ask\n", `${mend}; ${skip}`);
  const issue = await asking.startLoop();
  await asking.settle();
  const held = await asking.state(issue);
  expect([held.ending?.reason, held.ending?.of, held.head]).toEqual(["risky_action_detected", "risks", null]);
  expect(asking.comments(issue).at(-1)).toContain("Keeps tests from running or failing");
  expect(asking.repository.issues.size).toBe(1);
  asking.forge.as("dave").comment(issue, "/loop approve");
  await asking.settle();
  const out = await asking.state(issue);
  expect([out.phase, out.attempts.length]).toEqual(["awaiting_gate", 1]);
  expect((await asking.pull(issue)).issue.body).toContain("`shop.test.js:5` keeps tests from running or failing");
});
