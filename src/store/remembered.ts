// Which deliveries came before: the fingerprints of a week, in memory to ask and packed in rows to last.
import { hash } from "node:crypto";

/** How long a delivery's GUID and body are remembered: redelivery is possible for 3 days, 7 on Enterprise Server. */
export const rememberMs = 7 * 24 * 3_600_000;

/** What a delivery is known by: the first 64 bits of the SHA-256 of its GUID and of its body, and when it came. */
export interface Fingerprint {
  readonly guid: Key;
  readonly body: Key;
  readonly at: number; // epoch milliseconds
}

/** 64 bits in two halves: one number for both would be a `bigint`, which takes memory for every step of a reckoning. */
interface Key {
  readonly high: number;
  readonly low: number;
}

export interface Remembered {
  /** Whether the GUID or the body was added within the last seven days before `at`. */
  has(one: Fingerprint): boolean;
  /** Whether a delivery with this GUID was. */
  hasGuid(guid: string, at: number): boolean;
  add(one: Fingerprint): void;
  /** Drops what is older than seven days before `now`. */
  forget(now: number): void;
  readonly bytes: number; // of memory
}

/**
 * Two deliveries are taken for one when 64 bits of their hashes agree: with a million remembered, one in 9 · 10^12
 * honest deliveries. Whoever wanted to make it happen would have to find such a body and have GitHub sign it.
 */
export function fingerprintOf({ guid, bodySha256, receivedAt }: Named): Fingerprint {
  return { guid: keyOf(guid), body: head(bodySha256), at: receivedAt };
}

const keyOf = (guid: string) => head(hash("sha256", guid, "hex"));

interface Named {
  readonly guid: string;
  readonly bodySha256: string;
  readonly receivedAt: number;
}

function head(hex: string): Key {
  return { high: Number.parseInt(hex.slice(0, 8), 16), low: Number.parseInt(hex.slice(8, 16), 16) };
}

const recordBytes = 24;

/** Fingerprints as one value of a row: 24 bytes for each, the lower half of a key first. */
export function pack(fingerprints: readonly Fingerprint[]): Buffer {
  const packed = Buffer.allocUnsafe(fingerprints.length * recordBytes);
  fingerprints.forEach(({ guid, body, at }, index) => {
    packed.writeUInt32LE(guid.low, index * recordBytes);
    packed.writeUInt32LE(guid.high, index * recordBytes + 4);
    packed.writeUInt32LE(body.low, index * recordBytes + 8);
    packed.writeUInt32LE(body.high, index * recordBytes + 12);
    packed.writeDoubleLE(at, index * recordBytes + 16);
  });
  return packed;
}

export function unpack(packed: Uint8Array): Fingerprint[] {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  return Array.from({ length: Math.floor(bytes.length / recordBytes) }, (_, index) => ({
    guid: keyAt(bytes, index * recordBytes),
    body: keyAt(bytes, index * recordBytes + 8),
    at: bytes.readDoubleLE(index * recordBytes + 16),
  }));
}

function keyAt(bytes: Buffer, at: number): Key {
  return { high: bytes.readUInt32LE(at + 4), low: bytes.readUInt32LE(at) };
}

/** A part of what is remembered is closed at so many keys, and goes as a whole once its newest is too old. */
const keysInPart = 1 << 17;
/** Four million deliveries in a week, about 200 MB; beyond that the oldest are forgotten early. */
const mostParts = 64;
/** Places of a part are counted from a time before its first, so that a clock's small steps back fit. */
const marginMs = 10 * 24 * 3_600_000;

/** Empty; `add` what was stored. Asking costs the same whether ten deliveries are remembered or a million. */
export function createRemembered(): Remembered {
  const parts: Part[] = [];

  function partFor(at: number): Part {
    const newest = parts.at(-1);
    if (newest !== undefined && newest.count < keysInPart && newest.fits(at)) return newest;
    const fresh = new Part(at - marginMs);
    parts.push(fresh);
    if (parts.length > mostParts) parts.shift();
    return fresh;
  }

  return {
    has({ guid, body, at }) {
      return parts.some((part) => part.has(guid, at) || part.has(body, at));
    },
    hasGuid(guid, at) {
      const key = keyOf(guid);
      return parts.some((part) => part.has(key, at));
    },
    add({ guid, body, at }) {
      const part = partFor(at);
      part.add(guid, at);
      part.add(body, at);
    },
    forget(now) {
      while (parts[0] !== undefined && now - parts[0].newest > rememberMs) parts.shift();
    },
    get bytes() {
      return parts.reduce((sum, part) => sum + part.slots.byteLength, 0);
    },
  };
}

/** A hash table with open addressing in one array: high and low half of the key, and when it came; 0 there: free. */
class Part {
  slots = new Uint32Array(1024 * 3);
  count = 0;
  newest = 0;
  readonly base: number;

  constructor(base: number) {
    this.base = base;
  }

  fits(at: number): boolean {
    return at > this.base && at - this.base < 2 ** 32;
  }

  has(key: Key, at: number): boolean {
    const came = this.slots[this.place(key.high, key.low) + 2] ?? 0;
    return came !== 0 && at - (this.base + came) <= rememberMs;
  }

  add(key: Key, at: number): void {
    if (this.count * 2 >= this.slots.length / 3) this.grow();
    const place = this.place(key.high, key.low);
    if (this.slots[place + 2] === 0) this.count += 1;
    this.slots[place] = key.high;
    this.slots[place + 1] = key.low;
    this.slots[place + 2] = at - this.base;
    this.newest = Math.max(this.newest, at);
  }

  /** Where the key is, or where it belongs. */
  private place(high: number, low: number): number {
    const size = this.slots.length / 3; // a power of two
    let slot = low & (size - 1);
    for (;;) {
      const place = slot * 3;
      if (this.slots[place + 2] === 0) return place;
      if (this.slots[place] === high && this.slots[place + 1] === low) return place;
      slot = (slot + 1) & (size - 1);
    }
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new Uint32Array(before.length * 2);
    for (let at = 0; at < before.length; at += 3) {
      if (before[at + 2] === 0) continue;
      this.slots.set(before.subarray(at, at + 3), this.place(before[at] ?? 0, before[at + 1] ?? 0));
    }
  }
}
