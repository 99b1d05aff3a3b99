// A command, or a call of a tool, that policy has a person asked about: approved, refused, left without an answer, and approved for one attempt and wanted in another.
import { join } from "node:path";
import { expect, test } from "vitest";
import { aStory, attempts, botch, mend, minute, type Story } from "./world.ts";

const command = "npm install left-pad";
const policy = `version: 1\ncommands:\n  ask: ["npm install"]\n`;

/** What a CLI's hook asks before it runs the command; where it may, `ran` becomes the answer. */
const wants = (file: string) => `node -e '
fetch(process.env.LOOP_TOOLS_URL + "/hook", {
  method: "POST",
  headers: { authorization: "Bearer " + process.env.LOOP_TOOLS_TOKEN, "content-type": "application/json" },
  body: JSON.stringify({ hook_event_name: "PreToolUse", tool_name: "Bash", tool_input: { command: "${command}" } }),
})
  .then((answer) => answer.json())
  .then(({ hookSpecificOutput: said }) => console.log(said ? said.permissionDecisionReason : "ran"))' >> ${file}`;

const notes = join(import.meta.dirname, "../../fixtures/servers/notes.mjs");
const asksForCalls = `version: 1\ntools:\n  servers:\n    notes: { command: "exec node ${notes}", tools: { echo: ask } }\n`;
const calls = (file: string) => `loop notes-echo '{"text":"to all"}' >> ${file}`;

/** Does this as that person, and resolves to what the App says then. */
async function says(story: Story, issue: Parameters<Story["comments"]>[0], login: string, text: string) {
  const before = story.comments(issue).length;
  story.forge.as(login).comment(issue, text);
  await story.settle();
  return story.comments(issue).slice(before).join("\n");
}

test("T1: the loop stops with the command word for word; a stranger's yes is none, a person's lets it run once, and a no is final", async () => {
  const story = await aStory({
    executor: attempts(
      `${wants("one.txt")}; ${mend}`,
      `${wants("two.txt")}; ${wants("two.txt")}; ${mend}`,
      `${wants("three.txt")}; ${mend}`,
    ),
    policy,
  });
  const issue = await story.startLoop();
  const asked = await story.state(issue);
  expect([asked.ending?.reason, asked.attempts[0]?.counted]).toEqual(["permission_required", false]);
  expect(story.comments(issue).at(-1)).toContain(`Run the command "${command}"\n\`\`\``);
  expect(await says(story, issue, "carol", "/loop approve")).toContain(
    "it needs write permission, and carol has triage",
  );
  expect((await story.state(issue)).attempts).toHaveLength(1);
  await says(story, issue, "bob", "/loop approve");
  const again = await story.state(issue);
  expect([again.ending?.reason, again.permits, again.attempts.length]).toEqual(["permission_required", [], 2]);
  await says(story, issue, "bob", "/loop deny");
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const { sha } = (await story.pull(issue)).head;
  const [two = "", three = ""] = await Promise.all(["two.txt", "three.txt"].map((file) => story.file(sha, file)));
  expect(two).toMatch(/^ran\nThis command waits for a person's approval\./);
  expect(three).toMatch(/^A person refused this very command\./);
});

test("nobody answers: the call is not made, nothing begins however long that lasts, and a later yes still counts", async () => {
  const story = await aStory({ executor: `${calls("said.txt")}; ${mend}`, policy: asksForCalls });
  const issue = await story.startLoop();
  const writes = story.comments(issue).length;
  for (let day = 0; day < 3; day++) await story.advance(24 * 60 * minute);
  expect(story.comments(issue)).toHaveLength(writes);
  expect(await says(story, issue, "carol", "/loop approve")).toContain("it needs write permission");
  const state = await story.state(issue);
  expect([state.ending?.reason, state.attempts.length]).toEqual(["permission_required", 1]);
  await says(story, issue, "bob", "/loop approve");
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(await story.file((await story.pull(issue)).head.sha, "said.txt")).toContain("to all");
});

test("T21: a yes is for the attempt that follows; one that does not use it leaves nothing for later work on another commit", async () => {
  const story = await aStory({
    executor: attempts(`${calls("one.txt")}; ${botch("red")}`, botch("redder"), `${calls("three.txt")}; ${mend}`),
    policy: asksForCalls,
  });
  const issue = await story.startLoop();
  await says(story, issue, "bob", "/loop approve");
  const state = await story.state(issue);
  expect([state.ending?.reason, state.attempts.length, state.permits]).toEqual(["permission_required", 3, []]);
  expect(state.attempts.map(({ counted }) => counted)).toEqual([false, true, false]);
  expect(state.attempts[2]?.base).not.toBe(state.attempts[1]?.base);
});
