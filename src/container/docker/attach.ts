// A container's standard streams over the engine's attach call: demultiplexed, watched, kept in a capped log, slowed in a flood.
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { readSlowedWhenFull } from "../flood.ts";
import { type CappedLog, cappedLog } from "../log.ts";
import { type Observed, readObserved } from "../observed.ts";
import type { OutputWatch } from "../run.ts";

export interface Attachment {
  readonly log: CappedLog;
  /** What the container told of itself before anything else; null when it ended or `OBSERVED_MS` passed without it. */
  readonly observed: Promise<Observed | null>;
  /** Writes to the container's standard input and keeps it open. */
  write(text: string): void;
  /** Resolves when the container's output ended, or after `ms`; closes the stream either way. */
  ended(ms: number): Promise<void>;
  /** Stops reading; the container's further output is nobody's. */
  close(): void;
}

/** How long a container may take to tell what it is. */
const OBSERVED_MS = 30_000;

/** No observation is longer; whatever is, is none. */
const OBSERVED_BYTES = 256 * 1024;

/**
 * Attaches to a container, running or not yet started. Without a log driver only what comes from now on is seen. One that
 * `tells` begins with an observation, which is no output of the agent's and neither kept nor watched.
 */
export async function attach(
  container: Docker.Container,
  logBytes: number,
  watch?: OutputWatch,
  tells = false,
): Promise<Attachment> {
  const stream = await openStream(container);
  const log = cappedLog(logBytes);
  const seen = Promise.withResolvers<Observed | null>();
  let told: string | null = tells ? "" : null;
  if (!tells) seen.resolve(null);
  const push = demultiplexer((name, chunk) => {
    if (told !== null && name === "stdout") {
      told += chunk;
      const observed = told.length > OBSERVED_BYTES ? null : readObserved(told);
      if (observed || told.length > OBSERVED_BYTES) {
        told = null; // nothing of the agent's can be in it: its go is not given yet
        seen.resolve(observed);
      }
      return;
    }
    log.write(chunk);
    watch?.(name, chunk);
  });
  const end = new Promise<void>((resolve) => {
    stream.once("close", resolve).once("end", resolve);
  });
  stream.on("error", () => stream.destroy()); // the engine or the container went away; its end is told elsewhere
  readSlowedWhenFull(stream, push, () => log.truncated);
  void end.then(() => seen.resolve(null));
  return {
    log,
    get observed() {
      const late = delay(OBSERVED_MS, null, { ref: false });
      return Promise.race([seen.promise, late]);
    },
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

/** With an empty body: dockerode would repeat the options in it, and Podman hands a body to the container as input. */
function openStream({ id, modem }: Docker.Container): Promise<Duplex> {
  const call = {
    path: `/containers/${id}/attach?`,
    method: "POST",
    isStream: true,
    hijack: true,
    openStdin: true,
    file: Buffer.alloc(0),
    statusCodes: { 200: true, 404: "no such container", 500: "server error" },
    options: { _query: { stream: true, stdin: true, stdout: true, stderr: true } },
  };
  return new Promise((resolve, reject) => {
    modem.dial(call, (error: Error | null, stream: Duplex) => (error ? reject(error) : resolve(stream)));
  });
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
