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

/**
 * Says where the plain part of a text ends that is plain at `from`, which never goes back: at a quote, a backslash, or the end of the
 * bytes. What was found far ahead is kept, so that no byte is searched twice, however many of the other kind lie before it.
 */
function plainUntil(bytes: Uint8Array): (from: number) => number {
  const seek = (wanted: number) => {
    let found = -1;
    return (from: number) => {
      if (found >= from) return found;
      const next = bytes.indexOf(wanted, from);
      found = next < 0 ? bytes.length : next;
      return found;
    };
  };
  const [toQuote, toBackslash] = [seek(quote as number), seek(backslash as number)];
  return (from) => {
    const near = Math.min(bytes.length, from + nearby);
    for (let at = from; at < near; at++) if (bytes[at] === quote || bytes[at] === backslash) return at;
    return Math.min(toQuote(near), toBackslash(near));
  };
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
      const endOfPlain = plainUntil(bytes);
      for (let at = 0; at < bytes.length && passed === null; at++) {
        const byte = bytes[at];
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === backslash) escaped = true;
          else if (byte === quote) inString = false;
          else at = endOfPlain(at + 1) - 1;
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
