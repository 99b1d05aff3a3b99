// Answers as the providers send them: whole and as events of a stream, with the usage figures where each provider puts them.

export interface Figures {
  readonly input: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly output: number;
  readonly reasoning?: number;
}

type Event = object | "[DONE]";

/** Server-sent events as bytes on the wire; Anthropic and OpenAI's Responses name each event. */
export function sse(events: readonly Event[], named: boolean): string[] {
  return events.map((event) => {
    const data = typeof event === "string" ? event : JSON.stringify(event);
    const name = named && typeof event === "object" && "type" in event ? `event: ${event.type}\n` : "";
    return `${name}data: ${data}\n\n`;
  });
}

export const anthropicUsage = ({ input, cacheRead = 0, cacheWrite = 0, output }: Figures) => ({
  input_tokens: input - cacheRead - cacheWrite,
  cache_creation_input_tokens: cacheWrite,
  cache_read_input_tokens: cacheRead,
  cache_creation: { ephemeral_5m_input_tokens: cacheWrite, ephemeral_1h_input_tokens: 0 },
  output_tokens: output,
  service_tier: "standard",
});

export const anthropicWhole = (figures: Figures) => ({
  id: "msg_01",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5",
  content: [{ type: "text", text: "Done." }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: anthropicUsage(figures),
});

export const anthropicStream = (figures: Figures): Event[] => [
  {
    type: "message_start",
    message: {
      ...anthropicWhole(figures),
      content: [],
      stop_reason: null,
      usage: anthropicUsage({ ...figures, output: 1 }),
    },
  },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "ping" },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Done." } },
  { type: "content_block_stop", index: 0 },
  {
    type: "message_delta",
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: figures.output },
  },
  { type: "message_stop" },
];

const responsesUsage = ({ input, cacheRead = 0, output, reasoning = 0 }: Figures) => ({
  input_tokens: input,
  input_tokens_details: { cached_tokens: cacheRead },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: input + output,
});

export const responsesWhole = (figures: Figures) => ({
  id: "resp_1",
  object: "response",
  status: "completed",
  model: "gpt-5",
  output: [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "Done.", annotations: [] }] }],
  usage: responsesUsage(figures),
});

export const responsesStream = (figures: Figures): Event[] => [
  { type: "response.created", response: { ...responsesWhole(figures), status: "in_progress", usage: null } },
  { type: "response.output_text.delta", item_id: "msg_1", output_index: 0, delta: "Done." },
  { type: "response.completed", response: responsesWhole(figures) },
];

const chatUsage = ({ input, cacheRead = 0, output, reasoning = 0 }: Figures) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cacheRead, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: reasoning },
});

export const chatWhole = (figures: Figures) => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  model: "gpt-5",
  choices: [{ index: 0, message: { role: "assistant", content: "Done." }, finish_reason: "stop" }],
  usage: chatUsage(figures),
});

export const chatStream = (figures: Figures): Event[] => [
  {
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta: { content: "Done." }, finish_reason: null }],
    usage: null,
  },
  { object: "chat.completion.chunk", choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: null },
  { object: "chat.completion.chunk", choices: [], usage: chatUsage(figures) },
  "[DONE]",
];

const geminiUsage = ({ input, cacheRead = 0, output, reasoning = 0 }: Figures) => ({
  promptTokenCount: input,
  cachedContentTokenCount: cacheRead,
  candidatesTokenCount: output - reasoning,
  thoughtsTokenCount: reasoning,
  totalTokenCount: input + output,
  promptTokensDetails: [{ modality: "TEXT", tokenCount: input }],
});

const geminiText = { content: { role: "model", parts: [{ text: "Done." }] }, index: 0 };

export const geminiWhole = (figures: Figures) => ({
  candidates: [{ ...geminiText, finishReason: "STOP" }],
  usageMetadata: geminiUsage(figures),
  modelVersion: "gemini-2.5-pro",
});

export const geminiStream = (figures: Figures): Event[] => [
  { candidates: [geminiText], usageMetadata: geminiUsage({ ...figures, output: 1, reasoning: 0 }) },
  geminiWhole(figures),
];
