// Who reads a request's bytes: small ones this thread, large ones a thread of their own, one at a time.
import { buffersOf, joined } from "../../base/blocks.ts";
import { threadQueue } from "../../base/thread-queue.ts";
import type { ReadingTask } from "./reading-thread.ts";
import { type Asking, type Ready, readyOf } from "./ready.ts";

export interface RequestReader {
  /** What may leave of these bytes, or a sentence. Never rejects; they are gone afterwards. Runs, `whose` they are, take turns. */
  read(pieces: readonly Uint8Array[], asking: Asking, whose: unknown): Promise<Ready | string>;
}

/** Up to here reading takes a few milliseconds, whatever the bytes are. */
const smallBytes = 128 * 1024;

/** Tells of a request that took more memory than the reading thread may have. */
const tooMuch = "The request is too much to read; send fewer messages, or smaller ones.";

export function requestReader(): RequestReader {
  const queue = threadQueue<ReadingTask, Ready | string>({
    file: new URL("./reading-thread.ts", import.meta.url),
    bounds: { oldMegabytes: 160, youngMegabytes: 8 },
  });
  return {
    async read(pieces, asking, whose) {
      const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
      if (bytes <= smallBytes) return readyOf(joined(pieces), asking);
      return (await queue.ask({ pieces, asking }, whose, buffersOf(pieces))) ?? tooMuch;
    },
  };
}
