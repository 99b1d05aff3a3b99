// Who reads a request's bytes: small ones this thread, large ones a thread of their own, one at a time.
import type { Worker } from "node:worker_threads";
import { startThread } from "../../base/thread.ts";
import { type Asking, type Ready, readyOf } from "./ready.ts";

export interface RequestReader {
  /** What may leave of these bytes, or a sentence. Never rejects; `bytes` may be gone afterwards. */
  read(bytes: Uint8Array, asking: Asking): Promise<Ready | string>;
}

/** After so long without a large request the thread goes, and its memory with it. */
const idleMs = 30_000;

/** Up to here reading takes a few milliseconds, whatever the bytes are. */
const smallBytes = 128 * 1024;

/** Tells of a request that took more memory than the reading thread may have; the thread is gone, and another comes. */
const tooMuch = "The request is too much to read; send fewer messages, or smaller ones.";

/** The thread is started when a large request comes, and does not keep the process. */
export function requestReader(): RequestReader {
  let thread: ReadingThread | null = null;
  return {
    async read(bytes, asking) {
      if (bytes.length <= smallBytes) return readyOf(bytes, asking);
      thread ??= new ReadingThread((gone) => {
        if (thread === gone) thread = null;
      });
      return thread.read(bytes, asking);
    },
  };
}

class ReadingThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, (ready: Ready | string) => void>();
  private readonly gone: (thread: ReadingThread) => void;
  private asked = 0;
  private idle: NodeJS.Timeout | null = null;

  constructor(gone: (thread: ReadingThread) => void) {
    this.gone = gone;
    this.worker = startThread(new URL("./reading-thread.ts", import.meta.url), {
      oldMegabytes: 160,
      youngMegabytes: 8,
    });
    this.worker.unref();
    this.worker.on("message", ({ id, ready }: { id: number; ready: Ready | string }) => this.answer(id, ready));
    this.worker.on("error", () => {}); // said by what "exit" tells
    this.worker.once("exit", () => {
      if (this.idle !== null) clearTimeout(this.idle);
      gone(this);
      for (const id of [...this.waiting.keys()]) this.answer(id, tooMuch);
    });
  }

  read(bytes: Uint8Array, asking: Asking): Promise<Ready | string> {
    const id = ++this.asked;
    if (this.idle !== null) clearTimeout(this.idle);
    const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
    this.worker.ref();
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.worker.postMessage({ id, bytes: own, asking }, [own.buffer as ArrayBuffer]);
    });
  }

  private answer(id: number, ready: Ready | string): void {
    this.waiting.get(id)?.(ready);
    this.waiting.delete(id);
    if (this.waiting.size > 0) return;
    this.worker.unref();
    this.idle = setTimeout(() => {
      this.gone(this);
      void this.worker.terminate();
    }, idleMs).unref();
  }
}
