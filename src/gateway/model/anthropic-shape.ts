// The shapes of Anthropic's Messages that are let through: content whose size shows in the request.
import { z } from "zod";
import { cacheMark, elsewhere, name, notSent, own, pictures, toolList } from "./shape.ts";

const text = z.object({ type: z.literal("text"), text: z.string(), cache_control: cacheMark });

const instead = (what: string) => ({ type: "text" as const, text: notSent(what) });

const bytes = z.object({
  type: z.literal("base64"),
  media_type: name,
  data: z.string(),
  file_id: elsewhere,
  url: elsewhere,
});

const image = z
  .object({ type: z.literal("image"), source: bytes, cache_control: cacheMark })
  .transform((block) =>
    pictures.has(block.source.media_type) ? block : instead(`a picture of type ${block.source.media_type}`),
  );

/** A document of pages is billed by its pages, which do not show in its bytes; one that is text is text. */
const document = z
  .object({
    type: z.literal("document"),
    source: z.discriminatedUnion("type", [
      bytes,
      z.object({ type: z.literal("text"), media_type: name, data: z.string(), file_id: elsewhere, url: elsewhere }),
    ]),
    title: z.string().nullish(),
    context: z.string().nullish(),
    cache_control: cacheMark,
  })
  .transform((block) => (block.source.type === "text" ? block : instead(`a document (${block.source.media_type})`)));

const searchResult = z.object({
  type: z.literal("search_result"),
  source: z.string(),
  title: z.string(),
  content: z.array(text),
  cache_control: cacheMark,
});

const toolReference = z.object({ type: z.literal("tool_reference"), tool_name: name, cache_control: cacheMark });

const toolResult = z.object({
  type: z.literal("tool_result"),
  tool_use_id: name,
  content: z
    .union([z.string(), z.array(z.discriminatedUnion("type", [text, image, document, searchResult, toolReference]))])
    .nullish(),
  is_error: z.boolean().nullish(),
  cache_control: cacheMark,
});

const blocks = z.array(
  z.discriminatedUnion("type", [
    text,
    image,
    document,
    searchResult,
    toolReference,
    toolResult,
    z.object({ type: z.literal("tool_use"), id: name, name, input: own, cache_control: cacheMark }),
    z.object({ type: z.literal("thinking"), thinking: z.string(), signature: z.string().nullish() }),
    z.object({ type: z.literal("redacted_thinking"), data: z.string() }),
  ]),
);

/** The parts of a request that hold content; its other fields are single values. */
export const anthropicShape = z.object({
  messages: z.array(
    z.object({ role: z.enum(["user", "assistant", "system"]), content: z.union([z.string(), blocks]) }),
  ),
  system: z.union([z.string(), z.array(text)]).nullish(),
  tools: toolList,
  cache_control: cacheMark,
});

/** A tool that the client runs; what the provider would run by itself is left out before. */
export const anthropicTool = z.object({
  type: name.nullish(),
  name,
  description: z.string().nullish(),
  input_schema: own,
  input_examples: own,
  strict: z.boolean().nullish(),
  defer_loading: z.boolean().nullish(),
  eager_input_streaming: z.boolean().nullish(),
  display_width_px: z.number().nullish(),
  display_height_px: z.number().nullish(),
  display_number: z.number().nullish(),
  enable_zoom: z.boolean().nullish(),
  max_characters: z.number().nullish(),
  cache_control: cacheMark,
});
