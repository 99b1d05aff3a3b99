// The known shapes of requests: a value is rebuilt from what its shape names, so that what is sent on is what was checked.
import { z } from "zod";
import { isObject } from "./json.ts";
import { pictureTypeOf } from "./wire.ts";

/** The value as it may leave, or the sentence that says what in it may not. */
export type Taken<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly sentence: string };

export function take<T>(shape: z.ZodType<T>, value: unknown): Taken<T> {
  const read = shape.safeParse(value);
  return read.success ? { ok: true, value: read.data } : { ok: false, sentence: sentenceFor(read.error, value) };
}

/** Says where it is, and of which type the content there is. */
function sentenceFor({ issues }: z.ZodError, value: unknown): string {
  const { path, message } = innermost(issues[0]);
  const { at, type } = nearestTyped(path, value);
  const place = at.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  const what = type === null ? "" : ` (type ${type})`;
  const where = (place.replace(/^\./, "") || "The request").slice(0, 120);
  const why = message.slice(0, 200);
  return `${where}${what} is not let through: ${why}. Send text, or a picture in the request itself.`;
}

interface Found {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Of the shapes that a value could have, the one that it came closest to says what is wrong. */
function innermost(issue: z.core.$ZodIssue | undefined): Found {
  if (issue === undefined) return { path: [], message: "unknown" };
  const { path, message } = issue;
  if (issue.code !== "invalid_union") return { path, message };
  const tried = issue.errors.map(([first]) => innermost(first)).sort((a, b) => b.path.length - a.path.length);
  const [closest] = tried;
  if (closest === undefined) return { path, message: "it is not of a type that is known here" };
  return { path: [...path, ...closest.path], message: closest.message };
}

/** The innermost part on the way that tells its type, which says more to people than the field that is wrong in it. */
function nearestTyped(path: readonly PropertyKey[], value: unknown) {
  let found = { at: path, type: null as string | null };
  let current = value;
  for (let depth = 0; depth <= path.length; depth++) {
    if (isObject(current) && typeof current.type === "string")
      found = { at: path.slice(0, depth), type: current.type.slice(0, 60) };
    const step = path[depth];
    if (step === undefined || typeof current !== "object" || current === null) break;
    current = (current as Record<PropertyKey, unknown>)[step];
  }
  return found;
}

/** What stands in the place of bytes that no model may be sent: the agent's model reads it and can go another way. */
export function notSent(what: string): string {
  return `[The content of ${what} was left out: only text and pictures may be sent from here. To go on, read it as text with a program of your own, or do without it.]`;
}

/**
 * The pictures that models of Anthropic's and OpenAI's take. What else calls itself one, such as drawings of lines, the provider
 * refuses, and would refuse in every call after it, since it stays in the conversation.
 */
export const pictures: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/jpg",
  "image/gif",
  "image/webp",
]);

/** The address of a picture that is in the request itself. */
export const pictureAddress = z
  .string()
  .refine((url) => pictureTypeOf(url) !== null, "a picture's address is not followed");

/** Whether that picture is one that the models take. */
export function isKnownPicture(url: string): boolean {
  return pictures.has(pictureTypeOf(url) ?? "");
}

/** A field that must not be there: it names something that is kept elsewhere. */
export const elsewhere = z
  .null("it names something that is kept elsewhere")
  .optional()
  .transform(() => undefined);

/** A mark that the input up to here may be cached; it is not counted, so it has no room for anything else. */
export const cacheMark = z
  .object({
    type: z.literal("ephemeral"),
    ttl: z.enum(["5m", "1h"]).optional(),
    scope: z.string().max(20).optional(),
  })
  .nullish();

/** JSON of the client's own, such as the input of its tools: it reaches nobody, and is counted by its bytes. */
export const own = z.unknown().optional();

/** A list of tools whose shapes are read one by one; what is no list is refused. */
export const toolList = z.array(z.record(z.string(), z.unknown()), "a list of tools is expected").nullish();

/** A name that a client made. */
export const name = z.string().max(1000);
