// An agent that speaks by its tools while it works: what it says lands where result.json would have put it, and its calls are counted.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { duration } from "../../src/report/time.ts";
import { answer, aStory, attempts, botch, mend } from "./world.ts";

/** Makes these calls one after the other, as a client of MCP does; what is answered is printed. */
const callTools = (calls: readonly (readonly [string, object])[]) => `node -e '
const call = (name, given) => fetch(process.env.LOOP_TOOLS_URL, {
  method: "POST",
  headers: {
    authorization: "Bearer " + process.env.LOOP_TOOLS_TOKEN,
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
  },
  body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: given } }),
});
(async () => {
  for (const one of ${JSON.stringify(calls)}) console.log(await (await call(...one)).text());
})()'`;

const notes = join(import.meta.dirname, "../../fixtures/servers/notes.mjs");

test("T19: a server of the policy's own: its tools are called within the policy, whatever it does, and the thread has every call", async () => {
  const call = (name: string, text = "x") => [`notes-${name}`, { text }] as const;
  const story = await aStory({
    executor: `grep -o 'notes-[a-z]*' "$LOOP_DIR/brief.md" | sort -u > told.txt
${callTools([call("echo", "Hello"), call("echo", "secret"), call("fail"), call("print"), call("flood"), call("hidden"), call("hang"), call("env"), call("die"), call("echo")])} > said.txt
loop notes-env '{"text": "y"}' >> said.txt
loop gone-any '{}' >> said.txt
${mend}`,
    policy: `version: 1
tools:
  servers:
    notes:
      command: exec node ${notes}
      env: { NOTES_KIND: "plain" }
      tools: { echo: { use: allow, arguments: { text: ["H*", x] } }, env: allow, fail: allow, print: allow, flood: allow, die: allow, hang: deny }
    gone: { command: "exit 7", tools: { any: allow } }
`,
  });
  const issue = await story.startLoop();
  const state = await story.state(issue);
  const [executor] = state.attempts[0]?.runs ?? [];
  const counts = executor?.toolCalls?.map(({ tool, calls, refused, failed }) => [tool, calls, refused, failed]);
  expect(counts).toEqual([
    ["notes-echo", 3, 1, 1],
    ["notes-fail", 1, 0, 1],
    ["notes-print", 1, 0, 0],
    ["notes-flood", 1, 0, 1],
    ["no such tool", 2, 2, 0],
    ["notes-env", 2, 0, 1],
    ["notes-die", 1, 0, 1],
    ["gone-any", 1, 0, 1],
  ]);
  const pushed = (await story.pull(issue)).head.sha;
  const said = await story.file(pushed, "said.txt");
  expect(said).toContain("Hello (refused: r -32601,s -32601)");
  expect(said).toContain("its argument text is not one that may be given");
  expect(said).toContain("more than can be taken");
  expect(said).toContain("It ended with exit code 3.");
  expect(said).toContain("It ended with exit code 7.");
  expect(said).toMatch(/NOTES_KIND/);
  expect(said).not.toMatch(/LOOP_TOOLS|LOOP_GIT_URL|ANTHROPIC/);
  expect((await story.file(pushed, "told.txt")).trim().split("\n")).toEqual(
    ["die", "echo", "env", "fail", "flood", "print"].map((name) => `notes-${name}`),
  );
  const took = executor?.toolCalls?.find(({ tool }) => tool === "notes-print")?.ms ?? -1;
  expect(story.comments(issue)[1]).toContain(`notes-print ×1 (${took < 1_000 ? `${took} ms` : duration(took)})`);
  expect(story.comments(issue)[1]).toContain("**was refused** `tool notes-hidden, tool notes-hang`");
});

test("T1: a tool that asks: the loop stops with the very call, and once a person approved it the next attempt makes it, once, and no other", async () => {
  const story = await aStory({
    executor: `${attempts(
      `${callTools([["notes-echo", { text: "to all" }]])} > said.txt`,
      `${callTools([
        ["notes-echo", { text: "to all" }],
        ["notes-echo", { text: "to all" }],
      ])} > said.txt`,
      `${callTools([["notes-echo", { text: "to all" }]])} > said.txt`,
    )}
${mend}`,
    policy: `version: 1
tools:
  servers:
    notes: { command: "exec node ${notes}", tools: { echo: ask } }
`,
  });
  const issue = await story.startLoop();
  const asked = await story.state(issue);
  expect([asked.ending?.reason, asked.attempts[0]?.counted]).toEqual(["permission_required", false]);
  expect(asked.attempts[0]?.runs[0]?.toolCalls).toMatchObject([{ tool: "notes-echo", calls: 1, refused: 1 }]);
  expect(story.comments(issue).at(-1)).toContain('Call notes-echo with {"text":"to all"}\n```');
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  const again = await story.state(issue);
  expect([again.ending?.reason, again.permits]).toEqual(["permission_required", []]);
  expect(again.attempts[1]?.runs[0]?.toolCalls).toMatchObject([{ tool: "notes-echo", calls: 2, refused: 1 }]);
  story.forge.as("bob").comment(issue, "/loop deny");
  await story.settle();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  const said = await story.file((await story.pull(issue)).head.sha, "said.txt");
  expect(said).toContain("A person refused this very call.");
});

test("what it says is the attempt's claim, beside result.json, and the thread has its calls as the gateway counted them", async () => {
  const story = await aStory({
    executor: `${callTools([
      ["progress", { text: "Reading total.sh." }],
      ["read_issue", {}],
      ["decision", { text: "Add in the shell." }],
      ["uncertainty", { confidence: 2 }],
      ["merge", {}],
      ["run_check", {}],
      ["uncertainty", { confidence: 0.9 }],
    ])} > said.txt
loop assumption "Sums are small." >> said.txt
${botch("red")}
git commit -qam "Print a word" && git push -q origin "HEAD:refs/heads/$LOOP_BRANCH"
${callTools([
  ["run_check", {}],
  ["run_check", {}],
])} > checked.txt
${answer({ summary: "Adds up.", decisions: ["No other file."] })}
${mend}`,
    policy: "version: 1\nchecks:\n  run:\n    - { name: unit, command: sh test.sh }\n",
  });
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  const [attempt] = state.attempts;
  expect(attempt?.claim).toMatchObject({
    summary: "Adds up.",
    confidence: 0.9,
    decisions: ["Add in the shell.", "No other file."],
    assumptions: ["Sums are small."],
  });
  const [executor, reviewer] = attempt?.runs ?? [];
  const counts = executor?.toolCalls?.map(({ tool, calls, refused, failed }) => [tool, calls, refused, failed]);
  expect(counts).toEqual([
    ["progress", 1, 0, 0],
    ["read_issue", 1, 0, 0],
    ["decision", 1, 0, 0],
    ["uncertainty", 2, 1, 0],
    ["no such tool", 1, 1, 0],
    ["run_check", 3, 1, 0],
    ["assumption", 1, 0, 0],
  ]);
  expect(reviewer?.toolCalls).toBeUndefined();
  const recorded = JSON.parse(
    await readFile(join(story.dataDir(), "provenance", `${executor?.id}`, "end.json"), "utf8"),
  );
  expect(recorded.toolCalls).toEqual(executor?.toolCalls);
  const took = (tool: string) => {
    const { ms } = executor?.toolCalls?.find((one) => one.tool === tool) ?? { ms: -1 };
    return ms < 1_000 ? `${ms} ms` : duration(ms);
  };
  const comment = story.comments(issue)[1];
  expect(comment).toContain(`called its tools \`progress ×1 (${took("progress")}), read_issue ×1`);
  expect(comment).toContain(`uncertainty ×2 (1 refused, ${took("uncertainty")}), no such tool ×1 (1 refused, `);
  expect(comment).toContain("**was refused** `tool merge`");
  const pushed = (await story.pull(issue)).head.sha;
  expect(await story.file(pushed, "said.txt")).toMatch(/begin data [0-9a-f]{24}: the issue/);
  expect(await story.file(pushed, "said.txt")).toContain("Nothing was pushed yet.");
  const checked = await story.file(pushed, "checked.txt");
  const told = checked.match(
    /The check unit on the commit you pushed last, [0-9a-f]{12}: red\.( You asked for that before)?/g,
  );
  expect(told?.map((one) => one.endsWith("before"))).toEqual([false, true]);
  expect(checked).toContain("expected 5, got red");
  expect((await story.pull(issue)).issue.body).toContain("Sums are small.");
});
