// What a loop at its gate costs while the checks of its commit go on moving: hours of CI are not read word by word.
import { expect, test } from "vitest";
import { countByKind } from "../../src/forge/http/requests.ts";
import type { CheckRun, Issue, Pull } from "../../src/forge/model.ts";
import { aStory, minute, type Story } from "./world.ts";

const shards = Array.from({ length: 50 }, (_, index) => `shard ${index + 1}`);
const green = { mode: "scripted", name: "shard 50", conclude: () => ({ conclusion: "success" as const }) } as const;
const everyCheck = "version: 1\n";
const theLastShard = 'version: 1\nchecks:\n  required: ["shard 50"]\n';

/** A check run of the CI's App on the pull request's commit, which is going. */
function begin({ forge, repository }: Story, pull: Pull, name: string): Promise<CheckRun> {
  const { sha: headSha, ref: headBranch } = pull.head;
  const wanted = { name, headSha, headBranch, status: "in_progress" as const };
  return forge.world.createCheckRun(forge.world.actorOf(forge.ciApp), repository, wanted);
}

async function end(story: Story, run: CheckRun, conclusion: "success"): Promise<void> {
  const { world, ciApp } = story.forge;
  world.updateCheckRun(world.actorOf(ciApp), run, { status: "completed", conclusion });
  await story.settle();
}

/** Requests of the App while this goes on; what people and CI ask is not counted. */
async function costOf(story: Story, goesOn: () => Promise<void>): Promise<number> {
  const from = story.forge.requests.length;
  await goesOn();
  const counts = countByKind(story.forge.requests.slice(from));
  return Object.values(counts).reduce((sum, one) => sum + one, 0);
}

interface Way {
  readonly policy: string;
  readonly pushed?: true;
  readonly approve: null | ((story: Story, issue: Issue, pull: Pull) => unknown);
}

const byReview: Way["approve"] = ({ forge }, _, pull) => forge.as("bob").approve(pull);
const byCommand: Way["approve"] = ({ forge }, issue) => forge.as("bob").comment(issue, "/loop approve");

/** Everything is run again at the gate, and ends one by one: while one is left, the commit is not green. */
test.each<[string, Way]>([
  ["nobody approved yet", { policy: everyCheck, approve: null }],
  ["a review approved", { policy: everyCheck, approve: byReview }],
  ["a review approved, and one check is required", { policy: theLastShard, approve: byReview }],
  ["a person pushed, and a review approved", { policy: everyCheck, pushed: true, approve: byReview }],
  ["a person pushed, and a command approved", { policy: everyCheck, pushed: true, approve: byCommand }],
])("fifty checks that move at the gate cost at most ten reads: %s", async (_, { policy, pushed, approve }) => {
  const story = await aStory({
    ci: green,
    policy,
  });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  if (pushed) {
    await story.forge.as("dave").push(story.repository, pull.head.ref, { "more.md": "More.\n" }, "Write more");
    await story.settle();
    await story.advance(10 * minute);
  }
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const runs: CheckRun[] = [];
  for (const name of shards) runs.push(await begin(story, pull, name));
  await approve?.(story, issue, pull);
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");

  const last = runs.pop();
  const cost = await costOf(story, async () => {
    for (const run of runs) await end(story, run, "success");
  });
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(cost).toBeLessThanOrEqual(10);

  if (last !== undefined) await end(story, last, "success"); // and nobody waits for a regular look
  expect((await story.state(issue)).ending?.reason).toBe(approve === null ? undefined : "task_complete");
});

test.each([
  ["once its suite ends", false],
  ["by a regular look where that is lost, too,", true],
])("F7: a check whose word is lost is found %s though fifty others were heard", async (_, suiteToo) => {
  const story = await aStory({
    ci: green,
    policy: everyCheck,
  });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const runs: CheckRun[] = [];
  for (const name of shards) runs.push(await begin(story, pull, name));
  story.forge.as("bob").approve(pull);
  await story.settle();
  const [first, ...others] = runs;
  if (first === undefined) throw new Error("there are shards");
  story.forge.dropDeliveries(1);
  await end(story, first, "success");
  if (suiteToo) story.forge.dropDeliveriesWhere(({ event }) => event === "check_suite");
  for (const run of others) await end(story, run, "success");
  if (suiteToo) expect(await story.phase(issue)).toBe("awaiting_gate");
  for (let look = 0; suiteToo && look < 3; look++) await story.advance(10 * minute);
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

test.each([
  ["of one suite, whose end is heard at once", false, 0, 0],
  ["of one suite, over more than an hour", false, 1.5, 0],
  ["each of which ends its suite, the last of which is read in a while", true, 0, 2],
  ["each of which ends its suite, over more than an hour, the last of which is found by a regular look", true, 1.5, 20],
  ["each of which ends its suite, over six hours, the last of which is found by a regular look", true, 7, 20],
])(
  "fifty jobs that go one after the other at an approved gate cost at most ten reads: %s",
  async (_, alone, each, minutes) => {
    const story = await aStory({ ci: green, policy: everyCheck });
    const issue = await story.startLoop();
    const pull = await story.pull(issue);
    let run = await begin(story, pull, "job 0");
    story.forge.as("bob").approve(pull);
    await story.settle();
    const { world, ciApp } = story.forge;
    const cost = await costOf(story, async () => {
      for (let job = 1; job < 50; job += 1) {
        const before = run;
        if (!alone) run = await begin(story, pull, `job ${job}`);
        world.updateCheckRun(world.actorOf(ciApp), before, { status: "completed", conclusion: "success" });
        if (alone) run = await begin(story, pull, `job ${job}`);
        await story.settle();
        if (each > 0) await story.advance(each * minute);
      }
    });
    expect(await story.phase(issue)).toBe("awaiting_gate");
    expect(cost).toBeLessThanOrEqual(10);
    await end(story, run, "success");
    if (minutes > 0) await story.advance(minutes * minute);
    expect((await story.state(issue)).ending?.reason).toBe("task_complete");
  },
);

test("F17: a commit status whose word is lost is found minutes after another one's was heard", async () => {
  const story = await aStory({ ci: green, policy: everyCheck });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const { world, ciApp } = story.forge;
  const says = (context: string, state: "pending" | "success") =>
    world.createStatus(world.actorOf(ciApp), story.repository, { sha: pull.head.sha, context, state });
  for (const context of ["lint", "unit"]) await says(context, "pending");
  story.forge.as("bob").approve(pull);
  await story.settle();
  story.forge.dropDeliveries(1);
  await says("lint", "success");
  await story.settle();
  await says("unit", "success");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  await story.advance(minute);
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

/** The reviewer is long done: what a loop costs goes by what it says, not by how many checks say that they passed. */
test("fifty checks that pass one by one while the commit is judged cost no reading each, and the last one leads to the gate", async () => {
  const story = await aStory({ ci: { actions: {} }, policy: everyCheck });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const runs: CheckRun[] = [];
  for (const name of shards) runs.push(await begin(story, pull, name));
  expect(await story.phase(issue)).toBe("verifying");
  const last = runs.pop();
  const cost = await costOf(story, async () => {
    for (const run of runs) await end(story, run, "success");
  });
  expect(await story.phase(issue)).toBe("verifying");
  expect(cost).toBeLessThanOrEqual(3);
  if (last !== undefined) await end(story, last, "success");
  expect(await story.phase(issue)).toBe("awaiting_gate");
});
