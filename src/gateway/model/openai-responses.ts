// OpenAI's Responses: what of a request may leave, how its output is capped, and where its usage stands.
import { countAt, isObject, keepFields, listAt, objectAt } from "./json.ts";
import { digestOf, type Growing } from "./known.ts";
import type { Tally, Usage } from "./meter.ts";
import { standardTier, tierIn } from "./tier.ts";
import { askedOf, isDataImage, isModelName, type Wire } from "./wire.ts";

/**
 * Left out on purpose: input that is kept elsewhere (`previous_response_id`, `conversation`, `prompt`), answers that
 * outlive the request (`background`), and rewriting by the provider (`context_management`).
 */
const fields = new Set([
  "model",
  "input",
  "instructions",
  "max_output_tokens",
  "stream",
  "temperature",
  "top_p",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "reasoning",
  "text",
  "include",
  "metadata",
  "prompt_cache_key",
  "truncation",
  "user",
  "safety_identifier",
]);

const clientTools = new Set(["function", "custom", "local_shell", "apply_patch"]);

const items = new Set([
  "message",
  "reasoning",
  "function_call",
  "function_call_output",
  "custom_tool_call",
  "custom_tool_call_output",
  "local_shell_call",
  "local_shell_call_output",
  "apply_patch_call",
  "apply_patch_call_output",
]);

const parts = new Set(["input_text", "output_text", "text", "refusal", "summary_text", "reasoning_text"]);

export const openaiResponses: Wire = {
  name: "openai_responses",
  plan(body) {
    const { kept, dropped } = keepFields(body, fields);
    const asked = askedOf(kept.max_output_tokens);
    if (!isModelName(kept.model)) return "The request names no model.";
    if (asked === undefined) return "max_output_tokens must be a positive whole number.";
    const problem = listAt(kept.input).map(itemRefused).find(Boolean);
    if (problem) return problem;
    const tools = toolsOf(kept.tools);
    if (kept.tools !== undefined) kept.tools = tools.own;
    // The standard price, whatever the project's default, and nothing kept that a later request could refer to.
    kept.service_tier = standardTier;
    if (body.store !== undefined) kept.store = false;
    return {
      model: kept.model,
      stream: kept.stream === true,
      body: kept,
      asked,
      floor: 256,
      growing: growingOf(kept),
      hour: false,
      stripped: [...dropped.filter((name) => name !== "store"), ...tools.hosted],
      hidesUsage: false,
    };
  },
  capped: ({ body }, tokens) => ({ ...body, max_output_tokens: tokens }),
  counting: ({ body }) => body,
  tally(before, event) {
    const { type, response, object } = objectAt(event);
    if (object === "response") return talliedIn(event, before);
    const last = type === "response.completed" || type === "response.incomplete" || type === "response.failed";
    return last ? talliedIn(response, before) : before;
  },
};

function talliedIn(response: unknown, before: Tally): Tally {
  const { usage: reported, service_tier: told } = objectAt(response);
  const usage = usageOf(reported);
  const tier = tierIn(told, before);
  return usage === null ? { ...before, ...tier } : { usage, final: true, ...tier };
}

/** Tools of a namespace are the client's when all in it are. */
function toolsOf(tools: unknown): { readonly own: readonly unknown[]; readonly hosted: readonly string[] } {
  const isOwn = (tool: unknown): boolean => {
    const { type, tools: inner } = objectAt(tool);
    return clientTools.has(String(type)) || (type === "namespace" && listAt(inner).every(isOwn));
  };
  const own = listAt(tools).filter(isOwn);
  const hosted = listAt(tools).filter((tool) => !isOwn(tool));
  return { own, hosted: hosted.map((tool) => String(objectAt(tool).type)) };
}

function itemRefused(item: unknown): string | undefined {
  const { type = "message", content, output, summary } = objectAt(item);
  if (!isObject(item) || typeof type !== "string" || !items.has(type)) return refusal(type);
  return [...listAt(content), ...listAt(output), ...listAt(summary)].map(partRefused).find(Boolean);
}

/** Only content whose size shows in the request: no addresses, no files and no items that are kept elsewhere. */
function partRefused(part: unknown): string | undefined {
  const { type, image_url: url } = objectAt(part);
  if (typeof type === "string" && parts.has(type)) return undefined;
  return type === "input_image" && isDataImage(url) ? undefined : refusal(type);
}

function refusal(type: unknown): string {
  const name = typeof type === "string" ? type.slice(0, 60) : "no name";
  return `Input of type ${name} is not let through; send its text or a picture in the request itself.`;
}

function growingOf(body: Record<string, unknown>): Growing {
  const { input, max_output_tokens: _max, stream: _stream, ...head } = body;
  const list = typeof input === "string" ? [input] : listAt(input);
  return { head: JSON.stringify(head), items: list.map(sized) };
}

/** Pictures are billed by their size in pixels, not in bytes. */
function sized(item: unknown): { readonly text: string; readonly images: number } {
  if (!isObject(item)) return { text: JSON.stringify(item), images: 0 };
  const [content, output] = [sizedParts(item.content), sizedParts(item.output)];
  const text = JSON.stringify({ ...item, content: content.plain, output: output.plain });
  return { text, images: content.images + output.images };
}

function sizedParts(list: unknown): { readonly plain: unknown; readonly images: number } {
  if (!Array.isArray(list)) return { plain: list, images: 0 };
  const isImage = (part: unknown) => objectAt(part).type === "input_image";
  const plain = list.map((part) => (isImage(part) ? { image: digestOf(JSON.stringify(part)) } : part));
  return { plain, images: list.filter(isImage).length };
}

/** `total_tokens` above the sum is output that was not counted as such. */
function usageOf(reported: unknown): Usage | null {
  if (!isObject(reported)) return null;
  const [input, output] = [countAt(reported.input_tokens), countAt(reported.output_tokens)];
  if (input === null || output === null) return null;
  const [read, made] = [objectAt(reported.input_tokens_details), objectAt(reported.output_tokens_details)];
  return {
    input,
    cacheRead: countAt(read.cached_tokens) ?? 0,
    cacheWrite: countAt(read.cache_write_tokens) ?? 0,
    cacheWriteHour: 0,
    output: Math.max(output, (countAt(reported.total_tokens) ?? 0) - input),
    reasoning: countAt(made.reasoning_tokens) ?? 0,
  };
}
