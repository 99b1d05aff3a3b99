// Messages out of a server's standard output: one JSON object on a line, each within bounds; whatever else it prints is passed over.
import { createBlocks, joined } from "../../../base/blocks.ts";
import { createJsonGauge, type JsonBounds } from "../../../base/json-gauge.ts";
import { parseJson } from "../../../base/parse-json.ts";

export interface LineBounds {
  /** Bytes of one message. */
  readonly lineBytes: number;
  readonly json: JsonBounds;
}

export type Heard =
  | { readonly kind: "message"; readonly message: Readonly<Record<string, unknown>> }
  | { readonly kind: "too_large" } // of one line, once
  | { readonly kind: "stray" }; // a line that is no message

/** Takes output as it comes, in pieces of any size; at most one line of it is held. */
export function readLines(bounds: LineBounds, hear: (heard: Heard) => void): (chunk: Buffer) => void {
  const held = createBlocks(null);
  let passed = false; // the rest of a line that was too large

  function take(part: Buffer): void {
    if (!passed && held.length + part.length > bounds.lineBytes) {
      passed = true;
      held.drop();
      hear({ kind: "too_large" });
    }
    if (!passed) held.push(part);
  }

  function end(): void {
    const line = joined(held.pieces());
    const heard = !passed && line.some((byte) => byte > 0x20) ? read(line, bounds.json) : null;
    passed = false;
    held.drop();
    if (heard !== null) hear(heard);
  }

  return (chunk) => {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      take(chunk.subarray(from, at));
      end();
      from = at + 1;
    }
    take(chunk.subarray(from));
  };
}

function read(line: Uint8Array, json: JsonBounds): Heard {
  if (createJsonGauge(json).push(line) !== null) return { kind: "too_large" };
  const message = parseJson(Buffer.from(line.buffer, line.byteOffset, line.length).toString("utf8"));
  const isObject = typeof message === "object" && message !== null && !Array.isArray(message);
  return isObject ? { kind: "message", message: message as Readonly<Record<string, unknown>> } : { kind: "stray" };
}
