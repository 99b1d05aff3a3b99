// The body of a call as it comes in: measured before it is parsed, and held within its run's share of the memory.
import type { IncomingMessage } from "node:http";
import { createBlocks } from "../../base/blocks.ts";
import { createJsonGauge, type JsonBounds } from "../../base/json-gauge.ts";
import { keepPace, type Pace } from "../../base/pace.ts";
import type { Holder } from "../in-flight.ts";

export interface Body {
  /** Its bytes in order, in memory of their own. */
  readonly pieces: readonly Uint8Array[];
  /** Claimed of the run's share, to be given back. */
  readonly held: number;
}

export type Unheld = "too_large" | "no_room" | "depth" | "parts" | "broken_off";

/** Tools' schemas nest some twenty deep; a conversation of a thousand steps has some twenty thousand parts. */
export const jsonBounds: JsonBounds = { depth: 100, parts: 200_000 };

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
  const announced = incoming.headers["content-length"];
  if (Number(announced ?? 0) > limit) return "too_large";
  const gauge = createJsonGauge(bounds.json ?? jsonBounds);
  const blocks = createBlocks(announced === undefined ? null : Number(announced));
  let held = 0;
  const giveUp = (why: Unheld): Unheld => {
    blocks.drop();
    holder.shrink(held);
    return why;
  };
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (blocks.length + chunk.length > limit) return giveUp("too_large");
      const more = blocks.growth(chunk.length);
      if (!holder.grow(more)) return giveUp("no_room");
      held += more;
      const passed = gauge.push(chunk);
      if (passed !== null) return giveUp(passed);
      blocks.push(chunk);
      await keepPace(pace, chunk.length);
    }
  } catch {
    return giveUp("broken_off");
  }
  return { pieces: blocks.pieces(), held };
}
