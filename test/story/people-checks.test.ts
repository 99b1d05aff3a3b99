// Checks that no commit makes pass: an agreement to sign, access to give, a title or labels. A person is asked, and no attempt is spent.
import { expect, test } from "vitest";
import type { JobTime } from "../../src/forge/model.ts";
import { aStory, attempts, botch, mend } from "./world.ts";

const command = "sh test.sh";

/** A workflow whose only job fails until it is run again. */
function until(name: string, log: string) {
  const conclude = ({ attempt }: JobTime) =>
    attempt === 1 ? ({ conclusion: "failure", log } as const) : ({ conclusion: "success" } as const);
  return { name, jobs: [{ name, conclude }] };
}

test.each([
  ["license/cla", "loopgate[bot] has not signed", "asks whether whoever made the commits has signed an agreement"],
  [
    "Validate PR title",
    'No release type found in pull request title "Totals"',
    "judges what the pull request is called",
  ],
  ["require-label", "Label error. Requires at least 1 of: bug", "judges the labels of the pull request"],
])(
  "%s, red beside green tests, ends the loop at once with what it is about; settled and retried, it is judged again",
  async (name, log, about) => {
    const story = await aStory({
      ci: { actions: [{ name: "CI", jobs: [{ name: "test", command }] }, until(name, log)] },
      executor: attempts(mend, botch("worse")),
    });
    const issue = await story.startLoop();
    const { ending, attempts: made, head } = await story.state(issue);
    expect(ending).toMatchObject({ reason: "external_dependency_blocked", of: "ci_silent", lacks: "person" });
    expect(made.map(({ counted }) => counted)).toEqual([false]);
    const said = story.comments(issue).at(-1) ?? "";
    expect(said).toContain(`${name}: failure; it ${about}, which no change of the files settles`);
    expect(said).toContain("checks.required");
    expect(said).not.toMatch(/within \d+ minutes/);

    const [run] = story.repository.workflowRuns.filter((one) => one.headSha === head && one.workflow.name === name);
    if (run === undefined) throw new Error("the check had a run");
    story.forge.world.rerunWorkflow(story.forge.as("alice").actor, run);
    await story.settle();
    story.forge.as("alice").comment(issue, "/loop retry");
    await story.settle();
    const state = await story.state(issue);
    expect([state.phase, state.attempts.length, state.head]).toEqual(["awaiting_gate", 1, head]);
  },
);

test("beside tests that fail, the agent is told of those alone", async () => {
  const heard = 'grep -c "not signed" "$LOOP_DIR/brief.md" > heard.txt';
  const story = await aStory({
    ci: { actions: [{ name: "CI", jobs: [{ name: "test", command }] }, until("cla/check", "not signed")] },
    executor: attempts(botch("red"), `${mend}; ${heard}`),
  });
  const issue = await story.startLoop();
  const { ending, attempts: made, head } = await story.state(issue);
  expect(made.map(({ verdict, counted }) => [verdict?.colour, counted])).toEqual([
    ["red", true],
    ["pending", false],
  ]);
  expect(made[0]?.verdict?.findings.map(({ title }) => title.split(":")[0])).toEqual(["test"]);
  expect(await story.file(head ?? "", "heard.txt")).toBe("0\n");
  expect(ending).toMatchObject({ of: "ci_silent", lacks: "person" });
});

test("while the rest of CI is waited for, the status comment names each check that waits for a person, and for what", async () => {
  const story = await aStory({ ci: { mode: "silent" }, policy: "version: 1\npull_request:\n  draft: never\n" });
  const issue = await story.startLoop();
  const headSha = (await story.pull(issue)).head.sha;
  const app = { user: story.forge.ciApp.bot, app: story.forge.ciApp };
  const { world } = story.forge;
  const deploy = await world.createCheckRun(app, story.repository, { name: "deploy", headSha, status: "queued" });
  deploy.status = "waiting"; // which only GitHub Actions can say
  await world.createCheckRun(app, story.repository, { name: "test", headSha, conclusion: "success" });
  await story.settle();
  expect(await story.phase(issue)).toBe("verifying");
  const said = story.comments(issue)[0] ?? "";
  expect(said).toContain("A person is waited for by `deploy` (waits until a person lets its deployment begin).");
  world.updateCheckRun(app, deploy, { status: "completed", conclusion: "success" });
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});
