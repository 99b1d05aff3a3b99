// The body of a delivery: hashed while it comes in, kept within limits, and believed only once its signature is right.
import { createHmac, type Hmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { createBlocks } from "../../base/blocks.ts";
import type { Pace } from "../../base/pace.ts";
import type { Holding } from "./holding.ts";

export interface SignedBody {
  /** Its bytes in order, in memory of their own. */
  readonly pieces: readonly Uint8Array[];
  /** To be called when the bytes are not needed any more. */
  readonly release: () => void;
}

export type Unbelieved = "too large" | "no room" | "broken off" | "not signed";

export interface BodyRules {
  readonly secrets: readonly string[];
  readonly signature: string; // as in `x-hub-signature-256`
  readonly limit: number; // bytes
  readonly holding: Holding;
  /** How fast bytes are read beyond the first of each body, over all bodies. Absent: as fast as they come. */
  readonly pace?: Pace;
}

/** So much of a body is read at once: hardly a delivery of GitHub's is longer. */
const freeBytes = 256 * 1024;

/**
 * The whole body once its signature matched one of the secrets. Of one that is refused before its end as much again as
 * the limit is read and dropped, so that an honest sender gets to hear why, and then the connection is cut. Never rejects.
 */
export function readSigned(request: IncomingMessage, rules: BodyRules): Promise<SignedBody | Unbelieved> {
  return new Promise((resolve) => {
    const held = rules.holding.hold(() => settle("no room"));
    const announced = request.headers["content-length"];
    const blocks = createBlocks(announced === undefined ? null : Number(announced));
    const hmacs = rules.secrets.map((secret) => createHmac("sha256", secret));
    let isOver = false;
    let seen = 0;

    function settle(answer: SignedBody | Unbelieved): void {
      if (isOver) return;
      isOver = true;
      if (typeof answer === "string") {
        held.release();
        blocks.drop();
      }
      resolve(answer);
    }

    request.on("data", (chunk: Buffer) => {
      seen += chunk.length;
      if (seen > 2 * rules.limit) request.destroy();
      if (seen > freeBytes) restFor(request, rules.pace?.take(chunk.length) ?? 0);
      if (isOver) return;
      if (seen > rules.limit) return settle("too large");
      for (const hmac of hmacs) hmac.update(chunk);
      if (held.grow(blocks.growth(chunk.length))) blocks.push(chunk);
      else settle("no room");
    });
    request.once("end", () => {
      if (isOver) return;
      if (seen === 0 || !matches(hmacs, rules.signature)) return settle("not signed");
      held.verified();
      settle({ pieces: blocks.pieces(), release: held.release });
    });
    request.once("error", () => settle("broken off"));
    request.once("close", () => settle("broken off"));
  });
}

function restFor(request: IncomingMessage, ms: number): void {
  if (ms === 0) return;
  request.pause();
  setTimeout(() => request.resume(), ms).unref();
}

/** In constant time for each secret. */
function matches(hmacs: readonly Hmac[], signature: string): boolean {
  const given = Buffer.from(signature.slice("sha256=".length), "hex");
  return hmacs.filter((hmac) => timingSafeEqual(hmac.digest(), given)).length > 0;
}

/** Whether one of the secrets makes this signature (as in `x-hub-signature-256`) of the text. */
export function isSignedWith(text: string, { secrets, signature }: Pick<BodyRules, "secrets" | "signature">): boolean {
  return matches(
    secrets.map((secret) => createHmac("sha256", secret).update(text)),
    signature,
  );
}
