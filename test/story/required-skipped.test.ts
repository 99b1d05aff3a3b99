// A required check that ended as skipped has shown nothing and never will: that is said at once, or passed by policy.
import { expect, test } from "vitest";
import { aStory, minute, type Story } from "./world.ts";

const name = "unit tests";

/** Ready from the start: what a draft's skipped checks mean is told in drafts.test.ts. */
const ready = "pull_request:\n  draft: never\n";

async function aSkipping(policy = ready): Promise<Story> {
  const ci = { mode: "scripted" as const, name, conclude: async () => ({ conclusion: "skipped" as const }) };
  const story = await aStory({ ci, policy });
  const requiredChecks = [{ context: name, appId: null }];
  story.repository.rules.set("main", {
    requiredChecks,
    requiredApprovals: 0,
    restrictPushes: false,
    allowForcePushes: false,
  });
  return story;
}

test("it ends the loop at once, naming the check and what to do, and not as silence", async () => {
  const story = await aSkipping();
  const issue = await story.startLoop();
  const { ending } = await story.state(issue);
  expect([ending?.reason, ending?.of]).toEqual(["external_dependency_blocked", "ci_without_result"]);
  const said = story.comments(issue).join("\n");
  expect(said).toContain("unit tests: required, but ended as skipped, which proves nothing");
  expect(said).toContain("`checks.skipped: pass`");
  expect(said).not.toContain("within");
});

test("/loop retry after the policy lets it pass goes on with the same commit", async () => {
  const story = await aSkipping();
  const issue = await story.startLoop();
  const head = (await story.state(issue)).attempts[0]?.head;
  const policy = `${ready}checks:\n  skipped: pass\n`;
  await story.forge
    .as("alice")
    .push(story.repository, "main", { ".github/loop.yml": policy }, "Let skipped checks pass");
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  const state = await story.state(issue);
  expect([state.phase, state.attempts.length, state.attempts[0]?.head]).toEqual(["awaiting_gate", 1, head]);
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

test("with the policy it passes from the start, as GitHub counts it", async () => {
  const story = await aSkipping("checks:\n  skipped: pass\n");
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("a required check that has not ended is waited for, and the other word is said in time", async () => {
  const story = await aSkipping(
    "pull_request:\n  draft: never\nchecks:\n  required: [unit tests, never]\n  wait_minutes: 30\n",
  );
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("verifying");
  await story.advance(31 * minute);
  expect((await story.state(issue)).ending?.of).toBe("ci_silent");
});
