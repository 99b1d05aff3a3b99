// What a loop will likely cost is said in its first comment, by what the loops before it came to.
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { dollarsOf, spentOf } from "../../src/loop/money.ts";
import { aModel, call } from "./model-server.ts";
import { aStory, mend } from "./world.ts";

test("the first loops of a repository say what the policy grants, a later one what those before it came to", async () => {
  const story = await aStory({
    policy: "attempts: 2\nbudget: { usd: 3 }\ngate: { approvals: 0 }\nreviewer: { enabled: false }\n",
  });
  const said = (issue: Issue) => story.comments(issue)[0]?.match(/Estimate: .*/)?.[0];
  const first = ["one", "two", "three"].map((title) => story.openIssue(title));
  for (const issue of first) story.forge.as("alice").label(issue, "loop");
  await story.settle();
  for (const issue of first) {
    expect((await story.state(issue)).ending?.reason).toBe("verifier_passed");
    expect(said(issue)).toMatch(/^Estimate: at most \$3\.00 for models and 2 attempts, which the policy grants/);
  }
  expect(said(await story.startLoop("four"))).toBe(
    "Estimate: $0.00 for models in 1 attempt, as the last 3 loops of this repository came to",
  );
});

/** One call of the story's model. */
const oneCall = 0.014;

test("what a loop is billed lies within what was estimated before it, first by the policy and then by what came of those before", async () => {
  const model = await aModel();
  const story = await aStory({
    policy: "budget: { usd: 1 }\ngate: { approvals: 0 }\nreviewer: { enabled: false }\n",
    executor: `case "$LOOP_TASK" in *'#3') ${call}; ${call} ;; esac; ${call}; ${mend}`, // of the second issue, which costs three times as much
    models: [{ name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-real-key", priceId: null }],
    prices: { "openai/*": { input: 4, output: 20 } },
  });
  const came: { least: number; most: number; billed: number }[] = [];
  for (const title of ["one", "two", "three", "four"]) {
    const { estimate, ending, ...state } = await story.state(await story.startLoop(title));
    expect([ending?.reason, estimate]).toEqual(["verifier_passed", expect.anything()]);
    const [least, most] = [estimate?.leastNano ?? 0, estimate?.mostNano ?? 0].map(dollarsOf) as [number, number];
    came.push({ least, most, billed: dollarsOf(spentOf(state)) });
  }
  const byPolicy = { least: 0, most: 1 };
  expect(came).toEqual([
    { ...byPolicy, billed: oneCall },
    { ...byPolicy, billed: 3 * oneCall },
    { ...byPolicy, billed: oneCall },
    { least: oneCall, most: 3 * oneCall, billed: oneCall },
  ]);
});
