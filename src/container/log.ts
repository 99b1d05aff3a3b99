// Keeps the beginning and the end of an output of any length in bounded memory.
import { createBlocks } from "../base/blocks.ts";

export interface CappedLog {
  write(chunk: Uint8Array): void;
  /** The output as text; where something was dropped, a line in its place says how much. */
  text(): string;
  /** How many bytes came in, kept or not. */
  readonly seen: number;
  readonly truncated: boolean;
}

/** A log that holds at most `limit` bytes: the first half of them as they came, the second half the newest. */
export function cappedLog(limit: number): CappedLog {
  const headSize = Math.ceil(limit / 2);
  const tailSize = limit - headSize;
  const head = createBlocks(null);
  let ring: Buffer | null = null;
  let seen = 0;

  function writeTail(chunk: Uint8Array, at: number): void {
    ring ??= Buffer.alloc(tailSize);
    const kept = chunk.subarray(Math.max(0, chunk.length - tailSize));
    const start = (at + chunk.length - kept.length) % tailSize;
    const first = kept.subarray(0, tailSize - start);
    ring.set(first, start);
    ring.set(kept.subarray(first.length));
  }

  return {
    write(chunk) {
      const intoHead = Math.max(0, Math.min(chunk.length, headSize - seen));
      head.push(chunk.subarray(0, intoHead));
      const rest = chunk.subarray(intoHead);
      if (rest.length > 0 && tailSize > 0) writeTail(rest, Math.max(0, seen - headSize));
      seen += chunk.length;
    },
    text() {
      const beyond = seen - headSize;
      const begins = Buffer.concat(head.pieces());
      if (beyond <= 0) return begins.toString();
      const dropped = Math.max(0, beyond - tailSize);
      const tail = unroll(ring ?? Buffer.alloc(0), beyond);
      if (dropped === 0) return Buffer.concat([begins, tail]).toString();
      return `${begins}\n[loopgate: ${dropped} bytes of output were dropped here]\n${tail}`;
    },
    get seen() {
      return seen;
    },
    get truncated() {
      return seen > limit;
    },
  };
}

/** A ring's content in order, given how many bytes were ever written to it. */
function unroll(ring: Buffer, written: number): Buffer {
  if (written <= ring.length) return ring.subarray(0, written);
  const start = ring.length === 0 ? 0 : written % ring.length;
  return Buffer.concat([ring.subarray(start), ring.subarray(0, start)]);
}
