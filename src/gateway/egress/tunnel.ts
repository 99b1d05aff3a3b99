// Carries bytes both ways between two sockets, counts them, and ends when it must.
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

export interface TunnelRequest {
  readonly inside: Duplex;
  readonly outside: Socket;
  /** What the client sent along with its request. */
  readonly head: Buffer;
  readonly idleMs: number;
  /** Counts bytes that are about to be carried; false when they are too many. */
  readonly mayCarry: (bytes: number) => boolean;
}

export type TunnelEnd = "ended" | "idle" | "bytes" | "revoked";

export interface Carried {
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly how: TunnelEnd;
}

export interface Tunnel {
  readonly done: Promise<Carried>;
  cut(how: TunnelEnd): void;
}

/** Ends when both sides have, or at once when it is cut. Never rejects. */
export function carry({ inside, outside, head, idleMs, mayCarry }: TunnelRequest): Tunnel {
  const { promise, resolve } = Promise.withResolvers<Carried>();
  const counts = { bytesOut: 0, bytesIn: 0 };
  let ended: TunnelEnd | null = null;
  const cut = (how: TunnelEnd) => {
    ended ??= how;
    inside.destroy();
    outside.destroy();
  };
  const pass = (from: Duplex, to: Duplex, count: "bytesOut" | "bytesIn") => {
    const take = (chunk: Buffer) => {
      if (!mayCarry(chunk.length)) return cut("bytes");
      counts[count] += chunk.length;
      if (to.write(chunk)) return;
      from.pause();
      to.once("drain", () => from.resume());
    };
    from.on("data", take);
    from.once("end", () => to.end());
    return take;
  };
  outside.setTimeout(idleMs, () => cut("idle"));
  outside.once("close", () => {
    inside.destroy();
    resolve({ ...counts, how: ended ?? "ended" });
  });
  inside.once("close", () => outside.destroy());
  pass(outside, inside, "bytesIn");
  const out = pass(inside, outside, "bytesOut");
  if (head.length > 0) out(head);
  return { done: promise, cut };
}
