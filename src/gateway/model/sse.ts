// Server-sent events, cut out of a stream of bytes: each event as it came, and the data in it.

export interface SseEvent {
  /** The event as it came, with the empty line that ends it. */
  readonly raw: string;
  readonly data: string;
}

export interface SseReader {
  /** The events that this piece of the stream completes. */
  push(piece: Buffer): SseEvent[];
  /** What is left when the stream ends: an event whose empty line is missing, or none. */
  end(): SseEvent[];
  /** Bytes of an event that is not complete yet. */
  pending(): number;
}

const [lineFeed, carriageReturn] = [10, 13];

/**
 * Each byte is looked at once and copied a few times at most, however many pieces an event comes in. An event ends after a line that is
 * empty, so every line's end is held against the one before it.
 */
export function createSseReader(): SseReader {
  let kept: Buffer = Buffer.alloc(0); // grows by doubling
  let pending = 0; // bytes in it
  let line = 0; // bytes in the line so far, without a carriage return at its end
  let returned = false; // whether the last byte was a carriage return
  let begun = false; // whether the event has a line at all
  const keep = (piece: Buffer) => {
    if (pending + piece.length > kept.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * kept.length, pending + piece.length));
      kept.copy(larger, 0, 0, pending);
      kept = larger;
    }
    piece.copy(kept, pending);
    pending += piece.length;
  };
  const take = (last: Buffer): SseEvent => {
    if (pending > 0) keep(last);
    const raw = (pending > 0 ? kept.subarray(0, pending) : last).toString("utf8");
    kept = Buffer.alloc(0);
    pending = 0;
    begun = false;
    return { raw, data: dataOf(raw) };
  };
  return {
    push(piece) {
      const events: SseEvent[] = [];
      let from = 0;
      for (let at = 0; at < piece.length; ) {
        const end = piece.indexOf(lineFeed, at);
        const until = end < 0 ? piece.length : end;
        if (until > at) {
          line += until - at + (returned ? 1 : 0);
          returned = piece[until - 1] === carriageReturn;
          if (returned) line--;
        }
        if (end < 0) break;
        at = end + 1;
        if (line === 0 && begun) {
          events.push(take(piece.subarray(from, at)));
          from = at;
        } else if (line > 0) begun = true;
        line = 0;
        returned = false;
      }
      if (from < piece.length) keep(piece.subarray(from));
      return events;
    },
    end() {
      const left = pending === 0 ? null : take(Buffer.alloc(0));
      return left === null || left.raw.trim() === "" ? [] : [left];
    },
    pending: () => pending,
  };
}

function dataOf(raw: string): string {
  return raw
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).replace(/^ /, ""))
    .join("\n");
}
