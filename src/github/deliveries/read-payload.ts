// From the bytes of a signed delivery to what it means.
import { isUtf8 } from "node:buffer";
import { originOf } from "./origin.ts";
import type { Origin, Self, Translated } from "./translated.ts";
import { translate } from "./webhook.ts";

/** A delivery as it was read, or why it cannot be. */
export type Read =
  | { readonly ok: true; readonly translated: Translated; readonly origin: Origin }
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
  return { ok: true, translated: translate(event, payload, self), origin: originOf(payload) };
}

function parsed(bytes: Uint8Array): object | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
    return typeof payload === "object" && payload !== null && !Array.isArray(payload) ? payload : null;
  } catch {
    return null; // JSON.parse throws on nothing but malformed text
  }
}

const [quote, backslash, comma, openList, closeList, openObject, closeObject] = [...'"\\,[]{}'].map((one) =>
  one.charCodeAt(0),
);

/** Counts depth and parts outside of strings, so that no parser meets more of either than it should. */
function excessOf(bytes: Uint8Array): string | null {
  let [depth, parts] = [0, 0];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      for (at++; at < bytes.length && bytes[at] !== quote; at++) if (bytes[at] === backslash) at++;
    } else if (byte === openList || byte === openObject) {
      parts++;
      if (++depth > deepest) return `the body nests more than ${deepest} deep`;
    } else if (byte === closeList || byte === closeObject) depth--;
    else if (byte === comma) parts++;
  }
  return parts > mostParts ? `the body has more than ${mostParts} parts` : null;
}
