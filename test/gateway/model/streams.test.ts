// Streams as no provider should send them: what they cost is booked right or in full, and what they hold is bounded.
import { describe, expect, test } from "vitest";
import { createSseReader } from "../../../src/gateway/model/sse.ts";
import * as payloads from "./payloads.ts";
import { anUpstream, type Script } from "./upstream.ts";
import { aWorld } from "./world.ts";

const figures = { input: 1200, cacheRead: 900, output: 80, reasoning: 30 };
type Kind = "anthropic" | "chat" | "responses" | "gemini";

const streams: Readonly<Record<Kind, readonly string[]>> = {
  anthropic: payloads.sse(payloads.anthropicStream(figures), true),
  chat: payloads.sse(payloads.chatStream(figures), false),
  responses: payloads.sse(payloads.responsesStream(figures), true),
  gemini: payloads.sse(payloads.geminiStream(figures), false),
};

const asks: Readonly<Record<Kind, { readonly path: string; readonly body: object }>> = {
  anthropic: {
    path: "/model/anthropic/v1/messages",
    body: { model: "claude-sonnet-4-5", max_tokens: 1000, messages: [{ role: "user", content: "Hi" }] },
  },
  chat: {
    path: "/model/openai/v1/chat/completions",
    body: { model: "gpt-5", max_completion_tokens: 1000, messages: [{ role: "user", content: "Hi" }] },
  },
  responses: { path: "/model/openai/v1/responses", body: { model: "gpt-5", max_output_tokens: 1000, input: "Hi" } },
  gemini: {
    path: "/model/gemini/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
    body: { contents: [{ role: "user", parts: [{ text: "Hi" }] }], generationConfig: { maxOutputTokens: 1000 } },
  },
};

/** The bytes in pieces of this length, each on its own. */
function inPieces(bytes: Buffer, length: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, n) =>
    bytes.subarray(n * length, (n + 1) * length),
  );
}

const sent =
  (pieces: readonly (string | Buffer)[], end: "end" | "reset" = "end"): Script =>
  async (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const piece of pieces) {
      response.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (end === "end") response.end();
    else response.socket?.resetAndDestroy();
  };

async function came(kind: Kind, script: Script) {
  const world = await aWorld({ upstream: await anUpstream(script) });
  const recorded = world.nextCall();
  const { path, body } = asks[kind];
  const asked = kind === "gemini" ? body : { ...body, stream: true };
  const got = await world.send({
    path,
    headers: { "x-goog-api-key": world.token, authorization: `Bearer ${world.token}` },
    body: asked,
  });
  const call = await recorded;
  const { settled, reserved } = await world.ledger.balance();
  expect([reserved, settled]).toEqual([0, Math.round(call.costUsd * 1e9)]);
  expect(world.errors).toEqual([]);
  return { got, call };
}

const kinds = Object.keys(streams) as Kind[];
const withEnds = (kind: Kind, end: string) => streams[kind].join("").replaceAll("\n", end);

describe.each(kinds)("a stream of %s", (kind) => {
  const right = { outcome: "complete", estimated: false, inputTokens: 1200, outputTokens: 80 };

  test.each<[string, () => readonly (string | Buffer)[]]>([
    ["as it should be, the control", () => streams[kind]],
    ["byte by byte", () => inPieces(Buffer.from(withEnds(kind, "\n")), 1)],
    ["with lines that end in CR LF, cut between the two", () => inPieces(Buffer.from(withEnds(kind, "\r\n")), 7)],
    ["with lines that end in CR", () => inPieces(Buffer.from(withEnds(kind, "\r")), 11)],
    ["behind a byte order mark", () => [`\uFEFF${streams[kind].join("").replace(/^event: .*\n/, "")}`]],
    [
      "between comments, fields without a colon and huge ids",
      () =>
        streams[kind].map((one) => `: alive\n\n${one.replace("data: ", `retry\nid: ${"9".repeat(70_000)}\ndata: `)}`),
    ],
    ["with its data in many lines", () => streams[kind].map((one) => one.replaceAll(',"', ',\ndata: "'))],
    ["without the blank line at its end", () => [streams[kind].join("").trimEnd()]],
    ["with every event twice", () => streams[kind].flatMap((one) => [one, one])],
    ["with its end said twice", () => [...streams[kind], ...streams[kind].slice(-1)]],
  ])("%s costs what its figures say", async (_how, pieces) => {
    const { got, call } = await came(kind, sent(pieces()));
    expect(call).toMatchObject(right);
    expect(got.whole).toBe(true);
  });

  test("that is reset once its figures are told costs what they say", async () => {
    const { got, call } = await came(kind, sent(streams[kind], "reset"));
    expect(got.whole).toBe(false);
    expect(call).toMatchObject({ estimated: false, outputTokens: 80 });
  });
});

/** Figures first, and words that nobody counted after them. */
const early: Readonly<Record<Exclude<Kind, "responses">, readonly object[]>> = {
  anthropic: [
    ...payloads.anthropicStream({ ...figures, output: 1 }),
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "And more." } },
  ] as object[],
  chat: [
    { choices: [], usage: { prompt_tokens: 1200, completion_tokens: 0 } },
    { choices: [{ index: 0, delta: { content: "Done." }, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
  ],
  gemini: [
    {
      candidates: [{ content: { parts: [{ text: "Do" }] } }],
      usageMetadata: { promptTokenCount: 1200, candidatesTokenCount: 1 },
    },
    { candidates: [{ content: { parts: [{ text: "ne." }] }, finishReason: "STOP" }] },
  ],
};

test.each(Object.keys(early) as (keyof typeof early)[])(
  "figures of %s that only its first event tells are not the whole call's: all the output that was allowed is charged",
  async (kind) => {
    const done = kind === "chat" ? ["data: [DONE]\n\n", "data: [DONE]\n\n"] : [];
    const { call } = await came(kind, sent([...payloads.sse(early[kind] as object[], kind === "anthropic"), ...done]));
    expect(call).toMatchObject({ estimated: true, inputTokens: 1200 });
    expect(call.costUsd).toBeGreaterThan((1000 * 10) / 1e6); // no model here gives output for less
  },
);

test("figures of Anthropic's end alone, without those of its beginning, are charged in full", async () => {
  const end = { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 80 } };
  const { call } = await came("anthropic", sent(payloads.sse([end], true)));
  expect([call.estimated, call.costUsd]).toEqual([true, call.reservedUsd]);
  const again = { ...end, usage: { input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 80 } };
  const [start] = payloads.anthropicStream(figures);
  const zeroed = await came("anthropic", sent(payloads.sse([start as object, again], true)));
  expect(zeroed.call).toMatchObject({ estimated: false, inputTokens: 1200, outputTokens: 80 });
});

test("later figures of the same call that are smaller take nothing back", async () => {
  const less = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 1 } };
  const { call } = await came("chat", sent([...streams.chat.slice(0, -1), ...payloads.sse([less, "[DONE]"], false)]));
  expect(call).toMatchObject({ estimated: false, inputTokens: 1200, outputTokens: 80 });
});

test("what only keeps the connection alive is passed on, is no event, and is held for nobody", async () => {
  const flood = Array.from({ length: 200 }, () => ": alive\n\n".repeat(2_000));
  const { got, call } = await came("chat", sent([...flood, ...streams.chat]));
  expect(call).toMatchObject({ outcome: "complete", outputTokens: 80 });
  expect(got.text.length).toBeGreaterThan(3_000_000);
  const reader = createSseReader();
  const alive = Buffer.from(": alive\r\n\r\n".repeat(1_000));
  for (let times = 0; times < 100; times++) for (const { data } of reader.push(alive)) expect(data).toBe("");
  expect(reader.pending()).toBe(0);
});
