// From the bytes of a request to what is sent: read, checked, and written down again in as little memory as that takes.
import { parseJson } from "../../base/parse-json.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { geminiContent } from "./gemini-content.ts";
import { isObject, type JsonObject } from "./json.ts";
import { type Step, stepsOf } from "./known.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiResponses } from "./openai-responses.ts";
import type { Endpoint, Plan, Wire } from "./wire.ts";

/** What is asked of a request's bytes, as plain data: another thread may answer it. */
export interface Asking {
  readonly wire: Wire["name"];
  readonly kind: "generate" | "count";
  readonly model?: string;
  readonly stream?: boolean;
}

/** A request that may leave. Its conversation is bytes to be sent, and nothing of it is kept as values. */
export interface Ready extends Pick<Plan, "model" | "stream" | "asked" | "floor" | "stripped" | "hidesUsage"> {
  /** The small fields, among them the cap on output; null where all of the body is in `bulk`. */
  readonly small: JsonObject | null;
  /** JSON of the fields that hold content, `"name":value` after `"name":value`, or of the whole body. In memory of its own. */
  readonly bulk: Uint8Array<ArrayBuffer>;
  readonly steps: readonly Step[];
  /** Whether the model may call anything. */
  readonly offersTools: boolean;
  /** Whether input may be cached for an hour. */
  readonly hour: boolean;
}

const wires: Readonly<Record<Wire["name"], Wire>> = {
  anthropic_messages: anthropicMessages,
  openai_responses: openaiResponses,
  openai_chat: openaiChat,
  gemini: geminiContent,
};

/** The fields that hold content, and all but a few bytes of a request. */
const bulky = new Set([
  "messages",
  "system",
  "input",
  "instructions",
  "contents",
  "systemInstruction",
  "tools",
  "functions",
]);

export function askingOf({ wire, kind, model, stream }: Endpoint & { kind: "generate" | "count" }): Asking {
  return { wire: wire.name, kind, model, stream };
}

/** What may leave of these bytes; a sentence where nothing may. Never throws. */
export function readyOf(bytes: Uint8Array, { wire, kind, model, stream }: Asking): Ready | string {
  const body = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  if (!isObject(body)) return "The request's body is not a JSON object.";
  const plan = wires[wire].plan(body, { kind, wire: wires[wire], target: "", model, stream });
  return typeof plan === "string" ? plan : written(plan, kind, wires[wire]);
}

function written(plan: Plan, kind: Asking["kind"], wire: Wire): Ready {
  const { body, growing, ...facts } = plan;
  if (kind === "count") {
    const bulk = encoded([JSON.stringify(wire.counting(plan))]);
    return { ...facts, small: null, bulk, steps: [], offersTools: false, hour: false };
  }
  const entries = Object.entries(body).filter(([, value]) => value !== undefined);
  const small = Object.fromEntries(entries.filter(([field]) => !bulky.has(field)));
  const large = entries.filter(([field]) => bulky.has(field));
  const texts = large.flatMap(([field, value], at) => [
    `${at === 0 ? "" : ","}${JSON.stringify(field)}:`,
    JSON.stringify(value),
  ]);
  const hour = [JSON.stringify(small), ...texts].some((text) => text.includes('"1h"'));
  const offersTools = isSome(body.tools) || isSome(body.functions);
  return { ...facts, small, bulk: encoded(texts), steps: stepsOf(growing), offersTools, hour };
}

/** One after the other: joined first, a large text would be held once more. */
function encoded(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  const view = Buffer.from(bytes.buffer);
  let at = 0;
  for (const text of texts) at += view.write(text, at);
  return bytes;
}

function isSome(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}

/** The body in the pieces in which it is sent, with these small fields. */
export function bodyWith(small: JsonObject | null, bulk: Uint8Array): readonly Uint8Array[] {
  if (small === null) return [bulk];
  const fields = JSON.stringify(small).slice(1, -1);
  if (bulk.length === 0) return [Buffer.from(`{${fields}}`)];
  return [Buffer.from(fields === "" ? "{" : `{${fields},`), bulk, Buffer.from("}")];
}
