// The reader of lines survives whatever a program prints: garbage, pieces, giants, floods.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AGENT_KINDS } from "../../src/agents/agent.ts";
import { agentOf } from "../../src/agents/agents.ts";
import { jsonLines, LINE_BYTES, MOST_EVENTS } from "../../src/agents/events/lines.ts";
import { createPending } from "../../src/agents/events/pending.ts";

const echo = () => jsonLines((line) => [{ type: "message", text: String(line.say) }]);
const bytes = (text: string) => new TextEncoder().encode(text);
const said = (text: string) => ({ type: "message", text }) as const;

describe("lines", () => {
  test("are read across chunks, also when a chunk ends within a character", () => {
    const reader = echo();
    const whole = bytes('{"say":"zwölf"}\n{"say":"b"}\n');
    const events = [...whole].flatMap((byte) => [...reader.read(Uint8Array.of(byte))]);
    expect(events).toEqual([said("zwölf"), said("b")]);
  });

  test("that are no JSON objects are skipped, and the next is read", () => {
    const reader = echo();
    const text = 'WARNING: no colours\n{"say":\nnull\n[1]\n"x"\n\n\r\n{"say":"b"}\r\n';
    expect(reader.read(bytes(text))).toEqual([said("b")]);
  });

  test("that are too long are left out with a word, and the next is read", () => {
    const reader = echo();
    const giant = bytes(`{"say":"${"x".repeat(LINE_BYTES)}"}`);
    expect(reader.read(giant)).toEqual([]);
    expect(reader.read(bytes('\n{"say":"b"}\n'))).toEqual([
      { type: "error", message: "A line of more than 1048576 bytes was left out." },
      said("b"),
    ]);
  });

  test.each([1 << 30, 100])(
    "that say nothing new are passed over without a word, however long, in chunks of %i bytes",
    (step) => {
      const reader = jsonLines((line) => [said(String(line.say))], '{"all"');
      const giant = `{"all":"${"x".repeat(LINE_BYTES)}"}\n`;
      const all = bytes(`${giant}{"all":1}\n{"say":"b"}\n${giant.replace("all", "one")}{"say":"c"}\n${giant}`);
      const events = [];
      for (let at = 0; at < all.length; at += step) events.push(...reader.read(all.subarray(at, at + step)));
      const left = { type: "error", message: "A line of more than 1048576 bytes was left out." };
      expect([...events, ...reader.end()]).toEqual([said("b"), left, said("c")]);
    },
  );

  test("without a break at the end are told at the end, once", () => {
    const reader = echo();
    expect(reader.read(bytes('{"say":"b"}'))).toEqual([]);
    expect(reader.end()).toEqual([said("b")]);
    expect(reader.end()).toEqual([]);
  });

  test("beyond the most that a run may tell are left out, and the last event says so", () => {
    const reader = echo();
    const events = Array.from({ length: 3 }, () => reader.read(bytes('{"say":"b"}\n'.repeat(MOST_EVENTS / 2)))).flat();
    expect(events).toHaveLength(MOST_EVENTS);
    expect(events.at(-1)).toEqual({ type: "error", message: "What came after 20000 events was left out." });
    expect(reader.read(bytes('{"say":"b"}\n'))).toEqual([]);
  });

  test("hold no more than one line's bytes, however much comes without a break and in however small pieces", () => {
    const [small, chunk] = [bytes("x"), new Uint8Array(LINE_BYTES).fill(120)];
    const reader = echo();
    for (let at = 0; at < LINE_BYTES; at += 1) reader.read(small);
    expect(
      grownBy(() => {
        for (let at = 0; at < 64; at += 1) reader.read(chunk);
      }),
    ).toBeLessThan(4 * LINE_BYTES);
    const fresh = echo();
    expect(
      grownBy(() => {
        for (let at = 0; at < LINE_BYTES - 1; at += 1) fresh.read(small);
      }),
    ).toBeLessThan(4 * LINE_BYTES);
    expect(fresh.end()).toEqual([]);
  });
});

test("calls without results are forgotten, the oldest first", () => {
  const pending = createPending();
  for (let at = 0; at < 300; at += 1) pending.add(`call ${at}`, { kind: "command", what: "x".repeat(10_000) });
  expect(pending.take("call 43")).toBe(null);
  expect(pending.take("call 44")?.what).toHaveLength(500);
  expect(pending.take("call 44")).toBe(null);
});

describe.each(AGENT_KINDS)("the reader of %s", (kind) => {
  test("takes any bytes in any pieces without an error", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
        const reader = agentOf(kind, "").events();
        for (const chunk of chunks) reader.read(chunk);
        reader.end();
      }),
    );
  });

  test("takes any JSON under the names that it knows without an error, and tells only short and plain things", () => {
    const line = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.constantFrom(...words), fc.jsonValue(), nested));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const reader = agentOf(kind, "").events();
        const events = reader.read(bytes(`${lines.map((one) => JSON.stringify(one)).join("\n")}\n`));
        for (const event of [...events, ...reader.end()]) expect(JSON.stringify(event).length).toBeLessThan(30_000);
      }),
      { numRuns: 60 },
    );
  });

  test("takes arguments that nest deeper than they can be written", () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    const reader = agentOf(kind, "").events();
    for (const line of deepLines(deep)) reader.read(bytes(`${line}\n`));
    expect(() => reader.end()).not.toThrow();
  });
});

const names =
  "type message content id name input item part state tool error usage stats tokens role status parameters args result toolName toolCallId stopReason errorMessage".split(
    " ",
  );
const words =
  "assistant user result text tool_use tool_result item.completed turn.completed command_execution file_change message Bash write message_end tool_execution_start tool_execution_end agent_settled bash".split(
    " ",
  );
const nested = fc.dictionary(
  fc.constantFrom(...names),
  fc.oneof(
    fc.constantFrom(...words),
    fc.jsonValue(),
    fc.array(fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.constantFrom(...words), fc.jsonValue())), {
      maxLength: 3,
    }),
  ),
);

function deepLines(deep: string): string[] {
  return [
    `{"type":"item.completed","item":{"type":"mcp_tool_call","arguments":${deep}}}`,
    `{"type":"assistant","message":{"content":[{"type":"tool_use","name":"x","input":${deep}}]}}`,
    `{"type":"tool_execution_start","toolName":"x","args":${deep}}`,
    `{"type":"tool_use","tool_name":"x","parameters":${deep},"part":{"tool":"x","state":{"input":${deep}}}}`,
  ];
}

/** Bytes still held after the work, garbage aside. */
function grownBy(work: () => void): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  const before = held();
  work();
  collect();
  return held() - before;
}

function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
