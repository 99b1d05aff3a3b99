// Known shapes only: what is spelled otherwise, refers elsewhere or hides its size is refused, beside a twin that may leave.
import { describe, expect, test } from "vitest";
import { anthropicMessages } from "../../../src/gateway/model/anthropic-messages.ts";
import { geminiContent } from "../../../src/gateway/model/gemini-content.ts";
import { openaiChat } from "../../../src/gateway/model/openai-chat.ts";
import { openaiResponses } from "../../../src/gateway/model/openai-responses.ts";
import type { Plan, Wire } from "../../../src/gateway/model/wire.ts";
import * as payloads from "./payloads.ts";
import { anUpstream, json } from "./upstream.ts";
import { aWorld } from "./world.ts";

const png = "data:image/png;base64,AAAA";

function plan(wire: Wire, body: object): Plan | string {
  return wire.plan({ model: "m", ...body }, { kind: "generate", wire, target: "/", model: "gemini-2.5-pro" });
}

const inChat = (...content: unknown[]) => ({ messages: [{ role: "user", content }] });
const inItem = (...content: unknown[]) => ({ input: [{ role: "user", content }] });
const inContent = (...parts: unknown[]) => ({ contents: [{ role: "user", parts }] });
const inline = (more: object) => inContent({ inlineData: { data: "AAAA", ...more } });
const picture = { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } };
const text = { type: "text", text: "Hi" };

/** A request that slips past a rule that looks at one spelling, and the plain one beside it. */
const cases: readonly [what: string, wire: Wire, attack: object, control: object][] = [
  ["messages that are an object", anthropicMessages, { messages: { 0: text } }, { messages: [] }],
  ["content that is an object", anthropicMessages, { messages: [{ role: "user", content: text }] }, inChat(text)],
  [
    "instructions that are an object",
    anthropicMessages,
    { ...inChat(), system: text },
    { ...inChat(), system: [text] },
  ],
  ["tools that are an object", anthropicMessages, { ...inChat(), tools: { 0: {} } }, { ...inChat(), tools: [] }],
  [
    "a tool's result that is an object",
    anthropicMessages,
    inChat({ type: "tool_result", tool_use_id: "t", content: { type: "image", source: { type: "url", url: "u" } } }),
    inChat({ type: "tool_result", tool_use_id: "t", content: [picture] }),
  ],
  ["a block without a type", anthropicMessages, inChat({ source: { type: "url", url: "u" } }), inChat(text)],
  ["a block whose type is a list", anthropicMessages, inChat({ ...picture, type: ["image"] }), inChat(picture)],
  [
    "a file beside a picture's bytes",
    anthropicMessages,
    inChat({ ...picture, source: { ...picture.source, file_id: "file_1" } }),
    inChat(picture),
  ],
  [
    "an address beside a picture's bytes",
    anthropicMessages,
    inChat({ ...picture, source: { ...picture.source, url: "https://x.example" } }),
    inChat(picture),
  ],
  [
    "a cache mark that is text",
    anthropicMessages,
    inChat({ ...text, cache_control: { type: "ephemeral", scope: "x".repeat(100_000) } }),
    inChat({ ...text, cache_control: { type: "ephemeral" } }),
  ],
  ["messages that are an object", openaiChat, { messages: { length: 1 } }, { messages: [] }],
  ["content that is an object", openaiChat, { messages: [{ role: "user", content: text }] }, inChat(text)],
  ["a part without a type", openaiChat, inChat({ image_url: { url: "https://x.example/i.png" } }), inChat(text)],
  [
    "a picture's address that is a list",
    openaiChat,
    inChat({ type: "image_url", image_url: { url: ["https://x.example"] } }),
    inChat({ type: "image_url", image_url: { url: png } }),
  ],
  [
    "a file beside a picture",
    openaiChat,
    inChat({ type: "image_url", image_url: { url: png }, file_id: "f" }),
    inChat({ type: "image_url", image_url: { url: png } }),
  ],
  [
    "a file that is kept elsewhere beside its bytes",
    openaiChat,
    inChat({ type: "file", file: { file_data: "AAAA", file_id: "f" } }),
    inChat({ type: "file", file: { file_data: "AAAA" } }),
  ],
  [
    "sound that is kept elsewhere",
    openaiChat,
    { messages: [{ role: "assistant", audio: { id: "a" } }] },
    { messages: [{ role: "assistant", audio: null }] },
  ],
  ["tools that are an object", openaiChat, { ...inChat(), tools: { 0: {} } }, { ...inChat(), tools: [] }],
  ["input that is an object", openaiResponses, { input: { 0: text } }, { input: [] }],
  [
    "content that is an object",
    openaiResponses,
    { input: [{ role: "user", content: { type: "input_file", file_url: "u" } }] },
    inItem({ type: "input_text", text: "Hi" }),
  ],
  ["the bare name of an item", openaiResponses, { input: [{ id: "msg_1" }] }, inItem()],
  ["an item whose type is null", openaiResponses, { input: [{ type: null, id: "msg_1" }] }, inItem()],
  [
    "reasoning that is kept elsewhere",
    openaiResponses,
    { input: [{ type: "reasoning", id: "rs_1", summary: [] }] },
    { input: [{ type: "reasoning", id: "rs_1", summary: [], encrypted_content: "x" }] },
  ],
  [
    "a file beside a picture",
    openaiResponses,
    inItem({ type: "input_image", image_url: png, file_id: "file-1" }),
    inItem({ type: "input_image", image_url: png, file_id: null }),
  ],
  [
    "a file's address beside its bytes",
    openaiResponses,
    inItem({ type: "input_file", file_data: "AAAA", file_url: "https://x.example" }),
    inItem({ type: "input_file", file_data: "AAAA" }),
  ],
  [
    "an answer that is kept elsewhere",
    openaiResponses,
    { input: "Hi", previous_response_id: "resp_0" },
    { input: "Hi" },
  ],
  ["a conversation", openaiResponses, { input: "Hi", conversation: "conv_0" }, { input: "Hi", conversation: null }],
  ["a prompt", openaiResponses, { input: "Hi", prompt: { id: "pmpt_1" } }, { input: "Hi" }],
  [
    "an answer in the background",
    openaiResponses,
    { input: "Hi", background: true },
    { input: "Hi", background: false },
  ],
  ["contents that are an object", geminiContent, { contents: { parts: [] } }, { contents: [{ parts: [] }] }],
  [
    "two spellings of a MIME type",
    geminiContent,
    inline({ mime_type: "image/png", mimeType: "video/mp4" }),
    inline({ mime_type: "image/png" }),
  ],
  [
    "two spellings of a part",
    geminiContent,
    inContent({ inline_data: { mime_type: "image/png", data: "" }, inlineData: { mimeType: "video/mp4", data: "" } }),
    inContent({ inline_data: { mime_type: "image/png", data: "" } }),
  ],
  [
    "two spellings of a limit",
    geminiContent,
    { ...inContent(), generation_config: { maxOutputTokens: 1, max_output_tokens: 9 } },
    { ...inContent(), generation_config: { max_output_tokens: 9 } },
  ],
  [
    "two spellings of the settings",
    geminiContent,
    { ...inContent(), generation_config: {}, generationConfig: {} },
    { ...inContent(), generationConfig: {} },
  ],
  ["a cache kept elsewhere", geminiContent, { ...inContent(), cached_content: "c" }, inContent()],
  [
    "an address in a picture's data",
    geminiContent,
    inline({ mimeType: "image/png", fileUri: "u" }),
    inline({ mimeType: "image/png" }),
  ],
  [
    "an address in a function's answer",
    geminiContent,
    inContent({ functionResponse: { name: "f", response: {}, parts: [{ file_data: { file_uri: "u" } }] } }),
    inContent({
      functionResponse: { name: "f", response: {}, parts: [{ inline_data: { mime_type: "image/png", data: "" } }] },
    }),
  ],
];

describe("is refused, and its plain twin is not", () => {
  test.each(cases)("%s ($1.name)", (_, wire, attack, control) => {
    expect(plan(wire, attack)).toEqual(expect.any(String));
    expect(plan(wire, control)).toEqual(expect.objectContaining({ body: expect.any(Object) }));
  });

  test("the sentence says where it is, and of which type", () => {
    const said = plan(anthropicMessages, inChat(text, { type: "container_upload", file_id: "f" }));
    expect(said).toMatch(/^messages\[0\]\.content\[1\] \(type container_upload\) is not let through: /);
  });
});

describe("bytes that no model may be sent are replaced by a sentence, so that the conversation goes on", () => {
  const pdf = { type: "base64", media_type: "application/pdf", data: "JVBERi0=" };
  test.each<[string, Wire, object]>([
    ["a PDF that Claude Code read", anthropicMessages, inChat({ type: "document", source: pdf })],
    [
      "the same in a tool's result",
      anthropicMessages,
      inChat({ type: "tool_result", tool_use_id: "t", content: [{ type: "document", source: pdf }] }),
    ],
    ["a drawing", anthropicMessages, inChat({ type: "image", source: { ...pdf, media_type: "image/svg+xml" } })],
    ["a file", openaiChat, inChat({ type: "file", file: { filename: "a.pdf", file_data: "JVBERi0=" } })],
    ["a sound", openaiChat, inChat({ type: "input_audio", input_audio: { data: "JVBERi0=", format: "wav" } })],
    ["a file", openaiResponses, inItem({ type: "input_file", filename: "a.pdf", file_data: "JVBERi0=" })],
    ["a PDF that Gemini CLI read", geminiContent, inline({ mimeType: "application/pdf", data: "JVBERi0=" })],
    [
      "the same in a function's answer",
      geminiContent,
      inContent({
        functionResponse: {
          name: "read_file",
          response: { output: "read" },
          parts: [{ inlineData: { mimeType: "application/pdf", data: "JVBERi0=" } }],
        },
      }),
    ],
  ])("%s ($1.name)", (_, wire, body) => {
    const left = plan(wire, body);
    if (typeof left === "string") throw new Error(left);
    const sent = JSON.stringify(left.body);
    expect(sent).toMatch(/The content of .* was left out: only text and pictures may be sent/);
    expect(sent).not.toContain("JVBERi0=");
    expect(left.growing.items.map(({ images }) => images)).toEqual([0]);
  });
});

test("what is sent on is what was checked: nothing beside the known fields leaves", () => {
  const message = {
    role: "user",
    unknown: "x".repeat(1000),
    content: [{ ...text, unknown: { file_id: "f" }, citations: [{ file_id: "f" }] }],
  };
  for (const wire of [anthropicMessages, openaiChat]) {
    const left = plan(wire, { messages: [message] });
    if (typeof left === "string") throw new Error(left);
    expect(left.body.messages).toEqual([{ role: "user", content: [text] }]);
  }
});

test("OpenAI is told to keep no answer, also by a request that does not mention it", async () => {
  const upstream = await anUpstream(json(payloads.responsesWhole({ input: 10, output: 1 })));
  const world = await aWorld({ upstream });
  const headers = { authorization: `Bearer ${world.token}` };
  for (const more of [{}, { store: true }]) {
    await world.send({ path: "/model/openai/v1/responses", headers, body: { model: "gpt-5", input: "Hi", ...more } });
  }
  expect(upstream.received.map(({ body }) => body.store)).toEqual([false, false]);
});

describe("a model that searches by itself", () => {
  const models = [
    "gpt-4o-search-preview",
    "gpt-5-search-api",
    "o4-mini-deep-research",
    "perplexity/sonar-pro",
    "m:online",
  ];
  test.each([...models, "groq/compound"])("%s is not called", async (model) => {
    const upstream = await anUpstream(json(payloads.chatWhole({ input: 10, output: 1 })));
    const world = await aWorld({ upstream, prices: { "openai/*": { input: 1, output: 1 } } });
    const headers = { authorization: `Bearer ${world.token}` };
    const call = (name: string) =>
      world.send({ path: "/model/openai/v1/chat/completions", headers, body: { ...inChat(text), model: name } });
    expect((await call(model)).text).toContain("searches by itself");
    expect(upstream.received).toEqual([]);
    expect((await call("compound-eyes-researcher")).status).toBe(200);
  });
});

describe("a base address with the version in it, and one without", () => {
  test.each<[string, string, string, object]>([
    ["anthropic", "/messages", "/v1/messages", payloads.anthropicWhole({ input: 1, output: 1 })],
    ["openai", "/chat/completions", "/v1/chat/completions", payloads.chatWhole({ input: 1, output: 1 })],
    [
      "gemini",
      "/models/gemini-2.5-pro:generateContent",
      "/v1beta/models/gemini-2.5-pro:generateContent",
      payloads.geminiWhole({ input: 1, output: 1 }),
    ],
  ])("%s: come to the same", async (provider, path, at, answer) => {
    const upstream = await anUpstream(json(answer));
    const world = await aWorld({ upstream, prices: { [`${provider}/*`]: { input: 1, output: 1 } } });
    const headers = { authorization: `Bearer ${world.token}`, "x-goog-api-key": world.token };
    const body = provider === "gemini" ? inContent({ text: "Hi" }) : { model: "m", max_tokens: 9, ...inChat(text) };
    const version = provider === "gemini" ? "/v1beta" : "/v1";
    for (const prefix of ["", version]) {
      const got = await world.send({ path: `/model/${provider}${prefix}${path}`, headers, body });
      expect(got.status).toBe(200);
    }
    expect(upstream.received.map(({ url }) => url)).toEqual([at, at]);
  });
});
