// Who reads a delivery: small ones this thread, large ones a thread of their own.
import type { Worker } from "node:worker_threads";
import { startThread } from "../../base/thread.ts";
import { type Read, readPayload, smallBytes } from "./read-payload.ts";
import type { Self } from "./translated.ts";

export interface Reader {
  /** Never rejects. `bytes` may be gone afterwards. */
  read(event: string, bytes: Uint8Array): Promise<Read>;
  close(): Promise<void>;
}

/** A thread for large payloads is started when the first one comes, and reads one at a time. */
export function payloadReader(self: Self): Reader {
  const { newLoopId: _, ...plain } = self;
  let large: LargeReader | null = null;
  return {
    async read(event, bytes) {
      if (bytes.length <= smallBytes) return readPayload(event, bytes, self);
      large ??= new LargeReader(plain, () => {
        large = null;
      });
      return large.read(event, bytes);
    },
    close: async () => large?.close(),
  };
}

class LargeReader {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, (read: Read) => void>();
  private asked = 0;

  constructor(self: Omit<Self, "newLoopId">, gone: () => void) {
    this.worker = startThread(new URL("./large.ts", import.meta.url), { oldMegabytes: 512, youngMegabytes: 32 }, self);
    this.worker.unref();
    this.worker.on("message", ({ id, read }: { id: number; read: Read }) => this.answer(id, read));
    this.worker.on("error", () => {}); // said by what "exit" tells
    this.worker.once("exit", () => {
      gone();
      for (const id of [...this.waiting.keys()]) this.answer(id, { ok: false, reason: "the body is too much to read" });
    });
  }

  read(event: string, bytes: Uint8Array): Promise<Read> {
    const id = ++this.asked;
    const own = new Uint8Array(bytes);
    this.worker.ref();
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.worker.postMessage({ id, event, bytes: own }, [own.buffer]);
    });
  }

  private answer(id: number, read: Read): void {
    this.waiting.get(id)?.(read);
    this.waiting.delete(id);
    if (this.waiting.size === 0) this.worker.unref();
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
