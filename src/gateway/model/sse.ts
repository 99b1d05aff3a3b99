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
 * Each byte is looked at once and copied a few times at most, however many pieces an event comes in. A line ends with CR LF, LF or CR, and an
 * event after a line that is empty: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function createSseReader(): SseReader {
  let kept: Buffer = Buffer.alloc(0); // grows by doubling
  let pending = 0; // bytes in it
  let line = 0; // bytes in the line so far
  let returned = false; // whether the last byte was a carriage return, which a line feed may still belong to
  let begun = false; // whether the event has a line at all
  let first = true; // only before the first event may a byte order mark stand
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
    const read = first ? raw.replace(/^\uFEFF/, "") : raw;
    first = false;
    return { raw, data: dataOf(read) };
  };
  return {
    push(piece) {
      const events: SseEvent[] = [];
      let from = 0;
      const next = nextEnd(piece);
      const endLine = (at: number) => {
        if (line === 0 && begun) {
          events.push(take(piece.subarray(from, at)));
          from = at;
        } else if (line > 0) begun = true;
        line = 0;
      };
      for (let at = 0; at < piece.length; ) {
        if (returned) {
          returned = false;
          if (piece[at] === lineFeed) at += 1;
          endLine(at);
          continue;
        }
        const end = next(at);
        line += end - at;
        at = end + 1;
        returned = piece[end] === carriageReturn;
        if (end < piece.length && !returned) endLine(at);
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

/** Where the next line ends from here on, or the piece does. */
function nextEnd(piece: Buffer): (at: number) => number {
  const seek = (byte: number) => {
    let found = -1;
    return (at: number) => {
      if (found >= at) return found;
      const next = piece.indexOf(byte, at);
      found = next < 0 ? piece.length : next;
      return found;
    };
  };
  const [feed, back] = [seek(lineFeed), seek(carriageReturn)];
  return (at) => Math.min(feed(at), back(at));
}

function dataOf(raw: string): string {
  return raw
    .split(/\r\n|\n|\r/)
    .filter((line) => line === "data" || line.startsWith("data:"))
    .map((line) => line.slice(5).replace(/^ /, ""))
    .join("\n");
}
