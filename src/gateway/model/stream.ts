// Passes a streamed answer on, event by event as it comes, and reads its figures on the way.

import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { parseJson } from "../../base/parse-json.ts";
import type { Holder } from "../in-flight.ts";
import { passingHeaders, withoutKey } from "./answer.ts";
import { nothingRead, type Tally } from "./meter.ts";
import { isUsageOnly } from "./openai-chat.ts";
import { createSseReader, type SseEvent } from "./sse.ts";
import type { Plan, Wire } from "./wire.ts";

export interface Streaming {
  readonly wire: Wire;
  readonly plan: Pick<Plan, "hidesUsage">;
  readonly key: string | null;
  readonly eventBytes: number;
  /** The run's share of the memory, which an event that is not complete yet takes from. */
  readonly holder: Holder;
  readonly answer: IncomingMessage;
  readonly response: ServerResponse;
}

export interface Streamed {
  readonly tally: Tally;
  /** Whether the provider ended it in order. */
  readonly whole: boolean;
}

/** A client that has gone away is read on for: what it was sent does not matter, what it cost does. */
export async function passStream(streaming: Streaming): Promise<Streamed> {
  const { answer, response, eventBytes, holder } = streaming;
  const reader = createSseReader();
  let held = 0;
  let tooLarge = false;
  let tally = nothingRead;
  const handle = async (events: readonly SseEvent[]) => {
    let text = "";
    for (const event of events) {
      const isWords = event.data !== ""; // else it keeps the connection alive
      const data = event.data === "[DONE]" || !isWords ? event.data : parseJson(event.data);
      if (isWords) tally = streaming.wire.tally(tally, data);
      if (!(streaming.plan.hidesUsage && isUsageOnly(data))) text += event.raw;
    }
    if (text !== "") await write(response, withoutKey(text, streaming.key));
  };
  response.writeHead(200, {
    ...passingHeaders(answer),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  });
  response.flushHeaders();
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      await handle(reader.push(chunk));
      const more = reader.pending() - held;
      tooLarge = reader.pending() > eventBytes || (more > 0 && !holder.grow(more));
      if (tooLarge) break;
      if (more < 0) holder.shrink(-more);
      held += more;
    }
    if (!tooLarge) await handle(reader.end());
  } catch {
    response.destroy();
    return { tally, whole: false };
  } finally {
    holder.shrink(held);
  }
  if (answer.complete) response.end();
  else response.destroy();
  return { tally, whole: answer.complete };
}

/** Waits for a slow reader, but not for one that has gone. */
async function write(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed || response.write(text)) return;
  const settled = new AbortController();
  const { signal } = settled;
  await Promise.race([once(response, "drain", { signal }), once(response, "close", { signal })]).catch(() => undefined);
  settled.abort();
}
