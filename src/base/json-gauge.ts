// Measures JSON text while it comes in, before any parser meets it: how deep it nests, and of how many parts it is.

export interface JsonBounds {
  readonly depth: number;
  /** Objects, lists and their entries. */
  readonly parts: number;
}

export interface JsonGauge {
  /** Takes the next bytes; from the first that pass a bound on, says which. */
  push(bytes: Uint8Array): "depth" | "parts" | null;
}

const [quote, backslash, comma, openList, closeList, openObject, closeObject] = [...'"\\,[]{}'].map((one) =>
  one.charCodeAt(0),
);

/** Looks so far by itself for the end of a text; most are shorter than a search by the engine takes. */
const nearby = 64;

/** Where the plain part of a text ends that is plain at `from`: at a quote, a backslash, or the end of the bytes. */
function plainUntil(bytes: Uint8Array, from: number): number {
  const near = Math.min(bytes.length, from + nearby);
  for (let at = from; at < near; at++) if (bytes[at] === quote || bytes[at] === backslash) return at;
  if (near === bytes.length) return near;
  const end = bytes.indexOf(quote as number, near);
  const rest = end < 0 ? bytes : bytes.subarray(0, end);
  const escaping = rest.indexOf(backslash as number, near);
  return escaping < 0 ? rest.length : escaping;
}

/**
 * Counts outside of strings, in one pass and no memory. Text that is no JSON is measured as well, and refused by the
 * parser afterwards.
 */
export function createJsonGauge(bounds: JsonBounds): JsonGauge {
  let [depth, parts] = [0, 0];
  let [inString, escaped] = [false, false];
  let passed: "depth" | "parts" | null = null;
  return {
    push(bytes) {
      for (let at = 0; at < bytes.length && passed === null; at++) {
        const byte = bytes[at];
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === backslash) escaped = true;
          else if (byte === quote) inString = false;
          else at = plainUntil(bytes, at + 1) - 1;
        } else if (byte === quote) inString = true;
        else if (byte === openList || byte === openObject) {
          parts++;
          if (++depth > bounds.depth) passed = "depth";
        } else if (byte === closeList || byte === closeObject) depth--;
        else if (byte === comma) parts++;
        if (parts > bounds.parts) passed = "parts";
      }
      return passed;
    },
  };
}
