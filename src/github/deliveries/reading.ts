// Who reads a delivery: small ones this thread, large ones a thread of their own.
import { buffersOf, joined } from "../../base/blocks.ts";
import { threadQueue } from "../../base/thread-queue.ts";
import type { LargePayload } from "./large.ts";
import { type Read, readPayload, smallBytes } from "./read-payload.ts";
import type { Self } from "./translated.ts";

export interface Reader {
  /** Never rejects. The bytes are gone afterwards. */
  read(event: string, pieces: readonly Uint8Array[]): Promise<Read>;
  close(): Promise<void>;
}

/** Large payloads are read one at a time, in the order in which they came. */
export function payloadReader(self: Self): Reader {
  const { newLoopId: _, ...plain } = self;
  const queue = threadQueue<LargePayload, Read>({
    file: new URL("./large.ts", import.meta.url),
    bounds: { oldMegabytes: 512, youngMegabytes: 32 },
    workerData: plain,
  });
  return {
    async read(event, pieces) {
      const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
      if (bytes <= smallBytes) return readPayload(event, joined(pieces), self);
      const read = await queue.ask({ event, pieces }, "GitHub", buffersOf(pieces));
      return read ?? { ok: false, reason: "the body is too much to read" };
    },
    close: () => queue.close(),
  };
}
