// A workflow that a push and a pull request both start runs twice on one commit, on two trees: both runs count.
import { expect, test } from "vitest";
import type { WorkflowFile } from "../../src/forge/model.ts";
import { aStory, attempts, mend } from "./world.ts";

const on = ["push", "pull_request"] as const;
const once = "version: 1\nattempts: 1\n";

/** Fails for one of the two events, until a second attempt left its mark. */
function failingFor(failing: "push" | "pull_request"): WorkflowFile {
  const conclude = async ({ event }: { event: string }) =>
    event === failing
      ? { conclusion: "failure" as const, log: `not for a ${failing}` }
      : { conclusion: "success" as const };
  return { name: "CI", on, jobs: [{ name: "test", conclude }] };
}

test.each(["push", "pull_request"] as const)(
  "red for the %s alone is red, whichever began later, and no check that fails by chance",
  async (failing) => {
    const story = await aStory({ ci: { actions: [failingFor(failing)] }, policy: once });
    const issue = await story.startLoop();
    const { ending, attempts: made } = await story.state(issue);
    expect(ending?.reason).toBe("retry_limit");
    expect(made[0]?.verdict).toMatchObject({ colour: "red", findings: [{ title: expect.stringMatching(/^test: /) }] });
    expect(made[0]?.verdict?.findings[0]?.flaky).toBeUndefined();
    expect(story.comments(issue).join("\n")).toContain(`not for a ${failing}`);
  },
);

test("a required job that only a push runs is green, though its later run for the pull request was skipped", async () => {
  const jobs = [{ name: "test", command: "sh test.sh", if: ({ event }: { event: string }) => event === "push" }];
  const story = await aStory({
    ci: { actions: [{ name: "CI", on, jobs }] },
    policy: "version: 1\nchecks:\n  required: [test]\npull_request:\n  draft: never\n",
    executor: attempts(mend),
  });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});
