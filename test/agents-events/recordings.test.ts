// What each CLI really printed, recorded in its container, and the whole list of events that it becomes.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { AGENT_KINDS, type AgentEvent } from "../../src/agents/agent.ts";
import { agentOf } from "../../src/agents/agents.ts";

const folder = new URL("../../fixtures/agents/events/", import.meta.url);
const kinds = AGENT_KINDS.filter((kind) => kind !== "command");
const ways = ["works", "command-fails", "refused"] as const;
const recorded = (name: string) => readFileSync(new URL(`${name}.jsonl`, folder));

function eventsOf(kind: (typeof kinds)[number], bytes: Uint8Array, step = bytes.length): AgentEvent[] {
  const reader = agentOf(kind, "").events();
  const chunks = Array.from({ length: Math.ceil(bytes.length / step) }, (_, at) =>
    bytes.subarray(at * step, (at + 1) * step),
  );
  return [...chunks.flatMap((chunk) => [...reader.read(chunk)]), ...reader.end()];
}

function sum(events: readonly AgentEvent[], field: "input" | "output" | "cached" | "reasoning"): number {
  return events.reduce((total, event) => total + (event.type === "usage" ? event[field] : 0), 0);
}

describe.each(kinds)("%s", (kind) => {
  test.each(ways)("that %s is told whole", async (way) => {
    const events = eventsOf(kind, recorded(`${kind}-${way}`));
    const shown = `${events.map((event) => JSON.stringify(event)).join("\n")}\n`;
    await expect(shown).toMatchFileSnapshot(`../../fixtures/agents/events/${kind}-${way}.events`);
  });

  test.each(ways)("that %s is told the same when it comes byte by byte, or without its last line break", (way) => {
    const bytes = recorded(`${kind}-${way}`);
    const whole = eventsOf(kind, bytes);
    expect(eventsOf(kind, bytes, 1)).toEqual(whole);
    expect(eventsOf(kind, bytes.subarray(0, bytes.length - 1))).toEqual(whole);
  });

  test("claims the tokens that the scripted model billed for three calls", () => {
    const events = eventsOf(kind, recorded(`${kind}-works`));
    const claimed = { input: sum(events, "input"), output: sum(events, "output"), cached: sum(events, "cached") };
    expect(claimed).toEqual({ input: 1000 + 1100 + 1200, output: 50 + 60 + 70, cached: 200 + 201 + 202 });
    expect(sum(events, "reasoning")).toBe(["claude-code", "qwen"].includes(kind) ? 0 : 5 + 6 + 7); // these tell none
  });

  test("tells of a failed command, by its exit code where the CLI tells it, and does not call it a failure of its own", () => {
    const events = eventsOf(kind, recorded(`${kind}-command-fails`));
    expect(events.filter(({ type }) => type === "command")).toMatchObject([{ exitCode: kind === "gemini" ? null : 3 }]);
    expect(events.at(-1)).toEqual({ type: "ended", claimed: "success" });
  });

  test("that the gateway refused tells the gateway's sentence", () => {
    const told = eventsOf(kind, recorded(`${kind}-refused`)).filter(
      ({ type }) => type === "error" || type === "message",
    );
    expect(JSON.stringify(told)).toContain("The budget for work is used up.");
  });
});

test("a command of nobody's kind has no events, whatever it prints", () => {
  expect(eventsOf("codex", recorded("codex-works"))).not.toEqual([]);
  const reader = agentOf("command", "true").events();
  expect([...reader.read(recorded("codex-works")), ...reader.end()]).toEqual([]);
});
