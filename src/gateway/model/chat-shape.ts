// The shapes of Chat Completions that are let through, as OpenAI and the many servers of its format speak them.
import { z } from "zod";
import { cacheMark, elsewhere, isKnownPicture, name, notSent, own, pictureAddress, toolList } from "./shape.ts";
import { pictureTypeOf } from "./wire.ts";

const instead = (what: string) => ({ type: "text" as const, text: notSent(what) });

const part = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string(), cache_control: cacheMark }),
  z.object({ type: z.literal("refusal"), refusal: z.string() }),
  z.object({
    type: z.literal("thinking"), // as Mistral has it
    thinking: z.array(z.object({ type: z.literal("text"), text: z.string() })),
  }),
  z
    .object({
      type: z.literal("image_url"),
      image_url: z.object({ url: pictureAddress, detail: z.string().max(20).nullish() }),
      file_id: elsewhere,
      cache_control: cacheMark,
    })
    .transform((one) =>
      isKnownPicture(one.image_url.url) ? one : instead(`a picture of type ${pictureTypeOf(one.image_url.url)}`),
    ),
  z
    .object({ type: z.literal("file"), file: z.object({ file_data: z.string(), file_id: elsewhere }) })
    .transform(() => instead("a file")),
  z
    .object({ type: z.literal("input_audio"), input_audio: z.object({ data: z.string(), id: elsewhere }) })
    .transform(() => instead("a sound")),
]);

const message = z.object({
  role: z.enum(["developer", "system", "user", "assistant", "tool", "function"]),
  content: z.union([z.string(), z.array(part)]).nullish(),
  name: name.nullish(),
  tool_call_id: name.nullish(),
  tool_calls: z
    .array(
      z.object({
        id: name.nullish(),
        index: z.number().nullish(),
        type: z.enum(["function", "custom"]).nullish(),
        function: z.object({ name, arguments: z.string() }).nullish(),
        custom: z.object({ name, input: z.string() }).nullish(),
        extra_content: own, // a signature of Gemini's, behind its OpenAI format
      }),
    )
    .nullish(),
  function_call: z.object({ name, arguments: z.string() }).nullish(),
  refusal: z.string().nullish(),
  audio: elsewhere,
  // The thoughts of an earlier answer, as servers other than OpenAI's want them back.
  reasoning: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  reasoning_details: own,
  prefix: z.boolean().nullish(),
  cache_control: cacheMark,
});

const declared = z.object({
  name,
  description: z.string().nullish(),
  parameters: own,
  strict: z.boolean().nullish(),
});

/** The parts of a request that hold content. */
export const chatShape = z.object({
  messages: z.array(message),
  tools: toolList,
  functions: z.array(declared).nullish(),
});

/** A tool that the client runs. */
export const chatTool = z.discriminatedUnion("type", [
  z.object({ type: z.literal("function"), function: declared, cache_control: cacheMark }),
  z.object({
    type: z.literal("custom"),
    custom: z.object({ name, description: z.string().nullish(), format: own }),
  }),
]);
