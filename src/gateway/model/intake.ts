// The body of a call as it comes in: measured before it is parsed, and held within its run's share of the memory.
import type { IncomingMessage } from "node:http";
import { createJsonGauge, type JsonBounds } from "../../base/json-gauge.ts";
import { keepPace, type Pace } from "../../base/pace.ts";
import type { Holder } from "../in-flight.ts";

export interface Body {
  readonly bytes: Uint8Array;
  /** Claimed of the run's share, to be given back. */
  readonly held: number;
}

export type Unheld = "too_large" | "no_room" | "depth" | "parts" | "broken_off";

/** Tools' schemas nest some twenty deep; a conversation of a thousand steps has some twenty thousand parts. */
export const jsonBounds: JsonBounds = { depth: 100, parts: 200_000 };

/** What a piece of a body takes beside its bytes: one that comes byte by byte takes more than it holds. */
const overhead = 512;

export interface BodyBounds {
  /** Bytes. */
  readonly limit: number;
  /** This run's part of the memory. */
  readonly holder: Holder;
  /** How fast this run's bodies are read, in bytes. */
  readonly pace: Pace;
  /** Absent: those of a model call. */
  readonly json?: JsonBounds;
}

/** The whole body, or why it was not kept; then nothing of it is. Never rejects. */
export async function takeBody(incoming: IncomingMessage, bounds: BodyBounds): Promise<Body | Unheld> {
  const { limit, holder, pace } = bounds;
  if (Number(incoming.headers["content-length"] ?? 0) > limit) return "too_large";
  const gauge = createJsonGauge(bounds.json ?? jsonBounds);
  let chunks: Buffer[] = [];
  let [bytes, held] = [0, 0];
  const giveUp = (why: Unheld): Unheld => {
    chunks = [];
    holder.shrink(held);
    return why;
  };
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) return giveUp("too_large");
      if (!holder.grow(chunk.length + overhead)) return giveUp("no_room");
      held += chunk.length + overhead;
      const passed = gauge.push(chunk);
      if (passed !== null) return giveUp(passed);
      chunks.push(chunk);
      await keepPace(pace, chunk.length);
    }
  } catch {
    return giveUp("broken_off");
  }
  return { bytes: joined(chunks, bytes), held };
}

/** In memory of their own, which can be handed to another thread. */
function joined(chunks: readonly Buffer[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
