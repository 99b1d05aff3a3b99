// A value as one line of base64 without quotes or hyphens, so that it can stand in an HTML comment, and back.
import { deflateRawSync, inflateRawSync } from "node:zlib";

const UNPACKED_BYTES = 8 * 1024 * 1024;

/** The value as base64 rather than base64url, whose "--" would end a comment. */
export function pack(value: unknown): string {
  return deflateRawSync(JSON.stringify(value), { level: 9 }).toString("base64");
}

/** What was packed; undefined where nothing was, or it would be larger than anything we pack. */
export function unpack(data: string): unknown {
  try {
    return JSON.parse(
      inflateRawSync(Buffer.from(data, "base64"), { maxOutputLength: UNPACKED_BYTES }).toString("utf8"),
    );
  } catch {
    return undefined;
  }
}
