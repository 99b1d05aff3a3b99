// Bytes as they come in, kept once: in blocks of their own memory, which can be handed to another thread or let go of at once.

export interface Blocks {
  /** What keeping so many bytes more would take beyond what is taken already. */
  growth(bytes: number): number;
  push(chunk: Uint8Array): void;
  /** How many bytes came. */
  readonly length: number;
  /** Them, in order. */
  pieces(): readonly Uint8Array[];
  /** Frees their memory without waiting for a collection. */
  drop(): void;
}

/** More than a small request has, so that most are one block; little beside what a connection takes. */
const leastBytes = 4 * 1024;

const mostBytes = 1024 * 1024;

/**
 * Room that grows with what came, and is never more than as much again: whoever announces much and sends little holds little. `expected` is
 * how many bytes were announced; where that is not known, the last block may stay in part empty.
 */
export function createBlocks(expected: number | null): Blocks {
  let blocks: Uint8Array<ArrayBuffer>[] = [];
  let [length, room] = [0, 0];

  const growth = (bytes: number) => {
    const more = bytes - (room - length);
    if (more <= 0) return 0;
    const wanted = Math.max(more, Math.min(Math.max(length, leastBytes), mostBytes));
    return expected === null ? wanted : Math.max(more, Math.min(wanted, expected - room));
  };

  return {
    growth,
    push(chunk) {
      const last = blocks.at(-1);
      const fits = Math.min(chunk.length, room - length);
      const more = growth(chunk.length);
      if (last !== undefined) last.set(chunk.subarray(0, fits), last.length - (room - length));
      if (more > 0) {
        const next = new Uint8Array(more);
        next.set(chunk.subarray(fits));
        blocks.push(next);
        room += more;
      }
      length += chunk.length;
    },
    get length() {
      return length;
    },
    pieces() {
      return blocks.map((block, at) =>
        at === blocks.length - 1 ? block.subarray(0, block.length - room + length) : block,
      );
    },
    drop() {
      for (const { buffer } of blocks) buffer.transfer(0);
      blocks = [];
      [length, room] = [0, 0];
    },
  };
}

/** All of it at a stretch; pieces that are one already are not copied. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}

/** What a thread is handed of them. */
export function buffersOf(pieces: readonly Uint8Array[]): readonly ArrayBuffer[] {
  return pieces.map(({ buffer }) => buffer as ArrayBuffer);
}

/** The same as `joined`, for whoever was handed the pieces: each is freed once it is copied. */
export function gathered(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = joined(pieces);
  for (const buffer of buffersOf(pieces)) if (buffer !== whole.buffer) buffer.transfer(0);
  return whole;
}
