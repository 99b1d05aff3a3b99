// The shapes of OpenAI's Responses that are let through: items and parts that hold what they mean in the request itself.
import { z } from "zod";
import { elsewhere, isKnownPicture, name, notSent, own, pictureAddress, toolList } from "./shape.ts";
import { pictureTypeOf } from "./wire.ts";

const instead = (what: string) => ({ type: "input_text" as const, text: notSent(what) });

const words = <T extends string>(type: T) => z.object({ type: z.literal(type), text: z.string() });

const part = z.discriminatedUnion("type", [
  words("input_text"),
  words("output_text"),
  words("text"),
  words("summary_text"),
  words("reasoning_text"),
  z.object({ type: z.literal("refusal"), refusal: z.string() }),
  z
    .object({
      type: z.literal("input_image"),
      image_url: pictureAddress,
      detail: z.string().max(20).nullish(),
      file_id: elsewhere,
    })
    .transform((one) =>
      isKnownPicture(one.image_url) ? one : instead(`a picture of type ${pictureTypeOf(one.image_url)}`),
    ),
  z
    .object({ type: z.literal("input_file"), file_data: z.string(), file_id: elsewhere, file_url: elsewhere })
    .transform(() => instead("a file")),
  z
    .object({ type: z.literal("input_audio"), input_audio: z.object({ data: z.string() }) })
    .transform(() => instead("a sound")),
]);

const content = z.union([z.string(), z.array(part)]);
const made = { id: name.nullish(), status: z.string().max(40).nullish() };
const called = { ...made, call_id: name };

const item = z.discriminatedUnion("type", [
  z.object({
    ...made,
    type: z.literal("message"),
    role: z.enum(["user", "assistant", "system", "developer"]),
    content,
    phase: z.string().max(40).nullish(),
  }),
  z
    .object({
      ...made,
      type: z.literal("reasoning"),
      summary: z.array(part),
      content: z.array(part).nullish(),
      encrypted_content: z.string().nullish(),
    })
    .refine(
      ({ summary, content, encrypted_content }) =>
        summary.length > 0 || (content?.length ?? 0) > 0 || (encrypted_content ?? "") !== "",
      "it names something that is kept elsewhere",
    ),
  z.object({
    ...called,
    type: z.literal("function_call"),
    name,
    namespace: name.nullish(),
    arguments: z.string(),
  }),
  z.object({ ...called, type: z.literal("function_call_output"), output: content }),
  z.object({ ...called, type: z.literal("custom_tool_call"), name, namespace: name.nullish(), input: z.string() }),
  z.object({ ...called, type: z.literal("custom_tool_call_output"), output: content }),
  z.object({ ...called, type: z.literal("local_shell_call"), action: own }),
  z.object({ ...made, type: z.literal("local_shell_call_output"), call_id: name.nullish(), output: content }),
  z.object({ ...called, type: z.literal("apply_patch_call"), operation: own }),
  z.object({ ...called, type: z.literal("apply_patch_call_output"), output: content.nullish() }),
]);

/** A message may come without its type, and an item without a type may be the bare name of one that is kept elsewhere. */
const typed = (value: unknown) =>
  typeof value === "object" && value !== null && !("type" in value) ? { type: "message", ...value } : value;

/** The parts of a request that hold content. */
export const responsesShape = z.object({
  input: z.union([z.string(), z.array(z.preprocess(typed, item))]).nullish(),
  instructions: z.string().nullish(),
  tools: toolList,
});

const declared = { name, description: z.string().nullish(), defer_loading: z.boolean().nullish() };

const plainTool = [
  z.object({ ...declared, type: z.literal("function"), parameters: own, strict: z.boolean().nullish() }),
  z.object({ ...declared, type: z.literal("custom"), format: own }),
  z.object({ type: z.literal("local_shell") }),
  z.object({ type: z.literal("apply_patch") }),
] as const;

/** A tool that the client runs. */
export const responsesTool = z.discriminatedUnion("type", [
  ...plainTool,
  z.object({
    type: z.literal("namespace"),
    name,
    description: z.string().nullish(),
    tools: z.array(z.discriminatedUnion("type", plainTool)),
  }),
]);
