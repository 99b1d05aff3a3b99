// The body of a push as it comes in: first the commands, then the pack, counted and never held in memory.
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { createBlocks } from "../../base/blocks.ts";
import { maxCommandBytes, type PushRequest, readPush } from "./commands.ts";

export interface Intake {
  /** What the push asks for; null when it cannot be understood. */
  readonly request: PushRequest | null;
  /** Everything after the commands, chunk by chunk. */
  readonly pack: AsyncIterable<Buffer>;
}

/** The request's body, unpacked where the client packed it. */
export function bodyOf(incoming: IncomingMessage): Readable {
  const encoding = incoming.headers["content-encoding"];
  if (encoding !== "gzip" && encoding !== "x-gzip") return incoming;
  const unpacked = createGunzip();
  incoming.on("error", (error) => unpacked.destroy(error));
  return incoming.pipe(unpacked);
}

/** Reads up to the end of the commands. What follows stays in the connection until `pack` is read. */
export async function openIntake(incoming: IncomingMessage): Promise<Intake> {
  const chunks = bodyOf(incoming).iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  const blocks = createBlocks(null);
  let isOver = false;
  for (let due = 1; ; due = Math.max(1, 2 * blocks.length)) {
    // Read again once there is as much again, so that a request in small pieces is read a few times and not once for each.
    while (!isOver && blocks.length < due) {
      const next = await chunks.next().catch(() => null);
      if (next === null) return unread(chunks);
      if (next.done) isOver = true;
      else blocks.push(next.value);
    }
    const head = Buffer.concat(blocks.pieces());
    const reading = readPush(head);
    if (reading.state === "read") {
      return { request: reading.request, pack: continued(head.subarray(reading.end), chunks) };
    }
    if (reading.state === "malformed" || head.length > maxCommandBytes || isOver) return unread(chunks);
  }
}

function unread(chunks: AsyncIterator<Buffer>): Intake {
  return { request: null, pack: continued(Buffer.alloc(0), chunks) };
}

async function* continued(first: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (;;) {
    const next = await chunks.next();
    if (next.done) return;
    yield next.value;
  }
}
