// Anthropic Messages, as far as a client needs it: one content block an answer.
import { type Asked, at, countAt, list, type Sent, type Step, type Usage, type Wire } from "../script.ts";

export const anthropic: Wire = {
  name: "anthropic",
  isCall: (path) => path.endsWith("/v1/messages"),
  read: (body): Asked => ({
    model: String(at(body, "model")),
    streamed: at(body, "stream") === true,
    outputLimit: countAt(body, "max_tokens"),
    results: list(at(body, "messages")).flatMap((message) =>
      list(at(message, "content")).filter((block) => at(block, "type") === "tool_result"),
    ).length,
    tools: list(at(body, "tools")).map((tool) => String(at(tool, "name"))),
  }),
  credential: (headers) => String(headers["x-api-key"] ?? ""),
  failure: (status, message) => ({
    type: "error",
    error: { type: status === 429 ? "rate_limit_error" : "overloaded_error", message },
  }),
  answer(step, usage, asked, turn) {
    const message = {
      id: `msg_${turn}`,
      type: "message",
      role: "assistant",
      model: asked.model,
      content: [] as unknown[],
      stop_reason: null as string | null,
      stop_sequence: null,
      usage: { ...tokens(usage), output_tokens: 1 },
    };
    const reason = step.kind === "say" ? "end_turn" : "tool_use";
    if (!asked.streamed) {
      return [{ data: { ...message, content: [block(step, turn)], stop_reason: reason, usage: tokens(usage) } }];
    }
    return streamed(message, step, reason, usage, turn);
  },
};

function streamed(message: object, step: Step, reason: string, usage: Usage, turn: number): Sent[] {
  const whole = block(step, turn);
  const [start, delta] =
    step.kind === "say"
      ? [
          { type: "text", text: "" },
          { type: "text_delta", text: step.text },
        ]
      : [
          { ...whole, input: {} },
          { type: "input_json_delta", partial_json: JSON.stringify(at(whole, "input")) },
        ];
  return [
    { type: "message_start", message },
    { type: "content_block_start", index: 0, content_block: start },
    { type: "content_block_delta", index: 0, delta },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: reason, stop_sequence: null }, usage: tokens(usage) },
    { type: "message_stop" },
  ].map((data) => ({ event: data.type, data }));
}

function block(step: Step, turn: number): object {
  if (step.kind === "say") return { type: "text", text: step.text };
  const call = { type: "tool_use", id: `toolu_${turn}` };
  if (step.kind === "call") return { ...call, name: `mcp__loop__${step.tool}`, input: step.given };
  if (step.kind === "write")
    return { ...call, name: "Write", input: { file_path: `/workspace/${step.path}`, content: step.content } };
  return { ...call, name: "Bash", input: { command: step.command, description: "Look at the work" } };
}

/** Input without what the cache gave, as this provider counts. */
function tokens({ input, cached, output }: Usage) {
  return {
    input_tokens: input - cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: output,
  };
}
