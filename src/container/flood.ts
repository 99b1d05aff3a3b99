// Reads an output stream, slowly once enough of it was seen, so that a flood blocks its writer instead of our CPU.
import type { Readable } from "node:stream";

const PAUSE_MS = 20;

/** Hands every chunk on; while `isFull` holds the stream rests after each, and the writer's pipe fills up. */
export function readSlowedWhenFull(stream: Readable, take: (chunk: Buffer) => void, isFull: () => boolean): void {
  stream.on("data", (chunk: Buffer) => {
    take(chunk);
    if (!isFull()) return;
    stream.pause();
    setTimeout(() => stream.resume(), PAUSE_MS).unref();
  });
}
