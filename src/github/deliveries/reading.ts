// From the bytes of a signed delivery to what it means: small ones here, large ones in a thread of their own.
import { isUtf8 } from "node:buffer";
import { Worker } from "node:worker_threads";
import { originOf } from "./origin.ts";
import type { Origin, Self, Translated } from "./translated.ts";
import { translate } from "./webhook.ts";

/** A delivery as it was read, or why it cannot be. */
export type Read =
  | { readonly ok: true; readonly translated: Translated; readonly origin: Origin }
  | { readonly ok: false; readonly reason: string };

/** Who we are, as far as it can be told to another thread. */
export type PlainSelf = Omit<Self, "newLoopId">;

export interface Reader {
  /** Never rejects. `bytes` may be gone afterwards. */
  read(event: string, bytes: Uint8Array): Promise<Read>;
  close(): Promise<void>;
}

/** GitHub's own payloads nest less than ten deep. */
const deepest = 64;
/** Objects, lists and their entries in one payload; a push of 2,048 commits has some 50,000. */
const mostParts = 500_000;
/** Up to here a payload is read at once: a few milliseconds at the very worst. */
const smallBytes = 64 * 1024;

/** What the bytes say. Never throws: whatever is no JSON object within the limits is a reason. */
export function readPayload(event: string, bytes: Uint8Array, self: Self): Read {
  if (!isUtf8(bytes)) return { ok: false, reason: "the body is not UTF-8" };
  const excess = excessOf(bytes);
  if (excess !== null) return { ok: false, reason: excess };
  const payload = parsed(bytes);
  if (payload === null) return { ok: false, reason: "the body is not a JSON object" };
  return { ok: true, translated: translate(event, payload, self), origin: originOf(payload) };
}

function parsed(bytes: Uint8Array): object | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
    return typeof payload === "object" && payload !== null && !Array.isArray(payload) ? payload : null;
  } catch {
    return null; // JSON.parse throws on nothing but malformed text
  }
}

const [quote, backslash, comma, openList, closeList, openObject, closeObject] = [...'"\\,[]{}'].map((one) =>
  one.charCodeAt(0),
);

/** Counts depth and parts outside of strings, so that no parser meets more of either than it should. */
function excessOf(bytes: Uint8Array): string | null {
  let [depth, parts] = [0, 0];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      for (at++; at < bytes.length && bytes[at] !== quote; at++) if (bytes[at] === backslash) at++;
    } else if (byte === openList || byte === openObject) {
      parts++;
      if (++depth > deepest) return `the body nests more than ${deepest} deep`;
    } else if (byte === closeList || byte === closeObject) depth--;
    else if (byte === comma) parts++;
  }
  return parts > mostParts ? `the body has more than ${mostParts} parts` : null;
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

  constructor(self: PlainSelf, gone: () => void) {
    const limits = { maxOldGenerationSizeMb: 512 };
    this.worker = new Worker(new URL("./large.ts", import.meta.url), { workerData: self, resourceLimits: limits });
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
