// The agent CLIs find the run's own tools and nothing else, and call them as the model says, in real containers.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentOf } from "../../src/agents/agents.ts";
import { toolsWhere } from "../../src/brief/tools.ts";
import type { ToolCount } from "../../src/loop/state.ts";
import { describeWithDocker } from "../docker/engine.ts";
import { kinds, WITHOUT_MCP } from "./errand.ts";
import { hostileFiles, STARTED } from "./hostile.ts";
import type { Step } from "./script.ts";
import { stage } from "./stage.ts";
import { wholeLoop } from "./whole.ts";

/** What is said by tools, beside a file. */
const speaking: readonly Step[] = [
  { kind: "call", tool: "progress", given: { text: "Begun." } },
  { kind: "call", tool: "question", given: { text: "  " } },
  { kind: "write", path: "hello.txt", content: "hello\n" },
  { kind: "call", tool: "question", given: { text: "In which language?" } },
  { kind: "call", tool: "finish", given: { summary: "Says hello.", confidence: 0.9 } },
  { kind: "say", text: "That is all." },
];

/** Those whose hooks tell the model after any use of a tool; the rest read it with the next answer of a tool of ours. */
const pointed = new Set(kinds.filter((kind) => agentOf(kind, "").takesPart === "hooks"));

const policy = `checks:
  run:
    - { name: unit, command: "grep -qx hello hello.txt" }
tools:
  servers:
    files:
      command: exec mcp-server-filesystem /tmp
      tools: { write_file: { use: allow, arguments: { path: ["/tmp/*"] } }, read_text_file: allow, move_file: deny }
`;

/** Each of the tools that an agent needs most, one call that is refused, one that fails, and a commit to be checked. */
const working: readonly Step[] = [
  { kind: "call", tool: "progress", given: { text: "Begun." } },
  { kind: "write", path: "hello.txt", content: "hello\n" },
  {
    kind: "run",
    command: "git add hello.txt && git commit -qm 'Say hello' && git push -q origin HEAD:refs/heads/$LOOP_BRANCH",
  },
  { kind: "call", tool: "files-write_file", given: { path: "/tmp/note.txt", content: "hello" } },
  { kind: "call", tool: "files-write_file", given: { path: "/etc/note.txt", content: "hello" } },
  { kind: "call", tool: "files-read_text_file", given: { path: "/tmp/nothing.txt" } },
  { kind: "call", tool: "run_check", given: { check: "unit" } },
  { kind: "call", tool: "question", given: { text: "In which language?" } },
  { kind: "say", text: "That is all." },
];

/** As the thread should have a tool's calls. */
function inWords({ tool, calls, refused, failed, ms }: ToolCount): string {
  const bad = [...(refused > 0 ? [`${refused} refused`] : []), ...(failed > 0 ? [`${failed} failed`] : [])];
  const took = ms < 1_000 ? `${ms} ms` : `${Math.round(ms / 1_000)} s`;
  return `${tool} ×${calls} (${[...bad, took].join(", ")})`;
}

describeWithDocker("with tools", (engine) => {
  test.each(kinds)("%s waits for them, calls them by its own names, and is told what it did wrong", async (kind) => {
    const run = await stage(engine(), kind, { steps: speaking, toolsAfterMs: 7_000 });
    expect(run.outcome).toMatchObject({ status: "finished", exitCode: 0 });
    expect(run.said).toEqual([
      { progress: "Begun." },
      { question: "In which language?" },
      { summary: "Says hello.", ...(WITHOUT_MCP.has(kind) ? {} : { confidence: 0.9 }) },
    ]);
    expect(run.toolCalls.map(({ tool, outcome }) => [tool, outcome])).toEqual([
      ["progress", "done"],
      ["question", "refused"],
      ["question", "done"],
      ["finish", "done"],
    ]);
    expect(run.pushed).toEqual(["hello.txt"]);
    const [first] = run.model.calls.map(({ tools }) => tools.join(" "));
    if (WITHOUT_MCP.has(kind)) return expect(first).not.toMatch(/loop_/);
    for (const { name } of toolsWhere(false))
      expect(first).toMatch(kind === "codex" ? /mcp__loop/ : new RegExp(`loop_+${name}\\b`));
  });

  test.each(kinds)(
    "%s calls Loopgate's own tools and a server's of somebody else's in a loop, and the thread has every call as the gateway recorded it",
    async (kind) => {
      const loop = await wholeLoop(engine(), kind, { steps: working, policy });
      const { ending, attempts } = await loop.state();
      expect([ending?.reason, ending?.quote], loop.log.join("\n")).toEqual([
        "uncertainty_too_high",
        "In which language?",
      ]);
      const [executor] = attempts[0]?.runs ?? [];
      const calls = executor?.toolCalls ?? [];
      expect(calls.map(({ tool, calls, refused, failed }) => [tool, calls, refused, failed])).toEqual([
        ["progress", 1, 0, 0],
        ["files-write_file", 2, 1, 0],
        ["files-read_text_file", 1, 0, 1],
        ["run_check", 1, 0, 0],
        ["question", 1, 0, 0],
      ]);
      const record = join(loop.dataDir, "provenance", `${executor?.id}`, "end.json");
      expect(JSON.parse(await readFile(record, "utf8")).toolCalls).toEqual(calls);
      const attempt = loop.issue.comments.map(({ body }) => body).find((body) => body.startsWith("### Attempt 1"));
      const [, shown = ""] = /called its tools `([^`]*)`/.exec(attempt ?? "") ?? [];
      expect(shown).toBe(calls.map(inWords).join(", "));

      const offered = loop.model.calls.map(({ tools }) => tools).find((tools) => tools.length > 0) ?? [];
      const answers = loop.model.calls.at(-1)?.text ?? "";
      expect(answers).toContain("The check unit on the commit you pushed last");
      expect(answers).toContain("its argument path is not one that may be given");
      if (WITHOUT_MCP.has(kind)) return expect(offered.join(" ")).not.toMatch(/loop_/);
      expect(offered.join(" ")).toMatch(kind === "codex" ? /mcp__loop/ : /loop_+files[-_]write_file\b/);
      expect(offered.join(" ")).not.toMatch(/files[-_](move_file|list_directory)\b/);
    },
    300_000,
  );

  test.each(kinds)(
    "T3: %s tells its model that a person spoke, and what, where Loopgate alone can say it",
    async (kind) => {
      const words = "Use tabs, and no spaces.";
      const steps: readonly Step[] = [
        { kind: "run", command: "true" },
        { kind: "call", tool: "steering", given: {} },
        { kind: "say", text: "That is all." },
      ];
      const run = await stage(engine(), kind, { steps, words });
      expect(run.outcome).toMatchObject({ status: "finished", exitCode: 0 });
      expect(run.heard).toEqual([{ id: "1", by: "tool" }]);
      const [, second = "", third = ""] = run.model.calls
        .filter(({ tools }) => tools.length > 0)
        .map(({ text }) => text);
      expect(second.includes("People who may decide here have said something to you.")).toBe(pointed.has(kind));
      expect([second.includes(words), third.includes(words)]).toEqual([false, true]);
    },
  );

  test.each(kinds.filter((kind) => pointed.has(kind)))(
    "T3: %s that is about to end without having asked is told once that a person spoke, and ends then",
    async (kind) => {
      const run = await stage(engine(), kind, { steps: [{ kind: "say", text: "That is all." }], words: "Use tabs." });
      expect(run.outcome).toMatchObject({ status: "finished", exitCode: 0 });
      const [first = "", second = "", ...more] = run.model.calls
        .filter(({ tools }) => tools.length > 0)
        .map(({ text }) => text);
      const spoke = "People who may decide here have said something to you.";
      expect([first.includes(spoke), second.includes(spoke), more.length]).toEqual([false, true, 0]);
      expect(run.heard).toEqual([]);
    },
  );

  test.each(kinds)("%s calls no server that the repository puts in their place", async (kind) => {
    const run = await stage(engine(), kind, { steps: speaking, files: hostileFiles });
    if (kind === "gemini" && process.getuid?.() !== 0) return expect(run.outcome.exitCode).toBe(78);
    expect(run.out.filter((name) => name.startsWith(STARTED) && name.includes("mcp"))).toEqual([]);
    expect(run.said).toContainEqual({ question: "In which language?" });
  });
});
