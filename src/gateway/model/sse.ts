// Server-sent events, cut out of a stream of text: each event as it came, and the data in it.

export interface SseEvent {
  /** The event as it came, with the empty line that ends it. */
  readonly raw: string;
  readonly data: string;
}

export interface SseReader {
  /** The events that this piece of the stream completes. */
  push(text: string): SseEvent[];
  /** What is left when the stream ends: an event whose empty line is missing, or none. */
  end(): SseEvent[];
  /** Characters of an event that is not complete yet. */
  pending(): number;
}

export function createSseReader(): SseReader {
  let rest = "";
  const take = (raw: string): SseEvent => ({ raw, data: dataOf(raw) });
  return {
    push(text) {
      rest += text;
      const events: SseEvent[] = [];
      for (let found = /\r?\n\r?\n/.exec(rest); found !== null; found = /\r?\n\r?\n/.exec(rest)) {
        const end = found.index + found[0].length;
        events.push(take(rest.slice(0, end)));
        rest = rest.slice(end);
      }
      return events;
    },
    end() {
      const left = rest;
      rest = "";
      return left.trim() === "" ? [] : [take(left)];
    },
    pending: () => rest.length,
  };
}

function dataOf(raw: string): string {
  return raw
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).replace(/^ /, ""))
    .join("\n");
}
