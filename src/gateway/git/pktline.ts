// Git's packet lines: four hexadecimal digits of length, then that many bytes less four (gitprotocol-common).

export type Packet =
  | { readonly kind: "data"; readonly payload: Buffer; readonly next: number }
  | { readonly kind: "flush" | "delimiter" | "response_end"; readonly next: number }
  | { readonly kind: "more" }
  | { readonly kind: "malformed" };

/** The largest payload a packet may carry. */
const maxPayload = 65_516;

export const flushPacket = Buffer.from("0000");

/** The packet that starts at `offset`; `more` when the bytes are not all there yet. */
export function readPacket(bytes: Buffer, offset: number): Packet {
  if (bytes.length < offset + 4) return { kind: "more" };
  const digits = bytes.toString("latin1", offset, offset + 4);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) return { kind: "malformed" };
  const length = Number.parseInt(digits, 16);
  if (length < 4) return special(length, offset + 4);
  if (length - 4 > maxPayload) return { kind: "malformed" };
  if (bytes.length < offset + length) return { kind: "more" };
  return { kind: "data", payload: bytes.subarray(offset + 4, offset + length), next: offset + length };
}

/** One packet with this payload, which must fit. */
export function packet(payload: string | Buffer): Buffer {
  const body = Buffer.from(payload);
  return Buffer.concat([Buffer.from((body.length + 4).toString(16).padStart(4, "0")), body]);
}

/** Bytes on one band of the side-band-64k multiplex, in as many packets as they need. */
export function onBand(band: 1 | 2 | 3, bytes: Buffer): Buffer {
  const room = maxPayload - 1;
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += room) {
    parts.push(packet(Buffer.concat([Buffer.from([band]), bytes.subarray(at, at + room)])));
  }
  return Buffer.concat(parts);
}

function special(length: number, next: number): Packet {
  if (length === 0) return { kind: "flush", next };
  if (length === 1) return { kind: "delimiter", next };
  if (length === 2) return { kind: "response_end", next };
  return { kind: "malformed" };
}
