// A container's standard streams over the engine's attach call: demultiplexed, watched, kept in a capped log, slowed in a flood.
import type { Duplex } from "node:stream";
import type Docker from "dockerode";
import { readSlowedWhenFull } from "../flood.ts";
import { type CappedLog, cappedLog } from "../log.ts";
import type { OutputWatch } from "../run.ts";

export interface Attachment {
  readonly log: CappedLog;
  /** Writes to the container's standard input and keeps it open. */
  write(text: string): void;
  /** Resolves when the container's output ended, or after `ms`; closes the stream either way. */
  ended(ms: number): Promise<void>;
  /** Stops reading; the container's further output is nobody's. */
  close(): void;
}

/** Attaches to a container, running or not yet started. Without a log driver only what comes from now on is seen. */
export async function attach(container: Docker.Container, logBytes: number, watch?: OutputWatch): Promise<Attachment> {
  const stream = (await container.attach({
    stream: true,
    stdin: true,
    stdout: true,
    stderr: true,
    hijack: true,
  })) as Duplex;
  const log = cappedLog(logBytes);
  const push = demultiplexer((name, chunk) => {
    log.write(chunk);
    watch?.(name, chunk);
  });
  const end = new Promise<void>((resolve) => {
    stream.once("close", resolve).once("end", resolve);
  });
  stream.on("error", () => stream.destroy()); // the engine or the container went away; its end is told elsewhere
  readSlowedWhenFull(stream, push, () => log.truncated);
  return {
    log,
    write: (text) => void stream.write(text),
    async ended(ms) {
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([end, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
      clearTimeout(timer);
      stream.destroy();
    },
    close: () => void stream.destroy(),
  };
}

/** Splits the engine's framing: one byte of stream, three of nothing, four of length, then the payload. */
export function demultiplexer(emit: OutputWatch): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  let left = 0;
  let name: "stdout" | "stderr" = "stdout";
  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (left > 0) {
        const payload = rest.subarray(0, left);
        left -= payload.length;
        rest = rest.subarray(payload.length);
        emit(name, payload);
        continue;
      }
      const missing = 8 - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length < 8) return;
      name = header[0] === 2 ? "stderr" : "stdout";
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
  };
}
