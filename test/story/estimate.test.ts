// What a loop will likely cost is said in its first comment, by what the loops before it came to.
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { aStory } from "./world.ts";

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
