// Anthropic's Messages: what of a request may leave, how its output is capped, and where its usage stands.
import { anthropicShape, anthropicTool } from "./anthropic-shape.ts";
import { countAt, isObject, type JsonObject, keepFields, listAt, objectAt } from "./json.ts";
import { digestOf, type Growing } from "./known.ts";
import { noUsage, type Usage } from "./meter.ts";
import { ownTools } from "./own-tools.ts";
import { take } from "./shape.ts";
import { askedOf, isModelName, type Plan, type Wire } from "./wire.ts";

/**
 * Left out on purpose: what makes the provider act or read on its own (`mcp_servers`, `container`, `context_management`),
 * and what costs more than the table says (`speed`, `inference_geo`, `fallbacks`).
 */
const fields = new Set([
  "model",
  "messages",
  "max_tokens",
  "system",
  "metadata",
  "stop_sequences",
  "stream",
  "temperature",
  "thinking",
  "tool_choice",
  "tools",
  "top_k",
  "top_p",
  "output_config",
  "output_format",
  "cache_control",
]);

/** Tools that the client runs. The provider's own would reach out of the sandbox, at their own price. */
const clientTool = /^(custom|bash_\d+|text_editor_\d+|computer_\d+|memory_\d+)$/;

/** Thinking must have at least this much, by the provider's rule. */
const leastThinking = 1024;

export const anthropicMessages: Wire = {
  name: "anthropic_messages",
  plan(body) {
    const { kept, dropped } = keepFields(body, fields);
    const asked = askedOf(kept.max_tokens);
    if (!isModelName(kept.model)) return "The request names no model.";
    if (asked === undefined) return "max_tokens must be a positive whole number.";
    const taken = take(anthropicShape, kept);
    if (!taken.ok) return taken.sentence;
    const own = ownTools(taken.value.tools ?? [], isClientTool, anthropicTool);
    if (!own.ok) return own.sentence;
    const checked = {
      ...kept,
      ...(kept.stream === undefined ? {} : { stream: kept.stream === true }),
      ...taken.value,
      ...(taken.value.tools ? { tools: own.tools } : {}),
    };
    return {
      model: kept.model,
      stream: kept.stream === true,
      body: checked,
      asked,
      floor: isThinking(kept) ? 2 * leastThinking : 256,
      growing: growingOf(checked),
      stripped: [...dropped, ...own.hosted],
      hidesUsage: false,
    };
  },
  capped({ body }, tokens) {
    const thinking = objectAt(body.thinking);
    const budget = countAt(thinking.budget_tokens);
    if (budget === null || budget < tokens) return { ...body, max_tokens: tokens };
    const fitting = Math.floor(tokens / 2);
    const kept = fitting >= leastThinking ? { ...thinking, budget_tokens: fitting } : { type: "disabled" };
    return { ...body, max_tokens: tokens, thinking: kept };
  },
  counting({ body }: Plan) {
    const { max_tokens: _max, stream: _stream, metadata: _metadata, ...rest } = body;
    const { temperature: _t, top_k: _k, top_p: _p, stop_sequences: _stop, ...counted } = rest;
    return counted;
  },
  tally(before, event) {
    const { type, usage, message, delta } = objectAt(event);
    if (type === "message") return { usage: usageOf(before.usage, usage), final: isObject(usage) };
    if (type === "message_start") return { ...before, usage: usageOf(before.usage, objectAt(message).usage) };
    if (type === "content_block_start" || type === "content_block_delta") return { ...before, final: false };
    if (type !== "message_delta") return before;
    const { input_tokens: input, output_tokens: output } = objectAt(usage);
    if (before.usage === null && countAt(input) === null) return before; // the input was told at the beginning, or it is not known
    const ended = typeof objectAt(delta).stop_reason === "string" && countAt(output) !== null;
    return { usage: usageOf(before.usage, usage), final: before.final || ended };
  },
};

function isThinking(body: JsonObject): boolean {
  return objectAt(body.thinking).type === "enabled";
}

function isClientTool(tool: unknown): boolean {
  const { type } = objectAt(tool);
  return isObject(tool) && (type === undefined || (typeof type === "string" && clientTool.test(type)));
}

/** Cache marks move from message to message as a conversation grows, and change no count. */
function growingOf(body: Record<string, unknown>): Growing {
  const { messages, max_tokens: _max, stream: _stream, cache_control: _mark, system, tools, ...rest } = body;
  const plain = (list: unknown) => (Array.isArray(list) ? list.map(unmarked) : list);
  return {
    head: JSON.stringify({ ...rest, system: plain(system), tools: plain(tools) }),
    items: listAt(messages).map((message) => {
      const content = sized(objectAt(message).content);
      return { text: JSON.stringify({ ...objectAt(message), content: content.plain }), images: content.images };
    }),
  };
}

function unmarked(block: unknown): unknown {
  if (!isObject(block)) return block;
  const { cache_control: _mark, ...rest } = block;
  return rest;
}

/** Pictures are billed by their size in pixels, not in bytes. Only where a picture may stand: what is text stays text. */
function sized(content: unknown): { readonly plain: unknown; readonly images: number } {
  if (!Array.isArray(content)) return { plain: content, images: 0 };
  const blocks = content.map((block) => {
    const { type, source, content: inner, ...rest } = objectAt(unmarked(block));
    if (type === "image") return { plain: { type, ...rest, source: digestOf(JSON.stringify(source)) }, images: 1 };
    if (type !== "tool_result") return { plain: unmarked(block), images: 0 };
    const within = sized(inner);
    return { plain: { type, ...rest, content: within.plain }, images: within.images };
  });
  return { plain: blocks.map(({ plain }) => plain), images: blocks.reduce((sum, { images }) => sum + images, 0) };
}

/** Figures may come in parts; a later part replaces what it names. */
function usageOf(before: Usage | null, reported: unknown): Usage | null {
  if (!isObject(reported)) return before;
  const was = before ?? noUsage;
  const { cache_creation: written } = reported;
  // What is told of the input once more, at the end, counts where it is more: some servers say 0 there.
  const atLeast = (told: unknown, known: number) => Math.max(countAt(told) ?? 0, known);
  const read = atLeast(reported.cache_read_input_tokens, was.cacheRead);
  const write = atLeast(reported.cache_creation_input_tokens, was.cacheWrite);
  const fresh = atLeast(reported.input_tokens, was.input - was.cacheRead - was.cacheWrite);
  return {
    input: fresh + read + write,
    cacheRead: read,
    cacheWrite: write,
    cacheWriteHour: countAt(objectAt(written).ephemeral_1h_input_tokens) ?? was.cacheWriteHour,
    output: Math.max(was.output, countAt(reported.output_tokens) ?? 0),
    reasoning: countAt(objectAt(reported.output_tokens_details).thinking_tokens) ?? was.reasoning,
  };
}
