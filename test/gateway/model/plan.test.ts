// What of a request may leave: nothing that reaches out, costs on its own or hides its size; and its output is capped.
import { describe, expect, test } from "vitest";
import { anthropicMessages } from "../../../src/gateway/model/anthropic-messages.ts";
import { gemini } from "../../../src/gateway/model/gemini.ts";
import { geminiContent } from "../../../src/gateway/model/gemini-content.ts";
import { createKnown, stepsOf } from "../../../src/gateway/model/known.ts";
import { openaiChat } from "../../../src/gateway/model/openai-chat.ts";
import { openaiResponses } from "../../../src/gateway/model/openai-responses.ts";
import type { Plan, Wire } from "../../../src/gateway/model/wire.ts";

const base: Readonly<Record<Wire["name"], object>> = {
  anthropic_messages: { model: "claude-sonnet-4-5", max_tokens: 1000, messages: [{ role: "user", content: "Hi" }] },
  openai_responses: { model: "gpt-5", input: "Hi" },
  openai_chat: { model: "gpt-5", messages: [{ role: "user", content: "Hi" }] },
  gemini: { contents: [{ role: "user", parts: [{ text: "Hi" }] }] },
};

/** Said of every request, whatever the client says. */
const always: Readonly<Record<Wire["name"], object>> = {
  anthropic_messages: {},
  openai_responses: { service_tier: "default", store: false },
  openai_chat: { service_tier: "default" },
  gemini: {},
};

function plan(wire: Wire, more: object = {}): Plan | string {
  const endpoint = { kind: "generate" as const, wire, target: "/", model: "gemini-2.5-pro" };
  return wire.plan({ ...base[wire.name], ...more }, endpoint);
}

function planned(wire: Wire, more: object = {}): Plan {
  const one = plan(wire, more);
  if (typeof one === "string") throw new Error(one);
  return one;
}

describe("does not leave, and is recorded", () => {
  test.each<[string, Wire, object, object]>([
    ["a connector of the provider's", anthropicMessages, { mcp_servers: [{ url: "https://x.example" }] }, {}],
    ["a faster and dearer mode", anthropicMessages, { speed: "fast" }, {}],
    ["a region at a surcharge", anthropicMessages, { inference_geo: "us" }, {}],
    [
      "a search by Anthropic",
      anthropicMessages,
      { tools: [{ type: "web_search_20250305", name: "web_search" }] },
      { tools: [] },
    ],
    ["a search by OpenAI", openaiResponses, { tools: [{ type: "web_search" }] }, { tools: [] }],
    [
      "a remote tool server",
      openaiResponses,
      { tools: [{ type: "mcp", server_url: "https://x.example" }] },
      { tools: [] },
    ],
    [
      "one inside a namespace",
      openaiResponses,
      { tools: [{ type: "namespace", tools: [{ type: "mcp" }] }] },
      { tools: [] },
    ],
    ["several answers", openaiChat, { n: 8 }, {}],
    ["predicted output", openaiChat, { prediction: { type: "content", content: "x" } }, {}],
    ["a search in a chat", openaiChat, { web_search_options: {} }, {}],
    ["a search by Google", geminiContent, { tools: [{ googleSearch: {} }] }, { tools: [], generationConfig: {} }],
    [
      "a fetch by Google, spelled otherwise",
      geminiContent,
      { tools: [{ url_context: {} }] },
      { tools: [], generationConfig: {} },
    ],
    [
      "candidates and pictures",
      geminiContent,
      { generation_config: { candidate_count: 8, response_modalities: ["IMAGE"] } },
      { generationConfig: {} },
    ],
  ])("%s", (_, wire, more, left) => {
    const { body, stripped } = planned(wire, more);
    expect(body).toEqual({ ...base[wire.name], ...always[wire.name], ...left });
    expect(stripped).not.toEqual([]);
  });

  test("the client's own tools stay", () => {
    const own = [
      { name: "edit", input_schema: {} },
      { type: "custom", name: "x" },
      { type: "bash_20250124", name: "bash" },
    ];
    expect(planned(anthropicMessages, { tools: own }).body.tools).toEqual(own);
    const codex = [
      { type: "function", name: "exec" },
      { type: "custom", name: "apply_patch" },
      { type: "local_shell" },
    ];
    expect(planned(openaiResponses, { tools: codex }).body.tools).toEqual(codex);
    const declared = [{ functionDeclarations: [{ name: "edit" }] }];
    expect(planned(geminiContent, { tools: [...declared, { googleSearch: {} }] }).body.tools).toEqual(declared);
  });

  test("Gemini's parts leave in one spelling, whichever they came in", () => {
    const parts = [{ function_call: { name: "f" } }, { inline_data: { mime_type: "image/png", data: "" } }];
    const listed = planned(geminiContent, { contents: [{ role: "model", parts }] });
    expect(listed.body).toMatchObject({ contents: [{ parts: [{ functionCall: { name: "f" } }, { inlineData: {} }] }] });
    expect(listed.growing.items[0]?.images).toBe(1);
  });

  test("a dearer service class becomes the standard one, and nothing is stored", () => {
    expect(planned(openaiResponses, { service_tier: "priority", store: true }).body).toMatchObject({
      service_tier: "default",
      store: false,
    });
    expect(planned(openaiChat, { service_tier: "priority" }).body).toMatchObject({ service_tier: "default" });
  });

  test.each([openaiResponses, openaiChat])(
    "$name: the standard class is asked for though the client says nothing",
    (wire) => {
      expect(planned(wire, {}).body).toMatchObject({ service_tier: "default" });
    },
  );
});

describe("input whose size the request does not show is refused", () => {
  const user = (...content: object[]) => ({ messages: [{ role: "user", content }] });
  test.each<[string, Wire, object]>([
    [
      "a picture at an address",
      anthropicMessages,
      user({ type: "image", source: { type: "url", url: "https://x.example" } }),
    ],
    ["a file kept elsewhere", anthropicMessages, user({ type: "document", source: { type: "file", file_id: "f" } })],
    [
      "the same, in a tool's result",
      anthropicMessages,
      user({ type: "tool_result", content: [{ type: "document", source: { type: "url" } }] }),
    ],
    ["an unheard-of block", anthropicMessages, user({ type: "container_upload", file_id: "f" })],
    ["an item kept elsewhere", openaiResponses, { input: [{ type: "item_reference", id: "i" }] }],
    [
      "a picture at an address",
      openaiResponses,
      { input: [{ role: "user", content: [{ type: "input_image", image_url: "https://x.example/i.png" }] }] },
    ],
    [
      "a file",
      openaiResponses,
      { input: [{ role: "user", content: [{ type: "input_file", file_url: "https://x.example" }] }] },
    ],
    [
      "a picture at an address in a tool's output",
      openaiResponses,
      { input: [{ type: "function_call_output", output: [{ type: "input_image", image_url: "https://x.example" }] }] },
    ],
    ["a picture at an address", openaiChat, user({ type: "image_url", image_url: { url: "https://x.example/i.png" } })],
    [
      "a file at an address",
      geminiContent,
      { contents: [{ parts: [{ fileData: { fileUri: "https://x.example" } }] }] },
    ],
    [
      "the same, spelled otherwise",
      geminiContent,
      { contents: [{ parts: [{ file_data: { file_uri: "https://x.example" } }] }] },
    ],
    [
      "a file in a function's answer",
      geminiContent,
      { contents: [{ parts: [{ functionResponse: { name: "f", parts: [{ fileData: { fileUri: "x" } }] } }] }] },
    ],
    ["a file in the instructions", geminiContent, { system_instruction: { parts: [{ file_data: {} }] } }],
  ])("%s", (_, wire, more) => {
    expect(plan(wire, more)).toMatch(/is not let through/);
  });

  test("pictures in the request itself are let through", () => {
    const source = { type: "base64", media_type: "image/png", data: "AAAA" };
    expect(planned(anthropicMessages, user({ type: "image", source })).growing.items[0]?.images).toBe(1);
    const url = "data:image/png;base64,AAAA";
    expect(planned(openaiChat, user({ type: "image_url", image_url: { url } })).growing.items[0]?.images).toBe(1);
    const input = [{ type: "function_call_output", call_id: "c", output: [{ type: "input_image", image_url: url }] }];
    expect(planned(openaiResponses, { input }).growing.items[0]?.images).toBe(1);
    const contents = [{ parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" } }] }];
    expect(planned(geminiContent, { contents }).growing.items[0]?.images).toBe(1);
  });

  test.each<[string, Wire, object]>([
    ["no model", anthropicMessages, { model: undefined }],
    ["a model that is a path", openaiChat, { model: "../secrets" }],
    ["a negative limit", anthropicMessages, { max_tokens: -1 }],
    ["a limit that is text", openaiResponses, { max_output_tokens: "1" }],
    ["a limit out of bounds", geminiContent, { generationConfig: { maxOutputTokens: 1e300 } }],
  ])("so is a request with %s", (_, wire, more) => {
    expect(plan(wire, more)).toEqual(expect.any(String));
  });
});

describe("the output limit", () => {
  test.each<[string, Wire, object, object]>([
    ["Anthropic's", anthropicMessages, {}, { max_tokens: 300 }],
    ["Responses'", openaiResponses, { max_output_tokens: 9000 }, { max_output_tokens: 300 }],
    ["Chat's, where none is said", openaiChat, {}, { max_completion_tokens: 300 }],
    ["Chat's old one", openaiChat, { max_tokens: 9000 }, { max_completion_tokens: 300 }],
    ["Chat's old one elsewhere", openaiChat, { model: "llama", max_tokens: 9000 }, { model: "llama", max_tokens: 300 }],
    [
      "Chat's elsewhere, where none is said",
      openaiChat,
      { model: "gpt-oss-120b" },
      { model: "gpt-oss-120b", max_tokens: 300 },
    ],
    [
      "Chat's two at once",
      openaiChat,
      { max_tokens: 9000, max_completion_tokens: 9000 },
      { max_completion_tokens: 300 },
    ],
    [
      "Gemini's",
      geminiContent,
      { generationConfig: { maxOutputTokens: 9000 } },
      { generationConfig: { maxOutputTokens: 300 } },
    ],
  ])("%s is set in the one place where it counts", (_, wire, more, left) => {
    const { max_tokens: _old, max_output_tokens: _o, ...plain } = base[wire.name] as Record<string, unknown>;
    expect(wire.capped(planned(wire, more), 300)).toEqual({ ...plain, ...always[wire.name], ...left });
  });

  test("leaves room for an answer beside thinking, or switches thinking off", () => {
    const thinking = { type: "enabled", budget_tokens: 31_999 };
    const one = planned(anthropicMessages, { max_tokens: 32_000, thinking });
    expect(one.floor).toBe(2048);
    expect(anthropicMessages.capped(one, 4000)).toMatchObject({ thinking: { type: "enabled", budget_tokens: 2000 } });
    expect(anthropicMessages.capped(one, 2000)).toMatchObject({ thinking: { type: "disabled" } });
    expect(anthropicMessages.capped(one, 32_000)).toMatchObject({ thinking });
  });

  test("a streamed chat is made to report its usage", () => {
    const one = planned(openaiChat, { stream: true, stream_options: { continuous_usage_stats: true } });
    expect(one.body.stream_options).toEqual({ include_usage: true });
    expect(one.hidesUsage).toBe(true);
    expect(planned(openaiChat, { stream: true, stream_options: { include_usage: true } }).hidesUsage).toBe(false);
  });
});

describe("input is never counted too low", () => {
  const turn = (text: string, more: object = {}) => ({ role: "user", content: [{ type: "text", text, ...more }] });
  const growing = (...messages: object[]) => stepsOf(planned(anthropicMessages, { messages }).growing);

  test("a first call counts a token for each byte", () => {
    const text = "ß".repeat(10_000);
    const bound = createKnown().bound(growing(turn(text)));
    expect(bound).toBeGreaterThanOrEqual(20_000);
    expect(bound).toBeLessThan(25_000);
  });

  test("the next call counts what was added, and the rest as the provider counted it", () => {
    const known = createKnown();
    const long = turn("word ".repeat(20_000), { cache_control: { type: "ephemeral" } });
    known.learn(growing(long), 20_050);
    const same = turn("word ".repeat(20_000));
    const bound = known.bound(growing(same, turn("more ".repeat(100))));
    expect(bound).toBeGreaterThan(20_550);
    expect(bound).toBeLessThan(25_000);
  });

  test.each<[string, object]>([
    ["another text", turn("wird ".repeat(20_000))],
    ["other instructions", turn("word ".repeat(20_000), { type: "text" })],
  ])("%s is not taken for a known one", (why, first) => {
    const known = createKnown();
    known.learn(growing(turn("word ".repeat(20_000))), 10);
    const more = why === "other instructions" ? { system: "Be brief." } : {};
    const other = stepsOf(planned(anthropicMessages, { messages: [first], ...more }).growing);
    expect(known.bound(other)).toBeGreaterThan(100_000);
  });

  test("another picture is not taken for a known one, and a picture counts by the piece", () => {
    const known = createKnown();
    const picture = (data: string) => ({
      role: "user",
      content: [{ type: "image", source: { type: "base64", media_type: "image/png", data } }],
    });
    known.learn(growing(picture("AAAA")), 100);
    expect(known.bound(growing(picture("AAAA")))).toBeLessThan(5000);
    expect(known.bound(growing(picture("BBBB")))).toBeGreaterThan(50_000);
    expect(known.bound(growing(picture("C".repeat(1_000_000))))).toBeLessThan(60_000);
  });

  test.each<[string, object]>([
    ["a picture's field", { type: "image", source: { type: "base64", data: "x".repeat(100_000) } }],
    ["a cache mark's", { cache_control: "x".repeat(100_000) }],
  ])("text of a tool call is counted, dressed up as %s", (_, input) => {
    const message = { role: "assistant", content: [{ type: "tool_use", id: "t", name: "edit", input }] };
    expect(createKnown().bound(growing(message))).toBeGreaterThan(100_000);
  });
});

describe("Gemini's paths", () => {
  const at = (path: string, query = "") => gemini.endpointOf("POST", path, new URLSearchParams(query));

  test("name a model and one of three methods", () => {
    expect(at("/v1beta/models/gemini-2.5-pro:generateContent")).toMatchObject({
      model: "gemini-2.5-pro",
      stream: false,
    });
    expect(at("/v1beta/models/gemini-2.5-pro:streamGenerateContent", "alt=sse&key=x")).toMatchObject({
      stream: true,
      target: "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
    });
    expect(at("/v1beta/models/gemini-2.5-pro:countTokens")).toMatchObject({ kind: "count" });
  });

  test.each([
    "/v1beta/models/gemini-2.5-pro:streamGenerateContent",
    "/v1beta/models/gemini-2.5-pro:batchGenerateContent",
    "/v1beta/models/..:generateContent",
    "/v1beta/models/a%2Fb:generateContent",
    "/v1beta/models/a/b:generateContent",
    "/v1beta/tunedModels/a:generateContent",
    "/v1beta/files",
    "/upload/v1beta/files",
  ])("other than %s", (path) => {
    expect(at(path)).toBeNull();
  });
});
