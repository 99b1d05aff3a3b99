// Gemini's generateContent: what of a request may leave, how its output is capped, and where its usage stands.
import { countAt, isObject, type JsonObject, keepFields, listAt, objectAt } from "./json.ts";
import { digestOf, type Growing } from "./known.ts";
import { noUsage, type Usage } from "./meter.ts";
import { askedOf, isModelName, type Plan, type Wire } from "./wire.ts";

/** Left out on purpose: `cachedContent`, which is input kept elsewhere, and other price classes. */
const fields = new Set(["contents", "systemInstruction", "tools", "toolConfig", "safetySettings", "generationConfig"]);

/** More answers than one, answers that are not text, and speech are left out. */
const settings = new Set([
  "maxOutputTokens",
  "temperature",
  "topP",
  "topK",
  "stopSequences",
  "responseMimeType",
  "responseSchema",
  "responseJsonSchema",
  "presencePenalty",
  "frequencyPenalty",
  "seed",
  "thinkingConfig",
]);

const partFields = new Set(["text", "thought", "thoughtSignature", "functionCall", "functionResponse", "inlineData"]);

export const geminiContent: Wire = {
  name: "gemini",
  plan(given, endpoint) {
    const inner = endpoint.kind === "count" ? objectAt(given.generateContentRequest) : {};
    const { kept, dropped } = keepFields(renamed({ ...given, ...inner }), fields);
    const { kept: config, dropped: unset } = keepFields(renamed(objectAt(kept.generationConfig)), settings);
    const asked = askedOf(config.maxOutputTokens);
    if (!isModelName(endpoint.model)) return "The request names no model.";
    if (asked === undefined) return "maxOutputTokens must be a positive whole number.";
    const contents = listAt(kept.contents).map(plainContent);
    const system = kept.systemInstruction === undefined ? [] : [plainContent(kept.systemInstruction)];
    const problem = [...contents, ...system].find((one) => typeof one === "string");
    if (typeof problem === "string") return problem;
    const tools = toolsOf(kept.tools);
    const body = {
      ...kept,
      contents,
      ...(system.length === 0 ? {} : { systemInstruction: system[0] }),
      ...(kept.tools === undefined ? {} : { tools: tools.own }),
      generationConfig: config,
    };
    return {
      model: endpoint.model,
      stream: endpoint.stream === true,
      body,
      asked,
      floor: 256,
      growing: growingOf(endpoint.model, body),
      hour: false,
      stripped: [...dropped, ...unset, ...tools.hosted],
      hidesUsage: false,
    };
  },
  capped({ body }: Plan, tokens) {
    return { ...body, generationConfig: { ...objectAt(body.generationConfig), maxOutputTokens: tokens } };
  },
  counting({ model, body }: Plan) {
    const { generationConfig: _config, ...counted } = body;
    return { generateContentRequest: { model: `models/${model}`, ...counted } };
  },
  tally(before, event) {
    const { usageMetadata, candidates, promptFeedback } = objectAt(event);
    const ended = listAt(candidates).some((one) => typeof objectAt(one).finishReason === "string");
    const blocked = typeof objectAt(promptFeedback).blockReason === "string";
    const usage = usageOf(usageMetadata) ?? before.usage;
    return { usage, final: usage !== null && (before.final || ended || blocked) };
  },
};

/** The API takes each name in two spellings; only one is kept, so that no rule is met by one and passed by the other. */
function renamed(object: JsonObject): JsonObject {
  const camel = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [camel(name), value]));
}

/** The content with its parts in one spelling; a sentence where a part's size does not show in the request. */
function plainContent(content: unknown): JsonObject | string {
  if (typeof content === "string") return { parts: [{ text: content }] };
  const { role, parts } = objectAt(content);
  const list = Array.isArray(parts) ? parts : [parts ?? {}];
  const plain = list.map((part) => renamed(objectAt(part)));
  const refused = plain.flatMap((part) => Object.keys(part)).find((name) => !partFields.has(name));
  if (refused !== undefined) return refusal(refused);
  const nested = plain.some((part) => objectAt(part.functionResponse).parts !== undefined);
  if (nested) return refusal("functionResponse.parts");
  const kinds = plain.map((part) => part.inlineData).filter((data) => data !== undefined);
  if (!kinds.every(isImage)) return refusal("inlineData that is no picture");
  return role === undefined ? { parts: plain } : { role, parts: plain };
}

function isImage(data: unknown): boolean {
  const { mimeType } = renamed(objectAt(data));
  return typeof mimeType === "string" && /^image\/[a-z0-9.+-]+$/i.test(mimeType);
}

function refusal(what: string): string {
  return `Content with ${what.slice(0, 60)} is not let through; send its text or a picture in the request itself.`;
}

/** Functions are run by the client; everything else by the provider, reaching out of the sandbox. */
function toolsOf(tools: unknown): { readonly own: readonly JsonObject[]; readonly hosted: readonly string[] } {
  const list = listAt(tools).map((tool) => keepFields(renamed(objectAt(tool)), new Set(["functionDeclarations"])));
  return {
    own: list.map(({ kept }) => kept).filter((tool) => Object.keys(tool).length > 0),
    hosted: list.flatMap(({ dropped }) => dropped),
  };
}

function growingOf(model: string, body: JsonObject): Growing {
  const { contents, generationConfig, ...rest } = body;
  const { maxOutputTokens: _max, ...config } = objectAt(generationConfig);
  return { head: JSON.stringify({ model, ...rest, config }), items: listAt(contents).map(sized) };
}

/** Pictures are billed by their size in pixels, not in bytes. */
function sized(content: unknown): { readonly text: string; readonly images: number } {
  const parts = listAt(objectAt(content).parts).map(objectAt);
  const plain = parts.map(({ inlineData, ...part }) =>
    inlineData === undefined ? part : { ...part, image: digestOf(JSON.stringify(inlineData)) },
  );
  const text = JSON.stringify({ ...objectAt(content), parts: plain });
  return { text, images: parts.filter(({ inlineData }) => inlineData !== undefined).length };
}

/** Thoughts and tool input come beside the other figures; a total above their sum is output that was left out. */
function usageOf(reported: unknown): Usage | null {
  if (!isObject(reported)) return null;
  const prompt = countAt(reported.promptTokenCount);
  if (prompt === null) return null;
  const input = prompt + (countAt(reported.toolUsePromptTokenCount) ?? 0);
  const thoughts = countAt(reported.thoughtsTokenCount) ?? 0;
  const output = (countAt(reported.candidatesTokenCount) ?? 0) + thoughts;
  return {
    ...noUsage,
    input,
    cacheRead: countAt(reported.cachedContentTokenCount) ?? 0,
    output: Math.max(output, (countAt(reported.totalTokenCount) ?? 0) - input),
    reasoning: thoughts,
  };
}
