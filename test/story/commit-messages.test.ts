// What a commit message of an agent's would do at GitHub is refused, and the agent is told.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { aStory, attempts, mend } from "./world.ts";

const saying = (message: string) => `git add -A; printf '${message}' | git commit -q -F -`;

test.each([
  ["closes another issue", "Fix totals\\n\\nFixes #99, thanks\\n", "Fixes #99, which would close it; reword that"],
  ["keeps CI from running", "Fix totals [skip ci]\\n", "[skip ci], by which CI would not run; leave it out"],
])(
  "one that %s reaches neither GitHub nor the gate, and the next attempt says it otherwise",
  async (_, message, told) => {
    const again = `grep -qF '${told}' "$LOOP_DIR/brief.md" && ${mend}; ${saying("Fix totals\\n\\nFixes #1\\n")}`;
    const story = await aStory({ executor: attempts(`${mend}; ${saying(message)}`, again) });
    const issue = await story.startLoop();
    const { attempts: made, phase, head } = await story.state(issue);
    expect(made.map(({ verdict }) => verdict?.colour)).toEqual(["red", "green"]);
    expect(story.comments(issue).join("\n")).toContain(told);
    expect(phase).toBe("awaiting_gate");
    const git = ["-C", story.repository.gitDir, "log", "-1", "--format=%B", String(head)];
    expect(execFileSync("git", git).toString()).toMatch(
      /^Fix totals\n\nFixes #1\n\nLoop-Task: acme\/shop#1\nLoop-Attempt: 2\n/,
    );
  },
);

test("where the policy says so, what the agent left uncommitted is committed with a sign-off, and the agent is told to", async () => {
  const signed =
    "for c in $(git rev-list origin/main..HEAD); do git log -1 --format=%B $c | grep -q '^Signed-off-by: ' || exit 1; done";
  const own = `grep -qF 'git commit --signoff' "$LOOP_DIR/brief.md" || exit 9; ${mend}; git commit -qa --signoff -m 'Mend totals'; echo more >> README.md`;
  const policy = "pull_request:\n  sign_off: true\n";
  const story = await aStory({ policy, executor: own, ci: { mode: "run", command: `sh test.sh && ${signed}` } });
  const issue = await story.startLoop();
  const { phase, head } = await story.state(issue);
  expect(phase).toBe("awaiting_gate");
  const git = ["-C", story.repository.gitDir, "log", "-2", "--format=%an%n%B", String(head)];
  const said = execFileSync("git", git).toString();
  expect(said.match(/^Signed-off-by: loopgate\[bot\] <.+>$/gm)).toHaveLength(2);
}, 120_000);

test.each([
  ["as pushed", {}],
  ["as GitHub signs them", { signatures: true }],
])(
  "every commit of a loop names its task, its attempt and whom it is for (%s); at the gate that counts for nothing",
  async (_, rule) => {
    const two = `git commit -q --allow-empty -m "Begin"; ${mend}; git add -A; git commit -q -m "Fix totals

Loop-Task: other/place#9"; echo more > more.txt`;
    const story = await aStory({ executor: two, policy: "version: 1\npull_request:\n  sign_off: true\n" });
    const open = { requiredChecks: [], requiredApprovals: 0, restrictPushes: false, allowForcePushes: true };
    story.repository.rules.set("main", { ...open, ...rule });
    const issue = await story.startLoop();
    const head = (await story.pull(issue)).head.sha;
    const git = ["--git-dir", story.repository.gitDir, "log", "--format=%B%x00", `main..${head}`];
    const messages = execFileSync("git", git)
      .toString()
      .split("\0")
      .map((text) => text.trim())
      .filter(Boolean);
    expect(messages).toHaveLength(3);
    for (const message of messages) {
      const { id } = story.forge.as("alice").actor.user;
      const lines = message.split("\n\n").at(-1)?.split("\n").toSorted();
      expect(lines).toEqual([
        `Co-authored-by: alice <${id}+alice@users.noreply.github.com>`,
        "Loop-Attempt: 1",
        "Loop-Task: acme/shop#1",
        expect.stringMatching(/^Signed-off-by: loopgate\[bot\] <.*>$/),
      ]);
      expect(message).not.toContain("other/place");
    }
    story.forge.as("alice").approve(await story.pull(issue));
    await story.settle();
    expect(await story.phase(issue)).toBe("awaiting_gate");
    story.forge.as("bob").approve(await story.pull(issue));
    await story.settle();
    expect((await story.state(issue)).ending).toMatchObject({ reason: "task_complete", by: "bob" });
  },
);
