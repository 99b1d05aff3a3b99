// The body of a delivery: hashed while it comes in, kept within limits, and believed only once its signature is right.
import { createHash, createHmac, type Hmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Held, Holding } from "./holding.ts";

export interface SignedBody {
  readonly bytes: Buffer;
  readonly sha256: string;
  /** To be called when the bytes are not needed any more. */
  readonly release: () => void;
}

export type Unbelieved = "too large" | "no room" | "broken off" | "not signed";

export interface BodyRules {
  readonly secrets: readonly string[];
  readonly signature: string; // as in `x-hub-signature-256`
  readonly limit: number; // bytes
  readonly holding: Holding;
}

/** Room is taken in steps, so that a length which is only claimed takes none. */
const firstBytes = 64 * 1024;

/**
 * The whole body once its signature matched one of the secrets. Of one that is refused before its end as much again as
 * the limit is read and dropped, so that an honest sender gets to hear why, and then the connection is cut. Never rejects.
 */
export function readSigned(request: IncomingMessage, rules: BodyRules): Promise<SignedBody | Unbelieved> {
  return new Promise((resolve) => {
    const held = rules.holding.hold(() => settle("no room"));
    const body = new Growing(Number(request.headers["content-length"] ?? 0), rules.limit, held);
    const hmacs = rules.secrets.map((secret) => createHmac("sha256", secret));
    let isOver = false;
    let seen = 0;

    function settle(answer: SignedBody | Unbelieved): void {
      if (isOver) return;
      isOver = true;
      if (typeof answer === "string") {
        held.release();
        body.drop();
      }
      resolve(answer);
    }

    request.on("data", (chunk: Buffer) => {
      seen += chunk.length;
      if (seen > 2 * rules.limit) request.destroy();
      if (isOver) return;
      if (seen > rules.limit) return settle("too large");
      for (const hmac of hmacs) hmac.update(chunk);
      if (!body.add(chunk)) settle("no room");
    });
    request.once("end", () => {
      if (isOver) return;
      if (seen === 0 || !matches(hmacs, rules.signature)) return settle("not signed");
      held.verified();
      const bytes = body.bytes();
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      settle({ bytes, sha256, release: held.release });
    });
    request.once("error", () => settle("broken off"));
    request.once("close", () => settle("broken off"));
  });
}

/** In constant time for each secret. */
function matches(hmacs: readonly Hmac[], signature: string): boolean {
  const given = Buffer.from(signature.slice("sha256=".length), "hex");
  return hmacs.filter((hmac) => timingSafeEqual(hmac.digest(), given)).length > 0;
}

/** Bytes in one buffer that grows to twice its size at a time, each growth claimed before it is made. */
class Growing {
  private buffer: Buffer = Buffer.alloc(0);
  private used = 0;
  private readonly expected: number;
  private readonly limit: number;
  private readonly held: Held;

  constructor(expected: number, limit: number, held: Held) {
    this.expected = Math.min(expected || limit, limit);
    this.limit = limit;
    this.held = held;
  }

  /** False when there is no room for it. */
  add(chunk: Buffer): boolean {
    const needed = this.used + chunk.length;
    if (needed > this.buffer.length && !this.grow(needed)) return false;
    chunk.copy(this.buffer, this.used);
    this.used = needed;
    return true;
  }

  private grow(needed: number): boolean {
    const wanted = Math.max(needed, 2 * this.buffer.length, Math.min(firstBytes, this.expected));
    const size = Math.min(wanted, Math.max(needed, this.expected), this.limit);
    if (!this.held.grow(size - this.buffer.length)) return false;
    const before = this.buffer;
    this.buffer = Buffer.allocUnsafeSlow(size);
    before.copy(this.buffer, 0, 0, this.used);
    return true;
  }

  bytes(): Buffer {
    return this.buffer.subarray(0, this.used);
  }

  drop(): void {
    this.buffer = Buffer.alloc(0);
    this.used = 0;
  }
}
