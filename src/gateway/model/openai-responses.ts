// OpenAI's Responses: what of a request may leave, how its output is capped, and where its usage stands.
import { countAt, isObject, type JsonObject, keepFields, listAt, objectAt } from "./json.ts";
import { digestOf, type Growing } from "./known.ts";
import { grown, type Tally, type Usage } from "./meter.ts";
import { ownTools } from "./own-tools.ts";
import { responsesShape, responsesTool } from "./responses-shape.ts";
import { take } from "./shape.ts";
import { standardTier, tierIn } from "./tier.ts";
import { askedOf, isModelName, type Wire } from "./wire.ts";

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

/** What changes what the model is told: left out, its answer would be to another question. */
const elsewhere = ["previous_response_id", "conversation", "prompt"];

export const openaiResponses: Wire = {
  name: "openai_responses",
  plan(body) {
    const { kept, dropped } = keepFields(body, fields);
    const asked = askedOf(kept.max_output_tokens);
    if (!isModelName(kept.model)) return "The request names no model.";
    if (asked === undefined) return "max_output_tokens must be a positive whole number.";
    const kind = elsewhere.find((field) => body[field] !== undefined && body[field] !== null);
    if (kind !== undefined) return `${kind} names what is kept elsewhere; send the whole conversation instead.`;
    if (body.background === true) return "An answer in the background outlives the request; ask for it without.";
    const taken = take(responsesShape, kept);
    if (!taken.ok) return taken.sentence;
    const own = ownTools(taken.value.tools ?? [], isOwn, responsesTool);
    if (!own.ok) return own.sentence;
    const checked = {
      ...kept,
      ...(kept.stream === undefined ? {} : { stream: kept.stream === true }),
      ...taken.value,
      ...(taken.value.tools ? { tools: own.tools } : {}),
      service_tier: standardTier, // the standard price, whatever the project's default
      store: false, // without it OpenAI keeps every answer, for a later request to refer to
    };
    return {
      model: kept.model,
      stream: kept.stream === true,
      body: checked,
      asked,
      floor: 256,
      growing: growingOf(checked),
      stripped: [...dropped.filter((name) => name !== "store"), ...own.hosted],
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
  return usage === null ? { ...before, ...tier } : { usage: grown(before.usage, usage), final: true, ...tier };
}

/** Tools of a namespace are the client's when all in it are. */
function isOwn({ type, tools }: JsonObject): boolean {
  if (clientTools.has(String(type))) return true;
  return type === "namespace" && Array.isArray(tools) && tools.every((tool) => isOwn(objectAt(tool)));
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
