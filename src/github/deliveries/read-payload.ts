// From the bytes of a signed delivery to what it means.
import { isUtf8 } from "node:buffer";
import { hash } from "node:crypto";
import { createJsonGauge } from "../../base/json-gauge.ts";
import { originOf } from "./origin.ts";
import type { Origin, Self, Translated } from "./translated.ts";
import { translate } from "./webhook.ts";

/** A delivery as it was read, or why it cannot be. */
export type Read =
  | { readonly ok: true; readonly translated: Translated; readonly origin: Origin; readonly sha256: string }
  | { readonly ok: false; readonly reason: string };

/** GitHub's own payloads nest less than ten deep. */
const deepest = 64;
/** Objects, lists and their entries in one payload; a push of 2,048 commits has some 50,000. */
const mostParts = 500_000;
/** Up to here nothing is counted, and a payload is read at once: a few milliseconds even of nothing but brackets. */
export const smallBytes = 64 * 1024;

/** What the bytes say. Never throws: whatever is not a JSON object within the limits is a reason. */
export function readPayload(event: string, bytes: Uint8Array, self: Self): Read {
  if (!isUtf8(bytes)) return { ok: false, reason: "the body is not UTF-8" };
  const excess = bytes.length > smallBytes ? excessOf(bytes) : null;
  if (excess !== null) return { ok: false, reason: excess };
  const payload = parsed(bytes);
  if (payload === null) return { ok: false, reason: "the body is not a JSON object" };
  const sha256 = hash("sha256", bytes, "hex");
  return { ok: true, translated: translate(event, payload, self), origin: originOf(payload), sha256 };
}

function parsed(bytes: Uint8Array): object | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
    return typeof payload === "object" && payload !== null && !Array.isArray(payload) ? payload : null;
  } catch {
    return null; // JSON.parse throws on nothing but malformed text
  }
}

/** No parser meets more depth or parts than it should. */
function excessOf(bytes: Uint8Array): string | null {
  const passed = createJsonGauge({ depth: deepest, parts: mostParts }).push(bytes);
  if (passed === null) return null;
  return passed === "depth" ? `the body nests more than ${deepest} deep` : `the body has more than ${mostParts} parts`;
}
