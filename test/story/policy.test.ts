// Where a loop's policy comes from: its owner's repository where it has none, the operator's bounds, and never its own branch.
import { expect, test } from "vitest";
import { aStory, attempts, brokenShop, mend } from "./world.ts";

/** An agent that writes itself a looser policy, and does its work. */
const loosen = `mkdir -p .github; printf 'attempts: 10\\ngate:\\n  approvals: 0\\n' > .github/loop.yml; ${mend}`;

test("T27: the owner's policy holds within the operator's bounds, and a looser one on the loop's own branch changes nothing", async () => {
  const story = await aStory({ executor: attempts(loosen, mend), files: brokenShop });
  await story.forge.createRepository({
    owner: "acme",
    name: ".github",
    files: { ".github/loop.yml": "attempts: 2\nruns: 90\ngate: {reviewers: [bob]}\n" },
  });
  const issue = await story.startLoop();
  const held = await story.state(issue);
  expect(held.rules).toMatchObject({
    attempts: 2,
    lifetimeRuns: 60,
    approvals: 1,
    reviewers: ["bob"],
    policyOf: "acme/.github",
    clamped: ["line 2: `runs` is 90, but this App's operator allows at most 60"],
  });
  expect(held.ending).toMatchObject({ reason: "risky_action_detected", pendingHead: expect.any(String) });
  const said = story.comments(issue).join("\n");
  expect(said).toContain("Policy: `.github/loop.yml` of `acme/.github`, since this repository has none, at blob");
  expect(said).toContain("Held to the bounds of this App's operator: line 2: `runs` is 90");
  expect(said).toContain("Changes a protected file");

  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  const published = await story.state(issue);
  expect([published.phase, published.rules]).toEqual(["awaiting_gate", held.rules]);
  expect(await story.file(published.head ?? "", ".github/loop.yml")).toContain("approvals: 0");
});

test("the owner's policy that is invalid starts nothing, and the thread names whose it is", async () => {
  const story = await aStory({});
  await story.forge.createRepository({ owner: "acme", name: ".github", files: { ".github/loop.yml": "atempts: 2\n" } });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.reason).toBe("policy_invalid");
  expect(story.comments(issue).join("\n")).toContain(
    "in acme/.github, line 1: `atempts` is not an option; did you mean `attempts`?",
  );
});

test.each([
  ["held to bounds", "attempts: 2\nruns: 90\n", "1 line of it, in a repository that not everybody here may see"],
  ["invalid", "whisper: 2\n", "what it is is not said here, where more people read than there"],
])("T28: a private policy that is %s is not quoted in a public thread", async (_how, text, said) => {
  const story = await aStory({ executor: "echo half > half.txt" });
  await story.forge.createRepository({
    owner: "acme",
    name: ".github",
    private: true,
    files: { ".github/loop.yml": text },
  });
  const issue = await story.startLoop();
  const thread = story.comments(issue).join("\n");
  expect(thread).toContain(said);
  expect(thread).not.toMatch(/whisper|`runs` is 90/);
});
