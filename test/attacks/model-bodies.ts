// Requests to models that slip past a rule that knows one spelling of a thing, in each wire format.
import { anthropicMessages } from "../../src/gateway/model/anthropic-messages.ts";
import { geminiContent } from "../../src/gateway/model/gemini-content.ts";
import { openaiChat } from "../../src/gateway/model/openai-chat.ts";
import { openaiResponses } from "../../src/gateway/model/openai-responses.ts";
import type { Wire } from "../../src/gateway/model/wire.ts";
import { kindOf } from "./spelling.ts";

/** Stands where the attempt wants it to leave, and in its neighbour where it may. */
const mark = "MARK";

/** Whether a body, as it comes over the wire, may leave with the mark in it. */
const takenBy = (wire: Wire) => (body: string | object) => {
  const text = typeof body === "string" ? body : JSON.stringify({ model: "m", ...body });
  const plan = wire.plan(JSON.parse(text), { kind: "generate", wire, target: "/", model: "gemini-2.5-pro" });
  return typeof plan !== "string" && JSON.stringify(wire.capped(plan, 1)).includes(mark);
};

const says = (...content: unknown[]) => ({ messages: [{ role: "user", content }] });
const text = { type: "text", text: mark };
const picture = (source: object) => ({ type: "image", source });
const png = "data:image/png;base64,MARK";
const base64 = { type: "base64", media_type: "image/png", data: mark };
const result = (...content: unknown[]) => says({ type: "tool_result", tool_use_id: "t", content });
const tool = (more: object) => ({ ...says(), tools: [{ name: mark, input_schema: {}, ...more }] });
const limit = (max_tokens: unknown) => ({ ...says(text), max_tokens });

const anthropic = kindOf("Anthropic's Messages", "T6", takenBy(anthropicMessages), [
  ["a type in capitals", says({ ...text, type: "TEXT" }), says(text)],
  ["a type with a blank", says({ ...text, type: "text " }), says(text)],
  [
    "a search that the provider made",
    says({ type: "server_tool_use", id: "s", name: mark, input: {} }),
    says({ type: "tool_use", id: "s", name: mark, input: {} }),
  ],
  [
    "what a provider's search found",
    says({ type: "web_search_tool_result", tool_use_id: "s", content: [text] }),
    result(text),
  ],
  [
    "a call of a server of tools",
    says({ type: "mcp_tool_use", id: "s", name: mark, server_name: "x", input: {} }),
    says({ type: "tool_use", id: "s", name: mark, input: {} }),
  ],
  [
    "code that ran at the provider",
    says({ type: "code_execution_tool_result", tool_use_id: "s", content: text }),
    result(text),
  ],
  ["a picture at an address", says(picture({ type: "url", url: mark })), says(picture(base64))],
  ["a picture that is kept as a file", says(picture({ type: "file", file_id: mark })), says(picture(base64))],
  [
    "a document at an address",
    says({ type: "document", source: { type: "url", url: mark } }),
    says({ type: "document", source: { type: "text", media_type: "text/plain", data: mark } }),
  ],
  [
    "a document of blocks",
    says({ type: "document", source: { type: "content", content: [picture({ type: "url", url: mark })] } }),
    result(text),
  ],
  ["a result in a result", result({ type: "tool_result", tool_use_id: "u", content: [text] }), result(text)],
  ["a call in a result", result({ type: "tool_use", id: "u", name: mark, input: {} }), result(text)],
  [
    "a picture in what a search found",
    says({ type: "search_result", source: "s", title: "t", content: [picture(base64)] }),
    says({ type: "search_result", source: "s", title: "t", content: [text] }),
  ],
  ["a picture among the instructions", { ...says(), system: [picture(base64)] }, { ...says(), system: [text] }],
  ["a list in a list", says([text]), says(text)],
  [
    "a role that there is not",
    { messages: [{ role: "tool", content: mark }] },
    { messages: [{ role: "user", content: mark }] },
  ],
  ["servers of tools", { ...says(), mcp_servers: [{ type: "url", url: mark }] }, says(text)],
  [
    "servers of tools by the prototype",
    `{"model":"m","messages":[],"__proto__":{"mcp_servers":["${mark}"]}}`,
    says(text),
  ],
  [
    "a field of the prototype in a block",
    `{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"x","__proto__":{"file_id":"${mark}"}}]}]}`,
    says(text),
  ],
  [
    "a field that is there twice",
    `{"model":"m","messages":[{"role":"user","content":"${mark}"}],"messages":[]}`,
    `{"model":"m","messages":[],"messages":[{"role":"user","content":"${mark}"}]}`,
  ],
  [
    "a name written by escapes",
    `{"model":"m","messages":[],"\\u006dcp_servers":["${mark}"]}`,
    `{"model":"m","\\u006dessages":[{"role":"user","content":"${mark}"}]}`,
  ],
  ["a container", { ...says(), container: mark }, says(text)],
  ["a search as a tool", tool({ type: "web_search_20250305" }), tool({ type: "custom" })],
  ["a search as a tool in capitals", tool({ type: "WEB_SEARCH_20250305" }), tool({ type: "bash_20250124" })],
  [
    "a tool whose type begins like the client's",
    tool({ type: "bash_20250124_remote" }),
    tool({ type: "bash_20250124" }),
  ],
  ["a tool whose type is a list", tool({ type: ["custom"] }), tool({ type: "custom" })],
  ["a tool whose type is nothing", tool({ type: null }), tool({})],
  [
    "a tool that code at the provider may call",
    { ...says(), tools: [{ name: "n", input_schema: {}, allowed_callers: [mark] }] },
    tool({}),
  ],
  ["a limit that is text", limit("9"), limit(9)],
  ["a limit that is a list", limit([9]), limit(9)],
  ["a limit with a fraction", limit(1.5), limit(9)],
  ["a limit below nothing", limit(-1), limit(9)],
  ["a limit that is true", limit(true), limit(9)],
  [
    "a limit without end",
    `{"model":"m","messages":[{"role":"user","content":"${mark}"}],"max_tokens":1e999}`,
    limit(9),
  ],
  ["a limit above all whole numbers", limit(2 ** 53), limit(2 ** 53 - 1)],
  ["a picture of lines", says(picture({ ...base64, media_type: "image/svg+xml" })), says(picture(base64))],
  [
    "a picture's type with more behind it",
    says(picture({ ...base64, media_type: "image/png;x" })),
    says(picture(base64)),
  ],
]);

const pictured = (image_url: unknown) => says({ type: "image_url", image_url });
const called = (call: unknown) => ({ messages: [{ role: "assistant", tool_calls: [call] }] });
const declares = (more: object) => ({ ...says(), tools: [{ type: "function", function: { name: mark }, ...more }] });

const chat = kindOf("Chat Completions", "T6", takenBy(openaiChat), [
  ["a picture whose address is no object", pictured("https://x.example/MARK"), pictured({ url: png })],
  ["a picture at an address", pictured({ url: "https://x.example/MARK" }), pictured({ url: png })],
  ["a picture at an address after a blank", pictured({ url: " https://x.example/MARK" }), pictured({ url: png })],
  ["a picture's bytes after a blank", pictured({ url: ` ${png}` }), pictured({ url: png })],
  ["a page of HTML as a picture", pictured({ url: "data:text/html;base64,MARK" }), pictured({ url: png })],
  ["a picture without base64", pictured({ url: "data:image/png,MARK" }), pictured({ url: png })],
  ["a picture of lines", pictured({ url: "data:image/svg+xml;base64,MARK" }), pictured({ url: png })],
  ["a picture of many pages", pictured({ url: "data:image/tiff;base64,MARK" }), pictured({ url: png })],
  ["a film", says({ type: "video_url", video_url: { url: png } }), pictured({ url: png })],
  ["a picture as another format spells it", says({ type: "input_image", image_url: png }), pictured({ url: png })],
  ["a picture as Anthropic spells it", says(picture(base64)), pictured({ url: png })],
  [
    "a picture that is kept as a file",
    says({ type: "image_file", image_file: { file_id: mark } }),
    pictured({ url: png }),
  ],
  [
    "calls that are an object",
    { messages: [{ role: "assistant", tool_calls: { 0: { function: { name: mark, arguments: "" } } } }] },
    called({ function: { name: mark, arguments: "" } }),
  ],
  [
    "a call of another type",
    called({ type: "mcp", function: { name: mark, arguments: "" } }),
    called({ type: "function", function: { name: mark, arguments: "" } }),
  ],
  [
    "a call whose words are an object",
    called({ function: { name: mark, arguments: {} } }),
    called({ function: { name: mark, arguments: "{}" } }),
  ],
  [
    "a name that is a list",
    { messages: [{ role: "user", name: [mark], content: "" }] },
    { messages: [{ role: "user", name: mark, content: "" }] },
  ],
  [
    "a role in capitals",
    { messages: [{ role: "System", content: mark }] },
    { messages: [{ role: "system", content: mark }] },
  ],
  ["searches by the provider", { ...says(), web_search_options: { user_location: mark } }, says(text)],
  ["plug-ins", { ...says(), plugins: [{ id: mark }] }, says(text)],
  ["other models to fall back to", { ...says(), models: [mark] }, { ...says(), user: mark }],
  ["a choice of providers", { ...says(), provider: { order: [mark] } }, says(text)],
  ["more answers than one", { ...says(), n: mark }, says(text)],
  ["a prediction", { ...says(), prediction: { type: "content", content: mark } }, says(text)],
  ["a dearer service", { ...says(), service_tier: mark }, says(text)],
  ["an answer with sound", { ...says(), audio: { voice: mark } }, says(text)],
  ["a tool of the provider's", declares({ type: "web_search" }), declares({})],
  ["a tool whose type is in capitals", declares({ type: "FUNCTION" }), declares({})],
  ["a tool without its function", { ...says(text), tools: [{ type: "function" }] }, declares({})],
  ["a limit that is text", { ...says(text), max_completion_tokens: "9" }, { ...says(text), max_completion_tokens: 9 }],
  [
    "a limit that is text, beside a number",
    { ...says(text), max_completion_tokens: "9", max_tokens: 9 },
    { ...says(text), max_completion_tokens: 9, max_tokens: 9 },
  ],
  [
    "a limit that is false",
    { ...says(text), max_completion_tokens: false, max_tokens: 9 },
    { ...says(text), max_completion_tokens: null, max_tokens: 9 },
  ],
]);

const item = (one: object) => ({ input: [one] });
const part = (one: object) => item({ role: "user", content: [one] });
const output = (one: object) => item({ type: "function_call_output", call_id: "c", output: [one] });
const offers = (more: object) => ({ input: "x", tools: [{ type: "function", name: mark, ...more }] });
const saying = { type: "input_text", text: mark };
const message = { type: "message", role: "user", content: mark };

const responses = kindOf("Responses", "T6", takenBy(openaiResponses), [
  ["an item by its name", item({ type: "item_reference", id: mark }), item(message)],
  ["an item whose type is in capitals", item({ ...message, type: "MESSAGE" }), item(message)],
  [
    "an item without a type by the prototype",
    `{"model":"m","input":[{"__proto__":{"type":"item_reference"},"id":"${mark}"}]}`,
    item(message),
  ],
  ["a search that the provider made", item({ type: "web_search_call", id: mark, status: "completed" }), item(message)],
  ["a search in files", item({ type: "file_search_call", id: mark, queries: [] }), item(message)],
  [
    "a screen",
    item({ type: "computer_call_output", call_id: mark, output: { type: "computer_screenshot", file_id: "f" } }),
    output(saying),
  ],
  [
    "a call of a server of tools",
    item({ type: "mcp_call", id: mark, name: "n", server_label: "s", arguments: "" }),
    item({ type: "function_call", call_id: mark, name: "n", arguments: "" }),
  ],
  [
    "a yes to a server of tools",
    item({ type: "mcp_approval_response", approval_request_id: mark, approve: true }),
    item(message),
  ],
  [
    "code that ran at the provider",
    item({ type: "code_interpreter_call", id: mark, container_id: "c" }),
    item(message),
  ],
  ["a picture that the provider drew", item({ type: "image_generation_call", id: mark, result: "" }), item(message)],
  [
    "a picture at an address",
    part({ type: "input_image", image_url: "https://x.example/MARK" }),
    part({ type: "input_image", image_url: png }),
  ],
  [
    "a picture whose address is an object",
    part({ type: "input_image", image_url: { url: png } }),
    part({ type: "input_image", image_url: png }),
  ],
  [
    "a picture at an address in a result",
    output({ type: "input_image", image_url: "https://x.example/MARK" }),
    output({ type: "input_image", image_url: png }),
  ],
  [
    "a picture of lines",
    part({ type: "input_image", image_url: "data:image/svg+xml;base64,MARK" }),
    part({ type: "input_image", image_url: png }),
  ],
  ["a file at an address", part({ type: "input_file", file_url: mark }), part(saying)],
  [
    "a file that is kept elsewhere, its name empty bytes",
    part({ type: "input_file", file_data: "", file_id: mark }),
    part(saying),
  ],
  [
    "a result that is an object",
    item({ type: "function_call_output", call_id: "c", output: { text: mark } }),
    output(saying),
  ],
  ["instructions that are a list", { input: [], instructions: [mark] }, { input: [], instructions: mark }],
  [
    "an answer before, its name empty",
    { input: mark, previous_response_id: "" },
    { input: mark, previous_response_id: null },
  ],
  ["a conversation that is an object", { input: mark, conversation: { id: "c" } }, { input: mark }],
  ["a search as a tool", offers({ type: "web_search" }), offers({})],
  ["a search as a tool, by its date", offers({ type: "web_search_preview_2025_03_11" }), offers({})],
  ["a search in files as a tool", offers({ type: "file_search", vector_store_ids: [mark] }), offers({})],
  ["a server of tools", offers({ type: "mcp", server_url: mark }), offers({})],
  [
    "a shell at the provider's",
    offers({ type: "shell", environment: { type: mark } }),
    { input: [{ type: "local_shell_call", call_id: mark, action: {} }] },
  ],
  ["an interpreter", offers({ type: "code_interpreter", container: mark }), offers({})],
  [
    "a search within a group of tools",
    { input: "x", tools: [{ type: "namespace", name: "n", tools: [{ type: "web_search", name: mark }] }] },
    { input: "x", tools: [{ type: "namespace", name: "n", tools: [{ type: "function", name: mark }] }] },
  ],
  [
    "a group within a group of tools",
    { input: "x", tools: [{ type: "namespace", name: "n", tools: [{ type: "namespace", name: mark, tools: [] }] }] },
    { input: "x", tools: [{ type: "namespace", name: mark, tools: [] }] },
  ],
  ["a limit that is text", { input: mark, max_output_tokens: "9" }, { input: mark, max_output_tokens: 9 }],
  ["a limit as another format spells it", { input: "x", max_tokens: mark }, { input: mark, max_output_tokens: 9 }],
]);

const parts = (...all: unknown[]) => ({ contents: [{ role: "user", parts: all }] });
const inline = (mimeType: string) => parts({ inlineData: { mimeType, data: mark } });
const can = (tools: unknown) => ({ ...parts(), tools });
const declared = { functionDeclarations: [{ name: mark }] };
const set = (generationConfig: object) => ({ ...parts({ text: mark }), generationConfig });

const gemini = kindOf("Gemini's generateContent", "T6", takenBy(geminiContent), [
  ["a file that is kept elsewhere", parts({ fileData: { fileUri: mark } }), parts({ text: mark })],
  ["the same in the other spelling", parts({ file_data: { file_uri: mark } }), parts({ text: mark })],
  ["the same beside text", parts({ text: mark, file_data: { file_uri: "u" } }), parts({ text: mark })],
  ["the same half in one spelling", parts({ file_Data: { fileUri: mark } }), parts({ text: mark })],
  [
    "the same among the instructions",
    { ...parts(), system_instruction: { parts: [{ file_data: { file_uri: mark } }] } },
    { ...parts(), system_instruction: { parts: [{ text: mark }] } },
  ],
  [
    "instructions in two spellings",
    { ...parts(), system_instruction: mark, systemInstruction: mark },
    { ...parts(), system_instruction: mark },
  ],
  [
    "code to run at the provider's",
    parts({ executableCode: { language: "PYTHON", code: mark } }),
    parts({ text: mark }),
  ],
  [
    "what code at the provider's came to",
    parts({ code_execution_result: { outcome: "OK", output: mark } }),
    parts({ text: mark }),
  ],
  ["a part of a film", parts({ videoMetadata: { startOffset: mark } }), parts({ text: mark })],
  ["a film as a picture", inline("video/mp4"), inline("image/png")],
  ["a picture of lines", inline("image/svg+xml"), inline("image/png")],
  ["a picture of many pages", inline("image/tiff"), inline("image/webp")],
  ["a picture's type with more behind it", inline("image/png;video/mp4"), inline("IMAGE/PNG")],
  ["a part that is text", parts(mark), parts({ text: mark })],
  ["parts that are a list in a list", parts([{ text: mark }]), parts({ text: mark })],
  [
    "a part in an answer that is kept elsewhere",
    parts({ functionResponse: { name: "f", parts: [{ fileData: { fileUri: mark } }] } }),
    parts({ functionResponse: { name: "f", parts: [{ inlineData: { mimeType: "image/png", data: mark } }] } }),
  ],
  ["a search", can([{ google_search: { x: mark } }]), can([declared])],
  [
    "a search beside functions",
    can([{ functionDeclarations: [], googleSearchRetrieval: { x: mark } }]),
    can([declared]),
  ],
  ["pages at addresses", can([{ urlContext: { x: mark } }]), can([declared])],
  ["an interpreter", can([{ code_execution: { x: mark } }]), can([declared])],
  ["maps", can([{ googleMaps: { x: mark } }]), can([declared])],
  [
    "functions in two spellings",
    can([{ functionDeclarations: [], function_declarations: [{ name: mark }] }]),
    can([{ function_declarations: [{ name: mark }] }]),
  ],
  [
    "a function with a field that there is not",
    can([{ functionDeclarations: [{ name: mark, url: "u" }] }]),
    can([declared]),
  ],
  ["tools that are an object", can({ 0: declared }), can([declared])],
  [
    "a cache that is kept elsewhere, its name empty",
    { ...parts({ text: mark }), cachedContent: "" },
    { ...parts({ text: mark }), cachedContent: null },
  ],
  [
    "more answers than one",
    { ...parts(), generationConfig: { candidate_count: mark } },
    { ...parts(), generationConfig: { responseMimeType: mark } },
  ],
  [
    "an answer in pictures",
    { ...parts(), generationConfig: { response_modalities: [mark] } },
    { ...parts(), generationConfig: { responseMimeType: mark } },
  ],
  [
    "a voice",
    { ...parts(), generationConfig: { speechConfig: mark } },
    { ...parts(), generationConfig: { responseMimeType: mark } },
  ],
  ["a limit that is text", set({ maxOutputTokens: "9" }), set({ maxOutputTokens: 9 })],
  ["a limit that is text in the other spelling", set({ max_output_tokens: "9" }), set({ max_output_tokens: 9 })],
  ["labels", { ...parts(), labels: { a: mark } }, parts({ text: mark })],
]);

export const modelBodies = [anthropic, chat, responses, gemini];
