// OpenAI's Chat Completions, as many servers speak it: what of a request may leave, its cap, and where its usage stands.
import { chatShape, chatTool } from "./chat-shape.ts";
import { countAt, isObject, keepFields, listAt, objectAt } from "./json.ts";
import { digestOf, type Growing } from "./known.ts";
import { grown, type Usage } from "./meter.ts";
import { ownTools } from "./own-tools.ts";
import { take } from "./shape.ts";
import { standardTier, tierIn } from "./tier.ts";
import { askedOf, isModelName, type Wire } from "./wire.ts";

/**
 * Left out on purpose: more than one answer (`n`), answers with sound, searches by the provider, and `prediction`,
 * whose rejected tokens are billed beyond the cap. The last six are spoken by local servers.
 */
const fields = new Set([
  "model",
  "messages",
  "max_tokens",
  "max_completion_tokens",
  "stream",
  "temperature",
  "top_p",
  "stop",
  "presence_penalty",
  "frequency_penalty",
  "logit_bias",
  "logprobs",
  "top_logprobs",
  "seed",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "functions",
  "function_call",
  "response_format",
  "reasoning_effort",
  "verbosity",
  "metadata",
  "user",
  "prompt_cache_key",
  "safety_identifier",
  "top_k",
  "min_p",
  "repetition_penalty",
  "chat_template_kwargs",
  "reasoning",
  "thinking",
]);

const clientTools = new Set(["function", "custom"]);

/** OpenAI takes `max_completion_tokens` for all of its models, and nothing else for most; other servers know the old name. */
const openaisOwn = /^(gpt-(?!oss)|o\d|chatgpt-|codex-|computer-use-|ft:(gpt|o\d))/;

export const openaiChat: Wire = {
  name: "openai_chat",
  plan(body) {
    const { kept, dropped } = keepFields(body, fields);
    const asked = askedOf(kept.max_completion_tokens ?? kept.max_tokens);
    if (!isModelName(kept.model)) return "The request names no model.";
    if (asked === undefined) return "max_tokens must be a positive whole number.";
    const taken = take(chatShape, kept);
    if (!taken.ok) return taken.sentence;
    const own = ownTools(taken.value.tools ?? [], ({ type }) => clientTools.has(String(type)), chatTool);
    if (!own.ok) return own.sentence;
    const stream = kept.stream === true;
    const checked = {
      ...kept,
      ...(kept.stream === undefined ? {} : { stream: kept.stream === true }),
      ...taken.value,
      ...(taken.value.tools ? { tools: own.tools } : {}),
      ...(stream ? { stream_options: { include_usage: true } } : {}),
      service_tier: standardTier, // said every time: a project's own default may be a dearer one
    };
    return {
      model: kept.model,
      stream,
      body: checked,
      asked,
      floor: 256,
      growing: growingOf(checked),
      stripped: [...dropped.filter((name) => name !== "stream_options"), ...own.hosted],
      hidesUsage: stream && objectAt(body.stream_options).include_usage !== true,
    };
  },
  capped({ body }, tokens, learned = null) {
    const { max_tokens: _old, max_completion_tokens: newer, ...rest } = body;
    const said = newer === undefined ? "max_tokens" : "max_completion_tokens";
    const name = learned ?? (openaisOwn.test(String(body.model)) ? "max_completion_tokens" : said);
    return { ...rest, [name]: tokens };
  },
  counting: ({ body }) => body,
  tally(before, event) {
    if (event === "[DONE]") return { ...before, final: before.usage !== null && before.behind !== true };
    const { object, choices, usage: reported, service_tier: level } = objectAt(event);
    const figures = usageOf(reported);
    const usage = grown(before.usage, figures);
    const tier = tierIn(level, before);
    const answers = listAt(choices);
    if (object === "chat.completion" || (object === undefined && answers.some(isWholeAnswer)))
      return figures === null ? { ...before, ...tier } : { usage, final: true, ...tier };
    // Other servers than OpenAI's state the figures with the end itself, and may send no `[DONE]` after it.
    const ended = before.ended === true || answers.some(isEnd);
    const last = figures !== null && (ended || answers.length === 0);
    const behind = figures === null && (before.behind === true || answers.some(hasWords));
    return { usage, final: (before.final || last) && !behind, ended, behind, ...tier };
  },
};

/** Some servers leave out of an answer what kind of object it is. */
function isWholeAnswer(choice: unknown): boolean {
  return isObject(objectAt(choice).message);
}

function hasWords(choice: unknown): boolean {
  const { role: _, ...said } = objectAt(objectAt(choice).delta);
  return Object.values(said).some((value) => value !== null && value !== "");
}

function isEnd(choice: unknown): boolean {
  return typeof objectAt(choice).finish_reason === "string";
}

function growingOf(body: Record<string, unknown>): Growing {
  const {
    messages,
    max_tokens: _old,
    max_completion_tokens: _new,
    stream: _stream,
    stream_options: _o,
    ...head
  } = body;
  return { head: JSON.stringify(head), items: listAt(messages).map(sized) };
}

/** Pictures are billed by their size in pixels, not in bytes. */
function sized(message: unknown): { readonly text: string; readonly images: number } {
  const { content } = objectAt(message);
  if (!Array.isArray(content)) return { text: JSON.stringify(message), images: 0 };
  const isImage = (part: unknown) => objectAt(part).type === "image_url";
  const plain = content.map((part) => (isImage(part) ? { image: digestOf(JSON.stringify(part)) } : part));
  return {
    text: JSON.stringify({ ...objectAt(message), content: plain }),
    images: content.filter(isImage).length,
  };
}

/** `total_tokens` above the sum is reasoning that some servers leave out of the output. */
function usageOf(reported: unknown): Usage | null {
  if (!isObject(reported)) return null;
  const [input, output] = [countAt(reported.prompt_tokens), countAt(reported.completion_tokens)];
  if (input === null || output === null) return null;
  const [read, made] = [objectAt(reported.prompt_tokens_details), objectAt(reported.completion_tokens_details)];
  return {
    input,
    cacheRead: countAt(read.cached_tokens) ?? 0,
    cacheWrite: countAt(read.cache_write_tokens) ?? 0,
    cacheWriteHour: 0,
    output: Math.max(output, (countAt(reported.total_tokens) ?? 0) - input),
    reasoning: countAt(made.reasoning_tokens) ?? 0,
  };
}

/** Whether an event carries nothing but usage. */
export function isUsageOnly(event: unknown): boolean {
  const { choices, usage } = objectAt(event);
  return Array.isArray(choices) && choices.length === 0 && isObject(usage);
}
