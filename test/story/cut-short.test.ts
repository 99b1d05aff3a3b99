// Jobs that are ended from outside: their runner is lost, or GitHub calls them off. They judged nothing, and no attempt is spent.
import { expect, test } from "vitest";
import type { CutShort, JobTime } from "../../src/forge/model.ts";
import { aStory, attempts, botch, mend, minute, type Story, type StoryOptions } from "./world.ts";

const command = "sh test.sh";
const lost =
  "The self-hosted runner lost communication with the server. Verify the machine is running and has a healthy network connection. Anything in your workflow that terminates the runner process, starves it for CPU/Memory, or blocks its network access can cause this error.";

/** A workflow whose job is ended so in its first attempts, as many as there are. */
function workflow(...ends: readonly CutShort[]) {
  const cutShort = ({ attempt }: JobTime) => ends[attempt - 1] ?? null;
  return { name: "CI", jobs: [{ name: "test", command, cutShort }] };
}

/** As GitHub tells of each: what is said last of a job that was called off says no more than that. */
const kinds: readonly (readonly [string, CutShort])[] = [
  ["the runner is lost", { conclusion: "failure", said: [lost] }],
  [
    "the hosted runner fails",
    {
      conclusion: "failure",
      said: ["The hosted runner encountered an error while running your job. (Error Type: Disconnect)."],
    },
  ],
  [
    "the runner is shut down",
    {
      conclusion: "cancelled",
      said: [
        "The operation was canceled.",
        "The runner has received a shutdown signal. This can happen when the runner service is stopped, or a manually started runner is canceled.",
      ],
    },
  ],
  [
    "a run of another pull request takes its place",
    {
      conclusion: "cancelled",
      said: ["Canceling since a higher priority waiting request for staging exists", "The operation was canceled."],
    },
  ],
];

async function aStoryWith(ends: readonly CutShort[], { may, ...options }: StoryOptions & { may: boolean }) {
  const story: Story = await aStory({ ci: { actions: [workflow(...ends)] }, ...options });
  if (may)
    for (const one of story.forge.world.installations) one.permissions = { ...one.permissions, actions: "write" };
  return story;
}

test.each(kinds)("%s: where the App may, it runs once more, and what it then says counts", async (_, cut) => {
  const story = await aStoryWith([cut], { may: true });
  const issue = await story.startLoop();
  const { phase, attempts: made } = await story.state(issue);
  expect([phase, made.length, made[0]?.rerun]).toEqual(["awaiting_gate", 1, "asked"]);
});

test.each(kinds)("%s: where the App may not, a person is asked at once, and no attempt is spent", async (_, cut) => {
  const story = await aStoryWith([cut], { may: false, executor: attempts(mend, botch("worse")) });
  const issue = await story.startLoop();
  const { ending, attempts: made, head } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "external_dependency_blocked", of: "ci_silent", lacks: "runner" });
  expect(made.map(({ counted }) => counted)).toEqual([false]);
  const said = story.comments(issue).at(-1) ?? "";
  for (const words of cut.said.filter((one) => !one.startsWith("The operation")))
    expect(said).toContain(words.slice(0, 60));
  expect(said).toContain("without the permission `actions: write`");
  expect(said).not.toMatch(/within \d+ minutes/);

  const [run] = story.repository.workflowRuns.filter(({ headSha }) => headSha === head);
  if (run === undefined) throw new Error("CI had a run");
  story.forge.world.rerunWorkflow(story.forge.as("alice").actor, run);
  await story.settle();
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  const state = await story.state(issue);
  expect([state.phase, state.attempts.length, state.head]).toEqual(["awaiting_gate", 1, head]);
});

test("a runner that is lost each time is run again once, and then it is a person's matter", async () => {
  const cut = { conclusion: "failure", said: [lost] } as const;
  const story = await aStoryWith([cut, cut, cut], { may: true });
  const issue = await story.startLoop();
  const { ending, attempts: made } = await story.state(issue);
  expect(ending).toMatchObject({ of: "ci_silent", lacks: "runner" });
  expect([made.length, made[0]?.counted]).toEqual([1, false]);
  expect(story.repository.workflowRuns.filter(({ attempt }) => attempt === 2)).toHaveLength(1);
});

test.each(["allow", "deny"])(
  "at the gate, with run_again: %s, a green check that is then cut short runs again, or waits for a person",
  async (may) => {
    const cutShort = ({ attempt, branch }: JobTime) =>
      attempt === 2 && branch !== "main" ? { conclusion: "failure" as const, said: [lost] } : null;
    const story = await aStory({
      ci: { actions: [{ name: "CI", jobs: [{ name: "test", command, cutShort }] }] },
      policy: `version: 1\nchecks:\n  run_again: ${may}\n`,
    });
    for (const one of story.forge.world.installations) one.permissions = { ...one.permissions, actions: "write" };
    const issue = await story.startLoop();
    const { phase, head } = await story.state(issue);
    expect(phase).toBe("awaiting_gate");
    const [run] = story.repository.workflowRuns.filter(({ headSha }) => headSha === head);
    story.forge.world.rerunWorkflow(story.forge.as("alice").actor, run!);
    await story.settle();
    story.forge.as("bob").approve(await story.pull(issue));
    await story.settle();
    const state = await story.state(issue);
    expect([state.phase, state.attempts.length]).toEqual([may === "allow" ? "settled" : "awaiting_gate", 1]);
    if (may === "allow") expect(state.ending?.reason).toBe("task_complete");
  },
);

test("such words beside a failure of its own excuse nothing", async () => {
  const cut = { conclusion: "failure", said: [lost, "expected 5, got 0"] } as const;
  const story = await aStoryWith([cut, cut], { may: false, policy: "version: 1\nattempts: 1\n" });
  const issue = await story.startLoop();
  for (let look = 0; look < 3; look++) await story.advance(minute); // its log is looked for a few times
  const { ending, attempts: made } = await story.state(issue);
  expect([ending?.reason, made[0]?.counted, made[0]?.verdict?.colour]).toEqual(["retry_limit", true, "red"]);
});

test("a job of the base that was ended from outside is no sign that the base is red", async () => {
  const cutShort = ({ branch }: JobTime) =>
    branch === "main" ? { conclusion: "failure" as const, said: [lost] } : null;
  const file = { name: "CI", jobs: [{ name: "test", command, cutShort }] };
  const story = await aStory({ ci: { actions: [file] }, executor: botch("red"), policy: "version: 1\nattempts: 1\n" });
  await story.forge.as("dave").push(story.repository, "main", { "other.md": "Other.\n" }, "Write other");
  await story.settle();
  const issue = await story.startLoop();
  const { redOnBase, attempts: made } = await story.state(issue);
  expect(redOnBase).toBeUndefined();
  expect([made[0]?.counted, made[0]?.verdict?.onBase]).toEqual([true, undefined]);
});
