// Who reports a check decides whether it counts: the App that policy or branch rules expect, and no person who may write.
import { expect, test } from "vitest";
import type { Actor, BranchRule, Pull } from "../../src/forge/model.ts";
import { aStory, minute, type Story } from "./world.ts";

const silent = { mode: "off" as const };

/** A status named as the check that is waited for. */
async function post(story: Story, pull: Pull, by: Actor, state: "success" | "failure" = "success"): Promise<void> {
  const status = { sha: pull.head.sha, state, context: "ci", description: "", targetUrl: null } as const;
  await story.forge.world.createStatus(by, story.repository, status);
  await story.settle();
}

function asCi({ forge }: Story): Actor {
  return { user: forge.ciApp.bot, app: forge.ciApp };
}

function asOther({ forge }: Story): Actor {
  return { user: forge.actionsApp.bot, app: forge.actionsApp };
}

/** A loop whose commit waits for the check `ci`, which nobody reports by himself. */
async function waiting(policy: string, rule: Partial<BranchRule> | null = null) {
  const story = await aStory({ ci: silent, policy: `version: 1\npull_request:\n  draft: never\n${policy}` });
  if (rule !== null)
    story.repository.rules.set("main", {
      requiredChecks: [],
      requiredApprovals: 0,
      restrictPushes: false,
      allowForcePushes: true,
      ...rule,
    });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("verifying");
  return { story, issue, pull: await story.pull(issue) };
}

const required = "checks:\n  required: [ci]\n  wait_minutes: 30\n";

test.each([
  ["required by the policy", required, null],
  ["required by a ruleset", "", { requiredChecks: [{ context: "ci", appId: null }] }],
  ["required by classic protection", "", { classic: true, requiredChecks: [{ context: "ci", appId: null }] }],
  ["required by nobody", "", null],
])("a person's green status is no evidence where the check is %s", async (_, policy, rule) => {
  const { story, issue, pull } = await waiting(policy, rule);
  await post(story, pull, story.forge.as("dave").actor);
  expect(await story.phase(issue)).toBe("verifying");
  await story.advance(61 * minute);
  expect((await story.state(issue)).ending).toMatchObject({ reason: "external_dependency_blocked", of: "ci_silent" });
  const said = story.comments(issue).join("\n");
  expect(said).toContain("ci: success by dave, a person; counts only where `checks.required` names its creator");
});

test("nor is a person's red one held against the attempt", async () => {
  const { story, issue, pull } = await waiting(required);
  await post(story, pull, story.forge.as("dave").actor, "failure");
  expect((await story.state(issue)).attempts).toHaveLength(1);
  await post(story, pull, asCi(story));
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("at the gate a person's status in the place of CI's takes the green away", async () => {
  const { story, issue, pull } = await waiting(required);
  await post(story, pull, asCi(story));
  expect(await story.phase(issue)).toBe("awaiting_gate");
  await post(story, pull, story.forge.as("dave").actor);
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  await post(story, pull, asCi(story));
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

test("the creator that the policy names is heard, and no other", async () => {
  const { story, issue, pull } = await waiting("checks:\n  required:\n    - {name: ci, creator: dave}\n");
  await post(story, pull, story.forge.as("bob").actor);
  await post(story, pull, asCi(story));
  expect(await story.phase(issue)).toBe("verifying");
  await post(story, pull, story.forge.as("dave").actor);
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("the App that the policy names is heard, and no other", async () => {
  const { story, issue, pull } = await waiting("checks:\n  required:\n    - {name: ci, app: forge-ci}\n");
  await post(story, pull, asOther(story));
  await post(story, pull, story.forge.as("dave").actor);
  expect(await story.phase(issue)).toBe("verifying");
  await post(story, pull, asCi(story));
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test.each([false, true])("the App that branch rules expect is heard, and no other (classic: %s)", async (classic) => {
  const { story, issue, pull } = await waiting("");
  const { id } = story.forge.ciApp;
  story.repository.rules.set("main", {
    ...(classic ? { classic } : {}),
    requiredChecks: [{ context: "ci", appId: id }],
    requiredApprovals: 0,
    restrictPushes: false,
    allowForcePushes: true,
  });
  await story.forge.world.createCheckRun(asOther(story), story.repository, {
    name: "ci",
    headSha: pull.head.sha,
    status: "completed",
    conclusion: "success",
  });
  await post(story, pull, asOther(story));
  await post(story, pull, story.forge.as("dave").actor);
  expect(await story.phase(issue)).toBe("verifying");
  await post(story, pull, asCi(story));
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("where GitHub does not tell the rules of a branch, its own mark says what is required", async () => {
  const { story, issue, pull } = await waiting("", { requiredChecks: [{ context: "ci", appId: null }] });
  story.forge.refuseField("Ref.rules", "FORBIDDEN", { times: 100 });
  await post(story, pull, asCi(story));
  expect(await story.phase(issue)).toBe("awaiting_gate");
});
