// An agent that fails: the thread tells why, in its own last words, with no credential in them.
import { expect, test } from "vitest";
import { answer, approving, aStory, attempts, mend } from "./world.ts";

/** In pieces, so that no scanner takes this file for what it is about. */
const key = ["ghp", "A".repeat(4) + "b7Qx".repeat(9)].join("_");

test("a command that is not there is said at once, with the shell's words and what to correct; the attempt is not counted", async () => {
  const story = await aStory({ executor: "work-on-it --now" });
  const issue = await story.startLoop();
  const { ending, attempts: tried } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "infrastructure_error", of: "command_not_run", exitCode: 127 });
  expect(tried.map(({ counted }) => counted)).toEqual([false]);
  const stop = story.comments(issue).at(-1);
  expect(stop).toContain("The agent's command was not found in its container (exit code 127)");
  expect(stop).toMatch(/```text\n.*work-on-it.*not found/);
  expect(stop).toContain("correct `agent.command` or `agent.image` in `.github/loop.yml`");
  expect(story.comments(issue).find((comment) => comment.includes("### Attempt 1"))).toContain("work-on-it");
});

test("a command that cannot be run is said in the same way", async () => {
  const story = await aStory({ executor: "exec ./README.md" });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending).toMatchObject({ of: "command_not_run", exitCode: 126 });
  expect(story.comments(issue).at(-1)).toContain("could not be run in its container (exit code 126)");
});

test("a reviewer's command that is not there ends the loop at once, and is not asked twice", async () => {
  const story = await aStory({ executor: mend, reviewer: "review-it" });
  const issue = await story.startLoop();
  const { ending, runsStarted } = await story.state(issue);
  expect(ending).toMatchObject({ of: "command_not_run", role: "reviewer", resume: "verify" });
  expect(runsStarted).toBe(2);
  expect(story.comments(issue).at(-1)).toMatch(
    /The reviewer's command was not found[\s\S]*review-it[\s\S]*`reviewer.command`/,
  );
});

test("an agent that fails by itself: its exit code is the headline, its last lines are quoted and masked, and the next attempt goes on", async () => {
  const fail = `echo 'working'; printf 'Error: 401 from the model, key %s was refused\\n\\033[31m@everyone\\033[0m \`\`\`\\n' '${key}' >&2; exit 3`;
  const story = await aStory({ executor: attempts(fail, mend) });
  const issue = await story.startLoop();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  const first = story.comments(issue).find((comment) => comment.includes("### Attempt 1")) ?? "";
  expect(first).toContain("the agent failed with exit code 3, and nothing was pushed");
  expect(first).toContain("The last lines of the executor's run");
  expect(first).toContain("Error: 401 from the model, key *** was refused");
  expect(first).not.toContain(key);
  expect(first).not.toContain("\u001b");
  expect(first.split("````").length).toBe(3); // the agent's own fence does not end ours
});

test("thousands of lines of an agent that fails come to few", async () => {
  const story = await aStory({
    executor: attempts("i=0; while [ $i -lt 3000 ]; do echo line $i of many; i=$((i+1)); done; exit 1", mend),
  });
  const issue = await story.startLoop();
  const first = story.comments(issue).find((comment) => comment.includes("### Attempt 1")) ?? "";
  expect(first).toContain("line 2999 of many");
  expect(first).not.toContain("line 2900 of many");
});

test("an agent that ends in order and leaves no commit shows its last lines too", async () => {
  const story = await aStory({ executor: attempts("echo 'I looked at it and stopped.'", mend) });
  const issue = await story.startLoop();
  const first = story.comments(issue).find((comment) => comment.includes("### Attempt 1")) ?? "";
  expect(first).toMatch(/nothing was pushed[\s\S]*I looked at it and stopped\./);
});

test("of an attempt that handed in its work no output is shown", async () => {
  const story = await aStory({ executor: `echo 'chatter'; ${mend}` });
  const issue = await story.startLoop();
  expect(story.comments(issue).join("\n")).not.toContain("chatter");
});

test("a push that is refused says so in the headline, and what for", async () => {
  const big = "head -c 12000000 /dev/zero > big.bin";
  const story = await aStory({ executor: attempts(big, mend) });
  const issue = await story.startLoop();
  const first = story.comments(issue).find((comment) => comment.includes("### Attempt 1")) ?? "";
  expect(first).toContain("the push was refused");
  expect(first).toContain("big.bin has 12000000 bytes");
});

test("T6: a secret that was held back ends the loop as risky_action_detected, naming the file and never the secret", async () => {
  const story = await aStory({ executor: `echo '${key}' > config.txt` });
  const issue = await story.startLoop();
  const { ending } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "risky_action_detected", of: "risks", resume: "execute" });
  const all = story.comments(issue).join("\n");
  expect(all).toContain("config.txt holds what looks like a secret (github)");
  expect(all).not.toContain(key);
});

test("T6: what policy calls a file of made-up keys is pushed with its keys, and stands masked in the thread", async () => {
  const executor = `mkdir -p fixtures; echo '${key}' > fixtures/keys.txt; ${mend}; echo "Wrote ${key}"`;
  const story = await aStory({ executor, policy: "version: 1\nplaceholder_paths: [fixtures]\n" });
  const issue = await story.startLoop();
  const { phase, head } = await story.state(issue);
  expect(phase).toBe("awaiting_gate");
  expect(await story.file(head ?? "", "fixtures/keys.txt")).toBe(`${key}\n`);
  expect(story.comments(issue).join("\n")).not.toContain(key);
});

test("T6: so does one in a later push of a run whose first push was taken", async () => {
  const commit = "git add -A && git commit -qm";
  const executor = `${mend}; ${commit} 'mend it'; git push -q origin HEAD:refs/heads/$LOOP_BRANCH; echo '${key}' > config.txt`;
  const story = await aStory({ executor });
  const issue = await story.startLoop();
  const { ending, head } = await story.state(issue);
  expect([ending?.reason, head]).toEqual(["risky_action_detected", null]);
});

test("a reviewer that fails twice is quoted where the loop stops for it", async () => {
  const story = await aStory({
    executor: mend,
    reviewer: `echo 'cannot load the model'; exit 2; ${answer({})} ${approving}`,
  });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending).toMatchObject({ of: "review_unreadable" });
  expect(story.comments(issue).at(-1)).toContain("cannot load the model");
});

test("a file that is larger than a run may write is said to be that, with the limit, and what to do about it", async () => {
  const story = await aStory({ executor: "echo 'writing the archive'; exit 153" }); // 128 + SIGXFSZ, as a shell ends of it
  const issue = await story.startLoop();
  const { ending } = await story.state(issue);
  const said = story.comments(issue);
  expect(ending).toMatchObject({ reason: "no_progress", trouble: "file_size" });
  const attempt = said.find((text) => text.includes("### Attempt 1: red")) ?? "";
  expect(attempt).toContain(
    "nothing was pushed: it was ended for a file over the size limit; a file may have 1024 MiB",
  );
  expect(attempt).toContain("writing the archive");
  expect(said.at(-1)).toContain(
    "have the agent or its image need less, or ask whoever runs this App what a run may use",
  );
});
