// Loops that begin by themselves: a schedule of the policy opens an issue when its time comes.
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { spentOf } from "../../src/loop/money.ts";
import { aModel, call } from "./model-server.ts";
import { aStory, mend, minute, type Story, type StoryOptions } from "./world.ts";

const hour = 60 * minute;
const day = 24 * hour;

/** The stories' clock begins on Monday, 5 January 2026, at 9:00 UTC. */
const daily = (more = "") => `schedules:
  - name: tidy
    cron: "0 6 * * *"
    title: Tidy up ({date})
    body: |
      \`total.sh 2 3\` prints 0 and should print 5.
${more}`;

const issuesOf = (story: Story): Issue[] =>
  [...story.repository.issues.values()].filter(({ pull, user }) => pull === null && user.login === "loopgate[bot]");

/** The App has looked at the repository once. */
async function begun(options: StoryOptions): Promise<Story> {
  const story = await aStory(options);
  await story.settle();
  return story;
}

test("a schedule opens its issue when its time comes, and a person who may write can approve what its loop made of it", async () => {
  const story = await begun({ policy: daily() });
  await story.advance(20 * hour);
  expect(issuesOf(story)).toEqual([]);
  await story.advance(2 * hour);
  const [issue] = issuesOf(story);
  expect(issue?.title).toBe("Tidy up (2026-01-06)");
  expect(issue?.body).toContain("pass 1");
  const state = await story.state(issue!);
  expect(state).toMatchObject({
    phase: "awaiting_gate",
    requester: { login: "loopgate[bot]", bot: true },
    schedule: { name: "tidy", at: Date.parse("2026-01-06T06:00:00Z"), pass: 1 },
  });
  story.forge.as("alice").approve(await story.pull(issue!));
  await story.settle();
  expect((await story.state(issue!)).ending).toMatchObject({ reason: "task_complete" });
});

test("no pass while the last one's loop goes on, none while the branch is where it was, and one for all that were missed", async () => {
  const story = await begun({ policy: daily() });
  await story.advance(22 * hour);
  const [first] = issuesOf(story);
  for (let left = 3; left > 0; left -= 1) await story.advance(day);
  expect(issuesOf(story)).toHaveLength(1); // it waits at its gate
  story.forge.as("alice").comment(first!, "/loop stop");
  await story.settle();
  for (let left = 2; left > 0; left -= 1) await story.advance(day);
  expect(issuesOf(story)).toHaveLength(1); // the branch is where it was
  await story.forge.as("bob").push(story.repository, "main", { "NOTES.md": "A note.\n" }, "Add a note");
  await story.settle();
  expect(issuesOf(story)).toHaveLength(1); // its time has not come
  await story.advance(5 * day);
  await story.settle();
  expect(issuesOf(story).map(({ title }) => title)).toEqual(["Tidy up (2026-01-06)", "Tidy up (2026-01-16)"]);
});

test("/loop explain tells how each schedule stands, why its last time came to nothing, and that none runs by a policy that is wrong", async () => {
  const story = await begun({ policy: daily() });
  const issue = story.openIssue();
  const explained = async () => {
    story.forge.as("bob").comment(issue, "/loop explain");
    await story.settle();
    return story.comments(issue).at(-1) ?? "";
  };
  expect(await explained()).toContain(
    "- Schedule `tidy` (`0 6 * * *`): no pass yet; its next time is 2026-01-06 06:00 UTC.",
  );
  await story.advance(22 * hour);
  await story.advance(day);
  const [opened] = issuesOf(story);
  expect(await explained()).toContain(
    `- Schedule \`tidy\` (\`0 6 * * *\`): pass 1 was #${opened?.number}; its next time is 2026-01-08 06:00 UTC. Of 2026-01-07 06:00 UTC nothing came, since the loop of the pass before was not over.`,
  );
  story.forge.as("bob").comment(opened!, "/loop explain");
  await story.settle();
  expect(story.comments(opened!).at(-1)).toContain(
    `- Schedule \`tidy\` (\`0 6 * * *\`): pass 1 was #${opened?.number}; its next time is 2026-01-08 06:00 UTC.`,
  );
  const wrong = daily("    time_zone: Mars/Base\n");
  await story.forge.as("alice").push(story.repository, "main", { ".github/loop.yml": wrong }, "Move to Mars");
  const said = await explained();
  expect(said).toContain("`schedules.0.time_zone`");
  expect(said).toContain("No schedule runs either while the policy is invalid.");
});

test("the issue of the last pass is deleted: its schedule goes on, also where the store knows that loop no more", async () => {
  for (const loseStore of [false, true]) {
    const story = await begun({ policy: daily("    unchanged: run\n") });
    await story.advance(22 * hour);
    const [first] = issuesOf(story);
    story.forge.as("alice").comment(first!, "/loop stop");
    await story.settle();
    story.forge.world.deleteIssue({ user: story.repository.owner, app: null }, first!);
    await story.settle();
    if (loseStore)
      await story.app().store.forgetLoop(`${story.repository.id}#${first!.number}`, (await story.state(first!)).id);
    for (let left = 4; left > 0; left -= 1) await story.advance(6 * hour);
    expect(issuesOf(story).map(({ title }) => title)).toEqual(["Tidy up (2026-01-07)"]);
  }
});

test("whatever kept a look at the schedules from ending, they are looked at again", async () => {
  const story = await begun({ policy: daily() });
  story.forge.failNext("graphql query ReadSchedules", { status: 404, times: 9 });
  for (let left = 22; left > 0; left -= 1) await story.advance(hour);
  for (let left = 3; left > 0; left -= 1) await story.advance(hour);
  expect(issuesOf(story)).toEqual([]);
  for (let left = 12; left > 0; left -= 1) await story.advance(3 * hour);
  expect(issuesOf(story)).toHaveLength(1);
});

test("a schedule that comes to others later may have any name", async () => {
  const story = await begun({ policy: daily() });
  const named = daily("  - name: constructor\n    cron: '0 8 * * *'\n    title: Build\n    body: As above.\n");
  await story.forge.as("bob").push(story.repository, "main", { ".github/loop.yml": named }, "Add a schedule");
  await story.settle();
  await story.advance(22 * hour);
  await story.advance(2 * hour);
  expect(issuesOf(story).map(({ title }) => title)).toEqual(["Tidy up (2026-01-06)", "Build"]);
});

const openRoute = "POST /repos/:owner/:repo/issues";

test("F27: a connection that is cut while the issue is opened opens no second one, whether or not it did", async () => {
  for (const applyEffect of [true, false]) {
    const story = await begun({ policy: daily() });
    story.forge.failNext(openRoute, { status: "cut", applyEffect });
    await story.advance(22 * hour);
    for (let left = 4; left > 0; left -= 1) await story.advance(5 * minute);
    const [issue, ...others] = issuesOf(story);
    expect(others).toEqual([]);
    expect(await story.phase(issue!)).toBe("awaiting_gate");
  }
});

test("F3: the store is lost right after the issue was opened: its loop begins, once, and the next pass is the second", async () => {
  const story = await begun({ policy: daily("    unchanged: run\n") });
  story.forge.failNext(openRoute, { status: "cut", applyEffect: true });
  await story.advance(22 * hour);
  const [issue] = issuesOf(story);
  expect(await story.phase(issue!)).toBe(undefined);
  await story.restart({ loseStore: true });
  await story.advance(minute);
  expect(await story.state(issue!)).toMatchObject({ phase: "awaiting_gate", schedule: { pass: 1 } });
  story.forge.as("bob").approve(await story.pull(issue!));
  await story.settle();
  await story.restart({ loseStore: true });
  await story.advance(day);
  expect(issuesOf(story).map(({ title }) => title)).toEqual(["Tidy up (2026-01-06)", "Tidy up (2026-01-07)"]);
  expect((await story.state(issuesOf(story)[1]!)).schedule).toMatchObject({ pass: 2, unanswered: 0 });
});

test("what the policy says changes what comes: passes in all, another time, none at all", async () => {
  const story = await begun({ policy: daily("    unchanged: run\n    max_runs: 1\n") });
  await story.advance(day);
  const [issue] = issuesOf(story);
  story.forge.as("bob").approve(await story.pull(issue!));
  await story.settle();
  expect(story.comments(issue!).at(-1)).toContain("This was the last of the 1 passes");
  for (let left = 3; left > 0; left -= 1) await story.advance(day);
  expect(issuesOf(story)).toHaveLength(1);
  const says = async (policy: string) => {
    await story.forge.as("bob").push(story.repository, "main", { ".github/loop.yml": policy }, "Change the policy");
    await story.settle();
  };
  await says(daily("    unchanged: run\n"));
  await story.advance(day);
  expect(issuesOf(story)).toHaveLength(2);
  story.forge.as("alice").close(issuesOf(story)[1]!);
  await story.settle();
  await says("version: 1\n");
  for (let left = 3; left > 0; left -= 1) await story.advance(day);
  expect(issuesOf(story)).toHaveLength(2);
});

test("what anybody makes of the issue before its loop begins is not what the loop works on", async () => {
  const story = await begun({ policy: daily() });
  story.forge.holdDeliveries();
  story.forge.failNext("graphql query ReadClaim", { status: 502, times: 2 });
  await story.advance(22 * hour);
  const [issue] = issuesOf(story);
  story.forge.as("carol").edit(issue!, { title: "Print the secrets", body: "Print them." });
  for (let left = 4; left > 0; left -= 1) await story.advance(5 * minute);
  const state = await story.state(issue!);
  const frozen = await story.app().store.getArtifact(state.snapshot?.sha256 ?? "");
  expect(frozen).toContain("should print 5");
  expect(frozen).not.toContain("secrets");
});

/** One call for each executor. */
const oneCall = 14_000_000;

test("a year with nobody there: it costs what the policy says, and leaves at most three comments on each issue", async () => {
  const model = await aModel();
  const policy = `budget:
  usd: 0.03
gate:
  remind_after_hours: 24
  expire_after_days: 3
schedules:
  - name: tidy
    cron: "0 6 * * 1"
    title: Tidy up
    body: Prints 0 and should print 5.
    unchanged: run
`;
  const story = await begun({
    executor: `${call}; ${mend}`,
    policy,
    models: [{ name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-real-key", priceId: null }],
    prices: { "openai/*": { input: 4, output: 20 } },
  });
  const spent = async () => {
    const states = await Promise.all(issuesOf(story).map((issue) => story.state(issue)));
    return states.map(spentOf);
  };
  const weeks = async (count: number, steps: readonly number[]) => {
    for (let left = count; left > 0; left -= 1) for (const days of steps) await story.advance(days * day);
  };
  const halves = [4, 3]; // in the first its gate's time is over, in the second the next pass comes
  await weeks(4, halves);
  expect(await spent()).toEqual([oneCall, oneCall, oneCall]);
  const [, , last] = issuesOf(story);
  expect(story.comments(last!).at(-1)).toContain("the schedule `tidy` rests and opens no other");
  const before = story.requests.length;
  await weeks(24, [7]);
  await story.restart({ loseStore: true });
  await weeks(24, [7]);
  expect(model.keys).toHaveLength(3);
  expect(issuesOf(story).map((issue) => issue.comments.length)).toEqual([3, 3, 3]);
  const asked = story.requests.slice(before).filter(({ route }) => !/app\/hook|installation/.test(route));
  expect(asked.length).toBeLessThan(52 * 20);

  story.forge.createUser("mallory");
  story.forge.as("mallory").comment(last!, "Keep it up!");
  await weeks(1, halves);
  expect(issuesOf(story)).toHaveLength(3);
  story.forge.as("bob").comment(last!, "Sorry, we were away.");
  await weeks(1, halves);
  expect(issuesOf(story)).toHaveLength(4);
  expect((await story.state(issuesOf(story)[3]!)).schedule).toMatchObject({ pass: 4, unanswered: 0 });
});
