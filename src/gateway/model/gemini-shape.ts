// The shapes of Gemini's generateContent that are let through, in one of the two spellings that the API takes for each name.
import { z } from "zod";
import { isObject, type JsonObject, listAt } from "./json.ts";
import { name, notSent, own } from "./shape.ts";

const camel = (spelled: string) => spelled.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The value with its names spelled one way; a name that stands there in both spellings is refused: which would count? */
export const spelledOnce = z.custom<JsonObject>(isObject, "an object is expected").transform((value, context) => {
  const once = new Map<string, unknown>();
  for (const [spelled, held] of Object.entries(value)) {
    const plain = camel(spelled);
    if (once.has(plain)) context.addIssue({ code: "custom", message: `${plain} is there in two spellings` });
    once.set(plain, held);
  }
  return Object.fromEntries(once) as JsonObject;
});

const inSpelling = <Shape extends z.ZodRawShape>(shape: Shape) => spelledOnce.pipe(z.strictObject(shape));

const inlineData = inSpelling({
  mimeType: name,
  data: z.string(),
  displayName: name.nullish(),
});

type InlineData = z.output<typeof inlineData>;

/** https://ai.google.dev/gemini-api/docs/image-understanding, and GIFs, which only some models refuse. */
const isPicture = ({ mimeType }: InlineData) => /^image\/(?:png|jpe?g|gif|webp|heic|heif)$/i.test(mimeType);

const instead = ({ mimeType }: InlineData) => ({ text: notSent(`a file of type ${mimeType}`) });

const functionResponse = inSpelling({
  id: name.nullish(),
  name,
  response: own,
  parts: z.array(inSpelling({ inlineData })).nullish(),
  willContinue: z.boolean().nullish(),
  scheduling: name.nullish(),
});

const part = inSpelling({
  text: z.string().nullish(),
  thought: z.boolean().nullish(),
  thoughtSignature: z.string().nullish(),
  functionCall: inSpelling({ id: name.nullish(), name, args: own }).optional(),
  functionResponse: functionResponse.optional(),
  inlineData: inlineData.optional(),
}).transform((one) => {
  const { inlineData: data, functionResponse: answer } = one;
  if (data !== undefined) return isPicture(data) ? [one] : [instead(data)];
  const within = answer?.parts ?? [];
  if (answer === undefined || within.every(({ inlineData }) => isPicture(inlineData))) return [one];
  const pictures = within.filter(({ inlineData }) => isPicture(inlineData));
  const left = { ...answer, parts: pictures.length === 0 ? undefined : pictures };
  const others = within.filter(({ inlineData }) => !isPicture(inlineData));
  return [{ ...one, functionResponse: left }, ...others.map(({ inlineData }) => instead(inlineData))];
});

/** A single part may stand for a list of one. */
const parts = z
  .preprocess((value) => (Array.isArray(value) ? value : [value ?? {}]), z.array(part))
  .transform((made) => made.flat());

const content = inSpelling({ role: name.nullish(), parts });

const functionDeclaration = inSpelling({
  name,
  description: z.string().nullish(),
  parameters: own,
  parametersJsonSchema: own,
  response: own,
  responseJsonSchema: own,
  behavior: name.nullish(),
});

/** The parts of a request that hold content. */
export const geminiShape = z.object({
  contents: z.array(content).nullish(),
  systemInstruction: z
    .preprocess((value) => (typeof value === "string" ? { parts: [{ text: value }] } : value), content)
    .nullish(),
  tools: z.array(spelledOnce).nullish(),
  toolConfig: inSpelling({
    functionCallingConfig: inSpelling({
      mode: name.nullish(),
      allowedFunctionNames: z.array(name).nullish(),
      streamFunctionCallArguments: z.boolean().nullish(),
    }).nullish(),
    includeServerSideToolInvocations: z.boolean().nullish(),
  }).nullish(),
  generationConfig: spelledOnce.nullish(),
});

/** What a tool declares for the client to run. */
export const geminiDeclarations = z.array(functionDeclaration);

/** Pictures in one part, also those that a function answered with. */
export function picturesIn(part: JsonObject): readonly unknown[] {
  const { inlineData: data, functionResponse: answer } = part;
  const within = isObject(answer) ? listAt(answer.parts) : [];
  return data === undefined ? within : [data, ...within];
}
