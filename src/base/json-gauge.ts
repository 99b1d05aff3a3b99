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
