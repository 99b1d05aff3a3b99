// Gemini's generateContent: what of a request may leave, how its output is capped, and where its usage stands.
import { geminiDeclarations, geminiShape, picturesIn, spelledOnce } from "./gemini-shape.ts";
import { countAt, isObject, type JsonObject, keepFields, listAt, objectAt } from "./json.ts";
import { digestOf, type Growing } from "./known.ts";
import { grown, noUsage, type Usage } from "./meter.ts";
import { type Taken, take } from "./shape.ts";
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

export const geminiContent: Wire = {
  name: "gemini",
  plan(given, endpoint) {
    const asking = wholeOf(given, endpoint.kind);
    if (!asking.ok) return asking.sentence;
    if ((asking.value.cachedContent ?? null) !== null)
      return "cachedContent names what is kept elsewhere; send it whole.";
    const { kept, dropped } = keepFields(asking.value, fields);
    if (!isModelName(endpoint.model)) return "The request names no model.";
    const taken = take(geminiShape, kept);
    if (!taken.ok) return taken.sentence;
    const { kept: config, dropped: unset } = keepFields(taken.value.generationConfig ?? {}, settings);
    const asked = askedOf(config.maxOutputTokens);
    if (asked === undefined) return "maxOutputTokens must be a positive whole number.";
    const tools = toolsOf(taken.value.tools ?? []);
    if (!tools.ok) return tools.sentence;
    const { contents, systemInstruction, toolConfig } = taken.value;
    const body = {
      contents: contents ?? [],
      ...(systemInstruction ? { systemInstruction } : {}),
      ...(taken.value.tools ? { tools: tools.own } : {}),
      ...(toolConfig ? { toolConfig } : {}),
      ...(kept.safetySettings === undefined ? {} : { safetySettings: kept.safetySettings }),
      generationConfig: config,
    };
    return {
      model: endpoint.model,
      stream: endpoint.stream === true,
      body,
      asked,
      floor: 256,
      growing: growingOf(endpoint.model, body),
      stripped: [...dropped, ...unset, ...tools.hosted],
      hidesUsage: false,
    };
  },
  capped({ body }, tokens) {
    return { ...body, generationConfig: { ...objectAt(body.generationConfig), maxOutputTokens: tokens } };
  },
  counting({ model, body }: Plan) {
    const { generationConfig: _config, ...counted } = body;
    return { generateContentRequest: { model: `models/${model}`, ...counted } };
  },
  tally(before, event) {
    const { usageMetadata, candidates, promptFeedback } = objectAt(event);
    const finished = listAt(candidates).some((one) => typeof objectAt(one).finishReason === "string");
    const blocked = typeof objectAt(promptFeedback).blockReason === "string";
    const ended = before.ended === true || finished || blocked;
    const figures = usageOf(usageMetadata);
    const usage = grown(before.usage, figures);
    const behind = figures === null && (before.behind === true || listAt(candidates).some(hasWords));
    // Figures that ride along with words are those so far; alone they are the account of an answer that has ended.
    const alone = figures !== null && listAt(candidates).length === 0;
    return { usage, final: usage !== null && (ended || alone) && !behind, ended, behind };
  },
};

function hasWords(candidate: unknown): boolean {
  return listAt(objectAt(objectAt(candidate).content).parts).length > 0;
}

/** Counting may wrap the request to be counted in another. */
function wholeOf(given: JsonObject, kind: "generate" | "count"): Taken<JsonObject> {
  const outer = take(spelledOnce, given);
  if (!outer.ok || kind !== "count") return outer;
  const { generateContentRequest: wrapped, ...beside } = outer.value;
  if (wrapped === undefined || wrapped === null) return outer;
  const inner = take(spelledOnce, wrapped);
  return inner.ok ? { ok: true, value: { ...beside, ...inner.value } } : inner;
}

type Tools =
  | { readonly ok: true; readonly own: readonly JsonObject[]; readonly hosted: readonly string[] }
  | { readonly ok: false; readonly sentence: string };

/** Functions are run by the client; everything else by the provider, reaching out of the sandbox. */
function toolsOf(tools: readonly JsonObject[]): Tools {
  const own: JsonObject[] = [];
  for (const { functionDeclarations } of tools) {
    if (functionDeclarations === undefined) continue;
    const taken = take(geminiDeclarations, functionDeclarations);
    if (!taken.ok) return taken;
    own.push({ functionDeclarations: taken.value });
  }
  const hosted = tools.flatMap((tool) => Object.keys(tool)).filter((kind) => kind !== "functionDeclarations");
  return { ok: true, own, hosted };
}

function growingOf(model: string, body: JsonObject): Growing {
  const { contents, generationConfig, ...rest } = body;
  const { maxOutputTokens: _max, ...config } = objectAt(generationConfig);
  return { head: JSON.stringify({ model, ...rest, config }), items: listAt(contents).map(sized) };
}

/** Pictures are billed by their size in pixels, not in bytes. */
function sized(content: unknown): { readonly text: string; readonly images: number } {
  const parts = listAt(objectAt(content).parts).map(objectAt);
  const pictures = parts.map(picturesIn);
  const plain = parts.map(({ inlineData: _data, functionResponse: answer, ...part }, at) => {
    const { parts: _parts, ...said } = objectAt(answer);
    const images = pictures[at]?.map((picture) => digestOf(JSON.stringify(picture)));
    return { ...part, ...(answer === undefined ? {} : { functionResponse: said }), images };
  });
  const text = JSON.stringify({ ...objectAt(content), parts: plain });
  return { text, images: pictures.flat().length };
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
