// The agent CLIs find the run's own tools and nothing else, and call them as the model says, in real containers.
import { expect, test } from "vitest";
import { agentOf } from "../../src/agents/agents.ts";
import { toolsWhere } from "../../src/brief/tools.ts";
import type { AskedChecks } from "../../src/gateway/tools/run-check.ts";
import type { CheckSeen } from "../../src/loop/state.ts";
import { describeWithDocker } from "../docker/engine.ts";
import { kinds, WITHOUT_MCP } from "./errand.ts";
import { hostileFiles, STARTED } from "./hostile.ts";
import type { Step } from "./script.ts";
import { stage } from "./stage.ts";

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

describeWithDocker("with tools", (engine) => {
  test.each(kinds)("%s calls them by its own names for them, and is told what it did wrong", async (kind) => {
    const run = await stage(engine(), kind, { steps: speaking });
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
    "%s calls the tools of a server of somebody else's beside Loopgate's own, as far as policy lets it",
    async (kind) => {
      const path = { path: ["/workspace/*"] };
      const tools = [{ name: "write_file", arguments: path }, { name: "list_directory" }];
      const files = { name: "files", command: "exec mcp-server-filesystem /workspace", image: "", env: {}, tools };
      const seen = { state: "green", note: "2 passed", findings: [] } as unknown as CheckSeen;
      const checks: AskedChecks = {
        names: ["unit"],
        run: async () => ({ kind: "seen", head: "a".repeat(40), seen, again: false }),
      };
      const run = await stage(engine(), kind, {
        servers: [files],
        checks,
        steps: [
          { kind: "call", tool: "progress", given: { text: "Begun." } },
          { kind: "call", tool: "files-write_file", given: { path: "/workspace/note.txt", content: "hello" } },
          { kind: "call", tool: "files-write_file", given: { path: "/etc/note.txt", content: "hello" } },
          { kind: "call", tool: "files-list_directory", given: { path: "/workspace" } },
          { kind: "call", tool: "run_check", given: { check: "unit" } },
          { kind: "call", tool: "question", given: { text: "In which language?" } },
          { kind: "say", text: "That is all." },
        ],
      });
      expect(run.outcome).toMatchObject({ status: "finished", exitCode: 0 });
      expect(run.toolCalls.map(({ tool, outcome }) => [tool, outcome])).toEqual([
        ["progress", "done"],
        ["files-write_file", "done"],
        ["files-write_file", "refused"],
        ["files-list_directory", "done"],
        ["run_check", "done"],
        ["question", "done"],
      ]);
      const [first] = run.model.calls.map((call) => call.tools.join(" "));
      if (WITHOUT_MCP.has(kind)) return expect(first).not.toMatch(/loop_/);
      expect(first).toMatch(kind === "codex" ? /mcp__loop/ : /loop_+files[-_]list_directory\b/);
    },
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

  test.each(kinds)("%s calls no server that the repository puts in their place", async (kind) => {
    const run = await stage(engine(), kind, { steps: speaking, files: hostileFiles });
    if (kind === "gemini" && process.getuid?.() !== 0) return expect(run.outcome.exitCode).toBe(78);
    expect(run.out.filter((name) => name.startsWith(STARTED) && name.includes("mcp"))).toEqual([]);
    expect(run.said).toContainEqual({ question: "In which language?" });
  });
});
